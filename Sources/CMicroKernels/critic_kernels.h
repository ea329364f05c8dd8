// The passes between a critic's matrix products for one instruction set.

#define EACH_CODE(M) M(UnaryRelu) M(UnaryLeakyReLU) M(UnarySoftplus)

static void NAME(scaledSlopes)(
    int32_t code, float a, const float *x, const float *factors, float factor,
    float *into, long count) {
#define LOOP(c)                                                                           \
  case c:                                                                                 \
    for (long i = 0; i < count; i += LANES) {                                             \
      const long n = count - i;                                                           \
      vec slope = NAME(derivative)(c, a, 0, NAME(loadPart)(x + i, n)) * factor;           \
      if (factors) slope *= NAME(loadPart)(factors + i, n);                               \
      NAME(storePart)(into + i, n, slope);                                                \
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
  if (code != UnarySoftplus) return (vec){0};
  return NAME(sigmoidSlope)(x);
}

static void NAME(factors)(
    int32_t code, float a, float *first, float *second, float share, const float *output,
    const float *penaltySlopes, float transportShare, float *bias,
    float *outputGradient, float *transport, long units) {
#define LOOP(c)                                                                           \
  case c:                                                                                 \
    for (long i = 0; i < units; i += LANES) {                                             \
      const long n = units - i;                                                           \
      const vec p = NAME(loadPart)(first + i, n), r = NAME(loadPart)(second + i, n);      \
      const vec w = NAME(loadPart)(output + i, n);                                        \
      vec dp = NAME(derivative)(c, a, 0, p) * transportShare;                             \
      vec dr = NAME(derivative)(c, a, 0, r) * -transportShare;                            \
      if (penaltySlopes) {                                                                \
        const vec q = NAME(loadPart)(penaltySlopes + i, n)                                \
                      * NAME(curvature)(c, p * share + r * (1 - share));                  \
        dp += q * share;                                                                  \
        dr += q * (1 - share);                                                            \
        NAME(storePart)(first + i, n, dp);                                                \
        NAME(storePart)(second + i, n, dr);                                               \
      }                                                                                   \
      const vec gap = NAME(evaluate)(c, a, 0, p) - NAME(evaluate)(c, a, 0, r);            \
      NAME(storePart)(bias + i, n, NAME(loadPart)(bias + i, n) + w * (dp + dr));          \
      NAME(storePart)(                                                                    \
          outputGradient + i, n,                                                          \
          NAME(loadPart)(outputGradient + i, n) + gap * transportShare);                  \
      NAME(storePart)(transport + i, n, NAME(loadPart)(transport + i, n) + w * gap);      \
    }                                                                                     \
    break;
  switch (code) { EACH_CODE(LOOP) }
#undef LOOP
}

static float NAME(weightGradient)(
    const float *hidden, float output, const float *throughSlopes, float *gradient,
    long features) {
  dvec sum = {0};
  for (long i = 0; i < features; i += LANES) {
    const long n = features - i;
    const vec slopes = NAME(loadPart)(throughSlopes + i, n);
    NAME(storePart)(gradient + i, n, (NAME(loadPart)(gradient + i, n) + slopes) * output);
    sum += NAME(widen)(NAME(loadPart)(hidden + i, n)) * NAME(widen)(slopes);
  }
  return (float)NAME(total)(sum);
}

static const ElixirCritic NAME(critic) = {
    NAME(scaledSlopes), NAME(penaltyDirection), NAME(factors), NAME(weightGradient)};

#undef EACH_CODE
