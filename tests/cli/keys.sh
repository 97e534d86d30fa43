#!/bin/sh
# Keys of CSV files are what they are written as, whether they can be read as numbers or not: results
# and errors are those of a plan that says that they are texts.
# usage: keys.sh SAMPAN
. "$(dirname "$0")/begin"

# Keys with signs, of many digits, quoted and missing; c is the only one that an expression uses.
awk 'BEGIN {
    seed = 20260711
    print "year,h,p,w,y,a,b,c"
    for (i = 0; i < 3000; i++) {
      seed = (seed * 16807 + 7) % 2147483647
      a = seed % 7 - 3
      b = seed % 11 == 0 ? "" : seed % 11 == 1 ? " " : seed % 5 == 0 ? "100000000000000" : seed % 13 * 1009
      printf "%d,%d,%s,%.3f,%d,%s,%s,%d\n", 2019 + seed % 3, i % 9 * 10, \
        seed % 3 ? i % 9 * 1000003 + int(seed / 7) % 40 : "\"" (i % 9 * 1000003 + int(seed / 7) % 40) "\"", \
        1 + seed % 97 / 8, seed % 2, a, b, seed % 4
    }
  }' >all.csv

# plan DATA [MORE]: plan.yaml, and text/plan.yaml, which says that the keys are texts.
plan() {
  mkdir -p text
  cat >plan.yaml <<EOF
sampan: 1
data: $1
design: {strata: [year, h], psu: p, weight: w}
period: year
${2-}
indicators:
  y: {estimator: prevalence, of: y == 1, by: [[], [a], [a, b], [c]], where: c < 3}
  n: {estimator: count, of: y == 1, by: [[b]]}
compare:
  of_a: {method: contrast, of: y, across: a}
EOF
  { sed 's/file: /file: ..\//g' plan.yaml
    echo 'types: {year: text, h: text, p: text, a: text, b: text}'; } >text/plan.yaml
}

# as_text WHAT: both plans come to the same, or fail of the same.
as_text() {
  for threads in 1 3; do
    "$sampan" run plan.yaml --threads $threads >out 2>err
    code=$?
    (cd text && "$sampan" run plan.yaml --threads $threads) >text.out 2>text.err
    [ $code -eq $? ] || wrong "$1, $threads threads: exit code $code, and not so as texts"
    cmp -s out text.out || wrong "$1, $threads threads: the results are others as texts"
    sed 's/\.\.\///g; s/text\/plan/plan/g' text.err | cmp -s - err || wrong "$1, $threads threads: the log is another as texts"
  done
  if [ "${2-0}" -ne "$code" ]; then wrong "$1: exit code $code"; fi
}

plan '{file: all.csv}'
as_text "whole numbers"
cp out whole

# The last record has a key that is no such number, and is dropped or stays.
for odd in A7 007 1.0 +5 ' 5' 1e3 -00.5 1000000000000000 'x,y'; do
  { cat all.csv; printf '2020,0,1000,1,1,1,"%s",9\n' "$odd"; } >odd.csv
  plan '{file: odd.csv}' 'drop: [{when: c == 9, reason: odd}]'
  as_text "'$odd' in a dropped record"
  grep -v odd out | cmp -s - whole || wrong "'$odd' in a dropped record changes the results"
  plan '{file: odd.csv}'
  as_text "'$odd'"
done

# One number in two writings is an error, with its place.
{ cat all.csv; echo '2020,00,1000,1,1,1,2,1'; } >twin.csv
plan '{file: twin.csv}'
as_text "one stratum in two writings" 4
grep -q 'column .h. holds "0" and "00"' err || wrong "one stratum in two writings: no such error"
{ cat all.csv; echo '2020,0,1000,1,1,-0,2,1'; } >twin.csv
as_text "-0" 4

# Codes that mean missing, alike as number and as text, and not.
for codes in '[-3, 2018]' '[NA, 0]' '[1.0, -3]' '[01]'; do
  plan '{file: all.csv}' "missing: {a: $codes, b: $codes}"
  as_text "missing: $codes"
done

# Several files, one of which has other keys, none, or sets them.
sed 's/,-3,/,A,/' all.csv >letters.csv
cut -d, -f1-6,8 all.csv >short.csv
gzip -c all.csv >again.csv.gz
plan '{waves: [{file: all.csv}, {file: again.csv.gz}]}'
as_text "two waves"
plan '{waves: [{file: all.csv}, {file: letters.csv}]}'
as_text "two waves, one with letters"
plan '{waves: [{file: all.csv}, {file: short.csv, absent: [b]}]}'
as_text "a wave without the key"
plan '{waves: [{file: all.csv}, {file: short.csv, set: {b: 1.0}}]}'
as_text "a wave that sets the key"
"$sampan" pack all.csv -o all.sampan 2>err || wrong "pack"
plan '{waves: [{file: all.csv}, {file: all.sampan}]}'
as_text "a packed wave"

# Shards of a file that is cut by bytes: the keys of the first are whole numbers, the second has
# another.
awk 'BEGIN {
    note = "many words "
    while (length(note) < 1000) note = note note
    print "year,h,p,w,y,a,b,c,note"
    for (i = 0; i < 9000; i++) {
      printf "%d,%d,%d,%.2f,%d,%d,%s,%d,%s\n", 2019 + i % 2, i % 9, i, 1 + i % 97 / 8, i % 7 < 3, i % 5, \
        i == 8500 ? "A7" : i % 3, i % 4, note
    }
  }' >big.csv
[ "$(wc -c <big.csv)" -gt 8388608 ] || wrong "the large file is too small"
plan '{file: big.csv}'
as_text "one odd key in a large file"
for k in 1 2; do
  "$sampan" partial plan.yaml --shard $k/2 -o $k.state 2>err || wrong "shard $k"
done
for order in '1.state 2.state' '2.state 1.state'; do
  # shellcheck disable=SC2086
  "$sampan" merge plan.yaml $order >merged 2>err || wrong "merge $order"
  cmp -s out merged || wrong "the shards $order come to something else than the run"
done
grep -q A7 merged || wrong "the odd key is in no result"

[ $failed -eq 0 ] && echo "all passed"
exit $failed
