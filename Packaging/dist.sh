#!/bin/sh
# Packs a built program, for machines without Swift.
#
#     Packaging/dist.sh PROGRAM FOLDER
#
# PROGRAM holds Swift's libraries and looks for others in ../lib/elixir-gpu; `make dist` builds it so.
# Made in FOLDER:
# - elixir-gpu-VERSION-linux-MACHINE.tar.gz, which brings the C libraries along and runs from where it is
#   unpacked. It needs glibc of this system's version or later, and libstdc++.
# - elixir-gpu_VERSION_ARCHITECTURE.deb, which depends on Debian's packages of them.
set -eu
program=$(realpath "$1")
mkdir -p "$2"
output=$(realpath "$2")
cd "$(dirname "$0")/.."
version=$("$program" --version | sed 's/.* //')
machine=$(uname -m)
architecture=$(dpkg --print-architecture)
# Archives of the same source are the same bytes.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export SOURCE_DATE_EPOCH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What both have, under a prefix.
stage() {
  install -D "$program" "$1/bin/elixir-gpu"
  strip "$1/bin/elixir-gpu"
  install -d "$1/share/elixir-gpu/kernels" "$1/share/doc/elixir-gpu"
  install -m 644 Kernels/*.cl Kernels/*.h "$1/share/elixir-gpu/kernels"
  install -m 644 README.md CHANGELOG.md LICENSE docs/*.md "$1/share/doc/elixir-gpu"
  Packaging/manual.py "$program" "$1/share/man/man1"
  gzip -9n "$1"/share/man/man1/*.1
  install -d "$1/share/bash-completion/completions" "$1/share/zsh/vendor-completions" \
    "$1/share/fish/vendor_completions.d"
  "$program" --generate-completion-script bash > "$1/share/bash-completion/completions/elixir-gpu"
  "$program" --generate-completion-script zsh > "$1/share/zsh/vendor-completions/_elixir-gpu"
  "$program" --generate-completion-script fish > "$1/share/fish/vendor_completions.d/elixir-gpu.fish"
}

# The package that a file belongs to, whether its path begins with /usr or not.
package_of() {
  path=$(realpath "$1")
  dpkg -S "$path" "${path#/usr}" 2>/dev/null | head -n 1 | cut -d: -f1
}

# The tarball.
name=elixir-gpu-$version-linux-$machine
stage "$work/$name"
install -d "$work/$name/lib/elixir-gpu" "$work/$name/share/doc/elixir-gpu/licenses"
ldd "$program" | sed -nE 's/^\s*(\S+) => (\S+) .*/\1 \2/p' |
  grep -vE '^(libc|libm|libdl|libpthread|librt|libstdc\+\+|libgcc_s)\.so' > "$work/libraries"
while read -r library path; do
  install -m 644 "$path" "$work/$name/lib/elixir-gpu/$library"
  package=$(package_of "$path")
  cp "/usr/share/doc/$package/copyright" "$work/$name/share/doc/elixir-gpu/licenses/$package"
done < "$work/libraries"
tar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" \
  -C "$work" -c "$name" | gzip -9n > "$output/$name.tar.gz"

# The Debian package.
root=$work/deb
stage "$root/usr"
mv "$root/usr/share/doc/elixir-gpu/LICENSE" "$root/usr/share/doc/elixir-gpu/copyright"
gzip -9n "$root/usr/share/doc/elixir-gpu/CHANGELOG.md"
mkdir -p "$work/debian" "$root/DEBIAN"
printf 'Source: elixir-gpu\n\nPackage: elixir-gpu\nArchitecture: any\n' > "$work/debian/control"
depends=$(cd "$work" && dpkg-shlibdeps -O "$root/usr/bin/elixir-gpu" 2>"$work/warnings" |
  sed -n 's/^shlibs:Depends=//p')
[ -n "$depends" ] || { cat "$work/warnings" >&2; exit 1; }
cat > "$root/DEBIAN/control" <<END
Package: elixir-gpu
Version: $version
Architecture: $architecture
Maintainer: elixir-gpu
Section: science
Priority: optional
Installed-Size: $(du -sk "$root/usr" | cut -f1)
Depends: $depends
Suggests: pocl-opencl-icd
Description: makes poisoned image training sets safe to train on
 Finds the poisoned samples of a labeled image dataset, restores their images
 and labels with a diffusion model, and writes the same dataset back with a
 report of what it changed and why. Computes on the CPU or an OpenCL device.
END
find "$root" -newermt "@$SOURCE_DATE_EPOCH" -exec touch --no-dereference -d "@$SOURCE_DATE_EPOCH" {} +
dpkg-deb --root-owner-group --build "$root" "$output" > /dev/null
ls -l "$output"
