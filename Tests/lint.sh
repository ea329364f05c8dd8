#!/bin/sh
# Lints all Swift files: `swift format lint` with the rules of .swift-format, where every finding is an
# error, and 100 columns also in comments and strings, which it does not break.
set -eu
cd "$(dirname "$0")/.."
sources="Sources Tests Examples/Embedding/Sources docs/Elixir.docc/Resources Package.swift Benchmarks/Package.swift
  Benchmarks/Benchmarks Examples/Embedding/Package.swift"
failed=0
swift format lint --strict --parallel --recursive $sources || failed=1
# \X is a character as readers count, with all its accents.
if LC_ALL=C.UTF-8 grep -rnP --include='*.swift' '^\X{101}' $sources; then
  echo "These lines are longer than 100 columns." >&2
  failed=1
fi
# A pipe in a file's place, or a full disk, would stop a program that opens or writes otherwise than
# by RandomAccessFile and StandardStream.
if grep -rnE --include='*.swift' 'contents\(atPath|Data\(contentsOf|FileHandle|fopen\(' Sources |
  grep -v '"/proc/'; then
  echo "These open files or write to streams by themselves; use Support's and the command line's." >&2
  failed=1
fi
exit $failed
