// The loop that reaches the processor's greatest arithmetic.
#define KERNELS "peak_kernels.h"
#include "each_instruction_set.h"

const ElixirPeak *elixirPeak(ElixirInstructionSet set) { return SELECT(peak, set); }
