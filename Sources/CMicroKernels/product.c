// Matrix products by register tiles.
#define KERNELS "product_kernels.h"
#include "each_instruction_set.h"

const ElixirProducts *elixirProducts(ElixirInstructionSet set) { return SELECT(products, set); }
