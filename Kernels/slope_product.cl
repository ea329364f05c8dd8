// Products with a matrix of two values, 1 and `below`, by the method of the four Russians
// (Arlazarov et al., 1970): of each group of rows of x all sums are made once, and a row of the
// result then adds one of them a group instead of a multiple of each row. For the style of
// processors: the sums of a block lie in an item's own memory, half of a first-level cache.
#include "common.cl"

enum { GROUP_ROWS = 5, SUMS = 1 << GROUP_ROWS, GROUPS = 8, BLOCK_ROWS = GROUPS * GROUP_ROWS };

// Which of a block's sums each row adds, [blocks, rows, GROUPS]: bit i is set where z[r, k],
// or z[k, r] if transposed, is positive for the group's i-th k.
GROUP_KERNEL void slopePatterns(
    const global float *z, int zOffset, int transposed, int rows, int inner,
    global ushort *patterns) {
  z += zOffset;
  const int rowStride = transposed ? 1 : inner, innerStride = transposed ? rows : 1;
  for (ITEMS(item, ceilDivide(inner, BLOCK_ROWS) * GROUPS)) {
    const int block = item / GROUPS, group = item % GROUPS, first = item * GROUP_ROWS;
    const int count = min(GROUP_ROWS, inner - first);
    for (int r = 0; r < rows; ++r) {
      int bits = 0;
      for (int i = 0; i < count; ++i)
        bits |= (z[r * rowStride + (first + i) * innerStride] > 0.0f) << i;
      patterns[(block * rows + r) * GROUPS + group] = (ushort)(group * SUMS + bits);
    }
  }
}

// into[rows, columns] = S·diag(factors)·x[inner, columns], S being 1 where `patterns` has a bit,
// else `below`; without factors if hasFactors is 0. An item takes a vector's columns of one of
// `parts` of the rows; `results` [ceil(columns / LANES), rows, LANES] is memory of its own.
GROUP_KERNEL void slopeProduct(
    const global ushort *patterns, float below, int hasFactors, const global float *factors,
    int factorsOffset, const global float *x, int xOffset, global float *into, int intoOffset,
    global float *results, int rows, int columns, int inner, int parts) {
  for (ITEMS(item, ceilDivide(columns, LANES) * parts)) {
    const int strip = item / parts, part = item % parts, column = strip * LANES;
    const int firstRow = rows * part / parts, lastRow = rows * (part + 1) / parts;
    const int width = columns - column;
    global VEC *const result = (global VEC *)results + strip * rows;
    for (int block = 0; block < ceilDivide(inner, BLOCK_ROWS); ++block) {
      VEC sums[GROUPS * SUMS];
      for (int group = 0; group < GROUPS; ++group) {
        VEC *const table = sums + group * SUMS;
        VEC above[GROUP_ROWS], base = (VEC)(0.0f);
#pragma unroll
        for (int i = 0; i < GROUP_ROWS; ++i) {
          const int k = (block * GROUPS + group) * GROUP_ROWS + i;
          above[i] = (VEC)(0.0f);
          if (k < inner) {
            VEC row = loadPart(x + xOffset + k * columns + column, width, 0);
            if (hasFactors) row *= factors[factorsOffset + k];
            base += row * below;
            above[i] = row * (1.0f - below);
          }
        }
        table[0] = base;
#pragma unroll
        for (int i = 0; i < GROUP_ROWS; ++i)
          for (int sum = 0; sum < 1 << i; ++sum) table[(1 << i) + sum] = table[sum] + above[i];
      }
      const global ushort *pattern = patterns + (block * rows + firstRow) * GROUPS;
      for (int r = firstRow; r < lastRow; ++r, pattern += GROUPS) {
#define PAIR(g) (sums[pattern[g]] + sums[pattern[g + 1]])
        const VEC sum = (PAIR(0) + PAIR(2)) + (PAIR(4) + PAIR(6));
#undef PAIR
        result[r] = block == 0 ? sum : result[r] + sum;
      }
    }
    for (int r = firstRow; r < lastRow; ++r)
      storePart(result[r], into + intoOffset + r * columns + column, width);
  }
}
