#!/bin/sh
# No output overwrites an input or another output: a usage error before anything is read.
# usage: inputs_kept.sh SAMPAN
root=${SAMPAN_SOURCE_DIR:-$(cd "$(dirname "$0")/../.." && pwd)}
. "$(dirname "$0")/begin"
mkdir "$scratch/in"
cd "$scratch/in" || exit 1

# refused TEXT ARGUMENT...: exit code 2, the text, and the folder as it was.
refused() {
  text=$1
  shift
  find . -type f ! -name out ! -name err | sort | xargs sha256sum >../sums
  timeout 60 "$sampan" "$@" >out 2>err </dev/null
  code=$?
  [ $code -eq 2 ] || wrong "exit code $code, not 2: sampan $*"
  grep -qF -e "$text" err || wrong "stderr lacks '$text': sampan $*"
  [ ! -s out ] || wrong "wrote to stdout: sampan $*"
  find . -type f ! -name out ! -name err | sort | xargs sha256sum | cmp -s - ../sums ||
    wrong "files have changed: sampan $*"
  rm -f ../sums
}

mkdir plans data
printf 'id,age,ill\n1,20,1\n2,30,0\n3,40,1\n' >data/w1.csv
cp data/w1.csv data/w2.csv
printf 'id,rich\n1,1\n2,0\n3,0\n' >data/side.csv
printf 'age,population\n0-29,60\n30+,40\n' >data/pop.csv
cat >plans/plan.yaml <<EOF
sampan: 1
data:
  waves:
    - {file: ../data/w1.csv, set: {year: 1}, join: [{file: ../data/side.csv, by: id}]}
    - {file: ../data/w2.csv, set: {year: 2}}
period: year
indicators:
  ill: {estimator: standardized, of: ill == 1, age: age, standard: ../data/pop.csv}
EOF
ln data/w2.csv hard.csv
ln -s data/w1.csv soft.csv
is='is an input of this run'
refused "$is" run plans/plan.yaml -f csv -o plans/plan.yaml
refused "$is" run plans/plan.yaml -o data/w1.csv
refused "$is" run plans/plan.yaml -o r.csv -o "$PWD/plans/../data/w2.csv"
refused "$is" run plans/plan.yaml -o data/side.csv
refused "$is" run plans/plan.yaml -o hard.csv
refused "$is" run plans/plan.yaml -o soft.csv
refused "$is" run plans/plan.yaml -o data/pop.csv
twice='two outputs go to'
refused "$twice the same file" run plans/plan.yaml -o r.csv -o ./r.csv
refused "$twice the same file" run plans/plan.yaml -o r.csv -o data/../r.csv
refused "$twice the same file" run plans/plan.yaml -o r.json -f json -o r.json.manifest.json
refused "$twice standard output" run plans/plan.yaml -f csv -o - -o -
refused "$is" describe data/w1.csv -o data/w1.csv
refused 'has one output' describe data/w1.csv -o a -o b
# A manifest is an output as well.
sed 's|w1.csv|r.csv.manifest.json, source: csv|' plans/plan.yaml >plans/odd.yaml
cp data/w1.csv data/r.csv.manifest.json
refused "$is" run plans/odd.yaml -o data/r.csv

data=$root/datasets/lianyun
if [ -r "$data/programme.yaml" ]; then
  cp -r "$data" "$root/datasets/literacy" .
  survey=$(cd lianyun && ls survey_*.csv | head -n 1)
  refused "$is" annex lianyun/programme.yaml -f html -o "lianyun/$survey"
  refused "$is" annex lianyun/programme.yaml -f html -o lianyun/programme.yaml
  # The annex has standard output to itself, and the verdicts stay to be seen.
  "$sampan" annex lianyun/programme.yaml -f html -o annex.html >out 2>err || wrong 'annex'
  grep -q 达标 out || wrong 'no verdicts'
  "$sampan" annex lianyun/programme.yaml -f html -o - >all.html 2>err || wrong 'annex -o -'
  cmp -s annex.html all.html || wrong 'annex -o - holds more than the annex'
  grep -v records err | cmp -s - out || wrong 'annex -o -: the verdicts are not on stderr'
fi

# And what is no input is written, devices without a manifest.
sed '/join/s/, join.*/}/; s/standardized/prevalence/; s/, age: age.*/}/' plans/plan.yaml >plans/fine.yaml
"$sampan" run plans/fine.yaml -o r.csv -o r2.csv 2>err || wrong 'a run that should succeed'
"$sampan" run plans/fine.yaml -o r.csv 2>err || wrong 'its result written again'
"$sampan" run plans/fine.yaml -f csv -o /dev/null -o /dev/null 2>err || wrong 'to a device, twice'
[ ! -e /dev/null.manifest.json ] || wrong 'a manifest beside a device'
"$sampan" run plans/fine.yaml -f csv >shell.csv 2>err || wrong 'to a file by the shell'
cmp -s shell.csv r.csv || wrong 'standard output has another table'
[ $failed -eq 0 ] && echo 'all as expected'
exit $failed
