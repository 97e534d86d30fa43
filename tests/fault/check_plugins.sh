#!/bin/sh
# sampan check refuses, with exit code 5, plugins that break a law, and names it.
# usage: check_plugins.sh SAMPAN
set -u
sampan=${1:?usage: check_plugins.sh SAMPAN}
root=${SAMPAN_SOURCE_DIR:-$(cd "$(dirname "$0")/../.." && pwd)}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
status=0

for name in talkative lawless lawless_reads; do
  ${CC:-cc} -std=c11 -D_DEFAULT_SOURCE -shared -fPIC -fvisibility=hidden -I"$root/core/include" \
    -o "$scratch/$name.so" "$root/tests/fault/plugins/$name.c" -lm || exit 77
done

expect() {
  printf '%s\n' "$text" | grep -qF -- "$1" && return
  echo "missing: $1"
  printf '%s\n' "$text"
  status=1
}

for name in talkative lawless lawless_reads; do
  text=$("$sampan" check "$scratch/$name.so" 2>&1)
  code=$?
  [ $code -eq 5 ] || { echo "$name: exit code $code, not 5"; status=1; }
  if [ $name = talkative ]; then
    expect "FAILED  interval talkative: exports its module and nothing else - it exports 'talkative_helper'"
    expect "FAILED  interval talkative: calls nothing that ends, prints or changes the process"
  elif [ $name = lawless_reads ]; then
    expect "FAILED  estimator forgets: the gradient says what the weight of a record does"
    expect "FAILED  estimator endless: the reads come to an end"
    expect "ok      estimator lawful-reads: the gradient says what the weight of a record does"
  else
    expect "FAILED  estimator gradient: the gradient is that of the value"
    expect "ok      estimator lawful: the gradient is that of the value"
    expect "FAILED  estimator crash: no records are no error - it "
  fi
done
exit $status
