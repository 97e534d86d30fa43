#!/bin/sh
# --columns: which columns of a csv table, and in which order.
# usage: columns.sh SAMPAN
. "$(dirname "$0")/begin"

printf 'sex,ill\n"f, girls",1\n"f, girls",0\nm,0\nm,1\nm,1\nm,1\n' >people.csv
cat >plan.yaml <<'END'
sampan: 1
data: {file: people.csv}
indicators:
  ill: {estimator: prevalence, of: ill == 1, by: [[], [sex]]}
compare:
  sexes: {method: contrast, of: ill, across: sex}
END

# holds NAME TEXT OPTION...: the whole table is this text.
holds() {
  name=$1 text=$2
  shift 2
  "$sampan" run plan.yaml -f csv "$@" >out 2>err || wrong "$name: exit code $?: $(cat err)"
  printf "$text" >want
  cmp -s want out || { wrong "$name"; diff want out; }
}

# refused NAME TEXT OPTION...: a usage error that tells this.
refused() {
  name=$1 text=$2
  shift 2
  "$sampan" run plan.yaml "$@" >out 2>err
  status=$?
  [ $status = 2 ] || wrong "$name: exit code $status"
  [ ! -s out ] || wrong "$name: there is output"
  grep -q "$text" err || wrong "$name: '$text' is not told: $(cat err)"
  grep -q hint: err || wrong "$name: no hint"
}

holds 'estimates, in another order' \
  'by.sex,estimate,indicator,n\r\n,0.6666666666666666,ill,6\r\n"f, girls",0.5,ill,2\r\nm,0.75,ill,4\r\n' \
  --columns by.sex,estimate,indicator,n
holds 'one column twice' 'n,n\r\n6,6\r\n2,2\r\n4,4\r\n' --columns n,n
holds 'comparisons' 'statistic,estimate\r\ndifference,0.25\r\nratio,1.5\r\n' \
  --table comparisons --columns statistic,estimate
"$sampan" run plan.yaml -f csv >all 2>err
"$sampan" run plan.yaml -f csv --columns "$(head -n 1 all | tr -d '\r')" >named 2>err
cmp -s all named || wrong 'all columns by name are not the whole table'

refused 'an unknown column' "no column 'estimat'" -f csv --columns n,estimat
refused 'a column of the other table' "no column 'p_value'" -f csv --columns p_value
refused 'an empty name' "no column ''" -f csv --columns n,
refused 'another writer' "'json' writes all columns" -f json --columns n

[ "$failed" = 0 ] && echo "columns are those that were asked for"
exit $failed
