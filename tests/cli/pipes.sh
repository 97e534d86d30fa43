#!/bin/sh
# Data from standard input and from named pipes: as from a file, read as they come where one read is
# enough, kept where it is not.
# usage: pipes.sh SAMPAN
set -u
sampan=$(readlink -f "$1")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
mkdir tmp
TMPDIR=$scratch/tmp
export TMPDIR
failed=0

wrong() {
  echo "FAILED $1"
  [ -s err ] && sed 's/^/    /' err
  failed=1
}

# expect CODE TEXT: what the run before came to.
expect() {
  [ "$code" -eq "$1" ] || wrong "exit code $code, not $1: $3"
  grep -qF -e "$2" err || wrong "stderr lacks '$2': $3"
}

awk 'BEGIN {
  print "id,h,p,w,x,y,g"
  for (i = 1; i <= 30000; i++) {
    printf "%d,%d,%d,%.2f,%d,%.3f,%s\n", i, i % 20, int(i / 100), 1 + i % 7 / 4, i * 7 % 90,
           i * 13 % 101 / 7, substr("abc", i % 3 + 1, 1)
  }
}' >d.csv
# plan FILE [EXTRA]: a mean in one read.
plan() {
  cat <<END
sampan: 1
data: {file: $1, source: csv${2:-}}
types: {g: text}
design: {strata: h, psu: p, weight: w}
indicators:
  m: {estimator: mean, of: x, by: [[], [g]]}
END
}
# twice FILE: the levels of g ask for a read of their own.
twice() {
  plan "$1"
  echo '  r: {estimator: regression, of: y, on: [x, g]}'
}
plan d.csv >file.yaml
plan - >stdin.yaml
plan /dev/stdin >device.yaml
plan fifo >fifo.yaml
twice d.csv >file2.yaml
twice - >stdin2.yaml
twice fifo >fifo2.yaml
mkfifo fifo
"$sampan" run file.yaml -f csv >want 2>err || wrong 'from a file'
"$sampan" run file2.yaml -f csv >want2 2>err || wrong 'from a file, in several reads'

same() {
  [ "$code" -eq 0 ] || wrong "exit code $code: $2"
  cmp -s "$1" got || wrong "other results: $2"
}
cat d.csv | "$sampan" run stdin.yaml -f csv >got 2>err
code=$?
same want 'standard input, a pipe'
"$sampan" run stdin.yaml -f csv <d.csv >got 2>err
code=$?
same want 'standard input, a file'
cat d.csv | "$sampan" run device.yaml -f csv >got 2>err
code=$?
same want '/dev/stdin'
cat d.csv >fifo &
timeout 60 "$sampan" run fifo.yaml -f csv >got 2>err
code=$?
same want 'a named pipe'
cat d.csv | "$sampan" run stdin2.yaml -f csv >got 2>err
code=$?
same want2 'standard input, in several reads'
cat d.csv >fifo &
timeout 60 "$sampan" run fifo2.yaml -f csv >got 2>err
code=$?
same want2 'a named pipe, in several reads'
# A writer that is slow, and stops within records.
{
  head -c 1000 d.csv
  sleep 0.3
  tail -c +1001 d.csv | head -c 70001
  sleep 0.3
  tail -c +71002 d.csv
} | "$sampan" run stdin.yaml -f csv >got 2>err
code=$?
same want 'a slow writer'
gzip -c d.csv >d.csv.gz
mkfifo fifo.csv.gz
plan fifo.csv.gz >gz.yaml
twice fifo.csv.gz >gz2.yaml
cat d.csv.gz >fifo.csv.gz &
timeout 60 "$sampan" run gz.yaml -f csv >got 2>err
code=$?
same want 'a compressed pipe'
cat d.csv.gz >fifo.csv.gz &
timeout 60 "$sampan" run gz2.yaml -f csv >got 2>err
code=$?
same want2 'a compressed pipe, in several reads'

# The manifest has the digest and the size of what came.
sum=$(sha256sum <d.csv)
sum=${sum%% *}
size=$(($(wc -c <d.csv)))
for plan in stdin stdin2; do
  cat d.csv | "$sampan" run $plan.yaml -o m.csv 2>err || wrong "$plan.yaml with a manifest"
  grep -qF "\"sha256\":\"$sum\",\"bytes\":$size,\"records\":30000" m.csv.manifest.json ||
    wrong "$plan.yaml: the manifest has another digest or size"
done
cat d.csv.gz >fifo.csv.gz &
timeout 60 "$sampan" run gz.yaml -o m.csv 2>err || wrong 'a compressed pipe with a manifest'
sum=$(sha256sum <d.csv.gz)
grep -qF "${sum%% *}" m.csv.manifest.json || wrong 'the digest is not of the bytes in the pipe'

# What the plan asserts holds for pipes too.
sum=$(sha256sum <d.csv)
plan - ", sha256: ${sum%% *}, rows: 30000" >sure.yaml
cat d.csv | "$sampan" run sure.yaml -f csv >got 2>err
code=$?
same want 'the digest that the plan asserts'
sed 's/^30000,/30001,/' d.csv | "$sampan" run sure.yaml -f csv >got 2>err
code=$?
expect 4 'is not the file that the plan means' 'a pipe with another digest'
[ ! -s got ] || wrong 'results of the wrong data'
plan - ', rows: 29999' >rows.yaml
cat d.csv | "$sampan" run rows.yaml -f csv >got 2>err
code=$?
expect 4 'has 30000' 'a pipe with more records than asserted'

# Cut off, empty, and named twice.
head -c 70007 d.csv | "$sampan" run stdin.yaml -f csv >got 2>err
code=$?
expect 4 'in the middle of a record' 'a pipe that ends within a record'
head -c 70007 d.csv | "$sampan" run stdin2.yaml -f csv >got 2>err
code=$?
expect 4 'in the middle of a record' 'a kept pipe that ends within a record'
head -c 20007 d.csv.gz >fifo.csv.gz &
timeout 60 "$sampan" run gz.yaml -f csv >got 2>err
code=$?
expect 4 'ends before its data do' 'a compressed pipe that is cut off'
: | "$sampan" run stdin.yaml -f csv >got 2>err
code=$?
expect 4 'there is no header' 'an empty pipe'
cat >both.yaml <<END
sampan: 1
data:
  waves:
    - {file: '-', source: csv, set: {year: 1}}
    - {file: '-', source: csv, set: {year: 2}}
period: year
design: {strata: h, psu: p, weight: w}
indicators:
  m: {estimator: mean, of: x}
END
cat d.csv | "$sampan" run both.yaml -f csv >got 2>err
code=$?
expect 3 'a pipe that the plan names twice' 'a pipe named twice'
plan - | sed 's/, source: csv//' >nosource.yaml
"$sampan" run nosource.yaml <d.csv >got 2>err
code=$?
expect 3 'source: csv' 'standard input without a source'
# check reads the header alone, and does not wait for the rest.
cat d.csv | "$sampan" check stdin.yaml >got 2>err || wrong 'check of standard input'
cat d.csv | "$sampan" check sure.yaml >got 2>err || wrong 'check of standard input with a digest'

# A joined pipe.
awk -F, 'BEGIN { print "p,z" } { seen[$3] = 1 } END { for (p in seen) if (p != "p") print p "," p % 5 }' \
  d.csv >side.csv
cat >join.yaml <<END
sampan: 1
data: {file: d.csv, join: [{file: side.csv, by: p}]}
design: {strata: h, psu: p, weight: w}
indicators:
  m: {estimator: mean, of: z}
END
sed "s/file: side.csv/file: '-', source: csv/" join.yaml >join-stdin.yaml
"$sampan" run join.yaml -f csv >want 2>err || wrong 'a joined file'
cat side.csv | "$sampan" run join-stdin.yaml -f csv >got 2>err
code=$?
same want 'a joined pipe'

[ -z "$(ls tmp)" ] || wrong 'a temporary file was left'
[ $failed -eq 0 ] && echo 'all as expected'
exit $failed
