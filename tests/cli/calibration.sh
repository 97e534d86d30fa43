#!/bin/sh
# What calibration, lonely PSUs in domains and waves that share PSUs come to, against R `survey`.
# usage: calibration.sh SAMPAN
. "$(dirname "$0")/begin"

run() { # PLAN
  timeout 60 "$sampan" run "$1" -o out.csv 2>err </dev/null || wrong "exit code $?: $1"
  cut -d, -f1,5,12,16 out.csv >out # indicator, level, std_error, df
}

holds() { # TEXT: the beginning of a line
  grep -q "^$1" out || wrong "the results lack '$1': $(tr '\n' ' ' <out)"
}

says() { # TEXT
  grep -q "$1" err || wrong "stderr lacks '$1'"
}

# Linear calibration makes some weights negative: calibrate(design, ~z, c(80, 800)) in R.
cat >c.csv <<EOF
st,psu,w,sex,z,x
1,1,10,F,1,1
1,1,10,M,2,2
1,2,10,F,3,3
1,2,10,F,9,4
2,1,10,M,1,5
2,1,10,M,8,6
2,2,10,F,2,7
2,2,10,M,3,9
EOF
cat >negative.yaml <<EOF
sampan: 1
data: {file: c.csv}
types: {sex: text}
design: {strata: st, psu: psu, weight: w, calibrate: {totals: {"1": 80, z: 800}}}
indicators:
  m: {estimator: mean, of: x, by: [[], [sex]]}
  t: {estimator: total, of: z}
EOF
run negative.yaml
holds 'm,,1.450251'
holds 'm,F,1.159332'
holds 'm,M,1.014566'
holds 't,,0,2'

# df of a comparison are those of the records compared, also where all units have residuals.
cat >joint.yaml <<EOF
sampan: 1
data: {file: c.csv}
types: {sex: text}
design: {strata: st, psu: psu, weight: w, poststratify: {by: sex, totals: {F: 40, M: 40}}}
indicators:
  m: {estimator: mean, of: x, where: st == 2, by: [[sex]]}
compare:
  d: {method: contrast, of: m, across: sex}
EOF
"$sampan" run joint.yaml --table comparisons -o out.csv 2>err || wrong "exit code $?: joint.yaml"
python3 -c 'import csv; print(next(csv.DictReader(open("out.csv")))["df"])' >out
holds '1$'

# Records of weight 0 count where PSUs are counted for the rule, and not where df are.
cat >l.csv <<EOF
st,psu,w,g,x
1,1,2,a,1
1,2,3,a,4
1,3,1,b,3
2,4,2,b,2
2,5,0,b,9
3,6,2,a,5
3,7,2,b,6
EOF
cat >lonely.yaml <<EOF
sampan: 1
data: {file: l.csv}
types: {g: text}
design: {strata: st, psu: psu, weight: w, lonely: average, lonely_in_domain: yes}
indicators:
  t: {estimator: total, of: x, where: 'st == 2 and g == "b"'}
EOF
run lonely.yaml
holds 't,,4,' # PSU totals 4 and 0: 2 / (2 - 1) * (2^2 + 2^2) = 16

# Waves whose PSU numbers start anew are not the same PSUs: the log asks.
cat >waves.yaml <<EOF
sampan: 1
data: {file: c.csv}
period: z
design: {psu: psu, strata: st, weight: w, lonely: remove}
indicators: {m: {estimator: count}}
EOF
run waves.yaml
says "hold records of several values of 'z'"

exit "$failed"
