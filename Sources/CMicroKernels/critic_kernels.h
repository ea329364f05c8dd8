// The passes between a critic's matrix products for one instruction set.

#define EACH_CODE(M) M(ElixirReLU) M(ElixirLeakyReLU) M(ElixirSoftplus)

static void NAME(mixedSlopes)(
    int32_t code, float a, const float *first, const float *second, float share,
    const float *output, float *into, long units) {
#define LOOP(c)                                                                           \
  case c:                                                                                 \
    for (long i = 0; i < units; i += LANES) {                                             \
      const long n = units - i;                                                           \
      vec z = NAME(loadPart)(first + i, n) * share                                        \
              + NAME(loadPart)(second + i, n) * (1 - share);                              \
      vec slope = NAME(derivative)(c, a, 0, z);                                           \
      NAME(storePart)(into + i, n, NAME(loadPart)(output + i, n) * slope);                \
    }                                                                                     \
    break;
  switch (code) { EACH_CODE(LOOP) }
#undef LOOP
}

static float NAME(penaltyDirection)(
    const float *slope, float scale, float *into, long features) {
  dvec sum = {0};
  for (long i = 0; i < features; i += LANES) {
    dvec g = NAME(widen)(NAME(loadPart)(slope + i, features - i));
    sum += g * g;
  }
  const double norm = __builtin_sqrt(NAME(total)(sum));
  const float factor = norm == 0 ? 0 : (float)(scale * (1 - 1 / norm));
  for (long i = 0; i < features; i += LANES) {
    const long n = features - i;
    NAME(storePart)(into + i, n, NAME(loadPart)(slope + i, n) * factor);
  }
  return (float)((norm - 1) * (norm - 1));
}

// σ″, beside its argument's σ and σ′ in the file of vector functions.
static INLINE vec NAME(curvature)(int32_t code, vec x) {
  if (code != ElixirSoftplus) return (vec){0};
  return NAME(sigmoidSlope)(x);
}

static void NAME(factors)(
    int32_t code, float a, float *first, float *second, float share, const float *output,
    const float *penaltySlopes, float transportShare, float *bias, float *outputGradient,
    float *transport, long units) {
#define LOOP(c)                                                                           \
  case c:                                                                                 \
    for (long i = 0; i < units; i += LANES) {                                             \
      const long n = units - i;                                                           \
      const vec p = NAME(loadPart)(first + i, n), r = NAME(loadPart)(second + i, n);      \
      const vec z = p * share + r * (1 - share);                                          \
      const vec w = NAME(loadPart)(output + i, n), t = NAME(loadPart)(penaltySlopes + i, n); \
      const vec q = w * t * NAME(curvature)(c, z), g = w * transportShare;                \
      const vec dp = g * NAME(derivative)(c, a, 0, p) + q * share;                        \
      const vec dr = q * (1 - share) - g * NAME(derivative)(c, a, 0, r);                  \
      const vec gap = NAME(evaluate)(c, a, 0, p) - NAME(evaluate)(c, a, 0, r);            \
      NAME(storePart)(first + i, n, dp);                                                  \
      NAME(storePart)(second + i, n, dr);                                                 \
      NAME(storePart)(bias + i, n, NAME(loadPart)(bias + i, n) + (dp + dr));              \
      NAME(storePart)(                                                                    \
          outputGradient + i, n,                                                          \
          NAME(loadPart)(outputGradient + i, n)                                           \
              + (gap * transportShare + t * NAME(derivative)(c, a, 0, z)));               \
      NAME(storePart)(transport + i, n, NAME(loadPart)(transport + i, n) + w * gap);      \
    }                                                                                     \
    break;
  switch (code) { EACH_CODE(LOOP) }
#undef LOOP
}

static const ElixirCritic NAME(critic) = {
    NAME(mixedSlopes), NAME(penaltyDirection), NAME(factors)};

#undef EACH_CODE
