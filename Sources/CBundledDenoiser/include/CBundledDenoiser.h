#pragma once
#include <stddef.h>

/// A file of the denoiser that `elixir-gpu demo` purifies with.
typedef struct {
  const char *name;
  const unsigned char *bytes;
  size_t count;
} ElixirBundledFile;

/// File `index` of a diffusers model folder, or a null name past the last one;
/// `Sources/CBundledDenoiser/README.md` says how the model was made.
ElixirBundledFile elixirBundledDenoiserFile(size_t index);
