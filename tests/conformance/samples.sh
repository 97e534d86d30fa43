#!/bin/sh
# The laws of the plugins that need a sample: sources over files that they read, and the estimators
# whose parameters cannot be made up. Each must have been tried, and have passed.
# usage: samples.sh SAMPAN
set -u
sampan=${1:?usage: samples.sh SAMPAN}
root=${SAMPAN_SOURCE_DIR:-$(cd "$(dirname "$0")/../.." && pwd)}
plugins=${SAMPAN_PLUGIN_PATH:-$(dirname "$sampan")/plugins}
status=0

# MODULE SAMPLE LAW: the law tells that the sample was used.
try() {
  [ -f "$plugins/$1.so" ] || { echo "$1 is not built"; return; }
  text=$("$sampan" check "$plugins/$1.so" --sample "$2" 2>&1)
  if [ $? -ne 0 ] || ! printf '%s\n' "$text" | grep -q "^ok .*$3"; then
    echo "$1 with $2:"
    printf '%s\n' "$text" | grep -v '^ok'
    status=1
  fi
}

try csv "$root/datasets/lianyun/survey_2020.csv" 'reads the sample'
for ending in xpt sas7bdat sav dta por; do
  try readstat "$root/tests/conformance/samples/people.$ending" "$ending: reads the sample"
done
try health-literacy "$root/datasets/literacy/scoring_2020_synthetic.csv" 'gradient'
try mortality "$root/tests/conformance/samples/rates.csv" 'estimator indirect: the gradient'
try relative-survival "$root/tests/conformance/samples/relative-survival.yaml" 'gradient'
exit $status
