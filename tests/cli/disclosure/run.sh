#!/bin/sh
# Small counts are withheld, and what is printed does not tell them: attack.py works from the JSON
# that sampan prints, and from nothing else, with linear algebra over rational numbers.
# usage: run.sh SAMPAN
set -u
sampan=$1
here=$(cd "$(dirname "$0")" && pwd)
command -v python3 >/dev/null || exit 77
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 2
status=0

# records SEED: 3 areas, 2 sexes, 4 ages, some cells small, some empty; two waves.
records() {
  awk -v seed="$1" 'BEGIN {
    srand(seed)
    print "year,area,sex,age,smoke,ill,bmi,w"
    for (y = 2020; y <= 2021; y++) for (a = 1; a <= 3; a++) for (s = 1; s <= 2; s++) for (g = 1; g <= 4; g++) {
      n = rand() < 0.25 ? int(6 * rand()) : 8 + int(30 * rand())
      for (i = 0; i < n; i++)
        printf "%d,%d,%d,%d,%d,%d,%.1f,%.2f\n", y, a, s, g, rand() < 0.3, rand() < 0.04, 20 + 10 * rand(), 1 + rand()
    }
  }'
}

plan() { # BY, further lines of suppression
  cat <<Y
sampan: 1
data: {file: d.csv}
period: year
design: {weight: w}
indicators:
  smoking: {estimator: prevalence, of: smoke == 1, by: $1}
  free: {estimator: prevalence, of: smoke != 1, by: $1}
  ill: {estimator: prevalence, of: ill == 1, by: $1}
  smokers: {estimator: count, of: smoke == 1, by: $1}
  bmi: {estimator: mean, of: bmi, by: $1}
suppression: {protect: $2}
Y
}

check() { # NAME BELOW
  if "$sampan" run p.yaml --format json >out.json 2>err.txt; then
    python3 "$here/attack.py" out.json d.csv "$2" >said.txt 2>&1 && { echo "ok     $1: $(tail -n 1 said.txt)"; return; }
    echo "FAILED $1"; sed 's/^/    /' said.txt
  else
    echo "FAILED $1: it did not run"; sed 's/^/    /' err.txt
  fi
  status=1
}

for seed in 1 2 3; do
  records "$seed" >d.csv
  plan '[[], [sex], [age], [sex, age]]' 5 >p.yaml
  check "a table with margins, $seed" 5
  plan '[[area], [sex, age], [area, sex], [area, age]]' 5 >p.yaml
  check "tables that overlap, $seed" 5
  plan '[[], [area, sex, age], [area]]' '{below: 8, zeros: yes}' >p.yaml
  check "zeros as well, $seed" 8
  plan '[[sex], [age]]' 10 >p.yaml
  check "tables without their total, $seed" 10
done

# Distributions: every level is a count. The rare one is the first, the second and the last level; other
# tables are by the variable itself, or ask for that level alone.
patients() { # SEED NAMES-OF-LEVELS
  awk -v seed="$1" -v names="$2" 'BEGIN {
    srand(seed); split(names, name, " ")
    print "area,sex,dis,w"
    for (a = 1; a <= 3; a++) for (s = 1; s <= 2; s++) {
      n = 25 + int(30 * rand())
      for (i = 0; i < n; i++) { u = rand(); printf "%d,%d,%s,%.2f\n", a, s, name[u < 0.07 ? 1 : u < 0.55 ? 2 : 3], 1 + rand() }
    }
  }'
}

patient_plan() { # KIND BY
  echo "sampan: 1"
  echo "kind: $1"
  echo "data: {file: d.csv}"
  [ "$1" = survey ] && echo "design: {weight: w}"
  cat <<Y
types: {dis: text}
indicators:
  levels: {estimator: distribution, of: dis, by: $2}
  people: {estimator: distribution, of: dis, show: count, by: $2}
  hiv: {estimator: prevalence, of: dis == "hiv", by: $2}
  hivs: {estimator: count, of: dis == "hiv", by: [[], [area]]}
  table: {estimator: count, by: [[area, dis], [sex, dis]]}
suppression: {protect: 5}
Y
}

for names in "hiv tb zoster" "hiv flu tb" "hiv flu gout"; do
  for kind in survey register; do
    patients 1 "$names" >d.csv
    patient_plan "$kind" '[[], [area], [sex], [area, sex]]' >p.yaml
    check "levels, $kind, $names" 5
    patients 2 "$names" >d.csv
    patient_plan "$kind" '[[area, sex], [sex]]' >p.yaml
    check "levels without margins, $kind, $names" 5
  done
done
sed -i '/^suppression/d' p.yaml
"$sampan" run p.yaml --format json >out.json
if python3 "$here/attack.py" out.json d.csv 5 >said.txt 2>&1; then
  echo "FAILED the attack finds nothing in open distributions"; status=1
else
  echo "ok     the attack sees open distributions"
fi

# Values that may be counts are not protected: a note says so.
cat >p.yaml <<Y
sampan: 1
kind: register
data: {file: d.csv}
indicators: {weights: {estimator: total, of: w, by: [[area]]}, people: {estimator: count, by: [[area]]}}
suppression: {protect: 5}
Y
"$sampan" run p.yaml --format json >out.json
if grep -q "protect: indicator 'weights' counts no events" out.json && ! grep -q "indicator 'people'" out.json; then
  echo "ok     what is not protected is told"
else
  echo "FAILED what is not protected is told"; status=1
fi

# One small group of two: the other has to go as well.
printf 'sex,y\n' >d.csv
awk 'BEGIN { for (i = 0; i < 3; i++) print "f," i % 2; for (i = 0; i < 60; i++) print "m," i % 2 }' >>d.csv
cat >p.yaml <<Y
sampan: 1
data: {file: d.csv}
indicators: {y: {estimator: prevalence, of: y == 1, by: [[], [sex]]}}
suppression: {protect: 5}
Y
"$sampan" run p.yaml --format csv >out.csv
if [ "$(grep -c 'confidential\|complementary' out.csv)" -eq 2 ] && grep -q 'complementary' out.csv; then
  echo "ok     two groups"
else
  echo "FAILED two groups"; cat out.csv; status=1
fi
# Without `protect` nothing is withheld: the attack must then succeed, or it tells nothing.
sed -i '/^suppression/d' p.yaml
"$sampan" run p.yaml --format json >out.json
if python3 "$here/attack.py" out.json d.csv 5 >said.txt 2>&1; then
  echo "FAILED the attack finds nothing in open tables"; status=1
else
  echo "ok     the attack sees open tables"
fi
exit $status
