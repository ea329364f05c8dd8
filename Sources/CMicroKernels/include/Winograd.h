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

// Some rows of one panel of a convolution's kernels, [row, 3·3, column].
typedef struct ElixirKernels {
  // Channels of the convolution's input, which its weights [output, 3·3, input] have.
  long inputs;
  long rows, columns;
  // Elements of a transformed panel's row, a multiple of a vector, and between two planes.
  long width, stride;
} ElixirKernels;

// Transformed tiles [plane, tile, inner] times one panel of kernels [inner, 3·3, columns], which is
// transformed on the way.
typedef struct ElixirPanelProduct {
  // Pixels of a tile's side: 2 or 4.
  long size;
  long tiles, inner, columns;
  const float *transformed;
  // Elements between two tiles, and between two planes of tiles.
  long tilePitch, tileStride;
  const float *kernels;
  // Two rows of planes [depth, panelWidth] of kernels, planeStride apart.
  float *memory;
  long depth, planeStride;
  // [plane, tile, panelWidth], planes are productStride apart.
  float *products;
  long productStride;
  // What is needed after these kernels, or null.
  const float *_Nullable next;
  long nextCount;
} ElixirPanelProduct;

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
  // g[tap·tapStride + j] = Gᵀ s G of the sums[k·stride + j].
  void (*transformKernelGradients)(
      const float *sums, long stride, long count, long size, float *g, long tapStride);
  // Rows of a panel from kernels g[output, 3·3, input]: rows are inputs and columns outputs, or
  // turned the other way round with the taps in reverse order.
  void (*gatherPanel)(const float *g, const ElixirKernels *kernels, bool isTurned, float *into);
  // Planes of G g Gᵀ for the rows g[row, 3·3, column] of a panel. Columns from `columns` to `width`
  // become zero.
  void (*transformPanel)(const float *g, const ElixirKernels *kernels, long size, float *into);
  // Null where there is no fused multiply-add.
  void (*_Nullable multiplyPanel)(const ElixirPanelProduct *product);
} ElixirWinograd;

const ElixirWinograd *elixirWinograd(ElixirInstructionSet set);

#pragma clang assume_nonnull end
