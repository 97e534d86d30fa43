#!/bin/sh
# Outputs that cannot be written, and runs that are broken off: a message, an exit code, and either
# the whole new file or the old one as it was. No temporary file stays.
# usage: outputs.sh SAMPAN
set -u
sampan=$(readlink -f "$1")
scratch=$(mktemp -d)
mounted=
clean_up() {
  [ -z "$mounted" ] || umount "$mounted"
  chmod -R u+w "$scratch"
  rm -rf "$scratch"
}
trap clean_up EXIT
cd "$scratch" || exit 1
failed=0

wrong() {
  echo "FAILED $1"
  [ -s err ] && sed 's/^/    /' err
  failed=1
}

ok() {
  echo "ok     $1"
}

# Many groups, so that the result is larger than any buffer.
awk 'BEGIN {
  print "stratum,psu,area,ill"
  for (i = 0; i < 20000; i++) printf "%d,%d,%d,%d\n", i % 10, int(i / 10) % 4, i % 5000, i % 3 == 0
}' >data.csv
cat >plan.yaml <<EOF
sampan: 1
data: {file: data.csv}
design: {strata: stratum, psu: psu, lonely: adjust}
indicators: {ill: {estimator: prevalence, of: ill == 1, by: [area]}}
EOF
mkdir out
echo 'the old one' >old

# unchanged NAME: out/r.csv is the old one, and nothing else is there.
unchanged() {
  cmp -s old out/r.csv || wrong "$1: the old file is not as it was"
  [ "$(ls -A out)" = r.csv ] || wrong "$1: left behind: $(ls -A out)"
}

# ---- standard output
if [ -c /dev/full ]; then
  "$sampan" run plan.yaml -f csv >/dev/full 2>err
  code=$?
  [ $code -eq 1 ] && [ -s err ] || wrong "stdout to /dev/full: exit code $code"
  "$sampan" version >/dev/full 2>err
  code=$?
  [ $code -eq 1 ] && [ -s err ] || wrong "version to /dev/full: exit code $code"
  "$sampan" run plan.yaml -f csv -o /dev/full 2>err
  code=$?
  [ $code -eq 1 ] && [ -s err ] || wrong "-o /dev/full: exit code $code"
  ok 'a full device'
fi
{
  "$sampan" run plan.yaml -f csv 2>err
  echo $? >code
} | head -n 1 >first
[ "$(cat code)" -eq 1 ] && [ -s err ] || wrong "closed pipe: exit code $(cat code)"
ok 'a closed pipe'
"$sampan" run plan.yaml -f csv >&- 2>err
code=$?
[ $code -eq 1 ] && [ -s err ] || wrong "closed stdout: exit code $code"
ok 'a closed standard output'

# ---- files
cp old out/r.csv
"$sampan" run plan.yaml -o no/such/folder/r.csv 2>err
code=$?
[ $code -eq 1 ] && grep -q 'no/such/folder' err || wrong "no folder: exit code $code"
"$sampan" run plan.yaml -f csv -o out 2>err
code=$?
[ $code -eq 1 ] && grep -q 'out: error' err || wrong "-o FOLDER: exit code $code"
unchanged 'a folder as output'
sed 's/data.csv/none.csv/' plan.yaml >bad.yaml
"$sampan" run bad.yaml -o out/r.csv 2>err
[ $? -eq 1 ] || wrong 'an input that is not there'
unchanged 'a run that fails'
ok 'outputs that cannot be'

# ---- several outputs: all or none
# none ARGUMENT...: fails with 1, and the files are as they were.
none() {
  "$sampan" run plan.yaml "$@" >part 2>err
  code=$?
  [ $code -eq 1 ] && [ -s err ] || wrong "$*: exit code $code"
  unchanged "$*"
  ! grep -q '^  written' err || wrong "$*: tells of what was not written"
}
none -o out/r.csv -o no/such/folder/r.csv
none -o no/such/folder/r.csv -o out/r.csv
mkdir out.md.manifest.json
none -o out/r.csv -o out.md
rmdir out.md.manifest.json
[ ! -e out.md ] || wrong 'a table without its manifest'
if [ -c /dev/full ]; then
  none -f csv -o out/r.csv -o /dev/full
  none -f csv -o /dev/full -o out/r.csv
fi
{
  "$sampan" run plan.yaml -f csv -o out/r.csv -o - 2>err
  echo $? >code
} | head -n 1 >first
[ "$(cat code)" -eq 1 ] || wrong "a closed pipe among several: exit code $(cat code)"
grep -q 'written: a part of standard output' err || wrong 'a closed pipe among several: not told'
unchanged 'a closed pipe among several'
ok 'several outputs, one of which cannot be written'

# Root may write anywhere; then this is for another user, if one can be had.
as=
if [ "$(id -u)" -eq 0 ]; then
  chmod 755 "$scratch"
  for user in nobody daemon; do
    command -v setpriv >/dev/null || break
    uid=$(id -u $user 2>/dev/null) || continue
    try="env HOME=$scratch XDG_DATA_HOME=$scratch setpriv --reuid=$uid --clear-groups"
    if $try "$sampan" run plan.yaml -f csv >/dev/null 2>&1; then
      as=$try
      break
    fi
  done
fi
chmod 555 out
if [ "$(id -u)" -ne 0 ] || [ -n "$as" ]; then
  $as "$sampan" run plan.yaml -o out/r.csv 2>err
  code=$?
  [ $code -eq 1 ] && [ -s err ] || wrong "read-only folder: exit code $code"
  unchanged 'read-only folder'
  ok 'a read-only folder'
else
  echo '       a read-only folder is not tested: no other user can run the program'
fi
chmod 755 out

# ---- the disk is full
mkdir small
if mount -t tmpfs -o size=64k tmpfs small 2>/dev/null; then
  mounted=$scratch/small
  cp old small/r.csv
  "$sampan" run plan.yaml -o small/r.csv 2>err
  code=$?
  [ $code -eq 1 ] && grep -qi 'space' err || wrong "full disk: exit code $code"
  "$sampan" run plan.yaml -o out/r.csv -o small/r.csv 2>err
  [ $? -eq 1 ] || wrong 'full disk, the second of two'
  unchanged 'full disk, the second of two'
  cmp -s old small/r.csv || wrong 'full disk: the old file is not as it was'
  [ "$(ls -A small)" = r.csv ] || wrong "full disk: left behind: $(ls -A small)"
  ok 'a full disk'
else
  # A limit on the size of a file is the next best: it fails in the middle of writing as well.
  (ulimit -f 32 && trap '' XFSZ && exec "$sampan" run plan.yaml -o out/r.csv) 2>err
  code=$?
  [ $code -eq 1 ] && [ -s err ] || wrong "file too large: exit code $code"
  unchanged 'file too large'
  ok 'a file too large (no tmpfs to fill here)'
fi

# ---- interrupted
# Records that are read several times for many regressions, so that the run is met whatever the
# machine.
awk 'BEGIN { for (i = 0; i < 200000; i++) printf "%d,%d,%d,%d\n", i % 9, i % 99, i % 77, i % 3 == 0 }' >part
{
  echo stratum,psu,x,ill
  for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do cat part part; done
} >slow.csv
cat >slow.yaml <<EOF
sampan: 1
data: {file: slow.csv}
design: {strata: stratum, psu: psu, lonely: adjust}
indicators:
EOF
for i in 1 2 3 4 5 6 7 8; do
  echo "  r$i: {estimator: regression, of: ill, on: x}" >>slow.yaml
done
for signal in INT TERM; do
  command -v perl >/dev/null || break
  # A background job of a script ignores SIGINT; perl sees to it that this one does not.
  perl -e '$SIG{INT} = "DEFAULT"; exec @ARGV' "$sampan" run slow.yaml -o out/r.csv 2>err &
  pid=$!
  sleep 0.4
  kill -$signal $pid 2>/dev/null || wrong "$signal: the run was over before it was broken off"
  before=$(date +%s)
  wait $pid
  code=$?
  took=$(($(date +%s) - before))
  [ $code -eq 130 ] || wrong "$signal: exit code $code"
  [ $took -le 10 ] || wrong "$signal: took $took seconds"
  grep -q 'interrupted; nothing was written' err || wrong "$signal: no word of it"
  unchanged "$signal"
done
# While a reader is slow to take the table: a part of it has gone.
if command -v perl >/dev/null; then
  mkfifo pipe
  sleep 1.5 <pipe &
  reader=$!
  perl -e '$SIG{INT} = "DEFAULT"; exec @ARGV' "$sampan" run plan.yaml -f csv -o out/r.csv -o - >pipe 2>err &
  pid=$!
  sleep 0.7
  kill -INT $pid 2>/dev/null || wrong 'the run was over before it was broken off'
  wait $pid
  code=$?
  wait $reader
  [ $code -eq 130 ] || wrong "interrupted at a pipe: exit code $code"
  ! grep -q 'nothing was written' err || wrong 'interrupted at a pipe: something was written'
  grep -q 'written: a part of standard output' err || wrong 'interrupted at a pipe: not told'
  unchanged 'interrupted at a pipe'
fi
ok 'interrupted'

# ---- and then it works
rm -f slow.csv
"$sampan" run plan.yaml -o out/r.csv 2>err || wrong 'a run that should succeed'
[ "$(wc -l <out/r.csv)" -eq 5001 ] || wrong 'the result is not whole'
[ "$(ls -A out | tr '\n' ' ')" = 'r.csv r.csv.manifest.json ' ] || wrong "in the folder: $(ls -A out)"
exit $failed
