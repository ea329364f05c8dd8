// Philox 4×32-10 and Box–Muller for one instruction set, LANES blocks at a time: operation for
// operation those of Philox.swift.

#define uvec NAME(uvec)
#define ulvec NAME(ulvec)
typedef uint32_t uvec __attribute__((vector_size(4 * LANES)));
typedef uint64_t ulvec __attribute__((vector_size(8 * LANES)));

// Fused even where the instruction set has no such instruction.
static INLINE vec NAME(fused)(vec a, vec b, vec c) { return __builtin_elementwise_fma(a, b, c); }
#define POLYNOMIAL(y, x, c) y = NAME(fused)(y, x, NAME(splat)(c))

typedef struct NAME(Words) {
  uvec w[4];
} NAME(Words);

static INLINE NAME(Words) NAME(words)(const ElixirNoise *noise, uvec block) {
  uvec c0 = block;
  uvec c1 = (uvec){0} + noise->stream;
  uvec c2 = (uvec){0} + noise->step;
  uvec c3 = (uvec){0} + noise->purpose;
  uint32_t k0 = (uint32_t)noise->seed, k1 = (uint32_t)(noise->seed >> 32);
  for (int round = 0; round < 10; round++) {
    ulvec p0 = __builtin_convertvector(c0, ulvec) * 0xD2511F53u;
    ulvec p1 = __builtin_convertvector(c2, ulvec) * 0xCD9E8D57u;
    c0 = __builtin_convertvector(p1 >> 32, uvec) ^ c1 ^ k0;
    c1 = __builtin_convertvector(p1, uvec);
    c2 = __builtin_convertvector(p0 >> 32, uvec) ^ c3 ^ k1;
    c3 = __builtin_convertvector(p0, uvec);
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return (NAME(Words)){{c0, c1, c2, c3}};
}

static INLINE vec NAME(uniformOf)(uvec word) {
  return __builtin_convertvector((ivec)((word >> 9) << 1 | 1), vec) * 0x1p-24f;
}

static INLINE vec NAME(logarithm)(vec u) {
  ivec bits = (ivec)u - 0x3F3504F3;
  vec exponent = __builtin_convertvector(bits >> 23, vec);
  vec z = (vec)((bits & 0x007FFFFF) + 0x3F3504F3) - 1.0f;
  vec y = NAME(splat)(7.0376836292e-2f);
  POLYNOMIAL(y, z, -1.1514610310e-1f);
  POLYNOMIAL(y, z, 1.1676998740e-1f);
  POLYNOMIAL(y, z, -1.2420140846e-1f);
  POLYNOMIAL(y, z, 1.4249322787e-1f);
  POLYNOMIAL(y, z, -1.6668057665e-1f);
  POLYNOMIAL(y, z, 2.0000714765e-1f);
  POLYNOMIAL(y, z, -2.4999993993e-1f);
  POLYNOMIAL(y, z, 3.3333331174e-1f);
  vec square = z * z;
  vec cube = square * z;
  y = NAME(fused)(exponent, NAME(splat)(-2.12194440e-4f), cube * y);
  y = NAME(fused)(square, NAME(splat)(-0.5f), y);
  return NAME(fused)(exponent, NAME(splat)(0.693359375f), z + y);
}

// (radius·cos 2πv, radius·sin 2πv)
static INLINE void NAME(polar)(vec radius, vec v, vec *first, vec *second) {
  vec quarters = 4.0f * v;
  ivec nearest = __builtin_convertvector(quarters + 0.5f, ivec);
  vec angle = (quarters - __builtin_convertvector(nearest, vec)) * 1.5707963268f;
  vec square = angle * angle;
  vec s = NAME(fused)(square, NAME(splat)(-1.951529589e-4f), NAME(splat)(8.3321608736e-3f));
  POLYNOMIAL(s, square, -1.6666654611e-1f);
  s = NAME(fused)(s * square, angle, angle);
  vec c = NAME(fused)(
      square, NAME(splat)(2.443315711809948e-5f), NAME(splat)(-1.388731625493765e-3f));
  POLYNOMIAL(c, square, 4.166664568298827e-2f);
  c = NAME(fused)(
      c * square, square, NAME(fused)(square, NAME(splat)(-0.5f), NAME(splat)(1.0f)));
  ivec odd = (nearest & 1) != 0;
  vec x = NAME(select)(odd, s, c), y = NAME(select)(odd, c, s);
  // Quadrants 0…3: (c, s), (−s, c), (−c, −s), (s, −c).
  x = (vec)((ivec)x ^ (((nearest + 1) & 2) << 30));
  y = (vec)((ivec)y ^ ((nearest & 2) << 30));
  *first = radius * x;
  *second = radius * y;
}

enum { NAME(batch) = 4 * LANES };

// Numbers 4·block … of one vector of blocks, in order.
static INLINE void NAME(draw)(
    const ElixirNoise *noise, long block, const bool normal, float *into) {
  uvec lanes;
  for (int i = 0; i < LANES; i++) lanes[i] = (uint32_t)i;
  NAME(Words) words = NAME(words)(noise, lanes + (uint32_t)block);
  vec numbers[4];
  for (int k = 0; k < 4; k++) numbers[k] = NAME(uniformOf)(words.w[k]);
  if (normal) {
    for (int k = 0; k < 4; k += 2) {
      vec radius = NAME(squareRoot)(-2.0f * NAME(logarithm)(numbers[k]));
      NAME(polar)(radius, numbers[k + 1], &numbers[k], &numbers[k + 1]);
    }
  }
  for (int i = 0; i < LANES; i++)
    for (int k = 0; k < 4; k++) into[4 * i + k] = numbers[k][i];
}

static INLINE void NAME(fillRow)(
    const ElixirNoise *noise, const bool normal, long first, long last, float *into) {
  float numbers[NAME(batch)];
  for (long i = first; i < last; i += NAME(batch)) {
    NAME(draw)(noise, i / 4, normal, numbers);
    const long n = last - i < NAME(batch) ? last - i : NAME(batch);
    memcpy(into + i - first, numbers, (unsigned long)n * 4);
  }
}

static void NAME(uniform)(const ElixirNoise *noise, long first, long last, float *into) {
  NAME(fillRow)(noise, false, first, last, into);
}

static void NAME(normal)(const ElixirNoise *noise, long first, long last, float *into) {
  NAME(fillRow)(noise, true, first, last, into);
}

// The standard deviations of `n` elements from the variance channels, which lie `channels` after
// the mean's in each pixel of 2·channels.
static INLINE void NAME(gatherOutput)(
    const float *output, long channels, long start, long n, float *mean, float *variance) {
  long pixel = start / channels, channel = start % channels;
  for (long i = 0; i < n; i++) {
    mean[i] = output[pixel * 2 * channels + channel];
    variance[i] = output[pixel * 2 * channels + channels + channel];
    if (++channel == channels) {
      channel = 0;
      pixel++;
    }
  }
}

static INLINE vec NAME(noiseScale)(const ElixirDiffusionStep *step, vec v) {
  vec fraction = (v + 1.0f) * 0.5f;
  vec logVariance = fraction * step->upperLogVariance + (1.0f - fraction) * step->lowerLogVariance;
  return NAME(exp)(0.5f * logVariance);
}

static void NAME(diffusionStep)(
    const ElixirDiffusionStep *step, const ElixirNoise *noise, const float *sample,
    const float *output, const float *previousPrediction, long channels, long first, long last,
    float *into, float *prediction) {
  float numbers[NAME(batch)], means[NAME(batch)], variances[NAME(batch)];
  for (long start = first; start < last; start += NAME(batch)) {
    const long count = last - start < NAME(batch) ? last - start : NAME(batch);
    if (noise) NAME(draw)(noise, start / 4, true, numbers);
    const float *mean = output + start;
    if (step->learnedVariance) {
      NAME(gatherOutput)(output, channels, start, count, means, variances);
      mean = means;
    }
    for (long i = 0; i < count; i += LANES) {
      const long n = count - i, at = start + i;
      vec x = NAME(loadPart)(sample + at, n), m = NAME(loadPart)(mean + i, n);
      vec clean = x * step->sampleToPrediction + m * step->outputToPrediction;
      clean = NAME(select)(clean < -step->clip, NAME(splat)(-step->clip), clean);
      clean = NAME(select)(clean > step->clip, NAME(splat)(step->clip), clean);
      vec y = clean * step->predictionWeight + x * step->sampleWeight;
      if (step->outputWeight != 0) y += m * step->outputWeight;
      if (previousPrediction)
        y += NAME(loadPart)(previousPrediction + at, n) * step->previousPredictionWeight;
      if (noise) {
        vec sigma = step->learnedVariance
                        ? NAME(noiseScale)(step, NAME(load)(variances + i))
                        : NAME(splat)(step->noiseScale);
        y += sigma * NAME(load)(numbers + i);
      }
      NAME(storePart)(into + at, n, y);
      if (prediction) NAME(storePart)(prediction + at, n, clean);
    }
  }
}

static const ElixirRandom NAME(randoms) = {
    NAME(uniform), NAME(normal), NAME(diffusionStep)};

#undef POLYNOMIAL
#undef uvec
#undef ulvec
