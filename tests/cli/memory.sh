#!/bin/sh
# --memory: a plan whose totals take more is refused, with what takes most of it and nothing written;
# by any number of threads alike; before the read, where no record is needed to know.
# usage: memory.sh SAMPAN
here=$(readlink -f "$(dirname "$0")")
. "$(dirname "$0")/begin"
generate=${SAMPAN_BUILD_DIR:-$(dirname "$sampan")}/tests/bench_generate

# passes NAME ARGUMENT...
passes() {
  name=$1
  shift
  timeout 120 "$sampan" "$@" >out 2>err </dev/null && return
  wrong "$name: exit code $?: $(cat err)"
}

# refused NAME TEXT ARGUMENT...: exit code 1, the text, a hint, and no result.
refused() {
  name=$1 text=$2
  shift 2
  rm -f result.*
  timeout 120 "$sampan" "$@" >out 2>err </dev/null
  status=$?
  [ $status = 1 ] || wrong "$name: exit code $status instead of 1: $(cat err)"
  [ -s out ] && wrong "$name: there are results"
  ls result.* >/dev/null 2>&1 && wrong "$name: a file was written"
  grep -q "$text" err || wrong "$name: '$text' is not told: $(cat err)"
  grep -q 'hint: .*--memory' err || wrong "$name: no hint: $(cat err)"
}

"$generate" -n 24000 >data.csv
[ "$(wc -l <data.csv)" = 24001 ] || wrong "there are no data"
cat >plan.yaml <<'YAML'
sampan: 1
data: {file: data.csv}
design: {strata: stratum, psu: psu, weight: weight, lonely: remove}
indicators:
  smoking: {estimator: prevalence, of: smoke == 1, by: [[], [state]]}
  bmi: {estimator: mean, of: bmi, by: [[state, year, sex, race]]}
YAML

passes "with 1G" run plan.yaml --memory 1G -o expected.csv
[ -s expected.csv ] || wrong "there is no result"
# What one worker takes beside the totals of all is no reason to refuse; nor has it a say in results.
limit=16M
for threads in 1 2 4 8; do
  refused "with 1M by $threads" 'limit is 1.0 MiB: the totals of [0-9,]* groups by [0-9,]* PSUs for 1 indicator by state, year, sex, race take' \
    run plan.yaml --memory 1M --threads $threads -o result.csv
  [ $threads = 1 ] && cp err first.err
  cmp -s first.err err || wrong "by $threads threads the error is another: $(cat err)"
  passes "with $limit by $threads" run plan.yaml --memory $limit --threads $threads -o more.csv
  cmp -s expected.csv more.csv || wrong "with $limit by $threads threads the results are others"
done

# From a pipe, which is read but once.
sed 's/data\.csv/pipe.csv/' plan.yaml >pipe.yaml
mkfifo pipe.csv
{ cat data.csv >pipe.csv; } 2>/dev/null &
refused "from a pipe" 'limit is 1.0 MiB: the totals of' run pipe.yaml --memory 1M --threads 2 -o result.csv
wait

# Parts, and what they come to.
for k in 1 2; do passes "part $k" partial plan.yaml --shard $k/2 -o part$k --memory 1G; done
refused "a part" 'limit is 1.0 MiB' partial plan.yaml --shard 1/2 -o result.state --memory 1M
refused "merging" 'limit is 1.0 MiB' merge plan.yaml part1 part2 -o result.csv --memory 1M
passes "merging with 1G" merge plan.yaml part1 part2 -o more.csv --memory 1G

# A row takes more than may be taken: no record is read, not even one that is wrong.
{ head -n 1 data.csv | sed 's/$/,'"$(seq -s, -f 'w%g' 1 80)"'/'; echo "wrong"; } >replicates.csv
cat >replicates.yaml <<'YAML'
sampan: 1
data: {file: replicates.csv}
design: {weight: weight, replicates: {type: BRR, weights: w1..w80}}
indicators:
  bmi: {estimator: mean, of: bmi, by: [[state]]}
  age: {estimator: mean, of: age, by: [[state]]}
YAML
refused "80 replicates" 'at least [0-9.]* MiB.*limit is 1.0 MiB: those for 2 indicators by state, with 80 replicates' \
  run replicates.yaml --memory 1M -o result.csv
timeout 120 "$sampan" run replicates.yaml --memory 1G >out 2>err </dev/null
[ $? = 4 ] || wrong "with 1G the wrong record is found: $(cat err)"

# What they took is told.
passes "told as JSON" run plan.yaml --progress=json -o more.csv --threads 1
grep -q '"event":"end".*"totals_peak":[1-9][0-9]*' err || wrong "no peak is told: $(tail -n 1 err)"
passes "told" run plan.yaml -v -o more.csv --threads 1
grep -q ', totals [0-9.]* MB' err || wrong "no peak is told: $(cat err)"

exit $failed
