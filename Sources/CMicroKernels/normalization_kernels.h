// Normalisation for one instruction set. Σx and Σx² are kept in double precision: the variance
// then loses at most (mean²/variance)·2⁻⁵², where single precision would lose all of it.

#define EACH_ACTIVATION(M) M(0) M(1) M(2) M(3) M(4) M(5)

static INLINE void NAME(storeDoubles)(double *into, long n, dvec x) {
  memcpy(into, &x, (unsigned long)(n < LANES ? n : LANES) * 8);
}

static void NAME(moments)(
    const float *x, long rows, long pitch, long columns, double *sums, double *squares) {
  for (long c = 0; c < columns; c += LANES) {
    dvec sum = {0}, square = {0};
    for (long r = 0; r < rows; r++) {
      dvec v = NAME(widen)(NAME(loadPart)(x + r * pitch + c, columns - c));
      sum += v;
      square += v * v;
    }
    NAME(storeDoubles)(sums + c, columns - c, sum);
    NAME(storeDoubles)(squares + c, columns - c, square);
  }
}

static void NAME(normalize)(
    const float *x, long rows, long pitch, long columns, const float *mean, const float *factor,
    const float *beta, int32_t activation, float *into) {
#define LOOP(k)                                                                              \
  case k:                                                                                    \
    for (long r = 0; r < rows; r++) {                                                        \
      for (long c = 0; c < columns; c += LANES) {                                            \
        const long n = columns - c;                                                          \
        vec v = NAME(loadPart)(x + r * pitch + c, n) - NAME(loadPart)(mean + c, n);          \
        v = NAME(fma)(v, NAME(loadPart)(factor + c, n), NAME(loadPart)(beta + c, n));        \
        NAME(storePart)(into + r * pitch + c, n, NAME(activate)(k, v));                      \
      }                                                                                      \
    }                                                                                        \
    break;
  switch (activation) { EACH_ACTIVATION(LOOP) }
#undef LOOP
}

static INLINE void NAME(slopesOf)(
    const int32_t activation, const float *x, const float *upstream, long rows, long pitch,
    long n, const float *means, const float *factors, const float *betas, float *slope,
    double *slopeSums, double *productSums, double *centredSums) {
  const vec mean = NAME(loadPart)(means, n);
  const vec factor = NAME(loadPart)(factors, n);
  const vec beta = NAME(loadPart)(betas, n);
  dvec slopeSum = {0}, productSum = {0}, centredSum = {0};
  for (long r = 0; r < rows; r++) {
    vec centred = NAME(loadPart)(x + r * pitch, n) - mean;
    vec g = NAME(loadPart)(upstream + r * pitch, n);
    if (activation != ActivationIdentity) {
      vec y = NAME(fma)(centred, factor, beta);
      g *= NAME(derivative)(NAME(unaryCode)(activation), 1, 0, y);
    }
    NAME(storePart)(slope + r * pitch, n, g);
    slopeSum += NAME(widen)(g);
    productSum += NAME(widen)(g * centred);
    centredSum += NAME(widen)(centred);
  }
  NAME(storeDoubles)(slopeSums, n, slopeSum);
  NAME(storeDoubles)(productSums, n, productSum);
  NAME(storeDoubles)(centredSums, n, centredSum);
}

static void NAME(slopes)(
    const float *x, const float *upstream, long rows, long pitch, long columns, const float *mean,
    const float *factor, const float *beta, int32_t activation, float *slope, double *slopeSums,
    double *productSums, double *centredSums) {
#define LOOP(k)                                                                                \
  case k:                                                                                      \
    for (long c = 0; c < columns; c += LANES)                                                  \
      NAME(slopesOf)(                                                                          \
          k, x + c, upstream + c, rows, pitch, columns - c, mean + c, factor + c, beta + c,    \
          slope + c, slopeSums + c, productSums + c, centredSums + c);                         \
    break;
  switch (activation) { EACH_ACTIVATION(LOOP) }
#undef LOOP
}

static void NAME(combine)(
    const float *x, long rows, long pitch, long columns, const float *mean, const float *factor,
    const float *constant, const float *linear, float *gradient) {
  for (long r = 0; r < rows; r++) {
    for (long c = 0; c < columns; c += LANES) {
      const long n = columns - c, at = r * pitch + c;
      vec centred = NAME(loadPart)(x + at, n) - NAME(loadPart)(mean + c, n);
      vec g = NAME(fma)(
          NAME(loadPart)(gradient + at, n), NAME(loadPart)(factor + c, n),
          -NAME(loadPart)(constant + c, n));
      g = NAME(fma)(centred, -NAME(loadPart)(linear + c, n), g);
      NAME(storePart)(gradient + at, n, g);
    }
  }
}

static const ElixirNormalization NAME(normalization) = {
    NAME(moments), NAME(normalize), NAME(slopes), NAME(combine)};

#undef EACH_ACTIVATION
