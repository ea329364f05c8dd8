// The transforms of Winograd convolution.
#define KERNELS "winograd_kernels.h"
#include "each_instruction_set.h"

const ElixirWinograd *elixirWinograd(ElixirInstructionSet set) { return SELECT(winograd, set); }
