// Philox 4×32-10 and Box–Muller, the same operations in the same order as ComputeBackend's
// `Philox`, for LANES counter blocks at once. Nothing may be contracted but the written fma.
#include "common.cl"
#pragma OPENCL FP_CONTRACT OFF

// Four words of each of the LANES blocks that start at `block`.
static inline void philoxWords(
    uint block, uint stream, uint step, uint purpose, uint key0, uint key1, UVEC words[4]) {
  uint blocks[LANES];
  UNROLL
  for (int lane = 0; lane < LANES; ++lane) blocks[lane] = block + (uint)lane;
  UVEC c0 = VLOAD(0, blocks), c1 = (UVEC)(stream), c2 = (UVEC)(step), c3 = (UVEC)(purpose);
  for (int round = 0; round < 10; ++round) {
    const UVEC high0 = mul_hi((UVEC)(0xD2511F53u), c0), low0 = 0xD2511F53u * c0;
    const UVEC high1 = mul_hi((UVEC)(0xCD9E8D57u), c2), low1 = 0xCD9E8D57u * c2;
    c0 = high1 ^ c1 ^ key0;
    c2 = high0 ^ c3 ^ key1;
    c1 = low1;
    c3 = low0;
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  words[0] = c0;
  words[1] = c1;
  words[2] = c2;
  words[3] = c3;
}

// In (0, 1): an odd multiple of 2⁻²⁴.
static inline VEC uniformOf(UVEC word) { return TO_VEC(((word >> 9) << 1) | 1u) * 0x1p-24f; }

// ln u for a normal number u in (0, 1).
static inline VEC logarithmOf(VEC u) {
  const UVEC bits = AS_UVEC(u) - 0x3F3504F3u;
  const VEC exponent = TO_VEC(AS_IVEC(bits) >> 23);
  const VEC z = AS_VEC((bits & 0x007FFFFFu) + 0x3F3504F3u) - 1.0f;
  VEC y = (VEC)(7.0376836292e-2f);
  y = fma(y, z, (VEC)(-1.1514610310e-1f));
  y = fma(y, z, (VEC)(1.1676998740e-1f));
  y = fma(y, z, (VEC)(-1.2420140846e-1f));
  y = fma(y, z, (VEC)(1.4249322787e-1f));
  y = fma(y, z, (VEC)(-1.6668057665e-1f));
  y = fma(y, z, (VEC)(2.0000714765e-1f));
  y = fma(y, z, (VEC)(-2.4999993993e-1f));
  y = fma(y, z, (VEC)(3.3333331174e-1f));
  const VEC square = z * z;
  const VEC cube = square * z;
  y = fma(exponent, (VEC)(-2.12194440e-4f), cube * y);
  y = fma(square, (VEC)(-0.5f), y);
  return fma(exponent, (VEC)(0.693359375f), z + y);
}

// √(−2 ln u)·(cos 2πv, sin 2πv)
static inline void normalPair(VEC u, VEC v, VEC *first, VEC *second) {
  const VEC radius = sqrt(-2.0f * logarithmOf(u));
  const VEC quarters = 4.0f * v;
  const VEC nearest = floor(quarters + 0.5f);
  const VEC angle = (quarters - nearest) * 1.5707963268f;
  const VEC square = angle * angle;
  VEC s = fma(square, (VEC)(-1.9515295891e-4f), (VEC)(8.3321608736e-3f));
  s = fma(s, square, (VEC)(-1.6666654611e-1f));
  s = fma(s * square, angle, angle);
  VEC c = fma(square, (VEC)(2.443315711809948e-5f), (VEC)(-1.388731625493765e-3f));
  c = fma(c, square, (VEC)(4.166664568298827e-2f));
  c = fma(c * square, square, fma(square, (VEC)(-0.5f), (VEC)(1.0f)));
  const IVEC quadrant = TO_IVEC(nearest) & 3;
  const IVEC swapped = (quadrant & 1) != 0;
  const VEC cosine = select(c, s, swapped), sine = select(s, c, swapped);
  *first = radius * select(cosine, -cosine, (quadrant == 1) | (quadrant == 2));
  *second = radius * select(sine, -sine, (quadrant == 2) | (quadrant == 3));
}

// The 4·LANES numbers of blocks block … block + LANES − 1, in the order of the row.
static inline void philoxNumbers(
    uint block, uint stream, uint step, uint purpose, uint key0, uint key1, int normal,
    float numbers[4 * LANES]) {
  UVEC words[4];
  philoxWords(block, stream, step, purpose, key0, key1, words);
  VEC values[4];
  UNROLL
  for (int word = 0; word < 4; ++word) values[word] = uniformOf(words[word]);
  if (normal) {
    VEC first, second;
    normalPair(values[0], values[1], &first, &second);
    values[0] = first;
    values[1] = second;
    normalPair(values[2], values[3], &first, &second);
    values[2] = first;
    values[3] = second;
  }
  float lanes[4][LANES];
  UNROLL
  for (int word = 0; word < 4; ++word) VSTORE(values[word], 0, lanes[word]);
  UNROLL
  for (int lane = 0; lane < LANES; ++lane)
    UNROLL
    for (int word = 0; word < 4; ++word) numbers[4 * lane + word] = lanes[word][lane];
}
