// Elementwise kernels for one instruction set.

// The loops of `body` for each operation, so that the choice is made outside the loop.
#define EACH_CODE(M) \
  M(0) M(1) M(2) M(3) M(4) M(5) M(6) M(7) M(8) M(9) M(10) M(11) M(12) M(13) M(14) M(15) M(16) \
      M(17) M(18) M(19) M(20)

static void NAME(unary)(
    int32_t code, float a, float b, const float *x, float *into, long count) {
#define LOOP(c)                                                        \
  case c:                                                              \
    for (long i = 0; i < count; i += LANES) {                          \
      vec v = NAME(loadPart)(x + i, count - i);                        \
      NAME(storePart)(into + i, count - i, NAME(evaluate)(c, a, b, v)); \
    }                                                                  \
    break;
  switch (code) { EACH_CODE(LOOP) }
#undef LOOP
}

static void NAME(unaryGradient)(
    int32_t code, float a, float b, const float *x, const float *upstream, float *into,
    long count) {
#define LOOP(c)                                                              \
  case c:                                                                    \
    for (long i = 0; i < count; i += LANES) {                                \
      vec v = NAME(loadPart)(x + i, count - i);                              \
      vec g = NAME(loadPart)(upstream + i, count - i);                       \
      NAME(storePart)(into + i, count - i, g * NAME(derivative)(c, a, b, v)); \
    }                                                                        \
    break;
  switch (code) { EACH_CODE(LOOP) }
#undef LOOP
}

static INLINE vec NAME(combineTwo)(int32_t operation, vec a, vec b) {
  switch (operation) {
    case BinaryAdd: return a + b;
    case BinarySubtract: return a - b;
    case BinaryMultiply: return a * b;
    case BinaryDivide: return a / b;
    // NaN in either operand passes on.
    case BinaryMaximum: return NAME(select)((a > b) | (a != a), a, b);
    case BinaryMinimum: return NAME(select)((a < b) | (a != a), a, b);
    default: return NAME(select)(a > b, NAME(splat)(1), (vec){0});
  }
}

static void NAME(binary)(
    int32_t operation, const float *a, const float *b, bool scalar, float *into, long count) {
#define LOOP(c)                                                                            \
  case c:                                                                                  \
    if (scalar) {                                                                          \
      const vec second = NAME(splat)(b[0]);                                                \
      for (long i = 0; i < count; i += LANES) {                                            \
        vec first = NAME(loadPart)(a + i, count - i);                                      \
        NAME(storePart)(into + i, count - i, NAME(combineTwo)(c, first, second));          \
      }                                                                                    \
    } else {                                                                               \
      for (long i = 0; i < count; i += LANES) {                                            \
        vec first = NAME(loadPart)(a + i, count - i);                                      \
        vec second = NAME(loadPart)(b + i, count - i);                                     \
        NAME(storePart)(into + i, count - i, NAME(combineTwo)(c, first, second));          \
      }                                                                                    \
    }                                                                                      \
    break;
  switch (operation) { LOOP(0) LOOP(1) LOOP(2) LOOP(3) LOOP(4) LOOP(5) LOOP(6) }
#undef LOOP
}

static void NAME(affineSum)(
    const float *const *terms, const float *coefficients, long termCount, float *into,
    long count) {
  for (long i = 0; i < count; i += LANES) {
    vec sum = NAME(loadPart)(terms[0] + i, count - i) * coefficients[0];
    for (long k = 1; k < termCount; k++) {
      sum = NAME(fma)(
          NAME(loadPart)(terms[k] + i, count - i), NAME(splat)(coefficients[k]), sum);
    }
    NAME(storePart)(into + i, count - i, sum);
  }
}

static void NAME(modulate)(
    const float *x, const float *scale, const float *shift, int32_t activation, float *into,
    long rows, long columns) {
#define LOOP(c)                                                                   \
  case c:                                                                         \
    for (long r = 0; r < rows; r++) {                                             \
      for (long i = 0; i < columns; i += LANES) {                                 \
        const long n = columns - i;                                               \
        vec v = NAME(loadPart)(x + r * columns + i, n);                           \
        v = NAME(fma)(v, NAME(loadPart)(scale + i, n), NAME(loadPart)(shift + i, n)); \
        NAME(storePart)(into + r * columns + i, n, NAME(activate)(c, v));         \
      }                                                                           \
    }                                                                             \
    break;
  switch (activation) { LOOP(0) LOOP(1) LOOP(2) LOOP(3) LOOP(4) LOOP(5) }
#undef LOOP
}

static const ElixirElementwise NAME(elementwise) = {
    NAME(unary), NAME(unaryGradient), NAME(binary), NAME(affineSum), NAME(modulate)};

#undef EACH_CODE
