#!/bin/sh
# Races, by the thread sanitizer: every kind of plan with four threads, in parts, merged, from packed
# files, and an annex. For a build with SAMPAN_SANITIZE=thread (the preset tsan), where ctest has it.
# usage: tsan.sh SAMPAN [DATA.csv], the data as tests/bench/generate makes them
set -u
sampan=$(readlink -f "$1")
here=$(readlink -f "$(dirname "$0")")
generate=${SAMPAN_BUILD_DIR:-$(dirname "$sampan")}/tests/bench_generate
data=${2:+$(readlink -f "$2")}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
TSAN_OPTIONS="halt_on_error=1 exitcode=66 ${TSAN_OPTIONS:-}"
export TSAN_OPTIONS
failed=0
n_done=0

# run WHAT SAMPAN-ARGUMENT...: ends well, and without a race.
run() {
  what=$1
  shift
  n_done=$((n_done + 1))
  timeout 250 "$sampan" "$@" --quiet >out 2>err </dev/null && return
  echo "FAILED $what: exit code $?"
  head -n 60 err
  failed=1
}

# Several stretches and several pieces for each thread.
cp "$here"/invariance/*.yaml .
cp "$here"/../golden/oracle/data/nhanes.csv .
if [ -n "$data" ]; then cp "$data" survey.csv; else "$generate" -n 24000 >survey.csv; fi
[ "$(wc -l <survey.csv)" -gt 20000 ] || { echo "FAILED there are no data"; exit 1; }
awk -F, 'NR == 1 { printf "%s", $0; for (r = 1; r <= 16; r++) printf ",rw%d", r; print ""; next }
  NR <= 12001 {
    printf "%s", $0
    for (r = 1; r <= 16; r++) printf ",%.7g", $6 * (int($5 * (2 * r + 1) / 7) % 2 ? 1.5 : 0.5)
    print ""
  }' survey.csv >replicates.csv
sed -i 's/Male: /1: /; s/Female: /2: /; s/sex == "Male"/sex == 1/' ./*.yaml

run "pack" pack survey.csv -o survey.sampan --threads 4
for plan in survey reads replicates made calibrated records nhanes; do
  run "$plan" run $plan.yaml --format json --threads 4
  run "$plan in small batches" run $plan.yaml --format json --threads 4 --batch 64
  sed 's/survey\.csv/survey.sampan/' $plan.yaml >packed.yaml
  cmp -s packed.yaml $plan.yaml || run "$plan, packed" run packed.yaml --format json --threads 4
done
for plan in survey records nhanes; do
  for k in 1 2 3; do
    run "part $k of $plan" partial $plan.yaml --shard $k/3 --threads 4 -o part$k
  done
  run "merging $plan" merge $plan.yaml part3 part1 part2 --format json --threads 4
done
# A weight below 0, and a cell that is no number: the threads stop, and the file is read again.
for row in 20 12000 20000; do
  awk -F, -v OFS=, -v row=$row 'NR == row { $6 = -3 } NR == row + 40 { $12 = "2x" } { print }' \
    survey.csv >faulty.csv
  sed 's/survey\.csv/faulty.csv/' survey.yaml >faulty.yaml
  n_done=$((n_done + 1))
  timeout 250 "$sampan" run faulty.yaml --format json --threads 4 --quiet >out 2>err </dev/null
  status=$?
  [ $status = 4 ] && grep -q "row $((row - 1))[,:]" err && continue
  echo "FAILED an error at row $row: exit code $status"
  head -n 60 err
  failed=1
done
mkdir lianyun literacy
cp "$here"/../../datasets/lianyun/*.yaml "$here"/../../datasets/lianyun/*.csv lianyun
cp "$here"/../../datasets/literacy/*.csv literacy
standards=$here/../../datasets/standards
run "annex" annex lianyun/programme.yaml -o annex.html --threads 4 --data-dir "$standards"
# Pango looks for fonts in a thread of its own; its locks are not seen, as it is not built for this.
TSAN_OPTIONS="$TSAN_OPTIONS ignore_noninstrumented_modules=1" \
  run "annex with charts" annex lianyun/programme.yaml -o annex.docx --threads 4 \
  --data-dir "$standards"
for plan in physique registers; do
  run $plan run lianyun/$plan.yaml --format json --threads 4 --data-dir "$standards"
done

[ "$failed" = 0 ] && echo "$n_done runs without a race"
exit $failed
