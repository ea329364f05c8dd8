// Matrix product for one instruction set that has fused multiply-add.
//
//          panelWidth = 2 vectors
//         ┌───────┐
//    B    │  …    │ inner
//         └───────┘
//   ┌───┐ ┌───────┐
//   │ A │ │ tile  │ up to TILE_ROWS rows, all accumulators in registers
//   └───┘ └───────┘
//
// One step of `inner` broadcasts an element of each row of A against a row of B's panel. A is read
// where it lies, along its rows or its columns. The tile goes to a small buffer in the first-level
// cache and from there, with the epilogue, to the output, or straight there if there is no epilogue.

#include "output_kernels.h"

static void NAME(finish)(
    const ElixirOutput *output, long firstRow, long rows, long j, long columns,
    const float *tile, long tilePitch) {
#define ROWS(activation)                                                                    \
  for (long r = 0; r < rows; r++) {                                                         \
    const long row = firstRow + r;                                                          \
    const long place = (output->rowOffsets ? output->rowOffsets[row] : row * output->pitch) + j; \
    const long sample = output->sampleBias ? (output->firstRow + row) / output->rowsPerSample : 0; \
    for (long v = 0; v < columns; v += LANES)                                               \
      NAME(finishPart)(                                                                     \
          output, activation, place + v, sample, j + v, columns - v,                        \
          NAME(loadPart)(tile + r * tilePitch + v, columns - v));                           \
  }
  EACH_ACTIVATION(output, ROWS)
#undef ROWS
}

#if FMA

#define PANEL (2 * LANES)

// sum0 += x·b0 and sum1 += x·b1 with x = *a. As assembly, since compilers move the broadcasts of a
// whole step ahead of the sums and then run out of registers.
static INLINE void NAME(addRow)(
    vec *sum0, vec *sum1, const float *a, vec b0, vec b1, const int vectors) {
  vec x;
  if (vectors > 1) {
    __asm__("vbroadcastss %3, %2\n\tvfmadd231ps %2, %4, %0\n\tvfmadd231ps %2, %5, %1"
            : "+v"(*sum0), "+v"(*sum1), "=&v"(x)
            : "m"(*a), "v"(b0), "v"(b1));
  } else {
    __asm__("vbroadcastss %2, %1\n\tvfmadd231ps %1, %3, %0"
            : "+v"(*sum0), "=&v"(x)
            : "m"(*a), "v"(b0));
  }
}

// Keeps the compiler from replacing a pointer that advances by others derived from it.
#define OPAQUE(pointer) __asm__("" : "+r"(pointer))

static INLINE void NAME(tile)(
    const int rows, const int vectors, const bool transposed, long inner,
    const float *restrict a, long aPitch, const float *restrict b, long bPitch,
    bool accumulate, float *restrict out, long outPitch) {
  enum { groups = (TILE_ROWS + 2) / 3 };
  vec sum[TILE_ROWS][2];
  // Weights come from the third-level cache: 46 became 59 images/s (U-Net, batch 8) by asking for
  // them 16 steps ahead.
  const long ahead = 16 * bPitch;
  // One pointer serves three rows, by the addresses p, p + pitch and p + 2·pitch.
  const float *row[groups];
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
    sum[r][0] = accumulate ? NAME(load)(out + r * outPitch) : (vec){0};
    sum[r][1] = accumulate && vectors > 1 ? NAME(load)(out + r * outPitch + LANES) : (vec){0};
    if (r % 3 == 0) row[r / 3] = transposed ? a : a + r * aPitch;
  }
#pragma clang loop unroll(disable)
  for (long k = 0; k < inner; k++) {
    const vec first = NAME(load)(b);
    const vec second = vectors > 1 ? NAME(load)(b + LANES) : (vec){0};
    b += bPitch;
    __builtin_prefetch(b + ahead);
    if (vectors > 1) __builtin_prefetch(b + ahead + LANES);
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
      const float *x = transposed ? row[0] + r : row[r / 3] + r % 3 * aPitch;
      NAME(addRow)(&sum[r][0], &sum[r][1], x, first, second, vectors);
    }
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r += 3) {
      if (transposed && r > 0) continue;
      row[r / 3] += transposed ? aPitch : 1;
      OPAQUE(row[r / 3]);
    }
  }
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
    NAME(store)(out + r * outPitch, sum[r][0]);
    if (vectors > 1) NAME(store)(out + r * outPitch + LANES, sum[r][1]);
  }
}

#if TILE_ROWS == 14
#define EACH_ROW_COUNT(M) M(1) M(2) M(3) M(4) M(5) M(6) M(7) M(8) M(9) M(10) M(11) M(12) M(13) M(14)
#else
#define EACH_ROW_COUNT(M) M(1) M(2) M(3) M(4) M(5) M(6)
#endif

#define TILES(name, vectors, transposed)                                                     \
  static void NAME(name)(                                                                    \
      long rows, long inner, const float *a, long aPitch, const float *b, long bPitch,       \
      bool accumulate, float *out, long outPitch) {                                          \
    switch (rows) { EACH_ROW_COUNT(TILE_##vectors##_##transposed) }                          \
  }
#define TILE_CASE(n, v, t) \
  case n: NAME(tile)(n, v, t, inner, a, aPitch, b, bPitch, accumulate, out, outPitch); break;
#define TILE_1_false(n) TILE_CASE(n, 1, false)
#define TILE_2_false(n) TILE_CASE(n, 2, false)
#define TILE_1_true(n) TILE_CASE(n, 1, true)
#define TILE_2_true(n) TILE_CASE(n, 2, true)
TILES(narrowTile, 1, false)
TILES(wideTile, 2, false)
TILES(narrowTransposedTile, 1, true)
TILES(wideTransposedTile, 2, true)

// Whether the tile can be stored as it is.
static INLINE bool NAME(isPlain)(const ElixirOutput *output) {
  return output->scale == 1 && output->activation == ElixirActivationIdentity && !output->bias
         && !output->sampleBias && !output->residual && !output->rowOffsets;
}

static void NAME(multiply)(const ElixirProduct *p, const ElixirOutput *output) {
  float tile[TILE_ROWS * PANEL] __attribute__((aligned(64)));
  const bool plain = NAME(isPlain)(output);
  // Rows are spread evenly over the tiles, since a short tile uses the units less well.
  const long tiles = (p->rows + TILE_ROWS - 1) / TILE_ROWS;
  for (long j = 0; j < p->columns; j += PANEL) {
    const float *b = p->b + j / PANEL * p->panelStride;
    const long columns = p->columns - j < PANEL ? p->columns - j : PANEL;
    for (long t = 0; t < tiles; t++) {
      const long first = p->rows * t / tiles;
      const long rows = p->rows * (t + 1) / tiles - first;
      const float *a = p->a + (p->aTransposed ? first : first * p->aPitch);
      void (*run)(
          long, long, const float *, long, const float *, long, bool, float *, long) =
          p->aTransposed ? (columns > LANES ? NAME(wideTransposedTile) : NAME(narrowTransposedTile))
                         : (columns > LANES ? NAME(wideTile) : NAME(narrowTile));
      if (plain && columns == PANEL) {
        run(rows, p->inner, a, p->aPitch, b, p->bPitch, output->accumulate,
            output->into + first * output->pitch + j, output->pitch);
        continue;
      }
      run(rows, p->inner, a, p->aPitch, b, p->bPitch, false, tile, PANEL);
      NAME(finish)(output, first, rows, j, columns, tile, PANEL);
    }
  }
}

static const ElixirProducts NAME(products) = {TILE_ROWS, PANEL, NAME(multiply), NAME(finish)};

#undef PANEL
#undef OPAQUE
#undef EACH_ROW_COUNT
#undef TILES
#undef TILE_CASE
#undef TILE_1_false
#undef TILE_2_false
#undef TILE_1_true
#undef TILE_2_true

#undef EACH_ACTIVATION

#else
#undef EACH_ACTIVATION
// Without fused multiply-add there is no register tile; the caller brings its own product.
static const ElixirProducts NAME(products) = {0, 0, 0, NAME(finish)};
#endif
