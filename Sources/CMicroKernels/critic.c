// The gradient of a Wasserstein critic.
#define KERNELS "critic_kernels.h"
#include "each_instruction_set.h"

const ElixirCritic *elixirCritic(ElixirInstructionSet set) { return SELECT(critic, set); }
