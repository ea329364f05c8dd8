#!/bin/sh
# Runs the readers of files under a coverage-guided fuzzer (libFuzzer, with AddressSanitizer and, for
# C, UndefinedBehaviorSanitizer), each for some seconds; fails if one crashed, hung for 10 s, or took
# more than 2 GiB.
#
#     Tests/fuzz.sh SECONDS [READER…]
#
# Builds in .build/fuzzing (minutes). Inputs are kept in .build/fuzzing/corpus, so that a later run goes
# on where this one ended; what crashed lies in .build/fuzzing/findings. Seeds are those that
# Tests/Fuzzing/seeds.py makes and, where FIXTURES names a folder of datasets and models, its files.
set -eu
cd "$(dirname "$0")/.."
seconds=${1:?"usage: Tests/fuzz.sh SECONDS [READER…]"}
shift
scratch=$PWD/.build/fuzzing
swift build --package-path Tests/Fuzzing --scratch-path "$scratch" -c release --product Fuzzing \
  -Xswiftc -sanitize=address,fuzzer -Xswiftc -parse-as-library \
  -Xcc -fsanitize=fuzzer-no-link,address,undefined -Xcc -fno-sanitize-recover=undefined
program=$scratch/release/Fuzzing
Tests/Fuzzing/seeds.py "$scratch/seeds" ${FIXTURES:+"$FIXTURES"}
"$program" --seeds="$scratch/seeds"
[ $# -gt 0 ] || set -- $("$program" | sed 1d)
failed=0
printf '%-16s %12s %10s %8s %9s\n' reader executions per\ second corpus findings
for reader; do
  corpus=$scratch/corpus/$reader
  findings=$scratch/findings/$reader
  mkdir -p "$corpus" "$findings" "$scratch/seeds/$reader"
  # What it reads may be large, and what it is given is small: time and memory are its own.
  ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1 nice -n 10 "$program" --reader="$reader" \
    -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -malloc_limit_mb=1024 -max_len=65536 -len_control=0 \
    -print_final_stats=1 -close_fd_mask=1 -artifact_prefix="$findings/" \
    "$corpus" "$scratch/seeds/$reader" > "$findings/log" 2>&1 || failed=1
  printf '%-16s %12s %10s %8s %9s\n' "$reader" \
    "$(sed -n 's/^stat::number_of_executed_units: *//p' "$findings/log")" \
    "$(sed -n 's/^stat::average_exec_per_sec: *//p' "$findings/log")" \
    "$(ls "$corpus" | wc -l)" "$(ls "$findings" | grep -c -- - || true)"
done
rm -rf /dev/shm/elixir-fuzzing-*
exit $failed
