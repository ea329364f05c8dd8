#!/bin/bash
# Builds the program and all tests with the options given, and fails at any warning.
set -euo pipefail
cd "$(dirname "$0")/.."
log=$(mktemp)
trap 'rm -f "$log"' EXIT
swift build "$@" --build-tests 2>&1 | tee "$log"
if grep -q 'warning: ' "$log"; then
  # What is not compiled again does not warn again: see to it that the next build does.
  sed -nE 's/^(.+\.(swift|c|h)):[0-9]+:[0-9]+: warning: .*/\1/p' "$log" | sort -u | xargs -r touch
  echo "The build has warnings, above." >&2
  exit 1
fi
