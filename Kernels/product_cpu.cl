// One work-item computes TILE_ROWS × (16·TILE_VECTORS) of the product in registers, no barriers.
//
// Included by product.cl, once for each tile. TILE_ROWS·TILE_VECTORS accumulators, TILE_VECTORS of
// B and a broadcast of A must fit the vector registers (32 of AVX-512), and TILE_ROWS pointers the
// 16 general ones. Global size: (row tiles, panels, batches·splits), work-groups of one.

kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void TILE_NAME(PRODUCT_PARAMETERS) {
  PRODUCT_POSITION
  const int firstRow = get_global_id(0) * TILE_ROWS, panel = get_global_id(1);
  // Splits begin and end with segments.
  const int firstSegment = firstK / runLength, lastSegment = endK / runLength;
  const global float *b = panels
      + (panel * segments + firstSegment) * runLength * (16 * TILE_VECTORS);
  int offsets[TILE_ROWS];
#pragma unroll
  for (int i = 0; i < TILE_ROWS; ++i) {
    const int row = min(firstRow + i, rows - 1);
    offsets[i] = ROW_OFFSET(row);
  }
  float16 sums[TILE_ROWS][TILE_VECTORS];
#pragma unroll
  for (int i = 0; i < TILE_ROWS; ++i)
#pragma unroll
    for (int v = 0; v < TILE_VECTORS; ++v) sums[i][v] = (float16)(0.0f);

  for (int segment = firstSegment; segment < lastSegment; ++segment) {
    const global float *base = a + segment / segmentCount1 * segmentStride0
        + segment % segmentCount1 * segmentStride1;
    const global float *from[TILE_ROWS];
#pragma unroll
    for (int i = 0; i < TILE_ROWS; ++i) from[i] = base + offsets[i];
    long at = 0;
    for (int k = 0; k < runLength; ++k, at += runStride, b += 16 * TILE_VECTORS) {
      float16 factors[TILE_VECTORS];
#pragma unroll
      for (int v = 0; v < TILE_VECTORS; ++v) factors[v] = vload16(v, b);
#pragma unroll
      for (int i = 0; i < TILE_ROWS; ++i) {
        const float16 factor = (float16)(from[i][at]);
#pragma unroll
        for (int v = 0; v < TILE_VECTORS; ++v) sums[i][v] = fma(factor, factors[v], sums[i][v]);
      }
    }
  }

#pragma unroll
  for (int i = 0; i < TILE_ROWS; ++i) {
    const int row = firstRow + i;
#pragma unroll
    for (int v = 0; v < TILE_VECTORS; ++v) {
      const int column = (panel * TILE_VECTORS + v) * 16, rest = columns - column;
      if (row < rows && rest > 0) {
        float16 y = scale * sums[i][v];
        EPILOGUE(y, row, column, rest)
        storePart(y, c + row * resultStride + column, rest);
      }
    }
  }
}

#undef TILE_ROWS
#undef TILE_VECTORS
#undef TILE_NAME
