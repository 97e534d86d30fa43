#!/bin/sh
# A folder of plugins of one's own: it hides nothing that is shipped, and a manifest there that
# cannot be read stops nobody else.
# usage: plugin_folders.sh SAMPAN
set -u
sampan=$(readlink -f "$1")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
unset SAMPAN_PLUGIN_PATH
failed=0

wrong() {
  echo "FAILED $1"
  cat err
  failed=1
}

shipped=$(dirname "$sampan")/plugins
[ -e "$shipped/mean.so" ] || exit 77
own=$scratch/sampan/plugins
mkdir -p "$own"
chmod -R go-w "$scratch"
XDG_DATA_HOME=$scratch
export XDG_DATA_HOME
printf 'x,y\n1,1\n2,0\n3,1\n' >data.csv
printf 'sampan: 1\ndata: {file: data.csv}\nindicators: {x: {estimator: mean, of: x}}\n' >mean.yaml
sed 's/mean, of: x/prevalence, of: y == 1/' mean.yaml >prevalence.yaml
"$sampan" run mean.yaml -f csv >before 2>err || wrong 'before all'

# A mean of one's own: another program of the same name.
cp "$shipped/mean.so" "$own/mean.so"
printf '\n' >>"$own/mean.so"
"$sampan" manifest "$own/mean.so" -o "$own/mean.plugin" 2>err || wrong 'its manifest'
"$sampan" run mean.yaml -f csv >out 2>err
code=$?
[ $code -eq 5 ] && grep -q 'name of one that came with sampan' err || wrong "hidden: exit code $code"
[ ! -s out ] || wrong 'hidden: it was used'
"$sampan" run prevalence.yaml -f csv >out 2>err || wrong 'another estimator is lost with it'
"$sampan" plugins >out 2>err || wrong 'plugins'
sed -n '/^broken/,$p' out | grep -q 'mean.*came with sampan' || wrong 'plugins does not show it'
"$sampan" plugins mean >out 2>err || wrong 'plugins mean'
grep -q '^broken .*came with sampan' out || wrong 'plugins mean does not say why'
"$sampan" run mean.yaml --plugin-dir "$own" -f csv >out 2>err || wrong 'by --plugin-dir'
cmp -s out before || wrong 'by --plugin-dir: other numbers'
SAMPAN_PLUGIN_PATH=$own "$sampan" run mean.yaml -f csv >out 2>err || wrong 'by SAMPAN_PLUGIN_PATH'
# The same file again is no conflict.
cp "$shipped/mean.so" "$shipped/mean.plugin" "$own"
"$sampan" run mean.yaml -f csv >out 2>err || wrong 'a copy of the shipped one'
rm "$own"/mean.*

# A manifest that is none.
printf 'sampan-plugin: [\n' >"$own/mine.plugin"
"$sampan" run mean.yaml -f csv >out 2>err || wrong 'stopped by a manifest that it does not need'
"$sampan" plugins >out 2>err || wrong 'plugins beside a broken one'
sed -n '/^broken/,$p' out | grep -q 'mine.*not YAML.*mine.plugin' || wrong 'not shown as broken'
grep -q 'mean' out || wrong 'plugins shows no others'
sed 's/mean/mine/' mean.yaml >mine.yaml
"$sampan" run mine.yaml >out 2>err
code=$?
[ $code -eq 5 ] && grep -q 'mine.plugin' err || wrong "needs the broken one: exit code $code"
"$sampan" plugins mine >out 2>err
[ $? -eq 5 ] && grep -q 'mine.plugin' err || wrong 'plugins mine'
"$sampan" run mean.yaml --plugin-dir "$own" -f csv >out 2>err || wrong 'named, and not needed'
[ $failed -eq 0 ] && echo 'all as expected'
exit $failed
