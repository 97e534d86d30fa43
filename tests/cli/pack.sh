#!/bin/sh
# Packing: what is stored is what was read, sorted where that is asked; what cannot be is refused.
# usage: pack.sh SAMPAN
samples=$(readlink -f "$(dirname "$0")/../conformance/samples")
. "$(dirname "$0")/begin"
plugins=${SAMPAN_PLUGIN_PATH:-$(dirname "$sampan")/plugins}

pack() { # ARGUMENT...
  timeout 120 "$sampan" pack "$@" >out 2>err </dev/null || wrong "exit code $?: pack $*"
}

# describe_same DATA: its description, but for the first line and what is told of the packed file.
describe_same() {
  "$sampan" describe "$1" | tail -n +2 | grep . >plain
  pack "$1" -o same.sampan
  (
    "$sampan" describe same.sampan | tail -n +2
    echo
  ) | sed '/^format: /,/^$/d' | grep . >packed
  diff plain packed >err 2>&1 || wrong "$1 is described otherwise when packed"
}

refused() { # CODE TEXT ARGUMENT...
  code=$1
  text=$2
  shift 2
  timeout 60 "$sampan" "$@" >out 2>err </dev/null
  got=$?
  [ $got -eq "$code" ] || wrong "exit code $got, not $code: sampan $*"
  grep -qF -e "$text" err || wrong "stderr lacks '$text': sampan $*"
}

# rows FILE: records in order, as the plan's groups of a column show them; here by JSON of describe.
first_values() { # FILE COLUMN
  "$sampan" describe --json "$1" | grep "\"name\":\"$2\"" |
    sed 's/.*"most_frequent":\[\(.*\)\],"labels.*/\1/; s/"n":[0-9]*//g; s/[^0-9A-Za-z.,_+ -]//g; s/value//g; s/,,*/ /g; s/  */ /g; s/ *$//'
}

# ---- columns of all kinds: texts that a number would lose stay texts, byte for byte
cat >kinds.csv <<'END'
id,code,exp,mixed,fixed,plain,town,blank,big,plus,neg
1,01,1e5,1.50,1.50,1.5,"Chaoyang, East",,12345678901234567890,+1,-1
2,10,2,2,2.25,2,朝阳,,2,1,0
3,007,3,0.25,0.00,-0.25,"q""q",,3,1,-0
4,,,,,, x ,,,,
END
describe_same kinds.csv
"$sampan" describe same.sampan >out
for column in id fixed plain; do
  grep -q "^stored $column: integers\|^stored $column: codes" out || wrong "$column is not stored as numbers"
done

# Read as numbers, the texts are those of the file.
cat >plan.yaml <<'END'
sampan: 1
data: {file: FILE}
types: {code: number, exp: number, mixed: number, plus: number, neg: number}
indicators:
  a: {estimator: mean, of: code}
  b: {estimator: mean, of: exp}
  c: {estimator: mean, of: mixed}
  d: {estimator: mean, of: plus}
  e: {estimator: mean, of: neg}
  f: {estimator: count, by: [[fixed], [mixed], [town], [plain]]}
END
sed 's/FILE/kinds.csv/' plan.yaml >p1.yaml
sed 's/FILE/same.sampan/' plan.yaml >p2.yaml
"$sampan" run p1.yaml -f csv >r1 2>err || wrong "the plan over the CSV"
"$sampan" run p2.yaml -f csv >r2 2>err || wrong "the plan over the packed file"
cmp r1 r2 >err 2>&1 || wrong "other results from the packed file"

# A cell that is no number is told as of the CSV, row and all.
printf 'sampan: 1\ndata: {file: FILE}\ntypes: {town: number}\nindicators: {a: {estimator: mean, of: town}}\n' >plan.yaml
for f in kinds.csv same.sampan; do
  sed "s/FILE/$f/" plan.yaml >p.yaml
  refused 4 'row 1, column town: "Chaoyang, East" is not a number' run p.yaml
done

# Many decimals in one cell, many digits before the point in another: no two become one.
printf 'x,y\n0.12345678901234,0.123456\n1234567.5,1.5\n123456.7,2\n98765.43,3\n' >digits.csv
printf '300000,134217000\n654321.123,134217001\n4321.9,7\n' >>digits.csv
describe_same digits.csv
printf 'sampan: 1\ndata: {file: FILE}\nindicators: {f: {estimator: count, by: [[x], [y]]}}\n' >plan.yaml
sed 's/FILE/digits.csv/' plan.yaml >p1.yaml
sed 's/FILE/same.sampan/' plan.yaml >p2.yaml
"$sampan" run p1.yaml -f csv >r1 2>err && "$sampan" run p2.yaml -f csv >r2 2>err || wrong "digits"
cmp r1 r2 >err 2>&1 || wrong "other keys of long decimals from the packed file"

# ---- a column that turns out otherwise after many records
awk 'BEGIN {
  print "a,b,c,d"
  for (i = 1; i <= 150000; i++)
    print int(sqrt(i)) % 3 + int(i / 60000) "," (i == 140000 ? "x" : i % 5) "," (i == 100000 ? "2.50" : i % 3 ".5") "," \
      (i == 120000 ? 1234567890.25 : i % 2)
}' >late.csv
describe_same late.csv
"$sampan" describe same.sampan >out
grep -q '^blocks: [3-9]$' out || wrong "150,000 records are not 3 blocks or some more"

pack late.csv -o late2.sampan
cmp same.sampan late2.sampan >err 2>&1 || wrong "packed twice, not the same"

# Lines that become much shorter: more records than a block would hold.
awk 'BEGIN {
  print "a,b"
  for (i = 1; i <= 3000; i++) printf "%d,%0900d\n", i, i
  for (i = 1; i <= 300000; i++) print i % 10 "," int(i / 70000)
}' >short.csv
describe_same short.csv

# ---- sorting: by value, texts naturally, what is missing last, else as the file has it
cat >sort.csv <<'END'
k,t,n
10,b10,1
9,b9,2
,b9,3
9,a,4
10,b9,5
-1,,6
9,a,7
END
pack sort.csv -o s.sampan --sort k,t
[ "$(first_values s.sampan n)" = "6 4 7 2 5" ] || wrong "sorted by k, t: $(first_values s.sampan n)"
pack sort.csv -o s.sampan --sort t
[ "$(first_values s.sampan n)" = "4 7 2 3 5" ] || wrong "sorted by t: $(first_values s.sampan n)"
"$sampan" describe s.sampan | grep -q '^sorted by: t$' || wrong "the sort is not told"

# The order of 200,000 records in blocks and runs: the same as sort(1) gives.
awk 'BEGIN {
  srand(3); print "k,j,n,w"
  for (i = 1; i <= 200000; i++)
    printf "%d,%s,%d,%.6f\n", int(rand() * 500), substr("xyz", int(rand() * 3) + 1, 1), i, rand() * 1000
}' >large.csv
pack large.csv -o l.sampan --sort k,j
cat >plan.yaml <<'END'
sampan: 1
data: {file: FILE}
design: {strata: k, psu: j, weight: w}
indicators: {m: {estimator: mean, of: n, by: [[], [j], [k]]}}
END
sed 's/FILE/large.csv/' plan.yaml >p1.yaml
sed 's/FILE/l.sampan/' plan.yaml >p2.yaml
"$sampan" run p1.yaml -f csv >r1 2>err && "$sampan" run p2.yaml -f csv >r2 2>err || wrong "the large plan"
cmp r1 r2 >err 2>&1 || wrong "other results from the sorted file"
(head -1 large.csv; tail -n +2 large.csv | LC_ALL=C sort -s -t, -k1,1n -k2,2) >sorted.csv
pack sorted.csv -o l2.sampan --sort k,j
"$sampan" describe --json l.sampan >d1
"$sampan" describe --json l2.sampan >d2
for f in d1 d2; do sed -i 's/"file":"[^"]*"//; s/"about":"[^"]*"//' $f; done
cmp d1 d2 >err 2>&1 || wrong "sorted by pack and by sort(1): not the same"
head -c 900000 l.sampan | tail -c +65 | cmp -s - /dev/null && wrong "nothing in it"
head -c 900000 l.sampan >h1
head -c 900000 l2.sampan >h2
cmp h1 h2 >err 2>&1 || wrong "sorted by pack and by sort(1): other bytes"

# The bytes depend on the data alone, not on which thread came first.
awk 'BEGIN {
  srand(5); print "k,t,x,few,w"
  for (i = 1; i <= 300000; i++)
    printf "%d,n%d,%d.5,c%d,%s\n", int(rand() * 50), int(rand() * 90000), int(rand() * 80000), \
      int(rand() * 30), (i > 150000 && i < 220000 ? rand() : i % 7)
}' >threads.csv
for sort in "--sort k" "--sort few,x" ''; do
  pack threads.csv -o t1.sampan --threads 1 $sort
  for threads in 2 4 4; do
    pack threads.csv -o t2.sampan --threads $threads $sort
    cmp t1.sampan t2.sampan >err 2>&1 || wrong "other bytes of $threads threads, sorted: $sort"
  done
done

# A plan's file is sorted by its strata and PSUs.
pack p1.yaml -o l3.sampan
cmp l.sampan l3.sampan >err 2>&1 || wrong "of a plan, by its strata and PSUs"

# ---- the smallest files
printf 'a,b\n' >none.csv
describe_same none.csv
printf 'a\n5\n' >one.csv
describe_same one.csv
pack none.csv -o s.sampan --sort b
"$sampan" describe s.sampan >out 2>err || wrong "an empty sorted file"

# ---- foreign files keep labels, types and reasons
for f in "$samples"/people.*; do
  describe_same "$f"
  "$sampan" describe --json "$f" | sed 's/"file":"[^"]*",*//; s/"about":"[^"]*",*//; s/"source":"[^"]*",*//' >j1
  "$sampan" describe --json same.sampan | sed 's/"file":"[^"]*",*//; s/"about":"[^"]*",*//; s/"source":"[^"]*",*//; s/"proved_whole":true/"proved_whole":X/' >j2
  sed -i 's/"proved_whole":[a-z]*/"proved_whole":X/' j1
  cmp j1 j2 >err 2>&1 || wrong "$f as JSON"
done

# ---- gz, and packing what is packed
gzip -kf kinds.csv
pack kinds.csv.gz -o z.sampan
pack kinds.csv -o k.sampan
cmp z.sampan k.sampan >err 2>&1 || wrong "from .gz, and not"
pack k.sampan -o k2.sampan
cmp k.sampan k2.sampan >err 2>&1 || wrong "packed again, it is another"
gzip -kf k.sampan
"$sampan" describe k.sampan.gz >out 2>err || wrong "a packed file within .gz"

# ---- the plugin's laws over a packed file
"$sampan" check "$plugins/packed.so" --sample l.sampan >out 2>&1 || { cat out; wrong "check packed.so"; }
"$sampan" check "$plugins/packed.so" --sample k.sampan >out 2>&1 || { cat out; wrong "check packed.so"; }

# ---- refused
cp k.sampan cut.sampan
truncate -s -1 cut.sampan
refused 4 'does not end as a packed file does' describe cut.sampan
printf '\377' | dd of=k.sampan bs=1 seek=70 conv=notrunc 2>/dev/null
refused 4 'the file is damaged: block 1' describe k.sampan
refused 2 'where the packed file goes is not said' pack kinds.csv
refused 2 "there is no column 'nix' to sort by" pack kinds.csv -o x.sampan --sort nix
refused 2 'a name is missing' pack kinds.csv -o x.sampan --sort id,
refused 2 "no source claims the file name 'x.foo'" pack kinds.csv -o x.foo
refused 2 "reads its format, but does not write it" pack kinds.csv -o x.csv
refused 2 'is an input of this run' pack k.sampan -o k.sampan
mkfifo pipe.csv
cat kinds.csv >pipe.csv &
writer=$!
refused 2 'reads its data several times' pack pipe.csv -o x.sampan
kill $writer 2>/dev/null
refused 2 'save it to a file first' pack - --format csv -o x.sampan
printf 'a,b\n1,2\n3\n' >bad.csv
refused 4 'fewer fields' pack bad.csv -o x.sampan
printf 'sampan: 1\ndata: {waves: [{file: kinds.csv}, {file: one.csv}]}\nindicators: {a: {estimator: count}}\n' >two.yaml
refused 2 'the plan has 2 data files' pack two.yaml -o x.sampan
[ ! -e x.sampan ] || wrong "a failed run left its output"
ls -a | grep -q 'sampan-sort\|\.tmp$' && wrong "temporary files are left"

[ $failed -eq 0 ] && echo "packed files hold what was read"
exit $failed
