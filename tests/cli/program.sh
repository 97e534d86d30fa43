#!/bin/sh
# The command line: exit codes, options, outputs and their writers, languages.
# usage: program.sh SAMPAN
root=${SAMPAN_SOURCE_DIR:-$(cd "$(dirname "$0")/../.." && pwd)}
. "$(dirname "$0")/begin"

# expect CODE TEXT ARGUMENT...: the exit code, and what stderr says.
expect() {
  want=$1
  text=$2
  shift 2
  timeout 60 "$sampan" "$@" >out 2>err </dev/null
  code=$?
  [ "$code" -eq "$want" ] || wrong "exit code $code, not $want: sampan $*"
  if [ -z "$text" ]; then
    [ ! -s err ] || wrong "wrote to stderr: sampan $*"
  else
    grep -qF -e "$text" err || wrong "stderr lacks '$text': sampan $*"
  fi
  if [ "$want" -ne 0 ] && [ "$want" -ne 6 ] && [ -s out ]; then wrong "wrote to stdout: sampan $*"; fi
}

holds() { # FILE TEXT
  grep -qF -e "$2" "$1" || wrong "$1 lacks '$2'"
}

cat >people.csv <<EOF
id,stratum,psu,weight,sex,ill,score
1,A,1,10.5,1,1,3.5
2,A,1,12,2,0,4
3,A,2,9.25,1,0,1
4,A,2,11,2,1,2.5
5,B,1,20,1,1,5
6,B,1,21.5,2,0,3
7,B,2,18,1,0,2
8,B,2,19.75,2,1,4.5
EOF
cat >plan.yaml <<EOF
sampan: 1
title: {en: Our survey, zh: 我们的调查}
data: {file: people.csv}
design: {strata: stratum, psu: psu, weight: weight}
labels: {sex: {label: {en: Sex, zh: 性别}, values: {2: {en: women, zh: 女}, 1: {en: men, zh: 男}}}}
indicators:
  ill: {label: {en: Illness, zh: 患病率}, estimator: prevalence, of: ill == 1, by: [[], [sex]]}
compare: {gap: {method: contrast, of: ill, across: sex}}
EOF
sed 's/^data:.*/data: {file: no-such.csv}/' plan.yaml >io.yaml
sed 's/weight: weight/weight: wieght/' plan.yaml >wrong.yaml
sed 's/people/broken/' plan.yaml >data.yaml
sed 's/^3,A,2,9.25/3,A,2,-9.25/' people.csv >broken.csv
sed 's/ill == 1,/ill == 1, where: score > 9,/; /^compare/d' plan.yaml >nobody.yaml

# ---- exit codes: 0 done, 1 run time, 2 usage, 3 plan, 4 data, 5 plugin, 6 with --strict
expect 0 '' version
holds out 'sampan '
expect 0 '' --version
expect 0 '' --help
holds out 'exit codes'
expect 0 '' run --help

# The manual page has every option and verb of --help.
if [ -r "$root/docs/sampan.1" ]; then
  "$sampan" --help >help
  sed 's/\\-/-/g' "$root/docs/sampan.1" >manual
  for word in $(grep -o -e '--[a-z][a-z-]*' help | sort -u); do
    grep -qF -e "$word" manual || wrong "the manual page lacks $word"
  done
  for word in $(sed -n 's/^  sampan \([a-z]*\).*/\1/p' help); do
    grep -q -e "^\.B[IR]* $word\>" manual || wrong "the manual page lacks sampan $word"
  done
  for word in $(sed -n '/^\.SH OPTIONS/,/^\.SH EXIT/p' manual | grep -o -e '--[a-z][a-z-]*' | sort -u); do
    grep -qF -e "$word" help || wrong "--help lacks $word"
  done
fi
expect 0 '' help
expect 0 '' run plan.yaml
expect 0 '' run -- plan.yaml
expect 0 '' check plan.yaml
holds out 'no error found'
expect 0 '' check -q plan.yaml
[ ! -s out ] || wrong 'check --quiet writes'
expect 1 'no-such.csv: error:' run io.yaml
expect 3 "did you mean 'weight'?" run wrong.yaml
expect 3 'wrong.yaml:4:' check wrong.yaml
expect 4 'broken.csv: error: row 3, column weight' run data.yaml
expect 0 '' check data.yaml
expect 0 '' run nobody.yaml
expect 6 '' run nobody.yaml --strict
[ -s out ] || wrong '--strict keeps back the results'
printf 'no plugin' >bad.so
expect 5 'bad.so' check bad.so

# ---- usage
expect 2 'a verb is missing'
expect 2 "did you mean 'run'?" rum plan.yaml
expect 2 'there is no verb' frobnicate
expect 2 'a file or a name is missing' run
expect 2 'one file or name too many' run plan.yaml data.yaml
expect 2 'did you mean --format?' run plan.yaml --fromat csv
expect 2 'there is no option -x' run plan.yaml -x
expect 2 'needs a value: --output' run plan.yaml -o
expect 2 'takes no value: --json' run plan.yaml --json=yes
expect 2 '--lang is en or zh' run plan.yaml --lang fr
expect 2 '--batch is' run plan.yaml --batch many
expect 2 '--batch is' run plan.yaml --batch=-1
expect 2 '--progress is' run plan.yaml --progress fast
expect 2 '--table is' run plan.yaml --table all
expect 2 "there is no writer 'cvs'" run plan.yaml -f cvs
expect 2 'no writer claims the file name' run plan.yaml -o results.wav
expect 2 "did you mean 'csv'?" run plan.yaml -f cvs -o results.csv
expect 2 'does not write annexes' annex plan.yaml -o annex.csv
[ ! -e results.csv ] || wrong 'a wrong command line wrote a file'
i=0
many=
while [ $i -lt 40 ]; do
  many="$many -o out$i.csv"
  i=$((i + 1))
done
# shellcheck disable=SC2086
expect 2 'too many times' run plan.yaml $many

# ---- every writer that makes tables, by name and by file name
for writer in csv json markdown html; do
  case $writer in markdown) file=r.md ;; *) file=r.$writer ;; esac
  if ! timeout 60 "$sampan" run plan.yaml -f $writer >out 2>err; then
    grep -qF -e 'does not write tables' -e 'there is no writer' err || wrong "-f $writer"
    continue
  fi
  expect 0 '' run plan.yaml -o $file
  cmp -s out /dev/null || wrong "-o $file writes to stdout, too"
  timeout 60 "$sampan" run plan.yaml -f $writer >out 2>err
  cmp -s out $file || wrong "-o $file is not what -f $writer prints"
  holds $file.manifest.json '"sha256"'
  holds $file.manifest.json '"kind":"comparison","name":"contrast"'
done
expect 0 '' run plan.yaml --json
cmp -s out r.json || wrong '--json is not -f json'
if command -v python3 >/dev/null; then
  python3 -c 'import json, sys
for name in sys.argv[1:]: json.load(open(name, encoding="utf-8"))' r.json r.json.manifest.json ||
    wrong 'not JSON'
fi
expect 0 '' run plan.yaml -f csv -o r.txt
cmp -s r.txt r.csv || wrong '--format does not decide over the file name'

# ---- several outputs, tables, languages
rm -f r.*
expect 0 '' run plan.yaml -o r.csv -o r.json -o -
[ -s r.csv ] && [ -s r.json ] && [ -s out ] || wrong 'three outputs'
cmp -s out r.csv || wrong '-o - is not CSV'
expect 0 '' run plan.yaml --table comparisons -f csv
holds out gap
expect 0 '' run plan.yaml --table=estimates -f csv
cmp -s out r.csv || wrong '--table estimates is not the default'
# Values in the order of the labels, not of the numbers: 2 before 1.
[ "$(sed 1d r.csv | grep -n women | cut -d: -f1)" -lt "$(sed 1d r.csv | grep -n ',men' | cut -d: -f1)" ] ||
  wrong 'values are not in the order of their labels'
expect 0 '' run plan.yaml --lang zh -f csv
holds out 患病率
holds out 女
expect 0 '' run plan.yaml -l en -f csv
cmp -s out r.csv || wrong 'English is not the default'
"$sampan" run plan.yaml --progress plain -f csv >out 2>err
[ -s err ] || wrong '--progress plain shows nothing'
"$sampan" run plan.yaml --progress plain --quiet -f csv >out 2>err
[ ! -s err ] || wrong '--quiet is not quiet'

# ---- the locale and the working folder do not matter
"$sampan" run plan.yaml -f csv >here 2>err
mkdir -p deep/er
(cd deep/er && LC_ALL=de_DE.UTF-8 LANG=zh_CN.UTF-8 "$sampan" run ../../plan.yaml -f csv) >there 2>err
cmp -s here there || wrong 'another folder or locale gives other results'
[ $failed -eq 0 ] && echo 'all as expected'
exit $failed
