#!/bin/sh
# Runs every case of a folder of plans and programmes that must be refused.
#
#   run.sh SAMPAN FOLDER...
#
# NAME.expected  line 1: the exit code; every further line: a text that stderr must hold
# NAME.yaml      the plan
# NAME.args      optional: the words of the command line, {} for the file; default: check {}
#
# Every case must leave stdout empty and must not die of a signal.
set -u
sampan=$1
shift
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
passed=0
failed=0

wrong() {
  echo "FAILED $name: $1"
  ok=0
}

for folder in "$@"; do
  for expected in "$folder"/*.expected; do
    name=${expected%.expected}
    args='check {}'
    [ -f "$name.args" ] && args=$(cat "$name.args")
    # A name with blanks or a '*' in the arguments is not meant to be split or matched.
    set -f
    set --
    for word in $args; do
      [ "$word" = '{}' ] && word=$(basename "$name.yaml")
      set -- "$@" "$word"
    done
    set +f
    ok=1
    (cd "$folder" && timeout 60 "$sampan" "$@") >"$scratch/out" 2>"$scratch/err" </dev/null
    code=$?
    want=$(head -n 1 "$expected")
    [ "$code" -eq "$want" ] || wrong "exit code $code, not $want"
    [ "$code" -lt 124 ] || [ "$code" -eq "$want" ] || wrong "hung or was killed"
    [ ! -s "$scratch/out" ] || [ "$want" -eq 0 ] || wrong "wrote to stdout"
    sed 1d "$expected" >"$scratch/texts"
    while IFS= read -r text || [ -n "$text" ]; do
      [ -z "$text" ] || grep -qF -e "$text" "$scratch/err" || wrong "stderr lacks: $text"
    done <"$scratch/texts"
    if [ "$ok" -eq 1 ]; then
      passed=$((passed + 1))
    else
      failed=$((failed + 1))
      sed 's/^/    /' "$scratch/err"
    fi
  done
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
