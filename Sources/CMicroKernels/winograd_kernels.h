// Winograd's transforms for one instruction set: a 3×3 convolution of stride 1 becomes, for each of
// (m + 2)² planes, a matrix product [tiles, I]·[I, O].
//
//     Y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A      d: (m+2)×(m+2) pixels of the input, Y: m×m of the output
//
// F(2×2) interpolates at 0, ±1, ∞; F(4×4) at 0, ±a, ±b, ∞ with a = ¾ and b = 3/2, where rounding
// errors were a fifth of those at the usual 0, ±1, ±2 (rms over 256 channels: 1.5·10⁻⁶ of the
// result's deviation, beside 0.9·10⁻⁶ of direct sums). Every two-dimensional transform is one along the
// columns, kept in the first-level cache, and one along the rows.
#include "output_kernels.h"

#define MAX_SIZE 6
#define A1 0.75f
#define B1 1.5f
#define A2 (A1 * A1)
#define B2 (B1 * B1)

// t = Bᵀ d
static INLINE void NAME(inputLine)(const int m, const vec *d, vec *t) {
  if (m == 2) {
    t[0] = d[2] - d[0];
    t[1] = d[2] + d[1];
    t[2] = d[2] - d[1];
    t[3] = d[3] - d[1];
    return;
  }
  const vec evenA = d[4] - B2 * d[2], oddA = A1 * (d[3] - B2 * d[1]);
  const vec evenB = d[4] - A2 * d[2], oddB = B1 * (d[3] - A2 * d[1]);
  t[0] = (d[4] - (A2 + B2) * d[2]) + A2 * B2 * d[0];
  t[1] = evenA + oddA;
  t[2] = evenA - oddA;
  t[3] = evenB + oddB;
  t[4] = evenB - oddB;
  t[5] = (d[5] - (A2 + B2) * d[3]) + A2 * B2 * d[1];
}

// y = Aᵀ p
static INLINE void NAME(outputLine)(const int m, const vec *p, vec *y) {
  const vec evenA = p[1] + p[2], oddA = p[1] - p[2];
  if (m == 2) {
    y[0] = p[0] + evenA;
    y[1] = oddA + p[3];
    return;
  }
  const vec evenB = p[3] + p[4], oddB = p[3] - p[4];
  y[0] = p[0] + evenA + evenB;
  y[1] = A1 * oddA + B1 * oddB;
  y[2] = A2 * evenA + B2 * evenB;
  y[3] = A1 * A2 * oddA + B1 * B2 * oddB + p[5];
}

// z = A g, the transposed of outputLine
static INLINE void NAME(gradientLine)(const int m, const vec *g, vec *z) {
  z[0] = g[0];
  if (m == 2) {
    z[1] = g[0] + g[1];
    z[2] = g[0] - g[1];
    z[3] = g[1];
    return;
  }
  const vec evenA = g[0] + A2 * g[2], oddA = A1 * (g[1] + A2 * g[3]);
  const vec evenB = g[0] + B2 * g[2], oddB = B1 * (g[1] + B2 * g[3]);
  z[1] = evenA + oddA;
  z[2] = evenA - oddA;
  z[3] = evenB + oddB;
  z[4] = evenB - oddB;
  z[5] = g[3];
}

// What the points 0, ±a and ±b contribute: 1 / Π (p − q) over the other points q.
#define SCALE0 ((float)(64.0 / 81))
#define SCALEA ((float)(-128.0 / 243))
#define SCALEB ((float)(32.0 / 243))

// t = G g
static INLINE void NAME(kernelLine)(const int m, const vec *g, vec *t) {
  if (m == 2) {
    const vec even = 0.5f * (g[0] + g[2]), odd = 0.5f * g[1];
    t[0] = -g[0];
    t[1] = even + odd;
    t[2] = even - odd;
    t[3] = g[2];
    return;
  }
  const vec evenA = SCALEA * (g[0] + A2 * g[2]), oddA = SCALEA * A1 * g[1];
  const vec evenB = SCALEB * (g[0] + B2 * g[2]), oddB = SCALEB * B1 * g[1];
  t[0] = SCALE0 * g[0];
  t[1] = evenA + oddA;
  t[2] = evenA - oddA;
  t[3] = evenB + oddB;
  t[4] = evenB - oddB;
  t[5] = g[2];
}

// g = Gᵀ t
static INLINE void NAME(kernelGradientLine)(const int m, const dvec *t, dvec *g) {
  const dvec evenA = t[1] + t[2], oddA = t[1] - t[2];
  if (m == 2) {
    g[0] = 0.5 * evenA - t[0];
    g[1] = 0.5 * oddA;
    g[2] = 0.5 * evenA + t[3];
    return;
  }
  const dvec evenB = t[3] + t[4], oddB = t[3] - t[4];
  g[0] = SCALE0 * t[0] + SCALEA * evenA + SCALEB * evenB;
  g[1] = SCALEA * A1 * oddA + SCALEB * B1 * oddB;
  g[2] = SCALEA * A2 * evenA + SCALEB * B2 * evenB + t[5];
}

static INLINE vec NAME(narrow)(dvec x) { return __builtin_convertvector(x, vec); }

// The transposed of a square of numbers: exchanges squares of 1, 2, 4, … beside the diagonal.
static INLINE void NAME(transpose)(vec *t) {
#define EXCHANGE(step, low, high)                                  \
  _Pragma("clang loop unroll(full)") for (int r = 0; r < LANES; r++) { \
    if (r & step) continue;                                        \
    const vec a = t[r], b = t[r + step];                           \
    t[r] = __builtin_shufflevector(a, b, low);                     \
    t[r + step] = __builtin_shufflevector(a, b, high);             \
  }
#define LIST(...) __VA_ARGS__
#if LANES == 16
  EXCHANGE(1, LIST(0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30),
           LIST(1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31))
  EXCHANGE(2, LIST(0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29),
           LIST(2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31))
  EXCHANGE(4, LIST(0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27),
           LIST(4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31))
  EXCHANGE(8, LIST(0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23),
           LIST(8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31))
#elif LANES == 8
  EXCHANGE(1, LIST(0, 8, 2, 10, 4, 12, 6, 14), LIST(1, 9, 3, 11, 5, 13, 7, 15))
  EXCHANGE(2, LIST(0, 1, 8, 9, 4, 5, 12, 13), LIST(2, 3, 10, 11, 6, 7, 14, 15))
  EXCHANGE(4, LIST(0, 1, 2, 3, 8, 9, 10, 11), LIST(4, 5, 6, 7, 12, 13, 14, 15))
#else
  EXCHANGE(1, LIST(0, 4, 2, 6), LIST(1, 5, 3, 7))
  EXCHANGE(2, LIST(0, 1, 4, 5), LIST(2, 3, 6, 7))
#endif
#undef EXCHANGE
#undef LIST
}

// One vector of kernels side by side, whose taps are `pitch` vectors apart, plane by plane.
static INLINE void NAME(transformKernel)(
    const int m, const vec *taps, const int pitch, float *into, long stride) {
  const int size = m + 2;
  vec lines[MAX_SIZE * 3], line[3], result[MAX_SIZE];
#pragma clang loop unroll(full)
  for (int x = 0; x < 3; x++) {
#pragma clang loop unroll(full)
    for (int y = 0; y < 3; y++) line[y] = taps[(y * 3 + x) * pitch];
    NAME(kernelLine)(m, line, result);
#pragma clang loop unroll(full)
    for (int i = 0; i < size; i++) lines[i * 3 + x] = result[i];
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < size; i++) {
    NAME(kernelLine)(m, lines + i * 3, result);
#pragma clang loop unroll(full)
    for (int j = 0; j < size; j++) NAME(store)(into + (i * size + j) * stride, result[j]);
  }
}

static INLINE void NAME(transformKernelsOf)(
    const int m, const bool isTurned, const float *g, const ElixirKernels *k, float *into) {
  const long rowStride = 9 * k->inputs;
  vec taps[9 * LANES];
  for (long row = 0; row < k->rows; row += LANES) {
    const long rows = k->rows - row < LANES ? k->rows - row : LANES;
    for (long c = 0; c < k->width; c += LANES) {
      const long columns = k->columns - c < LANES ? k->columns - c : LANES;
      // As they lie: vectors along the inputs, one for each output. Forward, outputs are columns.
      const long outputs = isTurned ? rows : columns, inputs = isTurned ? columns : rows;
      const float *first = g + (isTurned ? row : c) * rowStride + (isTurned ? c : row);
      for (int tap = 0; tap < 9; tap++) {
        vec *t = taps + (isTurned ? 8 - tap : tap) * LANES;
        const float *source = first + tap * k->inputs;
        if (outputs == LANES && inputs == LANES) {
#pragma clang loop unroll(full)
          for (int o = 0; o < LANES; o++) {
            t[o] = NAME(load)(source + o * rowStride);
            // The rows after these, which the hardware does not foresee among so many streams.
            if (!isTurned) __builtin_prefetch(source + o * rowStride + LANES);
          }
        } else {
          for (int o = 0; o < LANES; o++) {
            const bool isThere = o < outputs && inputs > 0;
            t[o] = isThere ? NAME(loadPart)(source + o * rowStride, inputs) : (vec){0};
          }
        }
        if (!isTurned) NAME(transpose)(t);
      }
      for (long r = 0; r < rows; r++)
        NAME(transformKernel)(m, taps + r, LANES, into + (row + r) * k->width + c, k->stride);
    }
  }
}

static INLINE void NAME(transformPanelOf)(
    const int m, const float *g, const ElixirKernels *k, float *into) {
  for (long row = 0; row < k->rows; row++, g += 9 * k->columns)
    for (long c = 0; c < k->width; c += LANES) {
      vec taps[9];
#pragma clang loop unroll(full)
      for (int tap = 0; tap < 9; tap++)
        taps[tap] = c < k->columns ? NAME(loadPart)(g + tap * k->columns + c, k->columns - c)
                                   : (vec){0};
      NAME(transformKernel)(m, taps, 1, into + row * k->width + c, k->stride);
    }
}

static void NAME(transformPanel)(
    const float *g, const ElixirKernels *k, long size, float *into) {
  if (size == 2) NAME(transformPanelOf)(2, g, k, into);
  else NAME(transformPanelOf)(4, g, k, into);
}

static void NAME(transformKernels)(
    const float *g, const ElixirKernels *k, long size, bool isTurned, float *into) {
  if (isTurned) {
    if (size == 2) NAME(transformKernelsOf)(2, true, g, k, into);
    else NAME(transformKernelsOf)(4, true, g, k, into);
  } else {
    if (size == 2) NAME(transformKernelsOf)(2, false, g, k, into);
    else NAME(transformKernelsOf)(4, false, g, k, into);
  }
}

static INLINE void NAME(transformKernelGradientsOf)(
    const int m, const float *sums, long stride, long count, float *g, long tapStride) {
  const int size = m + 2;
  for (long c = 0; c < count; c += LANES) {
    dvec lines[MAX_SIZE * 3], line[MAX_SIZE], result[3];
#pragma clang loop unroll(full)
    for (int j = 0; j < size; j++) {
#pragma clang loop unroll(full)
      for (int i = 0; i < size; i++)
        line[i] = NAME(widen)(NAME(loadPart)(sums + (i * size + j) * stride + c, count - c));
      NAME(kernelGradientLine)(m, line, result);
#pragma clang loop unroll(full)
      for (int y = 0; y < 3; y++) lines[y * MAX_SIZE + j] = result[y];
    }
#pragma clang loop unroll(full)
    for (int y = 0; y < 3; y++) {
      NAME(kernelGradientLine)(m, lines + y * MAX_SIZE, result);
#pragma clang loop unroll(full)
      for (int x = 0; x < 3; x++)
        NAME(storePart)(g + (y * 3 + x) * tapStride + c, count - c, NAME(narrow)(result[x]));
    }
  }
}

static void NAME(transformKernelGradients)(
    const float *sums, long stride, long count, long size, float *g, long tapStride) {
  if (size == 2) NAME(transformKernelGradientsOf)(2, sums, stride, count, g, tapStride);
  else NAME(transformKernelGradientsOf)(4, sums, stride, count, g, tapStride);
}

// The first pixel of tile `index`, and its sample.
typedef struct NAME(Tile) {
  long sample, y, x;
} NAME(Tile);

static INLINE NAME(Tile) NAME(tileAt)(const ElixirTiles *t, long index) {
  const long column = index % t->columns, rest = index / t->columns;
  return (NAME(Tile)){
      rest / t->rows, rest % t->rows * t->size + t->offsetY, column * t->size + t->offsetX};
}

// Pointers to the size×size pixels of a tile; outside the image, to `zeros`.
static INLINE void NAME(pixels)(
    const ElixirTiles *t, const int size, NAME(Tile) at, const float *source, const float *zeros,
    const float **pixel) {
  for (int i = 0; i < size; i++)
    for (int j = 0; j < size; j++) {
      const long y = at.y + i, x = at.x + j;
      const bool inside = y >= 0 && y < t->height && x >= 0 && x < t->width;
      pixel[i * size + j] =
          inside ? source + ((at.sample * t->height + y) * t->width + x) * t->channels : zeros;
    }
}

// into[k][tile][c] = transform of the `from`×`from` pixels of each tile, `to`×`to` planes.
static INLINE void NAME(transformTiles)(
    const ElixirTiles *t, const int m, const bool isGradient, const float *source,
    const float *zeros, long first, long last, float *into, const ElixirPlanes *planes) {
  const int from = isGradient ? m : m + 2, to = m + 2;
  const float *pixel[MAX_SIZE * MAX_SIZE];
  for (long index = first; index < last; index++) {
    NAME(pixels)(t, from, NAME(tileAt)(t, index), source, zeros, pixel);
    float *row = into + (index - first) * planes->pitch;
    for (long c = 0; c < planes->columns; c += LANES) {
      const long n = planes->columns - c;
      vec lines[MAX_SIZE * MAX_SIZE], line[MAX_SIZE], result[MAX_SIZE];
#pragma clang loop unroll(full)
      for (int j = 0; j < from; j++) {
#pragma clang loop unroll(full)
        for (int i = 0; i < from; i++)
          line[i] = NAME(loadPart)(pixel[i * from + j] + planes->first + c, n);
        if (isGradient) NAME(gradientLine)(m, line, result);
        else NAME(inputLine)(m, line, result);
#pragma clang loop unroll(full)
        for (int i = 0; i < to; i++) lines[i * from + j] = result[i];
      }
#pragma clang loop unroll(full)
      for (int i = 0; i < to; i++) {
        if (isGradient) NAME(gradientLine)(m, lines + i * from, result);
        else NAME(inputLine)(m, lines + i * from, result);
#pragma clang loop unroll(full)
        for (int j = 0; j < to; j++)
          NAME(store)(row + (i * to + j) * planes->stride + c, result[j]);
      }
    }
  }
}

static void NAME(transformInput)(
    const ElixirTiles *t, const float *source, const float *zeros, long first, long last,
    float *into, const ElixirPlanes *planes) {
  if (t->size == 2) NAME(transformTiles)(t, 2, false, source, zeros, first, last, into, planes);
  else NAME(transformTiles)(t, 4, false, source, zeros, first, last, into, planes);
}

static void NAME(transformOutputGradient)(
    const ElixirTiles *t, const float *source, const float *zeros, long first, long last,
    float *into, const ElixirPlanes *planes) {
  if (t->size == 2) NAME(transformTiles)(t, 2, true, source, zeros, first, last, into, planes);
  else NAME(transformTiles)(t, 4, true, source, zeros, first, last, into, planes);
}

static INLINE void NAME(finishTiles)(
    const ElixirTiles *t, const int m, const int32_t activation, const float *products,
    long first, long last, const ElixirPlanes *planes, const ElixirOutput *output) {
  const int size = m + 2;
  for (long index = first; index < last; index++) {
    const NAME(Tile) at = NAME(tileAt)(t, index);
    const float *row = products + (index - first) * planes->pitch;
    const long height = t->height - at.y, width = t->width - at.x;
    const long corner = ((at.sample * t->height + at.y) * t->width + at.x) * output->pitch;
    for (long c = 0; c < planes->columns; c += LANES) {
      const long column = planes->first + c;
      vec lines[4 * MAX_SIZE], line[MAX_SIZE], result[4];
#pragma clang loop unroll(full)
      for (int j = 0; j < size; j++) {
#pragma clang loop unroll(full)
        for (int i = 0; i < size; i++)
          line[i] = NAME(load)(row + (i * size + j) * planes->stride + c);
        NAME(outputLine)(m, line, result);
#pragma clang loop unroll(full)
        for (int i = 0; i < m; i++) lines[i * size + j] = result[i];
      }
      for (int i = 0; i < m && i < height; i++) {
        NAME(outputLine)(m, lines + i * size, result);
        for (int j = 0; j < m && j < width; j++)
          NAME(finishPart)(
              output, activation, corner + (i * t->width + j) * output->pitch + column, at.sample,
              column, planes->columns - c, result[j]);
      }
    }
  }
}

static void NAME(transformOutput)(
    const ElixirTiles *t, const float *products, long first, long last,
    const ElixirPlanes *planes, const ElixirOutput *output) {
#define TILES_OF_2(activation) \
  NAME(finishTiles)(t, 2, activation, products, first, last, planes, output)
#define TILES_OF_4(activation) \
  NAME(finishTiles)(t, 4, activation, products, first, last, planes, output)
  if (t->size == 2) {
    EACH_ACTIVATION(output, TILES_OF_2)
  } else {
    EACH_ACTIVATION(output, TILES_OF_4)
  }
#undef TILES_OF_2
#undef TILES_OF_4
}

static const ElixirWinograd NAME(winograd) = {
    NAME(transformInput), NAME(transformOutputGradient), NAME(transformOutput),
    NAME(transformKernels), NAME(transformPanel), NAME(transformKernelGradients)};

#undef MAX_SIZE
#undef SCALE0
#undef SCALEA
#undef SCALEB
#undef A1
#undef B1
#undef A2
#undef B2
#undef EACH_ACTIVATION
