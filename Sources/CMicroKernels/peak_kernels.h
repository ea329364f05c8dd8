// Multiply-adds in registers for one instruction set.

// Chains that do not wait for each other: two units with a latency of four or five cycles need ten
// at most; with the two constants they fit 32 registers (AVX-512) or 16.
#undef CHAINS
#define CHAINS (LANES == 16 ? 16 : 12)

// values[i] ← values[i]·factor + addend for one block.
static void NAME(multiplyAddBlock)(float *values, long repetitions, float factor, float addend) {
  const vec f = NAME(splat)(factor), a = NAME(splat)(addend);
  vec x[CHAINS];
#pragma clang loop unroll(full)
  for (int c = 0; c < CHAINS; c++) x[c] = NAME(load)(values + c * LANES);
  for (long i = 0; i < repetitions; i++) {
#pragma clang loop unroll(full)
    for (int c = 0; c < CHAINS; c++) x[c] = NAME(fma)(x[c], f, a);
  }
#pragma clang loop unroll(full)
  for (int c = 0; c < CHAINS; c++) NAME(store)(values + c * LANES, x[c]);
}

static void NAME(multiplyAdd)(
    float *values, long count, long repetitions, float factor, float addend) {
  const long block = CHAINS * LANES;
  long start = 0;
  for (; start + block <= count; start += block)
    NAME(multiplyAddBlock)(values + start, repetitions, factor, addend);
  if (start == count) return;
  float rest[CHAINS * LANES] = {0};
  const unsigned long bytes = (unsigned long)(count - start) * 4;
  memcpy(rest, values + start, bytes);
  NAME(multiplyAddBlock)(rest, repetitions, factor, addend);
  memcpy(values + start, rest, bytes);
}

static const ElixirPeak NAME(peak) = {CHAINS * LANES, NAME(multiplyAdd)};
