#!/bin/sh
# Runs the tests of the CPU backend and of what is built on it under one of the compiler's sanitizers;
# fails if it reports anything.
#
#     Tests/sanitize.sh thread|address [FILTER]
#
# With `address` the C code is watched for undefined behavior, too. Builds in .build/thread or
# .build/address (minutes). OpenCL devices are left out: their runtimes have threads of their own;
# `Tests/oclgrind.sh` looks at the kernels.
set -eu
cd "$(dirname "$0")/.."
sanitizer=${1:-}
case $sanitizer in
  # Tests ask for more memory than there is; leaks at the end are the process's caches.
  address)
    undefined="-Xcc -fsanitize=undefined -Xcc -fno-sanitize-recover=undefined"
    export ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1
    ;;
  thread)
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    # What only Swift's Mutex or its reference counts guard: ThreadSanitizer knows neither. `race`
    # matches any function of a stack, `race_top` the innermost one: no test is left out as a whole.
    cat > "$folder/suppressions" <<'END'
race:BufferPoolC5State
race:BufferPoolC4make
race:BufferPoolC7recycle
race:CPUStorageC6forget
race:CPUBackendAAC9isHealthy
race:ConformanceC0V9reference
race_top:ThreadPoolC0V
race_top:Sh8_VariantV6insert
race_top:learnsAndCountsAccuracy
END
    export TSAN_OPTIONS="suppressions=$folder/suppressions:allocator_may_return_null=1:exitcode=66"
    ;;
  *)
    sed -n '2,9s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
modules="ComputeBackend|Autograd|NeuralNet|Models|Critic|Diffusion|Detection|Training"
filter=${2:-"^($modules)Tests"}
# shellcheck disable=SC2086
set -- -c release --sanitize "$sanitizer" ${undefined:-} --scratch-path ".build/$sanitizer"
swift build "$@" --build-tests
OCL_ICD_VENDORS=/nonexistent swift test "$@" --skip-build --filter "$filter"
echo "The $sanitizer sanitizer found nothing."
