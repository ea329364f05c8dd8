// Philox random numbers and the diffusion step.
#define KERNELS "random_kernels.h"
// Backends must agree on normal numbers: no multiply-add but those written as such.
#pragma STDC FP_CONTRACT OFF
#include "each_instruction_set.h"

const ElixirRandom *elixirRandom(ElixirInstructionSet set) { return SELECT(randoms, set); }
