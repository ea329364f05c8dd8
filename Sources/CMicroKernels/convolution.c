// What convolution needs besides the matrix product: gathering patches.
#define KERNELS "convolution_kernels.h"
#include "each_instruction_set.h"

const ElixirConvolution *elixirConvolution(ElixirInstructionSet set) {
  return SELECT(convolution, set);
}
