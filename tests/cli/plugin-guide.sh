#!/bin/sh
# Types every sh block of docs/plugin-guide.md, in order and in one shell, against an installation in
# a scratch folder; then compares the numbers that the guide promises.
# usage: plugin-guide.sh SAMPAN   the program in its build folder
set -eu
sampan=$(readlink -f "$1")
build=$(dirname "$sampan")
source=${SAMPAN_SOURCE_DIR:-$(cd "$(dirname "$0")/../.." && pwd)}
# Not under /tmp: plugins in a folder that others can write to are not loaded.
scratch=$build/plugin-guide
prefix=$scratch/prefix
rm -rf "$scratch"
mkdir -p "$scratch/typed"

# Only what is built: the tests need not have been.
cmake --install "$build" --prefix "$prefix" >"$scratch/install.log"
awk '/^```sh$/ { on = 1; next } /^```/ { on = 0 } on' "$source/docs/plugin-guide.md" \
  >"$scratch/typed.sh"
[ -s "$scratch/typed.sh" ]

pc=$(find "$prefix" -name sampan-plugin.pc)
PKG_CONFIG_PATH=$(dirname "$pc")
PATH=$prefix/bin:$PATH
SAMPAN_PLUGIN_PATH=$(pkg-config --variable=plugindir "$pc")
XDG_DATA_HOME=$scratch/home
export PKG_CONFIG_PATH PATH SAMPAN_PLUGIN_PATH XDG_DATA_HOME
unset MAKEFLAGS MFLAGS 2>/dev/null || true
cd "$scratch/typed"
sh -eux "$scratch/typed.sh"

# expect FILE INDICATOR VALUE: the estimate of the row for all records.
expect() {
  awk -F, -v want="$3" -v indicator="$2" '
    NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    $at["indicator"] == indicator && $at["domain"] == "" {
      d = $at["estimate"] - want
      if (d < 0) d = -d
      found = d < 1e-9
      print indicator ": " $at["estimate"]
    }
    END { exit !found }' "$1" || {
    echo "$1: the estimate of $2 is not $3"
    exit 1
  }
}
expect "$scratch/typed/share-over/results.csv" long_exercise 0.3409968792
expect "$scratch/typed/health-literacy/results.csv" health_literacy 0.1896208902
expect "$scratch/typed/health-literacy/results.csv" basic_skills 0.4500701735
# The mean of the middle 80 % of the weight, by sorting the records.
expect "$scratch/typed/trimmed-mean/results.csv" exercise 33.206431026136755

# The example and the other templates: each installs, and each is checked.
(cd "$scratch/typed/share-over" && make install)
[ -f "$XDG_DATA_HOME/sampan/plugins/share-over.plugin" ]
for kind in interval comparison; do
  sampan-new-plugin "my-$kind" --kind "$kind"
  (cd "my-$kind" && make && make check)
done
# The same from a build folder.
"$source/scripts/new-plugin" from-tree
(cd from-tree && make SAMPAN_PREFIX="$build" && make check SAMPAN_PREFIX="$build")
