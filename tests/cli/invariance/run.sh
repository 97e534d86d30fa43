#!/bin/sh
# What must not change a byte of the results: threads, the size of a batch, shards and the order they are
# merged in, the order of the records. And errors: the first by row is told, however many threads read.
# usage: run.sh SAMPAN
here=$(readlink -f "$(dirname "$0")")
. "$(dirname "$0")/../begin"
generate=${SAMPAN_BUILD_DIR:-$(dirname "$sampan")}/tests/bench_generate
n_compared=0

# same NAME FILE FILE: byte for byte.
same() {
  n_compared=$((n_compared + 1))
  cmp -s "$2" "$3" && return
  wrong "$1"
  diff "$2" "$3" | cut -c1-300 | head -n 6
}

# run PLAN OUT [OPTION...]: results, comparisons and manifest.
run() {
  a=$1 b=$2
  shift 2
  timeout 120 "$sampan" run "$a" --format json "$@" >"$b" 2>err </dev/null ||
    wrong "$a $*: exit code $?: $(cat err)"
}

# ---- data: 24,000 records of 10 years; a race of some has a line break, a quote and a comma

"$generate" -n 24000 -q labels | sed 's/,Other,/,"Other,\n""mixed"" race",/' >survey.csv
cp "$here"/*.yaml .
cp "$here/../../golden/oracle/data/nhanes.csv" .
"$generate" -n 24000 >plain.csv
"$generate" -n 24000 -q all >quoted.csv
# Fay's weights of 16 replicates by PSU.
awk -F, 'NR == 1 { printf "%s", $0; for (r = 1; r <= 16; r++) printf ",rw%d", r; print ""; next }
  {
    printf "%s", $0
    for (r = 1; r <= 16; r++) printf ",%.7g", $6 * (int($5 * (2 * r + 1) / 7) % 2 ? 1.5 : 0.5)
    print ""
  }' plain.csv >replicates.csv
[ "$(wc -l <plain.csv)" = 24001 ] && [ "$(wc -l <survey.csv)" -gt 24500 ] || {
  wrong "the data are not what they should be"
  exit 1
}

# ---- threads and batches

# One plan by the whole product, the others by what varies both.
all='1,1 1,7 1,1024 1,65536 2,1 2,7 2,1024 2,65536 3,1 3,7 3,1024 3,65536 8,1 8,7 8,1024 8,65536
  64,1 64,7 64,1024 64,65536'
some='1,7 2,1024 3,1 3,65536 8,7 64,1024'
for plan in survey reads replicates made calibrated records nhanes; do
  run $plan.yaml $plan.json
  [ "$(grep -c '"estimate":[0-9]' $plan.json)" -gt 5 ] || wrong "$plan: hardly an estimate"
  ! grep -q '"comparison":' $plan.json || ! grep -q '^compare:' $plan.yaml ||
    grep -q '"p_value":[0-9]' $plan.json || wrong "$plan: no comparison has a p value"
  ways=$some
  [ $plan = survey ] && ways=$all
  for way in $ways; do
    run $plan.yaml out.json --threads "${way%,*}" --batch "${way#*,}"
    same "$plan: --threads ${way%,*} --batch ${way#*,}" $plan.json out.json
  done
done

# ---- the order of the records, and quotes around fields

without_manifest() { # FILE: the manifest has the digests of the files
  grep -v '^"manifest":' "$1"
}

shuffle() { # FILE: the header, then the records in another order
  head -n 1 "$1"
  tail -n +2 "$1" | awk '{ key = (key * 16807 + 12345) % 2147483647; print key "\t" $0 }' |
    sort -n | cut -f2-
}

for plan in survey reads replicates made calibrated records; do
  file=plain.csv
  [ $plan = replicates ] && file=replicates.csv
  # Without labels sexes are 1 and 2; of line breaks `sort` knows nothing.
  sed -e "s/$plan\\.csv\\|survey\\.csv/ordered.csv/" -e 's/Male: /1: /; s/Female: /2: /; s/sex == "Male"/sex == 1/' \
    $plan.yaml >ordered.yaml
  sed 's/ordered\.csv/permuted.csv/' ordered.yaml >permuted.yaml
  cp $file ordered.csv
  shuffle $file >permuted.csv
  cmp -s ordered.csv permuted.csv && wrong "the permutation is none"
  run ordered.yaml ordered.json
  run permuted.yaml permuted.json --threads 3
  without_manifest ordered.json >ordered.txt
  without_manifest permuted.json >permuted.txt
  same "$plan: records in another order" ordered.txt permuted.txt
done
sed -e 's/survey\.csv/plain.csv/' survey.yaml >plain.yaml
sed -e 's/survey\.csv/quoted.csv/' survey.yaml >quoted.yaml
run plain.yaml plain.json
run quoted.yaml quoted.json --threads 3
without_manifest plain.json >plain.txt
without_manifest quoted.json >quoted.txt
same "survey: all fields in quotes" plain.txt quoted.txt

# ---- shards, merged in several orders

# merged PLAN N ORDER: the partial results of N shards, put together in this order.
merged() {
  case $3 in
  forward) names=$(seq 1 "$2") ;;
  backward) names=$(seq "$2" -1 1) ;;
  odd) names=$(seq 1 2 "$2"; seq 2 2 "$2") ;; # the odd ones first
  esac
  # shellcheck disable=SC2046
  timeout 120 "$sampan" merge "$1.yaml" $(echo "$names" | sed 's/.*/shard&.part/') --format json \
    >out.json 2>err </dev/null || wrong "merge of $1, $2 shards: exit code $?: $(cat err)"
  same "$1: $2 shards, $3" "$1.json" out.json
}

for plan in survey records nhanes; do
  counts=5
  [ $plan = survey ] && counts='1 2 5 64'
  for n in $counts; do
    rm -f shard*.part
    for k in $(seq 1 $n); do
      timeout 120 "$sampan" partial $plan.yaml --shard "$k/$n" --threads 2 -o "shard$k.part" 2>err </dev/null ||
        { wrong "partial $plan $k/$n: exit code $?: $(cat err)"; break 2; }
    done
    for order in forward backward odd; do merged $plan $n $order; done
  done
done

# ---- errors

# fault NAME ROW TEXT: the first fault of faulty.csv is told with its row and this text, by all
# threads.
fault() {
  first=
  for way in 1,1024 1,7 2,1024 3,65536 8,7 64,1024; do
    timeout 120 "$sampan" run faulty.yaml --format json --threads "${way%,*}" --batch "${way#*,}" \
      >out 2>err </dev/null
    status=$?
    [ $status = 4 ] || wrong "$1, $way: exit code $status instead of 4: $(cat err)"
    [ -s out ] && wrong "$1, $way: there are results"
    grep -q "row $2[,:]" err || wrong "$1, $way: not of row $2: $(cat err)"
    grep -q "$3" err || wrong "$1, $way: '$3' is not told: $(cat err)"
    if [ -n "$first" ]; then
      same "$1: error by $way" first.err err
    else
      cp err first.err
      first=$way
    fi
  done
}

# spoil ROW COLUMN TEXT: changes a cell of faulty.csv.
spoil() {
  awk -F, -v OFS=, -v row="$1" -v name="$2" -v text="$3" '
    NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i }
    NR == row + 1 { $at = text }
    { print }' faulty.csv >spoilt.csv && mv spoilt.csv faulty.csv
}

sed -e 's/survey\.csv/faulty.csv/' survey.yaml >faulty.yaml
cp plain.csv faulty.csv
spoil 17000 bmi 2x.5
fault "a cell that is no number" 17000 '2x.5'
spoil 21000 bmi 3x.5
spoil 23990 age old
fault "three of them" 17000 '2x.5'
spoil 9000 smoke yes
fault "an earlier one of another column" 9000 'yes'
cp plain.csv faulty.csv
spoil 20000 age '40,41'
spoil 23000 bmi 2x.5
fault "a cell too many, then one that is no number" 20000 'field\|cell\|column'
cp plain.csv faulty.csv
spoil 12000 weight -3
spoil 22000 bmi 2x.5
fault "a weight below 0, then a cell that is no number" 12000 'weight'
spoil 11990 age '40,41'
fault "a cell too many, then a weight below 0" 11990 'field\|cell\|column'
cp plain.csv faulty.csv
spoil 12000 weight -3
spoil 12010 age '40,41'
fault "a weight below 0, then a cell too many" 12000 'weight'
cp plain.csv faulty.csv
spoil 12000 weight -3
spoil 12000 bmi 2x.5
fault "both in one record: its cells come first" 12000 '2x.5'

[ "$failed" = 0 ] && echo "$n_compared results and errors are the same byte for byte"
exit $failed
