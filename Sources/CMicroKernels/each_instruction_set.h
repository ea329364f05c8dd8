// Includes the file named by the macro KERNELS once per instruction set, with these macros:
// NAME(x) appends the set's name, LANES counts the floats of a vector, FMA says whether
// multiply-add is one instruction, TILE_ROWS × 2 vectors is then the tile of matrix products.
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "CMicroKernels.h"

// Vectors wider than a register only pass through functions that are always inlined.
#pragma clang diagnostic ignored "-Wpsabi"

#define INLINE inline __attribute__((always_inline))
#define JOIN_(a, b) a##_##b
#define JOIN(a, b) JOIN_(a, b)
#define NAME(x) JOIN(x, SET)
#define vec NAME(vec)
#define ivec NAME(ivec)
#define dvec NAME(dvec)
#define lvec NAME(lvec)

#if defined(__x86_64__)
#include <immintrin.h>

#define SET avx512
#define LANES 16
#define TILE_ROWS 14
#define FMA 1
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma"))), apply_to = function)
#include "vector_math.h"
#include KERNELS
#pragma clang attribute pop
#undef SET
#undef LANES
#undef TILE_ROWS

#define SET avx2
#define LANES 8
#define TILE_ROWS 6
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "vector_math.h"
#include KERNELS
#pragma clang attribute pop
#undef SET
#undef LANES
#undef TILE_ROWS
#undef FMA
#endif

#define SET portable
#define LANES 4
#define FMA 0
#include "vector_math.h"
#include KERNELS
#undef SET
#undef LANES
#undef FMA

// The table `name` of an instruction set.
#if defined(__x86_64__)
#define SELECT(name, set) \
  ((set) == ElixirAVX512 ? &name##_avx512 : (set) == ElixirAVX2 ? &name##_avx2 : &name##_portable)
#else
#define SELECT(name, set) ((void)(set), &name##_portable)
#endif
