#pragma once

/// A file of `Kernels/`, embedded at compile time.
typedef struct {
  const char *name;
  const unsigned char *bytes;
  unsigned long count;
} ElixirKernelFile;

/// The embedded kernel files in turn; null past the last one.
const ElixirKernelFile *elixirKernelFile(unsigned long index);
