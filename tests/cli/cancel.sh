#!/bin/sh
# Ctrl-C ends a run within a second or so, whatever it is at: exit code 130, no output, nothing left
# behind.
# usage: cancel.sh SAMPAN
set -u
sampan=$(readlink -f "$1")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
mkdir tmp out
TMPDIR=$scratch/tmp
export TMPDIR
failed=0
most=2000 # milliseconds; a second is meant, and others may want the processors

wrong() {
  echo "FAILED $1"
  [ -s err ] && sed 's/^/    /' err
  failed=1
}

now() {
  date +%s%3N
}

# interrupt WHAT SIGNAL: the run that was begun as $run is told to end.
interrupt() {
  from=$(now)
  kill "-$2" "$run" 2>/dev/null || wrong "it ended before it was interrupted: $1"
  wait "$run"
  code=$?
  took=$(($(now) - from))
  [ $code -eq 130 ] || wrong "exit code $code, not 130: $1"
  [ $took -le $most ] || wrong "it took $took ms to end: $1"
  grep -qF 'interrupted; nothing was written' err || wrong "no word of the interrupt: $1"
  [ -z "$(ls -A out)" ] || wrong "an output was left: $1: $(ls -A out)"
  [ -z "$(ls -A tmp)" ] || wrong "a temporary file was left: $1"
}

# The shell has started it, and it has got to its work: it opened what it is to read.
begun() {
  for i in 1 2 3 4 5 6 7 8 9 10; do
    sleep 0.1
    ls -l "/proc/$run/fd" 2>/dev/null | grep -qF "$1" && break
  done
  sleep 0.2
}

# plan FILE: one read.
plan() {
  cat <<END
sampan: 1
data: {file: $1, source: csv}
design: {strata: h, psu: p, weight: w}
indicators:
  m: {estimator: mean, of: x}
END
}
header=h,p,w,x
records() {
  awk -v n="$1" 'BEGIN { for (i = 1; i <= n; i++) printf "%d,%d,1,%d\n", i % 9, i % 99, i % 77 }'
}

# The background jobs of a script ignore SIGINT: sampan sets its own handler, the writers keep on.
mkfifo fifo
plan fifo >fifo.yaml

# A pipe that nobody writes to.
"$sampan" run fifo.yaml -o out/r.csv 2>err &
run=$!
begun fifo
interrupt 'waiting for a writer' INT

# A writer that gives a header and then nothing: the header, and then the records.
for text in "$(printf 'h,p')" "$(printf '%s\n1,2,1,3\n2' "$header")"; do
  { printf '%s' "$text" && exec sleep 60; } >fifo &
  writer=$!
  "$sampan" run fifo.yaml -o out/r.csv 2>err &
  run=$!
  begun fifo
  interrupt 'waiting for bytes' TERM
  kill $writer
  wait $writer 2>/dev/null
done

# A stream without end.
{ echo $header && exec yes 1,2,1,3; } >fifo 2>/dev/null &
writer=$!
"$sampan" run fifo.yaml -o out/r.csv -o out/r.json 2>err &
run=$!
begun fifo
sleep 0.5
interrupt 'in the records of a pipe' INT
wait $writer 2>/dev/null

# The same, kept in a temporary file for a second read.
plan fifo | sed 's/estimator: mean, of/estimator: regression, of: w, on/' >twice.yaml
{ echo $header && exec yes 1,2,1,3; } >fifo 2>/dev/null &
writer=$!
"$sampan" run twice.yaml -o out/r.csv 2>err &
run=$!
begun fifo
interrupt 'keeping a pipe' INT
wait $writer 2>/dev/null

# A large file: records, and the digest beside them.
records 200000 >part
{
  echo $header
  for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do cat part part part part; done
} >large.csv
# Slow enough to be met: a mean of so many records is there sooner than the interrupt.
plan large.csv | sed 's/estimator: mean, of/estimator: regression, of: w, on/' >large.yaml
for threads in 1 2; do
  "$sampan" run large.yaml -o out/r.csv --threads $threads 2>err &
  run=$!
  begun large.csv
  interrupt "in the records of a file, --threads $threads" INT
done
plan large.csv | sed "s/source: csv/&, sha256: $(printf %064d 0)/" >sure.yaml
"$sampan" check sure.yaml >got 2>err &
run=$!
begun large.csv
if kill -INT $run 2>/dev/null; then # else it was too fast
  wait $run
  code=$?
  [ $code -eq 130 ] || [ $code -eq 4 ] || wrong "exit code $code: in a digest"
fi
rm -f large.csv part

# Many estimates: reading is soon done, the rest is not.
awk 'BEGIN {
  print "h,p,w,x,a,b"
  for (i = 1; i <= 120000; i++) {
    printf "%d,%d,1,%d,%d,%d\n", i % 40, i % 4000, i % 77, i % 200, i / 200 % 100
  }
}' >many.csv
plan many.csv | sed '$d' >many.yaml
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24; do
  echo "  m$i: {estimator: prevalence, of: x < $i, by: [[a, b]]}" >>many.yaml
done
"$sampan" run many.yaml -o out/r.csv --progress plain 2>err &
run=$!
begun many.csv
for i in $(seq 100); do # to the end of the read, in which the file is closed
  ls -l /proc/$run/fd 2>/dev/null | grep -qF many.csv || break
  sleep 0.02
done
sleep 0.05
interrupt 'in the estimates' INT

grep -q '100 %' err || wrong 'in the estimates: the read was not over'

# The bytes of a result that nobody takes: what has gone has gone.
awk 'BEGIN {
  print "x,a"
  for (i = 1; i <= 20000; i++) printf "%d,%d\n", i % 77, i % 5000
}' >small.csv
cat >small.yaml <<END
sampan: 1
data: {file: small.csv}
indicators:
  m: {estimator: mean, of: x, by: [[a]]}
END
mkfifo taker
sleep 60 <taker &
reader=$!
"$sampan" run small.yaml -f csv >taker 2>err &
run=$!
sleep 2
from=$(now)
kill -INT $run 2>/dev/null || wrong 'it ended though nobody took its output'
wait $run
code=$?
took=$(($(now) - from))
[ $code -eq 130 ] || wrong "exit code $code, not 130: output that nobody takes"
[ $took -le $most ] || wrong "it took $took ms to end: output that nobody takes"
grep -qF 'not all was written' err || wrong 'no word of what was written'
kill $reader
wait $reader 2>/dev/null

# The second one does not wait.
"$sampan" run fifo.yaml 2>err &
run=$!
begun fifo
kill -INT $run
kill -INT $run 2>/dev/null
wait $run
[ $? -eq 130 ] || wrong 'two interrupts'

# A run that nobody interrupts.
"$sampan" run small.yaml -o out/r.csv 2>err || wrong 'a run that nobody interrupts'
[ -s out/r.csv ] || wrong 'its result'
[ $failed -eq 0 ] && echo 'all as expected'
exit $failed
