#!/bin/sh
# What a plan reads from files that differ: side keys, reasons for missing values over waves, types.
# usage: records.sh SAMPAN
people=$(readlink -f "$(dirname "$0")/../conformance/samples/people.xpt")
. "$(dirname "$0")/begin"

run() { # PLAN
  timeout 60 "$sampan" run "$1" >out 2>err </dev/null || wrong "exit code $?: $1"
}

holds() { # TEXT: the beginning of a line
  grep -q "^$1" out || wrong "the results lack '$1'"
}

printf 'id,y\n1,1\n2,0\n4,1\n' >main.csv
printf 'pid,v\n1,10\n2,20\n4,30\n' >side.csv

# The key of a side table is not a column of the records: a constant of its name is.
cat >set.yaml <<EOF
sampan: 1
data: {file: main.csv, set: {pid: 2022}, join: [{file: side.csv, by: {id: pid}}]}
indicators:
  pid: {estimator: mean, of: pid}
  v: {estimator: mean, of: v}
EOF
run set.yaml
holds 'pid,pid,,,,mean,,3,,3,2022,0'
holds 'v,v,,,,mean,,3,,3,20,'

# And in a wave that has such a column, it is that column.
printf 'id,pid,v\n7,1,1\n8,2,2\n' >later.csv
cat >waves.yaml <<EOF
sampan: 1
data:
  waves:
    - {file: main.csv, set: {year: 1, pid: 5}, join: [{file: side.csv, by: {id: pid}}]}
    - {file: later.csv, set: {year: 2}}
period: year
indicators:
  pid: {estimator: mean, of: pid}
EOF
run waves.yaml
holds 'pid,pid,1,,,mean,,3,,3,5,'
holds 'pid,pid,2,,,mean,,2,,2,1.5,'

# All missing, of whatever type, is an answer.
cat >missing.yaml <<EOF
sampan: 1
data: {file: main.csv}
derive: {z: "number(if(y > 1, missing, missing))"}
indicators:
  z: {estimator: mean, of: z}
EOF
run missing.yaml
holds 'z,z,,,,mean,,0,,0,,'

# Reasons of one wave are not those of the next, which has no such column.
printf 'ID\n1\n2\n3\n4\n' >ids.csv
cat >reasons.yaml <<EOF
sampan: 1
data:
  waves:
    - {file: ids.csv, set: {year: 1}, join: [{file: $people, by: ID}]}
    - {file: ids.csv, set: {year: 2}, absent: [BMI]}
period: year
indicators:
  refused: {estimator: prevalence, of: "is_missing(BMI, 'a')"}
EOF
run reasons.yaml
holds 'refused,refused,1,,,prevalence,proportion,4,1,4,0.25,'
holds 'refused,refused,2,,,prevalence,proportion,4,0,4,0,'

# Thousands of derived columns, each from the one before.
awk 'BEGIN { print "sampan: 1\ndata: {file: main.csv}\nderive:\n  z0: y + 1"
             for (i = 1; i < 20000; i++) printf "  z%d: z%d + 1\n", i, i - 1
             print "indicators: {z: {estimator: mean, of: z19999}}" }' >chain.yaml
(ulimit -s 256 && timeout 60 "$sampan" run chain.yaml) >out 2>err || wrong "exit code $?: chain.yaml"
holds 'z,z,,,,mean,,3,,3,20000.66'

[ "$failed" -eq 0 ] && echo passed
exit "$failed"
