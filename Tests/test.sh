#!/bin/bash
# Runs all tests with the options given, and says at the end which of them failed and why.
set -uo pipefail
cd "$(dirname "$0")/.."
log=$(mktemp)
trap 'rm -f "$log"' EXIT
swift test "$@" 2>&1 | tee "$log" | grep --line-buffered -v '^◇ Test case'
code=${PIPESTATUS[0]}
if [ "$code" != 0 ]; then
  echo "The tests have failed:" >&2
  grep -aE -A 5 'recorded an issue|crashed|Fatal error|signal code' "$log" | grep -av '^◇' >&2
fi
exit "$code"
