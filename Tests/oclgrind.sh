#!/bin/sh
# Runs every OpenCL kernel in both styles on the simulator oclgrind, which finds data races, accesses
# outside of buffers and wrong calls of the API; fails if it reports anything.
#
#     Tests/oclgrind.sh [FILTER]     tests to run, by default EveryKernelTests
#
# Needs `apt-get install oclgrind` and the tests, built by `swift build -c release --build-tests`. The
# simulator is the only OpenCL device of this run. Uninitialised values are not asked for: edges of
# tiles read memory of the pool that is never used.
set -eu
cd "$(dirname "$0")/.."
library=${OCLGRIND_LIBRARY:-/usr/lib/oclgrind/liboclgrind-rt-icd.so}
[ -e "$library" ] || { echo "$library is missing: apt-get install oclgrind" >&2; exit 2; }

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/vendors"
echo "$library" > "$folder/vendors/oclgrind.icd"
# The simulator itself may print more than is an error, so its log is kept apart.
export OCL_ICD_VENDORS="$folder/vendors" XDG_CACHE_HOME="$folder/cache"
export OCLGRIND_CHECK_API=1 OCLGRIND_DATA_RACES=1 OCLGRIND_LOG="$folder/log"
: > "$folder/log"
failed=0
ELIXIR_REQUIRE=opencl swift test -c release --skip-build --no-parallel --filter "${1:-EveryKernelTests}" \
  || failed=1
if [ -s "$folder/log" ]; then
  head -n 100 "$folder/log" >&2
  echo "oclgrind found errors, above" >&2
  failed=1
fi
[ "$failed" = 0 ] || exit 1
echo "oclgrind found no errors."
