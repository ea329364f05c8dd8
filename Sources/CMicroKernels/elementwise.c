// Functions of elements.
#define KERNELS "elementwise_kernels.h"
#include "each_instruction_set.h"

const ElixirElementwise *elixirElementwise(ElixirInstructionSet set) {
  return SELECT(elementwise, set);
}

bool elixirSupports(ElixirInstructionSet set) {
#if defined(__x86_64__)
  if (set == ElixirAVX512) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl")
           && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw")
           && __builtin_cpu_supports("fma");
  }
  if (set == ElixirAVX2) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
  return set == ElixirPortable;
}
