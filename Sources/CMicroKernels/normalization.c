// Group and batch normalisation, per channel.
#define KERNELS "normalization_kernels.h"
#include "each_instruction_set.h"

const ElixirNormalization *elixirNormalization(ElixirInstructionSet set) {
  return SELECT(normalization, set);
}
