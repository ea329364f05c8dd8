// Every dense product: matrix products, the three convolutions and attention's two factors.
//
//   C[z, r, n] = epilogue(scale·Σₖ A[z, r, k]·B[z, k, n])
//
// A is addressed, not copied: element (r, k) lies at rowOffset(r) + innerOffset(k). In a
// convolution over an image padded by `padImages`, r counts output pixels and k the taps
// (y, x, channel), so that the sum of the two offsets is the tap's place (implicit im2col, no
// bounds to check); the weight gradient swaps the two. A matrix has one row stride and one inner
// stride.
//
//   rowOffset(r)   = r / (rowCount1·rowCount2)·rowStride0 + r / rowCount2 % rowCount1·rowStride1
//                    + r % rowCount2·rowStride2
//   innerOffset(k) = segment / segmentCount1·segmentStride0
//                    + segment % segmentCount1·segmentStride1 + k % runLength·runStride
//   segment        = k / runLength
//
// B is packed by `packPanels` as [z, ⌈columns / width⌉, k, width], columns beyond the end zero.
// C: row r, column n at r·resultStride + n. z = (outer·batchInner + inner)·splits + split; a split
// sums k = split·splitDepth … alone and writes split·splitStride further on.
//
// Tunables, the host's `KernelLayout`:
//   PRODUCT_ROWS, PRODUCT_COLUMNS  the wide tile. STYLE_GPU=0: 1 … 14 rows, 16, 32, 48 or 64
//                                  columns; rows·columns / 16 accumulators of 16 floats should fit
//                                  the registers. STYLE_GPU=1: a work-group's block, see
//                                  product_gpu.cl.
//   PRODUCT_THREAD_ROWS, PRODUCT_THREAD_COLUMNS  a thread's part of the block (STYLE_GPU=1): rows a
//                                  multiple of 4, as a short block has a quarter of them.
//   PRODUCT_DEPTH                  steps along k through local memory (STYLE_GPU=1): 8, 16 or 32.
#include "common.cl"

#ifndef PRODUCT_ROWS
#define PRODUCT_ROWS (STYLE_GPU ? 64 : 6)
#define PRODUCT_COLUMNS 64
#define PRODUCT_THREAD_ROWS 4
#define PRODUCT_THREAD_COLUMNS 4
#define PRODUCT_DEPTH 16
#endif

enum { HAS_BIAS = 1, HAS_SAMPLE_BIAS = 2, HAS_RESIDUAL = 4 };

// clang-format off
#define PRODUCT_PARAMETERS \
  const global float *a, int aOffset, const global float *panels, global float *c, int cOffset, \
  const global float *bias, int biasOffset, const global float *sampleBias, int sampleBiasOffset, \
  const global float *residual, int residualOffset, int flags, int activation, float scale, \
  int rows, int columns, int rowCount1, int rowCount2, int rowStride0, int rowStride1, \
  int rowStride2, int segments, int segmentCount1, int segmentStride0, int segmentStride1, \
  int runLength, int runStride, int splitDepth, int splits, int splitStride, \
  int resultStride, int rowsPerSample, int sampleBiasStride, int batchInner, int aStrideOuter, \
  int aStrideInner, int panelsStride, int cStrideOuter, int cStrideInner, int biasStrideInner
// clang-format on

// The part of the parameters that one z sees.
#define PRODUCT_POSITION                                                                  \
  const int split = get_global_id(2) % splits, batch = get_global_id(2) / splits;         \
  const int outer = batch / batchInner, inner = batch % batchInner;                       \
  const int resultOffset = outer * cStrideOuter + inner * cStrideInner + split * splitStride; \
  a += aOffset + outer * aStrideOuter + inner * aStrideInner;                             \
  panels += batch * panelsStride;                                                         \
  c += cOffset + resultOffset;                                                            \
  bias += biasOffset + inner * biasStrideInner;                                           \
  sampleBias += sampleBiasOffset + inner * biasStrideInner;                               \
  residual += residualOffset + resultOffset;                                              \
  const int firstK = split * splitDepth;                                                  \
  const int endK = min(segments * runLength, firstK + splitDepth);

#define ROW_OFFSET(r)                                                            \
  ((r) / rowCount2 / rowCount1 * rowStride0 + (r) / rowCount2 % rowCount1 * rowStride1 \
   + (r) % rowCount2 * rowStride2)

// activation(y + bias + sample's bias + residual) for `rest` columns from `column` of a row.
#define EPILOGUE(y, row, column, rest)                                                        \
  if (flags & HAS_BIAS) y += loadPart(bias + (column), rest, 0);                              \
  if (flags & HAS_SAMPLE_BIAS)                                                                \
    y += loadPart(sampleBias + (row) / rowsPerSample * sampleBiasStride + (column), rest, 0); \
  if (flags & HAS_RESIDUAL) y += loadPart(residual + (row) * resultStride + (column), rest, 0); \
  if (activation) y = activate(activation, y);

// panels[z, panel, k, j] = b[z, k, panel·width + j], zero beyond the last column. b's element
// (k, n) lies at k / count2 / count1·stride0 + k / count2 % count1·stride1 + k % count2·stride2
// + n·columnStride.
GROUP_KERNEL void packPanels(
    const global float *b, int bOffset, global float *panels, int batches, int batchInner,
    int strideOuter, int strideInner, int columns, int width, int depth, int count1, int count2,
    int stride0, int stride1, int stride2, int columnStride) {
  const int pieces = STYLE_GPU ? width / LANES : 1;
  const int panelCount = ceilDivide(columns, width);
  for (ITEMS(item, batches * panelCount * depth * pieces)) {
    const int piece = item % pieces, line = item / pieces;
    const int k = line % depth, panel = line / depth % panelCount;
    const int batch = line / depth / panelCount;
    const global float *from = b + bOffset + batch / batchInner * strideOuter
        + batch % batchInner * strideInner + k / count2 / count1 * stride0
        + k / count2 % count1 * stride1 + k % count2 * stride2;
    global float *to = panels + line * width;
    for (int j = piece * LANES; j < width; j += pieces * LANES) {
      const int column = panel * width + j, rest = columns - column;
      if (columnStride == 1 && rest > 0) {
        VSTORE(loadPart(from + column, rest, 0), 0, to + j);
      } else {
        UNROLL
        for (int lane = 0; lane < LANES; ++lane)
          to[j + lane] = lane < rest ? from[(column + lane) * columnStride] : 0.0f;
      }
    }
  }
}

// into [N, paddedHeight, paddedWidth, C] = images [N, H, W, C] spread by `dilation` with `top` and
// `left` pixels before; zero elsewhere. top and left may be negative: then it crops.
GROUP_KERNEL void padImages(
    const global float *images, int imagesOffset, global float *into, int batch, int height,
    int width, int channels, int paddedHeight, int paddedWidth, int top, int left, int dilation) {
  const int pieces = ceilDivide(channels, PIECE);
  for (ITEMS(item, batch * paddedHeight * paddedWidth * pieces)) {
    const int pixel = item / pieces, start = item % pieces * PIECE;
    const int end = min(channels, start + PIECE);
    const int y = pixel / paddedWidth % paddedHeight - top, x = pixel % paddedWidth - left;
    const int line = y / dilation, column = x / dilation;
    global float *to = into + pixel * channels;
    const int inside = y >= 0 && x >= 0 && line < height && column < width
        && line * dilation == y && column * dilation == x;
    const int source = inside
        ? ((pixel / paddedWidth / paddedHeight * height + line) * width + column) * channels : 0;
    const global float *from = images + imagesOffset + source;
    for (int i = start; i < end; i += LANES)
      storePart(inside ? loadPart(from + i, end - i, 0) : (VEC)(0.0f), to + i, end - i);
  }
}

// into[g, n, k] = Σ over splits of partial[g, split, k, n]: the end of a split product, transposed.
GROUP_KERNEL void sumSplitsTransposed(
    const global float *partial, global float *into, int intoOffset, int batches, int splits,
    int rows, int columns) {
  into += intoOffset;
  const int strips = ceilDivide(columns, LANES);
  for (ITEMS(item, batches * strips * rows)) {
    const int k = item % rows, column = item / rows % strips * LANES, batch = item / rows / strips;
    const int rest = columns - column;
    const global float *from = partial + (batch * splits * rows + k) * columns + column;
    VEC sum = (VEC)(0.0f);
    for (int split = 0; split < splits; ++split)
      sum += loadPart(from + split * rows * columns, rest, 0);
    float lanes[LANES];
    VSTORE(sum, 0, lanes);
    UNROLL
    for (int lane = 0; lane < LANES; ++lane)
      if (lane < rest) into[(batch * columns + column + lane) * rows + k] = lanes[lane];
  }
}

#if STYLE_GPU
// c[r, n] = epilogue(Σ over splits of partial[split, r, n]), the end of a split product; the order
// of the sum is that of the splits.
GROUP_KERNEL void sumSplits(
    const global float *partial, global float *c, int cOffset, const global float *bias,
    int biasOffset, const global float *sampleBias, int sampleBiasOffset,
    const global float *residual, int residualOffset, int flags, int activation, int rows,
    int resultStride, int splits, int rowsPerSample, int sampleBiasStride) {
  c += cOffset;
  bias += biasOffset;
  sampleBias += sampleBiasOffset;
  residual += residualOffset;
  const int strips = ceilDivide(resultStride, LANES);
  for (ITEMS(item, rows * strips)) {
    const int row = item / strips, column = item % strips * LANES, rest = resultStride - column;
    const global float *from = partial + row * resultStride + column;
    VEC y = loadPart(from, rest, 0);
    for (int split = 1; split < splits; ++split)
      y += loadPart(from + split * rows * resultStride, rest, 0);
    EPILOGUE(y, row, column, rest)
    storePart(y, c + row * resultStride + column, rest);
  }
}

// The tuned block, a quarter of its rows for products with few, and narrow ones for few columns.
#define BLOCK_ROWS PRODUCT_ROWS
#define BLOCK_COLUMNS PRODUCT_COLUMNS
#define BLOCK_DEPTH PRODUCT_DEPTH
#define THREAD_ROWS PRODUCT_THREAD_ROWS
#define THREAD_COLUMNS PRODUCT_THREAD_COLUMNS
#define TILE_NAME productWide
#include "product_gpu.cl"

#define BLOCK_ROWS (PRODUCT_ROWS / 4)
#define BLOCK_COLUMNS PRODUCT_COLUMNS
#define BLOCK_DEPTH PRODUCT_DEPTH
#define THREAD_ROWS (PRODUCT_THREAD_ROWS / 4)
#define THREAD_COLUMNS PRODUCT_THREAD_COLUMNS
#define TILE_NAME productShort
#include "product_gpu.cl"

#define BLOCK_ROWS 64
#define BLOCK_COLUMNS 32
#define BLOCK_DEPTH 16
#define THREAD_ROWS 4
#define THREAD_COLUMNS 4
#define TILE_NAME productMiddle
#include "product_gpu.cl"

#define BLOCK_ROWS 64
#define BLOCK_COLUMNS 16
#define BLOCK_DEPTH 16
#define THREAD_ROWS 4
#define THREAD_COLUMNS 4
#define TILE_NAME productNarrow
#include "product_gpu.cl"
#else
// Register tiles of rows × vectors: the tuned one for many columns.
#define TILE_ROWS PRODUCT_ROWS
#define TILE_VECTORS (PRODUCT_COLUMNS / 16)
#define TILE_NAME productWide
#include "product_cpu.cl"

#define TILE_ROWS 12
#define TILE_VECTORS 2
#define TILE_NAME productMiddle
#include "product_cpu.cl"

#define TILE_ROWS 12
#define TILE_VECTORS 1
#define TILE_NAME productNarrow
#include "product_cpu.cl"
#endif
