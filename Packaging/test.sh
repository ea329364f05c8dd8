#!/bin/bash
# Installs a tarball and a .deb in a fresh Debian 12 each, and purifies a small dataset there.
#
#     Packaging/test.sh FOLDER        (as root; needs debootstrap)
set -euo pipefail
packages=$(realpath "$1")
work=$(mktemp -d)
trap 'umount -q "$work/root/proc" || true; rm -rf --one-file-system "$work"' EXIT
mirror=${MIRROR:-http://deb.debian.org/debian}
debootstrap --variant=minbase bookworm "$work/root" "$mirror" > "$work/log" || { tail "$work/log"; exit 1; }
cp /etc/resolv.conf "$work/root/etc/"
# Where a program lies is known by /proc only, and with it where its libraries are.
mount -t proc proc "$work/root/proc"

# Commands of a user, with the time of each.
cat > "$work/root/root/use.sh" <<'END'
set -euo pipefail
cd "$(mktemp -d)"
# 60 images of 8×8 in 3 classes, as IDX.
printf '\0\0\10\3\0\0\0\74\0\0\0\10\0\0\0\10' > train-images-idx3-ubyte
for i in $(seq 60); do head -c 64 /dev/urandom; done >> train-images-idx3-ubyte
{ printf '\0\0\10\1\0\0\0\74'; for i in $(seq 20); do printf '\0\1\2'; done; } > train-labels-idx1-ubyte
mkdir data; mv train-* data
export TIMEFORMAT='  %R s'
run() { echo "$ $*"; time "$@"; }
run "$1" --version
run "$1" devices --self-test
run "$1" poison badnets data --rate 0.1 --output poisoned
run "$1" purify random-noise poisoned --output purified
test -s purified/report.html
END
inside() { chroot "$work/root" "$@"; }
! inside sh -c 'command -v swift' || { echo "There is a Swift in it." >&2; exit 1; }

echo "== the tarball"
tar -xzf "$packages"/elixir-gpu-*.tar.gz -C "$work/root/opt"
inside bash /root/use.sh "/$(cd "$work/root" && echo opt/elixir-gpu-*/bin/elixir-gpu)"

echo "== the .deb"
cp "$packages"/elixir-gpu_*.deb "$work/root/root/"
inside sh -c 'DEBIAN_FRONTEND=noninteractive apt-get install -y -qq /root/elixir-gpu_*.deb' > "$work/log" 2>&1 ||
  { tail "$work/log"; exit 1; }
inside bash /root/use.sh elixir-gpu
test -e "$work/root/usr/share/man/man1/elixir-gpu-purify.1.gz"
inside dpkg -r elixir-gpu > /dev/null
test ! -e "$work/root/usr/bin/elixir-gpu"
