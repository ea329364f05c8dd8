// A work-group computes a BLOCK_ROWS×BLOCK_COLUMNS block of the product, each thread
// THREAD_ROWS×THREAD_COLUMNS of it.
//
// Included by product.cl, once for each block. Blocks of A and B pass through local memory in steps
// of BLOCK_DEPTH along k; the next step's elements are asked for while one is computed. A thread's
// columns are vectors that lie BLOCK_COLUMNS / VECTORS apart, so that neighbours read neighbours.
// Panels are BLOCK_COLUMNS wide. Local size (THREADS_X, THREADS_Y), global size
// (THREADS_X·row blocks, THREADS_Y·panels, batches·splits).
//
// Legal: THREAD_COLUMNS a multiple of LANES; THREADS a multiple of BLOCK_ROWS, of BLOCK_COLUMNS and
// of BLOCK_DEPTH; A_LOADS and B_LOADS whole.

#define THREADS_X (BLOCK_COLUMNS / THREAD_COLUMNS)
#define THREADS_Y (BLOCK_ROWS / THREAD_ROWS)
#define THREADS (THREADS_X * THREADS_Y)
#define A_LOADS (BLOCK_ROWS * BLOCK_DEPTH / THREADS)
#define B_LOADS (BLOCK_COLUMNS * BLOCK_DEPTH / THREADS)
#define VECTORS (THREAD_COLUMNS / LANES)

// innerOffset(k) for the next k that the thread loads of A, and on to the one after it. Divisions by
// numbers that vary take twenty instructions each, so segments and runs are counted instead.
#define NEXT_PLACE                                                                     \
  here = place;                                                                        \
  place += placeStep * runStride;                                                      \
  run += placeStep;                                                                    \
  while (run >= runLength) {                                                           \
    run -= runLength;                                                                  \
    place += segmentStride1 - runLength * runStride;                                   \
    if (++segment == segmentCount1) {                                                  \
      segment = 0;                                                                     \
      place += segmentStride0 - segmentCount1 * segmentStride1;                        \
    }                                                                                  \
  }

// Reads what step `start` needs into registers; zeros beyond endK. Steps follow one another.
#define LOAD_STEP(start)                                                               \
  UNROLL                                                                               \
  for (int i = 0; i < A_LOADS; ++i) {                                                  \
    const int k = (start) + loadK + i * kStep;                                         \
    if (i == 0 || !alongK) {                                                           \
      NEXT_PLACE                                                                       \
    }                                                                                  \
    aNext[i] = k < endK ? a[offsets[i] + here] : 0.0f;                                 \
  }                                                                                    \
  UNROLL                                                                               \
  for (int i = 0; i < B_LOADS; ++i) {                                                  \
    const int k = (start) + thread / BLOCK_COLUMNS + i * (THREADS / BLOCK_COLUMNS);    \
    bNext[i] = k < endK ? b[k * BLOCK_COLUMNS + thread % BLOCK_COLUMNS] : 0.0f;        \
  }

kernel __attribute__((reqd_work_group_size(THREADS_X, THREADS_Y, 1)))
void TILE_NAME(PRODUCT_PARAMETERS) {
  // Four elements more a line keep the transposing stores almost free of bank conflicts, and a
  // thread's rows where they can be read as vectors.
  local float aBlock[BLOCK_DEPTH][BLOCK_ROWS + 4] __attribute__((aligned(16)));
  local float bBlock[BLOCK_DEPTH][BLOCK_COLUMNS] __attribute__((aligned(16)));
  PRODUCT_POSITION
  const int x = get_local_id(0), y = get_local_id(1), thread = y * THREADS_X + x;
  const int firstRow = get_group_id(0) * BLOCK_ROWS, panel = get_group_id(1);
  const global float *b = panels + panel * segments * runLength * BLOCK_COLUMNS;

  // Neighbouring threads read along k where that is contiguous, else along the rows.
  const int alongK = runStride == 1;
  const int loadRow = alongK ? thread / BLOCK_DEPTH : thread % BLOCK_ROWS;
  const int loadK = alongK ? thread % BLOCK_DEPTH : thread / BLOCK_ROWS;
  const int rowStep = alongK ? THREADS / BLOCK_DEPTH : 0, kStep = alongK ? 0 : THREADS / BLOCK_ROWS;
  int offsets[A_LOADS], here = 0;
  UNROLL
  for (int i = 0; i < A_LOADS; ++i) {
    const int row = min(firstRow + loadRow + i * rowStep, rows - 1);
    offsets[i] = ROW_OFFSET(row);
  }

  const int placeStep = alongK ? BLOCK_DEPTH : kStep;
  int run = (firstK + loadK) % runLength, segment = (firstK + loadK) / runLength;
  int place = segment / segmentCount1 * segmentStride0 + segment % segmentCount1 * segmentStride1
      + run * runStride;
  segment %= segmentCount1;

  VEC sums[THREAD_ROWS][VECTORS];
  UNROLL
  for (int i = 0; i < THREAD_ROWS; ++i)
    UNROLL
    for (int v = 0; v < VECTORS; ++v) sums[i][v] = (VEC)(0.0f);

  float aNext[A_LOADS], bNext[B_LOADS];
  LOAD_STEP(firstK)
  for (int start = firstK; start < endK; start += BLOCK_DEPTH) {
    UNROLL
    for (int i = 0; i < A_LOADS; ++i) aBlock[loadK + i * kStep][loadRow + i * rowStep] = aNext[i];
    UNROLL
    for (int i = 0; i < B_LOADS; ++i)
      bBlock[thread / BLOCK_COLUMNS + i * (THREADS / BLOCK_COLUMNS)][thread % BLOCK_COLUMNS]
          = bNext[i];
    barrier(CLK_LOCAL_MEM_FENCE);
    LOAD_STEP(start + BLOCK_DEPTH)
    // Far enough that factors are asked for while others are multiplied.
#pragma unroll 8
    for (int k = 0; k < BLOCK_DEPTH; ++k) {
      VEC right[VECTORS];
      float left[THREAD_ROWS];
      UNROLL
      for (int v = 0; v < VECTORS; ++v)
        right[v] = VLOAD(0, &bBlock[k][(v * THREADS_X + x) * LANES]);
      UNROLL
      for (int i = 0; i < THREAD_ROWS; ++i) left[i] = aBlock[k][y * THREAD_ROWS + i];
      UNROLL
      for (int i = 0; i < THREAD_ROWS; ++i)
        UNROLL
        for (int v = 0; v < VECTORS; ++v)
          sums[i][v] = fma((VEC)(left[i]), right[v], sums[i][v]);
    }
    barrier(CLK_LOCAL_MEM_FENCE);
  }

  UNROLL
  for (int i = 0; i < THREAD_ROWS; ++i) {
    const int row = firstRow + y * THREAD_ROWS + i;
    UNROLL
    for (int v = 0; v < VECTORS; ++v) {
      const int column = panel * BLOCK_COLUMNS + (v * THREADS_X + x) * LANES;
      const int rest = columns - column;
      if (row < rows && rest > 0) {
        VEC result = scale * sums[i][v];
        EPILOGUE(result, row, column, rest)
        storePart(result, c + row * resultStride + column, rest);
      }
    }
  }
}

#undef THREADS_X
#undef THREADS_Y
#undef THREADS
#undef A_LOADS
#undef B_LOADS
#undef VECTORS
#undef LOAD_STEP
#undef NEXT_PLACE
#undef BLOCK_ROWS
#undef BLOCK_COLUMNS
#undef BLOCK_DEPTH
#undef THREAD_ROWS
#undef THREAD_COLUMNS
#undef TILE_NAME
