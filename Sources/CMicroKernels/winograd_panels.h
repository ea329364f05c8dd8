// Kernels of Winograd convolution as panels of matrices, and their product with tiles, for one
// instruction set. A panel has PANEL columns of a convolution's kernels, as [row, 3·3, column].

// Rows of a panel from kernels as they lie, g[output, 3·3, input]; see ElixirKernels.
static INLINE void NAME(gatherPanelOf)(
    const bool isTurned, const float *g, const ElixirKernels *k, float *into) {
  const long rowStride = 9 * k->inputs;
  vec taps[LANES];
  for (long row = 0; row < k->rows; row += LANES) {
    const long rows = k->rows - row < LANES ? k->rows - row : LANES;
    for (long c = 0; c < k->columns; c += LANES) {
      const long columns = k->columns - c < LANES ? k->columns - c : LANES;
      // As they lie: vectors along the inputs, one for each output. Forward, outputs are columns.
      const long outputs = isTurned ? rows : columns, inputs = isTurned ? columns : rows;
      const float *first = g + (isTurned ? row : c) * rowStride + (isTurned ? c : row);
      for (int tap = 0; tap < 9; tap++) {
        const float *source = first + (isTurned ? 8 - tap : tap) * k->inputs;
        if (outputs == LANES && inputs == LANES) {
#pragma clang loop unroll(full)
          for (int o = 0; o < LANES; o++) {
            taps[o] = NAME(load)(source + o * rowStride);
            // The rows after these, which the hardware does not foresee among so many streams.
            if (!isTurned) __builtin_prefetch(source + o * rowStride + LANES);
          }
        } else {
          for (int o = 0; o < LANES; o++)
            taps[o] = o < outputs ? NAME(loadPart)(source + o * rowStride, inputs) : (vec){0};
        }
        if (!isTurned) NAME(transpose)(taps);
        for (long r = 0; r < rows; r++)
          NAME(storePart)(into + ((row + r) * 9 + tap) * k->columns + c, columns, taps[r]);
      }
    }
  }
}

static void NAME(gatherPanel)(
    const float *g, const ElixirKernels *k, bool isTurned, float *into) {
  if (isTurned) NAME(gatherPanelOf)(true, g, k, into);
  else NAME(gatherPanelOf)(false, g, k, into);
}

// Row i of the planes of G g Gᵀ, for rows first ..< last of a panel.
static INLINE void NAME(transformPanelRowOf)(
    const int m, const int i, const float *g, const long columns, const long width, long first,
    long last, float *into, long stride) {
  for (long row = first; row < last; row++)
    for (long c = 0; c < width; c += LANES) {
      const float *taps = g + row * 9 * columns + c;
      vec line[3], result[MAX_SIZE];
#pragma clang loop unroll(full)
      for (int x = 0; x < 3; x++) {
        vec column[3];
#pragma clang loop unroll(full)
        for (int y = 0; y < 3; y++)
          column[y] = c < columns ? NAME(loadPart)(taps + (y * 3 + x) * columns, columns - c)
                                  : (vec){0};
        NAME(kernelLine)(m, column, result);
        line[x] = result[i];
      }
      NAME(kernelLine)(m, line, result);
#pragma clang loop unroll(full)
      for (int j = 0; j < m + 2; j++) NAME(store)(into + j * stride + row * width + c, result[j]);
    }
}

// The same, for an i that is known at run time only.
static void NAME(transformPanelRow)(
    const int m, int i, const float *g, const long columns, const long width, long first,
    long last, float *into, long stride) {
#define ROW_OF(m, i) \
  case 10 * m + i: \
    NAME(transformPanelRowOf)(m, i, g, columns, width, first, last, into, stride); \
    break;
  switch (10 * m + i) {
    ROW_OF(2, 0) ROW_OF(2, 1) ROW_OF(2, 2) ROW_OF(2, 3)
    ROW_OF(4, 0) ROW_OF(4, 1) ROW_OF(4, 2) ROW_OF(4, 3) ROW_OF(4, 4) ROW_OF(4, 5)
  }
#undef ROW_OF
}

static void NAME(transformPanel)(
    const float *g, const ElixirKernels *k, long size, float *into) {
  for (int i = 0; i < size + 2; i++)
    NAME(transformPanelRow)(
        (int)size, i, g, k->columns, k->width, 0, k->rows, into + i * (size + 2) * k->stride,
        k->stride);
}

#if FMA

#include "register_tile.h"

static void NAME(panelTile)(
    long rows, long inner, const float *a, long aPitch, const float *b, bool accumulate,
    float *out, const NAME(Ahead) *ahead) {
#define TILE_OF(n)                                                                             \
  case n:                                                                                      \
    NAME(tile)(n, 2, false, false, inner, a, aPitch, b, PANEL, accumulate, out, PANEL, ahead); \
    break;
  switch (rows) { EACH_ROW_COUNT(TILE_OF) }
#undef TILE_OF
}

// products += tiles·kernels, plane by plane. Only two rows of planes of kernels are in memory: one
// is multiplied, and after each tile of it some of the other are transformed, whose stores are
// under way while the next tile is multiplied.
static void NAME(multiplyPanel)(const ElixirPanelProduct *p) {
  const long size = p->size + 2, depth = p->depth, tiles = (p->tiles + TILE_ROWS - 1) / TILE_ROWS;
  const long calls = size * tiles, rowOfPlanes = size * p->planeStride;
#define TRANSFORM(i, start, first, last, into)                                                 \
  NAME(transformPanelRow)(                                                                     \
      (int)p->size, i, p->kernels + 9 * (start) * p->columns, p->columns, PANEL, first, last, \
      into, p->planeStride)
  TRANSFORM(0, 0, 0, p->inner < depth ? p->inner : depth, p->memory);
  for (long start = 0; start < p->inner; start += depth) {
    const long inner = p->inner - start < depth ? p->inner - start : depth;
    const long after = start + inner, left = p->inner - after < depth ? p->inner - after : depth;
    // Kernels of the next part, or of whatever comes after these, are fetched meanwhile.
    const float *next = left > 0 ? p->kernels + 9 * after * p->columns : p->next;
    const long bytes = next ? 4 * (left > 0 ? 9 * left * p->columns : p->nextCount) : 0;
    const char *fetched = (const char *)(next ? next : p->kernels);
    for (int i = 0; i < size; i++) {
      const float *planes = p->memory + i % 2 * rowOfPlanes;
      float *others = p->memory + (i + 1) % 2 * rowOfPlanes;
      const bool isLast = i + 1 == size;
      const long nextRow = isLast ? 0 : i + 1, nextStart = isLast ? after : start;
      const long nextInner = isLast ? left : inner;
      for (long call = 0; call < calls; call++) {
        const long t = call % tiles, first = p->tiles * t / tiles;
        const long rows = p->tiles * (t + 1) / tiles - first, plane = i * size + call / tiles;
        const float *a = p->transformed + plane * p->tileStride + first * p->tilePitch + start;
        float *sums = p->products + plane * p->productStride + first * PANEL;
        const long done = i * calls + call, all = size * calls;
        const bool isEnd = t + 1 == tiles;
        const NAME(Ahead) ahead = {
            isEnd ? a - first * p->tilePitch + p->tileStride : a + rows * p->tilePitch,
            isEnd ? sums - first * PANEL + p->productStride : sums + rows * PANEL,
            fetched + bytes * done / all, (bytes + all * inner - 1) / (all * inner)};
        NAME(panelTile)(
            rows, inner, a, p->tilePitch, planes + call / tiles * p->planeStride, start > 0, sums,
            &ahead);
        if (nextInner > 0)
          TRANSFORM(
              nextRow, nextStart, nextInner * call / calls, nextInner * (call + 1) / calls, others);
      }
    }
  }
#undef TRANSFORM
}

#undef PANEL
#undef EACH_ROW_COUNT

#endif
