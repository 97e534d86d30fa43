#!/bin/sh
# Broken plans and data, each refused with a message that names the place (tests/bad-input/data).
# usage: bad-data.sh SAMPAN
exec sh "$(dirname "$0")/../bad-input/run-cases" "$1"
