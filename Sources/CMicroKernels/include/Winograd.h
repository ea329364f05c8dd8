// The transforms of Winograd convolution; included by CMicroKernels.h, whose types it uses.
#pragma once
#include "CMicroKernels.h"

#pragma clang assume_nonnull begin

// Images [samples, height, width, channels] cut into rows × columns tiles of size × size pixels.
typedef struct ElixirTiles {
  long height, width, channels;
  // Tiles of a sample, and the pixels of a tile's side: 2 or 4.
  long rows, columns, size;
  // The first pixel that the first tile reads or writes; negative where padding is read.
  long offsetY, offsetX;
} ElixirTiles;

// Channels first ..< first + columns of tiles, as (size + 2)² planes [tile, channel]: planes are
// `stride` elements apart, tiles `pitch`, which leaves room for whole vectors.
typedef struct ElixirPlanes {
  long first, columns, pitch, stride;
} ElixirPlanes;

// Some rows of one panel of a convolution's kernels [outputs, 3·3, inputs].
typedef struct ElixirKernels {
  long inputs;
  long rows, columns;
  // Elements of a panel's row, a multiple of a vector, and between two planes.
  long width, stride;
} ElixirKernels;

typedef struct ElixirWinograd {
  // into[k, tile − first, c]: Bᵀ d B of the (size + 2)² pixels from each tile's first. `zeros` are
  // as many zeros as there are channels.
  void (*transformInput)(
      const ElixirTiles *tiles, const float *source, const float *zeros, long first, long last,
      float *into, const ElixirPlanes *planes);
  // into[k, tile − first, c]: A g Aᵀ of each tile's size² pixels.
  void (*transformOutputGradient)(
      const ElixirTiles *tiles, const float *source, const float *zeros, long first, long last,
      float *into, const ElixirPlanes *planes);
  // Output pixels: Aᵀ p A of products[k, tile − first, c], with the output's epilogue.
  void (*transformOutput)(
      const ElixirTiles *tiles, const float *products, long first, long last,
      const ElixirPlanes *planes, const ElixirOutput *output);
  // Planes of G g Gᵀ for the kernels g[output, 3·3, input], as rows of a panel: rows are inputs and
  // columns outputs, or turned the other way round with the taps in reverse order. Columns from
  // `columns` to `width` become zero.
  void (*transformKernels)(
      const float *g, const ElixirKernels *kernels, long size, bool isTurned, float *into);
  // The same of kernels that lie as the panel's rows do, g[row, 3·3, column], not turned.
  void (*transformPanel)(const float *g, const ElixirKernels *kernels, long size, float *into);
  // g[tap·tapStride + j] = Gᵀ s G of the sums[k·stride + j].
  void (*transformKernelGradients)(
      const float *sums, long stride, long count, long size, float *g, long tapStride);
} ElixirWinograd;

const ElixirWinograd *elixirWinograd(ElixirInstructionSet set);

#pragma clang assume_nonnull end
