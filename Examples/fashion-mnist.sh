#!/usr/bin/env bash
# Fashion-MNIST from beginning to end: trains a denoiser on clean images, poisons others with BadNets,
# purifies them, and measures the result. docs/walkthroughs.md explains each step.
#
#     Examples/fashion-mnist.sh [--short] [FOLDER]
#
# Needs the program (`make build`, or ELIXIR=path) and Debian's package dataset-fashion-mnist, which it
# installs if it is missing. Everything is written to FOLDER, by default walkthrough-output; what is
# there already is not made again. --short takes few images and short trainings: it shows that every
# step works, not how well.
set -euo pipefail

short=no
folder=walkthrough-output
for argument in "$@"; do
  case $argument in
    --short) short=yes ;;
    -h | --help) sed -n '2,11s/^# \{0,1\}//p' "$0"; exit ;;
    -*) echo "There is no option $argument; see --help" >&2; exit 64 ;;
    *) folder=$argument ;;
  esac
done
program=$(realpath -m "${ELIXIR:-$(dirname "$0")/../.build/release/elixir-gpu}")
[ -x "$program" ] || { echo "$program is missing: run make build" >&2; exit 1; }

if [ $short = yes ]; then
  clean=2000 untrusted=600 test=500
  network="--channels 16,32,32 --steps 400"
  victim="--width 8 --epochs 14 --classifier-batch 16 --crop 0"
else
  clean=6000 untrusted=4000 test=2000 network="" victim=""
fi

# Prints a command as it would be typed, then runs it.
elixir() {
  printf '\n$ elixir-gpu %s\n' "$*"
  "$program" "$@"
}

# Four bytes, the greatest first.
number() { printf "$(printf '\\x%02x' $(($1 >> 24)) $(($1 >> 16 & 255)) $(($1 >> 8 & 255)) $(($1 & 255)))"; }

# part NAME SET FIRST COUNT: some samples of a set of the package as an IDX pair.
part() {
  local source=/usr/share/datasets/fashion-mnist/$2
  [ -e "$1-labels-idx1-ubyte" ] && return
  { number 0x803; number "$4"; number 28; number 28
    gunzip -c "$source-images-idx3-ubyte.gz" | tail -c +$((17 + 784 * $3)) | head -c $((784 * $4))
  } > "$1-images-idx3-ubyte"
  { number 0x801; number "$4"
    gunzip -c "$source-labels-idx1-ubyte.gz" | tail -c +$((9 + $3)) | head -c "$4"
  } > "$1-labels-idx1-ubyte"
}

if [ ! -e /usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz ]; then
  echo "Installing dataset-fashion-mnist"
  sudo=$([ "$(id -u)" = 0 ] || echo sudo)
  $sudo apt-get update -qq
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq dataset-fashion-mnist
fi

mkdir -p "$folder"
cd "$folder"
set +o pipefail  # head ends before gunzip does.
part clean train 0 $clean
part untrusted train 10000 $untrusted
part test t10k 0 $test
set -o pipefail

[ -e denoiser ] || elixir train denoiser clean-images-idx3-ubyte $network --output denoiser
[ -e poisoned ] || elixir poison badnets untrusted-images-idx3-ubyte --target 3 --output poisoned

outcome=0
[ -e purified ] || elixir purify poisoned --denoiser denoiser $victim --output purified || outcome=$?
case $outcome in
  0) ;;
  3) printf '\nThe result is unsure (exit code 3): the line above says why, and what would help.\n'
     [ $short = no ] || echo "Models as small as the short form's often leave doubts." ;;
  *) exit $outcome ;;
esac

elixir evaluate purified --poisoned poisoned --test test-images-idx3-ubyte $victim
printf '\nSee %s/purified/report.html\n' "$folder"
