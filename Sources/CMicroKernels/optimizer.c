// Optimiser steps.
#define KERNELS "optimizer_kernels.h"
#include "each_instruction_set.h"

const ElixirOptimizers *elixirOptimizers(ElixirInstructionSet set) {
  return SELECT(optimizers, set);
}
