#!/bin/sh
# All that is worth knowing about a GPU, in eight minutes at most, as one JSON file: conformance of every
# operation, speeds beside PyTorch's, tuning, and a purification.
#
#     Tests/gpu.sh [--device opencl:N] [--output gpu.json] [--seconds 470]
#
# Needs the release build (`make build`, or ELIXIR=path), for conformance the tests (`swift build -c release
# --build-tests`, or ELIXIR_TESTS=path), and python3; PYTHON names one with PyTorch, whose U-Nets need
# diffusers. Works on any OpenCL device, on processors with smaller batches. Exits with 1 if anything
# failed, with 2 where there is nothing to run on.
set -eu
cd "$(dirname "$0")/.."

# NVIDIA's driver may be there without the file that tells OpenCL's loader of it, as in containers.
if [ -e /dev/nvidiactl ] && ! grep -qs nvidia /etc/OpenCL/vendors/*.icd && [ -z "${OCL_ICD_VENDORS:-}" ]; then
  library=$(PATH=$PATH:/sbin ldconfig -p | sed -n 's/.*libnvidia-opencl\.so\.1.* => //p' | head -n 1)
  for folder in /usr/local/nvidia/lib64 /usr/lib/x86_64-linux-gnu /usr/lib64 /usr/lib/wsl/lib; do
    [ -n "$library" ] || [ ! -e $folder/libnvidia-opencl.so.1 ] || library=$folder/libnvidia-opencl.so.1
  done
  if [ -z "$library" ]; then
    echo "There is an NVIDIA GPU, but not libnvidia-opencl.so.1: install the driver's OpenCL library" \
      "(Debian: nvidia-opencl-icd; containers: NVIDIA_DRIVER_CAPABILITIES=compute,utility)." >&2
    exit 2
  fi
  vendors=$(mktemp -d)
  trap 'rm -rf "$vendors"' EXIT
  echo "$library" > "$vendors/nvidia.icd"
  export OCL_ICD_VENDORS="$vendors"
fi
"${PYTHON:-python3}" Tests/gpu/measure.py "$@"
