// Winograd convolution F(m×m, 3×3) of stride 1, m = 2 or 4, with planes in memory:
//
//     Y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A      d: (m+2)×(m+2) pixels of the input, Y: m×m of the output
//
// For each of (m + 2)² planes the product of `product.cl` multiplies [tiles, I]·[I, O]. F(2×2)
// interpolates at 0, ±1, ∞; F(4×4) at 0, ±¾, ±3/2, ∞, where errors were a fifth of those at the
// usual 0, ±1, ±2. Tile t of sample n covers output pixels (y·m, x·m) …,
// t = (n·rows + y)·tileColumns + x. A launch takes tiles firstTile … firstTile + tiles − 1 of them,
// and planes are `planeStride` apart.
#include "common.cl"

#define A1 0.75f
#define B1 1.5f
#define A2 (A1 * A1)
#define B2 (B1 * B1)
// 1 / Π (p − q) over the other points q, for the points p = 0, ±a and ±b.
#define SCALE0 (64.0f / 81.0f)
#define SCALEA (-128.0f / 243.0f)
#define SCALEB (32.0f / 243.0f)
#define MOST 6

// t = Bᵀ d
static inline void inputLine(const int m, const VEC *d, const int stride, VEC *t) {
  const VEC d0 = d[0], d1 = d[stride], d2 = d[2 * stride], d3 = d[3 * stride];
  if (m == 2) {
    t[0] = d2 - d0;
    t[1] = d2 + d1;
    t[2] = d2 - d1;
    t[3] = d3 - d1;
    return;
  }
  const VEC d4 = d[4 * stride], d5 = d[5 * stride];
  const VEC evenA = d4 - B2 * d2, oddA = A1 * (d3 - B2 * d1);
  const VEC evenB = d4 - A2 * d2, oddB = B1 * (d3 - A2 * d1);
  t[0] = (d4 - (A2 + B2) * d2) + A2 * B2 * d0;
  t[1] = evenA + oddA;
  t[2] = evenA - oddA;
  t[3] = evenB + oddB;
  t[4] = evenB - oddB;
  t[5] = (d5 - (A2 + B2) * d3) + A2 * B2 * d1;
}

// y = Aᵀ p
static inline void outputLine(const int m, const VEC *p, const int stride, VEC *y) {
  const VEC p0 = p[0], p1 = p[stride], p2 = p[2 * stride], p3 = p[3 * stride];
  const VEC evenA = p1 + p2, oddA = p1 - p2;
  if (m == 2) {
    y[0] = p0 + evenA;
    y[1] = oddA + p3;
    return;
  }
  const VEC p4 = p[4 * stride], p5 = p[5 * stride];
  const VEC evenB = p3 + p4, oddB = p3 - p4;
  y[0] = p0 + evenA + evenB;
  y[1] = A1 * oddA + B1 * oddB;
  y[2] = A2 * evenA + B2 * evenB;
  y[3] = A1 * A2 * oddA + B1 * B2 * oddB + p5;
}

// z = A g
static inline void gradientLine(const int m, const VEC *g, const int stride, VEC *z) {
  const VEC g0 = g[0], g1 = g[stride];
  z[0] = g0;
  if (m == 2) {
    z[1] = g0 + g1;
    z[2] = g0 - g1;
    z[3] = g1;
    return;
  }
  const VEC g2 = g[2 * stride], g3 = g[3 * stride];
  const VEC evenA = g0 + A2 * g2, oddA = A1 * (g1 + A2 * g3);
  const VEC evenB = g0 + B2 * g2, oddB = B1 * (g1 + B2 * g3);
  z[1] = evenA + oddA;
  z[2] = evenA - oddA;
  z[3] = evenB + oddB;
  z[4] = evenB - oddB;
  z[5] = g3;
}

// t = G g
static inline void kernelLine(const int m, const VEC *g, const int stride, VEC *t) {
  const VEC g0 = g[0], g1 = g[stride], g2 = g[2 * stride];
  if (m == 2) {
    const VEC even = 0.5f * (g0 + g2), odd = 0.5f * g1;
    t[0] = -g0;
    t[1] = even + odd;
    t[2] = even - odd;
    t[3] = g2;
    return;
  }
  const VEC evenA = SCALEA * (g0 + A2 * g2), oddA = SCALEA * A1 * g1;
  const VEC evenB = SCALEB * (g0 + B2 * g2), oddB = SCALEB * B1 * g1;
  t[0] = SCALE0 * g0;
  t[1] = evenA + oddA;
  t[2] = evenA - oddA;
  t[3] = evenB + oddB;
  t[4] = evenB - oddB;
  t[5] = g2;
}

// g = Gᵀ t
static inline void kernelGradientLine(const int m, const VEC *t, const int stride, VEC *g) {
  const VEC t0 = t[0], t1 = t[stride], t2 = t[2 * stride], t3 = t[3 * stride];
  const VEC evenA = t1 + t2, oddA = t1 - t2;
  if (m == 2) {
    g[0] = 0.5f * evenA - t0;
    g[1] = 0.5f * oddA;
    g[2] = 0.5f * evenA + t3;
    return;
  }
  const VEC t4 = t[4 * stride], t5 = t[5 * stride];
  const VEC evenB = t3 + t4, oddB = t3 - t4;
  g[0] = SCALE0 * t0 + SCALEA * evenA + SCALEB * evenB;
  g[1] = SCALEA * A1 * oddA + SCALEB * B1 * oddB;
  g[2] = SCALEA * A2 * evenA + SCALEB * B2 * evenB + t5;
}

// panels[k, panel, row, j] = plane k of G g Gᵀ for the kernel g of (row, column = panel·width + j),
// zero beyond the last column. Tap y·3 + x of g lies at
// weight[first + row·rowStride + column·columnStride + tap·tapStride].
#define TRANSFORM_WEIGHTS(NAME, M)                                                            \
  GROUP_KERNEL void NAME(                                                                     \
      const global float *weight, int weightOffset, global float *panels, int rows, int columns, \
      int width, int rowStride, int columnStride, int tapStride, int planeStride) {           \
    weight += weightOffset;                                                                   \
    const int strips = ceilDivide(columns, width) * (width / LANES);                          \
    for (ITEMS(item, rows * strips)) {                                                        \
      const int row = item % rows, column = item / rows * LANES, rest = columns - column;     \
      VEC taps[9], lines[MOST * 3];                                                           \
      UNROLL                                                                                  \
      for (int tap = 0; tap < 9; ++tap) {                                                     \
        const global float *from                                                              \
            = weight + row * rowStride + column * columnStride + tap * tapStride;             \
        float lanes[LANES];                                                                   \
        UNROLL                                                                                \
        for (int lane = 0; lane < LANES; ++lane)                                              \
          lanes[lane] = lane < rest ? from[lane * columnStride] : 0.0f;                       \
        taps[tap] = VLOAD(0, lanes);                                                          \
      }                                                                                       \
      UNROLL                                                                                  \
      for (int x = 0; x < 3; ++x) kernelLine(M, taps + x, 3, lines + x * (M + 2));            \
      global float *to                                                                        \
          = panels + (column / width * rows + row) * width + column % width;                  \
      UNROLL                                                                                  \
      for (int i = 0; i < M + 2; ++i) {                                                       \
        VEC result[MOST];                                                                     \
        kernelLine(M, lines + i, M + 2, result);                                              \
        UNROLL                                                                                \
        for (int j = 0; j < M + 2; ++j)                                                       \
          VSTORE(result[j], 0, to + (i * (M + 2) + j) * planeStride);                         \
      }                                                                                       \
    }                                                                                         \
  }

TRANSFORM_WEIGHTS(transformWeights2, 2)
TRANSFORM_WEIGHTS(transformWeights4, 4)

// weight's gradient [O, 3, 3, I] = Gᵀ s G of the sums [splits, planes, I, O] over all splits.
#define TRANSFORM_SUMS(NAME, M)                                                               \
  GROUP_KERNEL void NAME(                                                                     \
      const global float *sums, global float *into, int intoOffset, int inputs, int outputs,  \
      int splits, int splitStride) {                                                          \
    into += intoOffset;                                                                       \
    const int strips = ceilDivide(outputs, LANES);                                            \
    for (ITEMS(item, inputs * strips)) {                                                      \
      const int row = item % inputs, column = item / inputs * LANES, rest = outputs - column; \
      VEC planes[MOST * MOST], lines[MOST * 3];                                               \
      UNROLL                                                                                  \
      for (int k = 0; k < (M + 2) * (M + 2); ++k) {                                           \
        const global float *from = sums + (k * inputs + row) * outputs + column;              \
        VEC sum = loadPart(from, rest, 0);                                                    \
        for (int split = 1; split < splits; ++split)                                          \
          sum += loadPart(from + split * splitStride, rest, 0);                               \
        planes[k] = sum;                                                                      \
      }                                                                                       \
      UNROLL                                                                                  \
      for (int j = 0; j < M + 2; ++j) kernelGradientLine(M, planes + j, M + 2, lines + j * 3); \
      UNROLL                                                                                  \
      for (int y = 0; y < 3; ++y) {                                                           \
        VEC result[3];                                                                        \
        kernelGradientLine(M, lines + y, 3, result);                                          \
        UNROLL                                                                                \
        for (int x = 0; x < 3; ++x) {                                                         \
          float lanes[LANES];                                                                 \
          VSTORE(result[x], 0, lanes);                                                        \
          UNROLL                                                                              \
          for (int lane = 0; lane < LANES; ++lane)                                            \
            if (lane < rest) into[((column + lane) * 9 + y * 3 + x) * inputs + row] = lanes[lane]; \
        }                                                                                     \
      }                                                                                       \
    }                                                                                         \
  }

TRANSFORM_SUMS(transformSums2, 2)
TRANSFORM_SUMS(transformSums4, 4)

// into[k, tile − firstTile, c] = transform of SIDE×SIDE pixels, the first of the first tile at
// (top, left); zero outside the image. With width > 0 the tiles' rows are laid out as panels
// [k, panel, tile, width].
#define TRANSFORM_TILES(NAME, M, SIDE, LINE)                                                  \
  GROUP_KERNEL void NAME(                                                                     \
      const global float *images, int imagesOffset, global float *into, int height,           \
      int imageWidth, int channels, int tileRows, int tileColumns, int top, int left,         \
      int firstTile, int tiles, int width, int planeStride) {                                 \
    images += imagesOffset;                                                                   \
    const int padded = width > 0 ? ceilDivide(channels, width) * width : channels;            \
    const int strips = ceilDivide(padded, LANES);                                             \
    for (ITEMS(item, tiles * strips)) {                                                       \
      const int local_ = item / strips, tile = firstTile + local_;                            \
      const int channel = item % strips * LANES, rest = channels - channel;                   \
      const int column = tile % tileColumns, line = tile / tileColumns;                       \
      const int y0 = line % tileRows * M + top, x0 = column * M + left;                       \
      const global float *image                                                               \
          = images + line / tileRows * height * imageWidth * channels + channel;              \
      VEC pixels[SIDE * SIDE], lines[SIDE * MOST];                                            \
      UNROLL                                                                                  \
      for (int i = 0; i < SIDE; ++i)                                                          \
        UNROLL                                                                                \
        for (int j = 0; j < SIDE; ++j) {                                                      \
          const int y = y0 + i, x = x0 + j;                                                   \
          const int inside = y >= 0 && y < height && x >= 0 && x < imageWidth && rest > 0;    \
          pixels[i * SIDE + j]                                                                \
              = inside ? loadPart(image + (y * imageWidth + x) * channels, rest, 0) : (VEC)(0.0f); \
        }                                                                                     \
      UNROLL                                                                                  \
      for (int j = 0; j < SIDE; ++j) LINE(M, pixels + j, SIDE, lines + j * (M + 2));          \
      global float *to = into + (width > 0                                                    \
          ? (channel / width * tiles + local_) * width + channel % width                      \
          : local_ * channels + channel);                                                     \
      const int room = width > 0 ? LANES : rest;                                              \
      UNROLL                                                                                  \
      for (int i = 0; i < M + 2; ++i) {                                                       \
        VEC result[MOST];                                                                     \
        LINE(M, lines + i, M + 2, result);                                                    \
        UNROLL                                                                                \
        for (int j = 0; j < M + 2; ++j)                                                       \
          storePart(result[j], to + (i * (M + 2) + j) * planeStride, room);                   \
      }                                                                                       \
    }                                                                                         \
  }

TRANSFORM_TILES(transformInput2, 2, 4, inputLine)
TRANSFORM_TILES(transformInput4, 4, 6, inputLine)
TRANSFORM_TILES(transformGradient2, 2, 2, gradientLine)
TRANSFORM_TILES(transformGradient4, 4, 4, gradientLine)

enum { HAS_BIAS = 1, HAS_SAMPLE_BIAS = 2, HAS_RESIDUAL = 4 };

// Pixels of `into` [N, height, width, C] = activation(Aᵀ p A + bias + sample's bias + residual) of
// the products p[k, tile − firstTile, c].
#define TRANSFORM_OUTPUT(NAME, M)                                                             \
  GROUP_KERNEL void NAME(                                                                     \
      const global float *products, global float *into, int intoOffset, const global float *bias, \
      int biasOffset, const global float *sampleBias, int sampleBiasOffset,                   \
      const global float *residual, int residualOffset, int flags, int activation, int height, \
      int width, int channels, int tileRows, int tileColumns, int firstTile, int tiles,       \
      int planeStride) {                                                                      \
    const int strips = ceilDivide(channels, LANES);                                           \
    for (ITEMS(item, tiles * strips)) {                                                       \
      const int local_ = item / strips, tile = firstTile + local_;                            \
      const int channel = item % strips * LANES, rest = channels - channel;                   \
      const int column = tile % tileColumns, line = tile / tileColumns;                       \
      const int sample = line / tileRows, y0 = line % tileRows * M, x0 = column * M;          \
      const global float *from = products + local_ * channels + channel;                      \
      VEC planes[(M + 2) * (M + 2)], lines[(M + 2) * M];                                      \
      UNROLL                                                                                  \
      for (int k = 0; k < (M + 2) * (M + 2); ++k)                                             \
        planes[k] = loadPart(from + k * planeStride, rest, 0);                                \
      UNROLL                                                                                  \
      for (int j = 0; j < M + 2; ++j) outputLine(M, planes + j, M + 2, lines + j * M);        \
      VEC shift = (VEC)(0.0f);                                                                \
      if (flags & HAS_BIAS) shift += loadPart(bias + biasOffset + channel, rest, 0);          \
      VEC sampleShift = (VEC)(0.0f);                                                          \
      if (flags & HAS_SAMPLE_BIAS)                                                            \
        sampleShift = loadPart(                                                               \
            sampleBias + sampleBiasOffset + sample * channels + channel, rest, 0);            \
      UNROLL                                                                                  \
      for (int i = 0; i < M; ++i) {                                                           \
        VEC result[M];                                                                        \
        outputLine(M, lines + i, M, result);                                                  \
        UNROLL                                                                                \
        for (int j = 0; j < M; ++j) {                                                         \
          if (y0 + i >= height || x0 + j >= width) continue;                                  \
          const int at = ((sample * height + y0 + i) * width + x0 + j) * channels + channel;  \
          VEC y = result[j] + shift + sampleShift;                                            \
          if (flags & HAS_RESIDUAL) y += loadPart(residual + residualOffset + at, rest, 0);   \
          if (activation) y = activate(activation, y);                                        \
          storePart(y, into + intoOffset + at, rest);                                         \
        }                                                                                     \
      }                                                                                       \
    }                                                                                         \
  }

TRANSFORM_OUTPUT(transformOutput2, 2)
TRANSFORM_OUTPUT(transformOutput4, 4)
