#!/bin/sh
# Shards: what they come to together is what a run comes to, byte for byte, however the records are
# divided and in whatever order the states are given; and states that do not belong together are
# refused by name.
# usage: shards.sh SAMPAN
. "$(dirname "$0")/begin"

# A survey of two years with awkward weights, sizes of populations, and replicate weights.
awk 'function random() { seed = (seed * 16807) % 2147483647; return seed / 2147483647 }
  BEGIN {
    seed = 20260417
    printf "id,year,stratum,psu,house,n1,n2,weight,sex,age,ill,spent,place,note"
    for (r = 1; r <= 8; r++) printf ",r%d", r
    print ""
    for (i = 1; i <= 1500; i++) {
      h = int(random() * 6)
      p = 1 + int(random() * (2 + h % 4))
      w = exp(3 * random()) * (1 + h)
      printf "%d,%d,s%d,%d,%d,%d,%d,%.13g,%s,%d,%s,%s,%s,%s", i, 2020 + int(random() * 2), h, \
        10 * h + p, int(random() * 4), 40 + h, 9 + p, w, random() < 0.5 ? "m" : "f", \
        15 + int(random() * 70), random() < 0.05 ? "" : (random() < 0.3 ? 1 : 0), \
        random() < 0.03 ? "" : sprintf("%.6f", 1000 * random()), \
        random() < 0.01 ? "" : sprintf("%c", 97 + int(random() * 5)), \
        random() < 0.2 ? "\"a, \"\"b\"\"\nand more\"" : "x"
      for (r = 1; r <= 8; r++) printf ",%.10g", w * (random() < 0.5 ? 0 : 2)
      print ""
    }
  }' >all.csv
awk 'BEGIN { print "place,rank,kind"; print "a,1,u"; print "b,2,u"; print "c,3,r"; print "e,4,r" }' >side.csv
sed 's/,m,/,f,/' all.csv >other.csv
gzip -c all.csv >again.csv.gz

indicators='indicators:
  ill: {estimator: prevalence, of: ill == 1, by: [[], [sex], [sex, place]]}
  spent: {estimator: mean, of: spent, by: [[], [place]]}
  sum: {estimator: total, of: spent, where: age >= 40}
  known: {estimator: count, of: ill == 1}
compare:
  sexes: {method: contrast, of: ill, across: sex}'
# plan NAME DATA DESIGN [MORE]
plan() {
  { printf 'sampan: 1\ndata: %s\n' "$2"
    [ -z "$3" ] || printf 'design: %s\n' "$3"
    [ -z "${4-}" ] || printf '%s\n' "$4"
    echo "$indicators"
  } >"$1.yaml"
}
plan nested '{file: all.csv}' '{strata: [year, stratum], psu: psu, weight: weight}' 'period: year'
plan not-nested '{file: all.csv}' '{strata: stratum, psu: psu, weight: weight, nest: no}' 'domain: age < 60
drop: [{when: age < 20, reason: too young}]'
plan records '{file: all.csv}' '{strata: stratum, weight: weight}' 'period: year'
plan stages '{file: all.csv}' '{strata: stratum, psu: psu, weight: weight, fpc: n1, fpc_is: population, stages: [{unit: house, fpc: n2}]}'
plan replicates '{file: all.csv}' '{weight: weight, df: domain, replicates: {type: BRR, weights: r1..r8, combined: yes}}'
plan plain '{file: all.csv}' ''
plan waves '{waves: [{file: all.csv}, {file: again.csv.gz}, {file: other.csv}]}' '{strata: stratum, psu: psu, weight: weight}'
plan joined '{file: all.csv, join: [{file: side.csv, by: place}]}' '{strata: stratum, psu: psu, weight: weight}' 'domain: rank > 1'

run() { # PLAN
  "$sampan" run "$1.yaml" -o "$1.json" -o "$1.csv" 2>"$1.notes" || {
    wrong "run of $1: $(cat "$1.notes")"
    return 1
  }
}

# Lines in another order, by a seeded number.
shuffle() { awk -v seed="$1" '{ seed = (seed * 48271 + 11) % 2147483647; print seed, $0 }' | sort -n | cut -d' ' -f2-; }

# shards PLAN N OPTION...: makes them.
shards() {
  name=$1
  n=$2
  shift 2
  for k in $(seq "$n"); do
    "$sampan" partial "$name.yaml" --shard "$k/$n" -o "$name-$k-$n.state" "$@" 2>err || {
      wrong "partial $name $k/$n: $(cat err)"
      return 1
    }
  done
}

for name in nested not-nested records stages replicates plain waves joined; do
  run $name || continue
  for n in 1 2 5; do
    shards $name $n --batch $((64 * n)) || break
    for seed in 3 8; do
      # shellcheck disable=SC2046 # names of files without blanks
      "$sampan" merge $name.yaml $(ls $name-*-$n.state | shuffle $seed) -o out.json -o out.csv 2>notes || {
        wrong "merge $name of $n: $(cat notes)"
        continue
      }
      for form in json json.manifest.json csv csv.manifest.json; do
        cmp -s "$name.$form" "out.$form" || wrong "$name in $n shards: $form differs"
      done
      cmp -s "$name.notes" notes || wrong "$name in $n shards: the notes differ"
      rm -f out.*
    done
  done
  echo "done   $name"
done

# More shards than some have records, and shards of two divisions that fit.
shards nested 64
# shellcheck disable=SC2046
"$sampan" merge nested.yaml $(ls nested-*-64.state | shuffle 5) -o out.csv 2>err || wrong "64: $(cat err)"
cmp -s nested.csv out.csv || wrong "64 shards differ"
shards nested 4
"$sampan" merge nested.yaml nested-4-4.state nested-1-2.state nested-3-4.state -o out.csv 2>err || wrong "1/2, 3/4, 4/4: $(cat err)"
cmp -s nested.csv out.csv || wrong "shards of two divisions differ"
"$sampan" partial nested.yaml >nested-all.state 2>err || wrong "to standard output: $(cat err)"
"$sampan" merge nested.yaml nested-all.state -o out.csv 2>err || wrong "a state of all: $(cat err)"
cmp -s nested.csv out.csv || wrong "without --shard it is not all of the records"

# A file that is large enough to be cut by bytes; some records have line ends in them, and the last
# PSUs are no numbers, of which the other shards know nothing.
awk 'BEGIN {
    print "h,p,w,y,z,note"
    for (i = 0; i < 120000; i++) {
      seed = (seed * 16807 + 7) % 2147483647
      printf "%d,%s%d,%.3f,%d,%.6f,%s\n", i % 9, (i > 119000 ? "x" : ""), int(seed / 7) % 40, 1 + seed % 97 / 8, seed % 2, \
        seed % 1013 / 7, seed % 5 == 0 ? "\"line\none, \"\"two\"\" and a good deal more of words\"" : \
        "plain words, and so many of them that the line is long enough"
    }
  }' | sed 's/,plain words, and/,plain words and/' >big.csv
[ "$(wc -c <big.csv)" -gt 8388608 ] || wrong "the large file has $(wc -c <big.csv) bytes"
indicators='indicators:
  share: {estimator: prevalence, of: y == 1, by: [[], [h]]}
  mean: {estimator: mean, of: z}'
plan large '{file: big.csv}' '{strata: h, psu: p, weight: w}'
run large
for n in 3 7; do
  shards large $n --threads $n
  # shellcheck disable=SC2046
  "$sampan" merge large.yaml $(ls large-*-$n.state | shuffle $n) -o out.json 2>err || wrong "large $n: $(cat err)"
  for form in json json.manifest.json; do
    cmp -s "large.$form" "out.$form" || wrong "the large file in $n shards: $form differs"
  done
done
[ "$(wc -c <large-2-7.state)" -gt 1000 ] || wrong "a shard of the large file is empty"
# The same file in sampan's own format, which has pieces.
"$sampan" pack big.csv -o big.sampan 2>err || wrong "pack: $(cat err)"
plan packed '{file: big.sampan}' '{strata: h, psu: p, weight: w}'
run packed
shards packed 5
# shellcheck disable=SC2046
"$sampan" merge packed.yaml $(ls packed-*-5.state | shuffle 2) -o out.json 2>err || wrong "packed: $(cat err)"
for form in json json.manifest.json; do
  cmp -s "packed.$form" "out.$form" || wrong "the packed file in shards: $form differs"
done
# Its lines end in CR LF, and the last one in CR: that is a record for every way of reading.
sed 's/$/\r/' big.csv | head -c -1 >crlf-data.csv
plan crlf '{file: crlf-data.csv}' '{strata: h, psu: p, weight: w}'
run crlf
shards crlf 2
"$sampan" merge crlf.yaml crlf-1-2.state crlf-2-2.state -o out.json 2>err || wrong "CR at the end: $(cat err)"
cmp -s crlf.json out.json || wrong "a file that ends in CR, in shards, differs"
# Its characters cannot be told from marks from the middle on: all shards take it by records.
plan gb '{file: big.csv, options: {encoding: gb18030}}' '{strata: h, psu: p, weight: w}'
run gb
shards gb 2
"$sampan" merge gb.yaml gb-1-2.state gb-2-2.state -o out.json 2>err || wrong "gb18030: $(cat err)"
cmp -s gb.json out.json || wrong "a file of gb18030 in shards differs"
indicators='indicators: {ill: {estimator: prevalence, of: ill == 1}}'

# refused NAME SMPid WORDS COMMAND...: with the id and the words, and nothing written.
refused() {
  name=$1
  id=$2
  words=$3
  shift 3
  rm -f out.csv
  if "$sampan" "$@" >out.txt 2>err; then
    wrong "$name: taken"
  elif ! grep -q "\[$id\]" err || ! grep -qF -- "$words" err; then
    wrong "$name: $(cat err)"
  elif [ -e out.csv ]; then
    wrong "$name: something was written"
  else
    echo "ok     $name"
  fi
}
one=nested-1-2.state
two=nested-2-2.state
refused "a shard is missing" SMP2245 "missing are the shards 2/2" merge nested.yaml $one -o out.csv
refused "two of five are missing" SMP2245 "missing are the shards 2/5, 4/5" \
  merge nested.yaml nested-1-5.state nested-3-5.state nested-5-5.state -o out.csv
refused "the same state twice" SMP2244 "shard 1/2" merge nested.yaml $one $two $one -o out.csv
cp $one copy.state
refused "a copy of a state" SMP2244 "cover the same records" merge nested.yaml $one copy.state $two -o out.csv
refused "shards that overlap" SMP2244 "cover the same records" merge nested.yaml nested-1-2.state nested-2-4.state $two -o out.csv
refused "a state of another plan" SMP2242 "another plan" merge nested.yaml $one records-2-2.state -o out.csv
sed 's/ill == 1/ill == 0/' nested.yaml >changed.yaml
refused "a plan that was changed" SMP2242 "another plan" merge changed.yaml $one $two -o out.csv
refused "no state" SMP2240 "no state of a shard" merge nested.yaml $one all.csv -o out.csv
refused "no such file" SMP1001 "nowhere.state" merge nested.yaml nowhere.state -o out.csv
head -c 500 $two >cut.state
refused "a state that was cut off" SMP2240 "cut off" merge nested.yaml $one cut.state -o out.csv
{ cat $two; echo; } >long.state
refused "a state with more behind it" SMP2240 "bytes behind its end" merge nested.yaml $one long.state -o out.csv
{ head -c 900 $two; printf '\377\001'; tail -c +903 $two; } >flipped.state
refused "a damaged state" SMP2240 "checksum" merge nested.yaml $one flipped.state -o out.csv
mkdir old && cp nested.yaml old/ && cp other.csv old/all.csv
"$sampan" partial old/nested.yaml --shard 2/2 -o old.state 2>err || wrong "partial of the other file: $(cat err)"
refused "a state of another file" SMP2242 "another file 'all.csv'" merge nested.yaml $one old.state -o out.csv
refused "a file that has changed" SMP2243 "'all.csv' has changed" merge old/nested.yaml $one $two -o out.csv
refused "an output that is a state" SMP6080 "is an input" merge nested.yaml $one $two -o $two --format csv
refused "no number of a shard" SMP6090 "not 3/2" partial nested.yaml --shard 3/2 -o out.csv
refused "shard 0" SMP6090 "numbered from 1" partial nested.yaml --shard 0/2 -o out.csv
# The last shard alone finds an end that only a whole read understands.
{ cat crlf-data.csv; printf '\n\r'; } >odd-data.csv
indicators='indicators: {mean: {estimator: mean, of: z}}'
plan odd '{file: odd-data.csv}' '{strata: h, psu: p, weight: w}'
indicators='indicators: {ill: {estimator: prevalence, of: ill == 1}}'
run odd
"$sampan" partial odd.yaml --shard 1/2 -o odd-1.state 2>err || wrong "the first shard of odd-data.csv: $(cat err)"
refused "a shard that cannot be cut" SMP2021 "use \`sampan run\`" partial odd.yaml --shard 2/2 -o out.csv
refused "no state given" SMP6003 "missing" merge nested.yaml

indicators='indicators:
  ill: {estimator: prevalence, of: ill == 1}
  middle: {estimator: quantile, of: spent}'
plan quantile '{file: all.csv}' '{strata: stratum, psu: psu, weight: weight}'
refused "an estimator of several reads" SMP2246 "'middle'" partial quantile.yaml --shard 1/2 -o out.csv
indicators='indicators: {ill: {estimator: prevalence, of: ill == 1}}'
plan made '{file: all.csv}' '{strata: stratum, psu: psu, weight: weight, make_replicates: {type: JKn}}'
refused "replicates that are made" SMP2246 "made from the PSUs" partial made.yaml -o out.csv
mkfifo pipe.csv
plan piped '{file: pipe.csv}' '{strata: stratum, psu: psu, weight: weight}'
cat all.csv >pipe.csv &
refused "a pipe" SMP2246 "'pipe.csv' is a pipe" partial piped.yaml --shard 1/2 -o out.csv
wait
plan none '{file: all.csv}' '{strata: stratum, psu: psu, weight: weight}' 'keep: age > 200'
shards none 2
refused "no record in any shard" SMP2211 "not one of the 1500 records" \
  merge none.yaml none-1-2.state none-2-2.state -o out.csv

# What only two shards together show.
printf 'h,p,w,n,y\na,1,1,9,1\na,2,1,9,0\nb,2,1,7,1\nb,3,1,7,0\n' >small.csv
indicators='indicators: {y: {estimator: prevalence, of: y == 1}}'
plan small '{file: small.csv}' '{strata: h, psu: p, weight: w, nest: no}'
shards small 2
refused "a PSU in the strata of two shards" SMP2106 "PSU '2' is in stratum 'b' here, and in stratum 'a'" \
  merge small.yaml small-1-2.state small-2-2.state -o out.csv
exit $failed
