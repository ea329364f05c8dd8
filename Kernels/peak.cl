// Multiply-adds in registers: the greatest arithmetic of a device.
//
// An item keeps CHAINS vectors, none of which waits for another. A unit needs some ten vectors of
// its own width in flight. On a core (STYLE_GPU 0) they are float16: `multiplyAdd12` for registers
// of 16 floats (AVX-512), `multiplyAdd6`, as twelve halves, for narrower ones. On a GPU many
// threads hide the latency, and `multiplyAdd6` keeps six of its float4.
#include "common.cl"

// values[i] ← values[i]·factor + addend, `repetitions` times over.
#define MULTIPLY_ADD(NAME, CHAINS)                                                     \
  GROUP_KERNEL void NAME(                                                              \
      global float *values, int valuesOffset, int count, int repetitions, float factor, \
      float addend) {                                                                  \
    values += valuesOffset;                                                            \
    const VEC f = (VEC)(factor), a = (VEC)(addend);                                    \
    for (ITEMS(item, ceilDivide(count, CHAINS * LANES))) {                             \
      const int start = item * CHAINS * LANES;                                         \
      VEC x[CHAINS];                                                                   \
      _Pragma("unroll") for (int c = 0; c < CHAINS; ++c)                               \
          x[c] = loadPart(values + start + c * LANES, count - start - c * LANES, 0);   \
      for (int i = 0; i < repetitions; ++i) {                                          \
        _Pragma("unroll") for (int c = 0; c < CHAINS; ++c) x[c] = fma(x[c], f, a);     \
      }                                                                                \
      _Pragma("unroll") for (int c = 0; c < CHAINS; ++c)                               \
          storePart(x[c], values + start + c * LANES, count - start - c * LANES);      \
    }                                                                                  \
  }

MULTIPLY_ADD(multiplyAdd6, 6)
MULTIPLY_ADD(multiplyAdd12, 12)
