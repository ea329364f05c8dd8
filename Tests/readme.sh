#!/bin/bash
# Runs the commands of README.md's section "Purify your folder" as they stand there, but with short
# trainings, on generated images. Needs the program (`make build`, or ELIXIR=path).
set -euo pipefail
cd "$(dirname "$0")/.."
program=$(realpath -m "${ELIXIR:-.build/release/elixir-gpu}")
commands=$(sed -n '/^## Purify your folder/,/^##* /!d; s/^    //p' README.md)
[ "$(grep -c '^elixir-gpu' <<< "$commands")" -ge 2 ] || { echo "README.md has no commands" >&2; exit 1; }

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
for name in clean-photos photos; do
  "$program" demo --shapes-only 200 --seed ${#name} --output $name
done
# A report is opened by a browser; here it must only be there.
xdg-open() { grep -q '<html' "$1"; }
elixir-gpu() {
  local outcome=0
  case "$1 $2" in
    train*) set -- "$@" --channels 8,16,16 --steps 30 ;;
    purify*) set -- "$@" --epochs 2 ;;
  esac
  echo "\$ elixir-gpu $*"
  "$program" "$@" || outcome=$?
  # 3: the result is unsure, as it may be after such trainings.
  [ $outcome = 3 ] || return $outcome
}
eval "set -e; $commands"
