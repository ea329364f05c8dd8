#!/bin/bash
# Runs all tests with the options given, and says at the end which of them failed and why. Ends them
# after TEST_MINUTES (40), with a list of what ran then.
set -uo pipefail
cd "$(dirname "$0")/.."
log=$(mktemp)
seconds=$((${TEST_MINUTES:-40} * 60))
(
  trap 'kill $!' TERM
  sleep "$seconds" &
  wait $! || exit 0
  echo "The tests have not ended after $seconds s; load $(cat /proc/loadavg); what runs:" >&2
  ps --ppid 2 -p 2 --deselect -o pid,ppid,stat,wchan:20,etime,time,args --sort=-time |
    head -20 | cut -c1-160 >&2
  pkill -KILL -f "^$PWD/.build/.*PackageTests.xctest"
) &
watch=$!
trap 'kill $watch 2>/dev/null; rm -f "$log"' EXIT
swift test "$@" 2>&1 | tee "$log" | grep --line-buffered -v '^◇ Test case'
code=${PIPESTATUS[0]}
if [ "$code" != 0 ]; then
  echo "The tests have failed:" >&2
  grep -aE -A 5 'recorded an issue|crashed|Fatal error|signal code' "$log" | grep -av '^◇' >&2
fi
exit "$code"
