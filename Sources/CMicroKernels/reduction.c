// Reductions, softmax and what is built on rows.
#define KERNELS "reduction_kernels.h"
#include <math.h>
#include "each_instruction_set.h"

const ElixirReductions *elixirReductions(ElixirInstructionSet set) {
  return SELECT(reductions, set);
}

void elixirArgmax(const float *x, long rows, long columns, int32_t *into) {
  for (long r = 0; r < rows; r++) {
    const float *row = x + r * columns;
    long best = 0;
    for (long c = 1; c < columns; c++)
      if (row[c] > row[best]) best = c;
    into[r] = (int32_t)best;
  }
}
