#!/bin/sh
# --threads, --memory, --progress, --verbose, and the digests that nobody asked for.
# usage: run-options.sh SAMPAN
samples=$(readlink -f "$(dirname "$0")/../conformance/samples")
. "$(dirname "$0")/begin"
unset SAMPAN_THREADS

# refused TEXT ARGUMENT...: a usage error that says TEXT.
refused() {
  text=$1
  shift
  "$sampan" "$@" >out 2>err </dev/null
  code=$?
  [ $code -eq 2 ] || wrong "exit code $code, not 2: $*"
  grep -qF -e "$text" err || wrong "stderr lacks '$text': $*"
  [ ! -s out ] || wrong "wrote to stdout: $*"
}

awk 'BEGIN {
  print "h,p,w,x,y"
  for (i = 1; i <= 90000; i++) {
    printf "%d,%d,%.2f,%d,%d\n", i % 20, int(i / 100), 1 + i % 7 / 4, i * 7 % 90, i * 31 % 97
  }
}' >d.csv
size=$(($(wc -c <d.csv)))
cat >plan.yaml <<END
sampan: 1
data: {file: d.csv}
design: {strata: h, psu: p, weight: w}
indicators:
  m: {estimator: mean, of: x}
END
sed '$s/.*/  m: {estimator: regression, of: y, on: [x]}/' plan.yaml >twice.yaml

# ---- wrong values
for n in 0 -1 1025 2.5 many '' 1e3; do
  refused '--threads is a number of threads from 1 to 1024, not' run plan.yaml "--threads=$n"
done
for n in 0 -1G 1 1023K G much '' 2X nan 1e99G; do
  refused '--memory is a size of 1M at least, such as 512M or 2G, not' run plan.yaml "--memory=$n"
done
refused 'needs a value: --threads' run plan.yaml --threads
refused 'takes no value: --verbose' run plan.yaml --verbose=yes
refused '--progress is plain, json or none, not bar' run plan.yaml --progress bar
SAMPAN_THREADS=few
export SAMPAN_THREADS
refused 'SAMPAN_THREADS is a number of threads from 1 to 1024, not few' run plan.yaml
"$sampan" run plan.yaml --threads 1 >out 2>err || wrong '--threads does not go before SAMPAN_THREADS'
unset SAMPAN_THREADS

# ---- results do not depend on them
"$sampan" run plan.yaml -f csv >want 2>err || wrong 'a plain run'
[ ! -s err ] || wrong 'a run that says something'
for option in --threads=1 --threads=2 --threads=7 --memory=64M --memory=1.5GiB --memory=2g \
  --memory=100000000 --progress=none --progress=plain --progress=json --verbose -v; do
  "$sampan" run plan.yaml -f csv "$option" >got 2>err || wrong "$option"
  cmp -s want got || wrong "$option changes the results"
done

# ---- the last word
number='[0-9][0-9.]*'
"$sampan" run plan.yaml -v --threads 1 >out 2>err || wrong '-v'
grep -qxE "sampan: 90,000 records, $number [kMG]?B, $number s \($number [kMG]?B/s\), peak memory $number MB, totals $number [kM]B, 1 thread" err ||
  wrong '-v says something else'
# Not told of: the first records are read as if each was a PSU, and then again.
sed '/^indicators:/,$d' plan.yaml >clustered.yaml
echo 'indicators: {high: {estimator: prevalence, of: y > 50}}' >>clustered.yaml
"$sampan" run clustered.yaml -v --threads 1 >out 2>err || wrong '-v, PSUs of many records'
grep -q '^sampan: 90,000 records, [0-9.]* MB, ' err || wrong '-v, PSUs of many records'
SAMPAN_THREADS=3 "$sampan" run twice.yaml -v >out 2>err || wrong '-v, several reads'
grep -q '^sampan: 90,000 records, .* in [0-9]* reads, .* 3 threads$' err || wrong '-v, several reads'
# A source that tells of no bytes on its way.
printf 'sampan: 1\ndata: {file: %s}\nindicators: {q: {estimator: quantile, of: ID}}\n' \
  "$samples/people.sav" >foreign.yaml
"$sampan" run foreign.yaml -v >out 2>err || wrong '-v, another source'
grep -q '^sampan: 4 records, 1.5 kB in 2 reads, ' err || wrong '-v, another source'
"$sampan" run none.yaml -v >out 2>err && wrong 'a plan that is not there'
grep -q records err && wrong '-v tells of a run that never was'

# ---- lines
"$sampan" run plan.yaml --progress plain >out 2>err || wrong '--progress plain'
grep -qE '^100 %  90,000 records  ' err || wrong '--progress plain'
grep -q "$(printf '[\r\033]')" err && wrong '--progress plain moves the cursor'

# ---- JSON
if command -v python3 >/dev/null; then
  check_json() {
    python3 - "$@" <<END
import json, sys
size, n_reads, exit_code = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
events = [json.loads(line) for line in open("err") if line.startswith("{")]
assert [e["event"] for e in events][0] == "start" and events[0]["threads"] == 2, events[0]
end = events[-1]
assert end["event"] == "end" and end["exit_code"] == exit_code and end["threads"] == 2, end
assert end["memory_peak"] > 1000000 and 1000 < end["totals_peak"] < end["memory_peak"] and end["seconds"] >= 0, end
if exit_code == 0:
    assert end["reads"] == int(n_reads) if n_reads != "many" else end["reads"] > 1, end
    assert end["records"] == 90000 and end["bytes"] == size * end["reads"], end
for e in events[1:-1]:
    assert e["event"] == "progress" and e["read"] >= 1 and e["records"] >= 0, e
    assert e["bytes_total"] in (size, None) and e["bytes"] >= 0, e
    assert set(e) == {"event", "read", "bytes", "bytes_total", "records", "seconds",
                      "bytes_per_second", "seconds_left"}, e
if len(sys.argv) > 4:
    assert len(events) > 2, "no progress was told"
END
  }
  "$sampan" run plan.yaml --threads 2 --progress json >out 2>err || wrong '--progress json'
  check_json "$size" 1 0 || wrong '--progress json'
  "$sampan" run twice.yaml --threads 2 --progress json >out 2>err || wrong '--progress json'
  check_json "$size" many 0 || wrong '--progress json, several reads'
  sed 's/d.csv/-, source: csv/' plan.yaml >stdin.yaml
  { head -n 45000 d.csv; sleep 1.3; tail -n +45001 d.csv; } |
    "$sampan" run stdin.yaml --threads 2 --progress json >out 2>err || wrong '--progress json, a pipe'
  check_json "$size" 1 0 some || wrong '--progress json, a pipe'
  { cat d.csv; echo 1,2,x; } >bad.csv
  sed 's/d.csv/bad.csv/' plan.yaml >bad.yaml
  "$sampan" run bad.yaml --threads 2 --progress json >out 2>err && wrong 'bad data'
  check_json "$((size + 6))" 1 4 || wrong '--progress json of a run that fails'
  grep -q 'error:' err || wrong 'the error is not told'
fi
"$sampan" run plan.yaml --progress json -q >out 2>err
[ ! -s err ] || wrong '--quiet is not quiet'

# ---- a bar, on a terminal alone, cleared away
if command -v script >/dev/null && script -qec true /dev/null >/dev/null 2>&1; then
  { echo h,p,w,x; awk 'BEGIN { for (i = 0; i < 30000; i++) print "1," i % 9 ",1,2" }'; } >slow.txt
  mkfifo slow.csv
  { head -n 20000 slow.txt; sleep 0.5; tail -n +20001 slow.txt; } >slow.csv &
  sed 's/d.csv/slow.csv/' plan.yaml >slow.yaml
  TERM=xterm script -qec "'$sampan' run slow.yaml -f csv >out" typescript >/dev/null 2>err
  grep -q 'records' typescript || wrong 'no bar on a terminal'
  grep -q "$(printf '\033')\[K\$" typescript || wrong 'the bar was left'
fi

# ---- digests are taken where something shows them
sum=$(sha256sum <d.csv)
sum=${sum%% *}
for format in json html; do
  "$sampan" run plan.yaml -f $format >out 2>err || wrong "$format"
  grep -qF "$sum" out || wrong "$format to standard output has no digest of the data"
done
"$sampan" run plan.yaml -o r.csv 2>err || wrong 'a table with its manifest'
grep -qF "$sum" r.csv.manifest.json || wrong 'the manifest has no digest of the data'
# The file as it is opened, where strace can tell: once for the header, once for the records, and once
# to see that it is there; for the manifest once more.
if command -v strace >/dev/null && strace -o trace true 2>/dev/null; then
  strace -f -e trace=openat -o trace "$sampan" run plan.yaml -f csv --threads 1 >out 2>err
  bare=$(grep -c '"d.csv"\|/d.csv"' trace)
  strace -f -e trace=openat -o trace "$sampan" run plan.yaml -f json --threads 1 >out 2>err
  full=$(grep -c '"d.csv"\|/d.csv"' trace)
  [ "$full" -eq $((bare + 1)) ] || wrong "the digest is taken though nothing shows it ($bare, $full)"
fi
# A wrong one is an error, however large the file, and whatever else is wrong with it.
for file in d.csv part.csv; do
  [ -e $file ] || head -c 1500 d.csv >$file
  sed "s/d.csv/$file, sha256: $(printf %064d 0)/" plan.yaml >sure.yaml
  for verb in run check; do
    for threads in 1 2; do
      "$sampan" $verb sure.yaml --threads $threads >out 2>err
      [ $? -eq 4 ] || wrong "$verb $file with a wrong digest"
      grep -qF 'is not the file that the plan means' err || wrong "$verb $file with a wrong digest"
      [ ! -s out ] || wrong "$verb $file with a wrong digest: it has results"
    done
  done
done
cat d.csv d.csv >bad.csv # of more than a small file's size, with a header among the records
sed "s/d.csv/bad.csv, sha256: $(printf %064d 0)/" plan.yaml >sure.yaml
"$sampan" run sure.yaml >out 2>err
grep -qF 'is not the file that the plan means' err || wrong 'a wrong digest explains bad data'
sed "s/d.csv/&, sha256: $sum/" plan.yaml >sure.yaml
"$sampan" run sure.yaml -f csv >got 2>err || wrong 'the right digest'
cmp -s want got || wrong 'the right digest changes the results'
[ $failed -eq 0 ] && echo 'all as expected'
exit $failed
