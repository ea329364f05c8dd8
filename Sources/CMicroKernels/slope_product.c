// Products with a matrix of two values.
#include "CMicroKernels.h"

// Rows of X in a group, whose 32 sums are 2 KiB for the widest vectors, and in the groups that are
// added at a time: their tables take half of a first-level cache.
#define GROUP 5
#define BLOCK (GROUP * ElixirSlopeGroups)

#define KERNELS "slope_product_kernels.h"
#include "each_instruction_set.h"

const ElixirSlopeProducts *elixirSlopeProducts(ElixirInstructionSet set) {
  return SELECT(slopeProducts, set);
}
