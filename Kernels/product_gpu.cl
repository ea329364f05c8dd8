// A work-group of 16×16 threads computes a 64×64 block of the product, each thread 4×4 of it.
//
// Included by product.cl. Blocks of A and B pass through local memory in steps of 16 along k; the
// panels are 64 wide. Global size: (16·⌈rows / 64⌉, 16·panels, batches·splits).

#define BLOCK_SIZE 64
#define DEPTH 16

kernel __attribute__((reqd_work_group_size(16, 16, 1)))
void product64(PRODUCT_PARAMETERS) {
  // One element more a line keeps the transposing stores free of bank conflicts.
  local float aBlock[DEPTH][BLOCK_SIZE + 1];
  local float bBlock[DEPTH][BLOCK_SIZE];
  PRODUCT_POSITION
  const int thread = get_local_id(1) * 16 + get_local_id(0);
  const int firstRow = get_group_id(0) * BLOCK_SIZE, panel = get_group_id(1);
  const int firstK = firstSegment * runLength, endK = lastSegment * runLength;
  const global float *b = panels + panel * segments * runLength * BLOCK_SIZE;

  // Neighbouring threads read along k where that is contiguous, else along the rows.
  const int alongK = runStride == 1;
  const int loadRow = alongK ? thread / DEPTH : thread % BLOCK_SIZE;
  const int loadK = alongK ? thread % DEPTH : thread / BLOCK_SIZE;
  const int rowStep = alongK ? 256 / DEPTH : 0, kStep = alongK ? 0 : 256 / BLOCK_SIZE;
  int offsets[4];
  for (int i = 0; i < 4; ++i) {
    const int row = min(firstRow + loadRow + i * rowStep, rows - 1);
    offsets[i] = ROW_OFFSET(row);
  }

  float sums[4][4];
  for (int i = 0; i < 4; ++i)
    for (int j = 0; j < 4; ++j) sums[i][j] = 0.0f;

  for (int start = firstK; start < endK; start += DEPTH) {
    for (int i = 0; i < 4; ++i) {
      const int line = loadK + i * kStep, k = start + line, segment = k / runLength;
      float element = 0.0f;
      if (k < endK)
        element = a[offsets[i] + segment / segmentCount1 * segmentStride0
                    + segment % segmentCount1 * segmentStride1 + k % runLength * runStride];
      aBlock[line][loadRow + i * rowStep] = element;
    }
    for (int i = 0; i < 4; ++i) {
      const int line = thread / BLOCK_SIZE + i * 4, column = thread % BLOCK_SIZE;
      bBlock[line][column] = start + line < endK ? b[(start + line) * BLOCK_SIZE + column] : 0.0f;
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int k = 0; k < DEPTH; ++k) {
      float left[4], right[4];
      for (int i = 0; i < 4; ++i) left[i] = aBlock[k][get_local_id(1) * 4 + i];
      for (int j = 0; j < 4; ++j) right[j] = bBlock[k][get_local_id(0) * 4 + j];
      for (int i = 0; i < 4; ++i)
        for (int j = 0; j < 4; ++j) sums[i][j] = fma(left[i], right[j], sums[i][j]);
    }
    barrier(CLK_LOCAL_MEM_FENCE);
  }

  const int column = panel * BLOCK_SIZE + get_local_id(0) * 4, rest = columns - column;
  for (int i = 0; i < 4; ++i) {
    const int row = firstRow + get_local_id(1) * 4 + i;
    if (row < rows && rest > 0) {
      VEC y = scale * (VEC)(sums[i][0], sums[i][1], sums[i][2], sums[i][3]);
      EPILOGUE(y, row, column, rest)
      storePart(y, c + row * resultStride + column, rest);
    }
  }
}
