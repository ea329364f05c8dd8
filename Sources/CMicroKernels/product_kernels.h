// Matrix product for one instruction set that has fused multiply-add, by register tiles. A tile
// goes to a small buffer in the first-level cache and from there, with the epilogue, to the output,
// or straight there if there is no epilogue.

#include "output_kernels.h"
#include "transpose.h"

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

// Columns of b, where the elements of a column are adjacent, as rows of a panel.
static void NAME(packTransposed)(
    const float *b, long columnStride, long inner, long columns, long width, float *into) {
  for (long k = 0; k < inner; k += LANES) {
    const long rows = inner - k < LANES ? inner - k : LANES;
    for (long j = 0; j < width; j += LANES) {
      vec square[LANES];
      for (int c = 0; c < LANES; c++)
        square[c] =
            j + c < columns ? NAME(loadPart)(b + (j + c) * columnStride + k, rows) : (vec){0};
      NAME(transpose)(square);
      for (long r = 0; r < rows; r++)
        NAME(storePart)(into + (k + r) * width + j, width - j, square[r]);
    }
  }
}

static void NAME(packPanels)(
    const float *b, long innerStride, long columnStride, long inner, long columns, long width,
    long panelStride, long firstPanel, long lastPanel, float *into) {
  for (long panel = firstPanel; panel < lastPanel; panel++) {
    const float *source = b + panel * width * columnStride;
    float *target = into + panel * panelStride;
    const long used = columns - panel * width < width ? columns - panel * width : width;
    if (innerStride == 1 && columnStride != 1) {
      NAME(packTransposed)(source, columnStride, inner, used, width, target);
      continue;
    }
    for (long k = 0; k < inner; k++, target += width) {
      if (columnStride == 1) memcpy(target, source + k * innerStride, (unsigned long)used * 4);
      else for (long j = 0; j < used; j++) target[j] = source[k * innerStride + j * columnStride];
      for (long j = used; j < width; j++) target[j] = 0;
    }
  }
}

#if FMA

#include "register_tile.h"

#define TILES(name, vectors, transposed)                                                     \
  static void NAME(name)(                                                                    \
      long rows, long inner, const float *a, long aPitch, const float *b, long bPitch,       \
      bool accumulate, float *out, long outPitch, const NAME(Ahead) *ahead) {                \
    switch (rows) { EACH_ROW_COUNT(TILE_##vectors##_##transposed) }                          \
  }
#define TILE_CASE(n, v, t) \
  case n:                                                                                  \
    NAME(tile)(n, v, t, true, inner, a, aPitch, b, bPitch, accumulate, out, outPitch, ahead); \
    break;
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
  return output->scale == 1 && output->activation == ActivationIdentity && !output->bias
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
      // Weights come from the third-level cache: 46 became 59 images/s (U-Net, batch 8) by asking
      // for them 16 steps ahead.
      const NAME(Ahead) ahead = {
          a + (t + 1 < tiles ? rows * p->aPitch : 0), output->into,
          (const char *)(b + 16 * p->bPitch), 4 * p->bPitch};
      void (*run)(
          long, long, const float *, long, const float *, long, bool, float *, long,
          const NAME(Ahead) *) =
          p->aTransposed ? (columns > LANES ? NAME(wideTransposedTile) : NAME(narrowTransposedTile))
                         : (columns > LANES ? NAME(wideTile) : NAME(narrowTile));
      if (plain && columns == PANEL) {
        run(rows, p->inner, a, p->aPitch, b, p->bPitch, output->accumulate,
            output->into + first * output->pitch + j, output->pitch, &ahead);
        continue;
      }
      run(rows, p->inner, a, p->aPitch, b, p->bPitch, false, tile, PANEL, &ahead);
      NAME(finish)(output, first, rows, j, columns, tile, PANEL);
    }
  }
}

static const ElixirProducts NAME(products) = {
    TILE_ROWS, PANEL, NAME(multiply), NAME(finish), NAME(packPanels)};

#undef PANEL
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
static const ElixirProducts NAME(products) = {
    0, 0, 0, NAME(finish), NAME(packPanels)};
#endif
