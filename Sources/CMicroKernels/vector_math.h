// Vector types and functions for one instruction set; included by each_instruction_set.h.
//
// Every function maps NaN to NaN. Polynomials are Cephes' unless a comment says otherwise.

typedef float vec __attribute__((vector_size(4 * LANES)));
typedef int32_t ivec __attribute__((vector_size(4 * LANES)));
typedef double dvec __attribute__((vector_size(8 * LANES)));
typedef int64_t lvec __attribute__((vector_size(8 * LANES)));

static INLINE vec NAME(splat)(float x) { return x - (vec){0}; }
static INLINE dvec NAME(splatDouble)(double x) { return x - (dvec){0}; }
static INLINE ivec NAME(bits)(vec x) { return (ivec)x; }

static INLINE vec NAME(load)(const float *p) {
  vec v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}

static INLINE void NAME(store)(float *p, vec v) { __builtin_memcpy(p, &v, sizeof v); }

// The first n elements, n > 0, or all; zero beyond.
static INLINE vec NAME(loadPart)(const float *p, long n) {
  if (n >= LANES) return NAME(load)(p);
#if LANES == 16
  return (vec)_mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), p);
#else
  vec v = {0};
  __builtin_memcpy(&v, p, (unsigned long)n * 4);
  return v;
#endif
}

static INLINE void NAME(storePart)(float *p, long n, vec v) {
  if (n >= LANES) {
    NAME(store)(p, v);
    return;
  }
#if LANES == 16
  _mm512_mask_storeu_ps(p, (__mmask16)((1u << n) - 1), (__m512)v);
#else
  __builtin_memcpy(p, &v, (unsigned long)n * 4);
#endif
}

// a·b + c, in one rounding where the instruction set has it.
static INLINE vec NAME(fma)(vec a, vec b, vec c) {
#if FMA
  return __builtin_elementwise_fma(a, b, c);
#else
  return a * b + c;
#endif
}

// mask ? a : b, for masks of 0 and −1.
static INLINE vec NAME(select)(ivec mask, vec a, vec b) {
  return (vec)((mask & (ivec)a) | (~mask & (ivec)b));
}

static INLINE vec NAME(absolute)(vec x) { return (vec)((ivec)x & 0x7FFFFFFF); }

static INLINE vec NAME(squareRoot)(vec x) { return __builtin_elementwise_sqrt(x); }

static INLINE dvec NAME(widen)(vec x) { return __builtin_convertvector(x, dvec); }

static INLINE double NAME(total)(dvec x) {
  double sum = 0;
  for (int i = 0; i < LANES; i++) sum += x[i];
  return sum;
}

#define POLYNOMIAL(y, x, c) y = NAME(fma)(y, x, NAME(splat)(c))

// eˣ: n = round(x / ln 2), a polynomial in x − n·ln 2, then times 2ⁿ, in two steps where there is
// no instruction for it, so that results down to the smallest denormal number and up to infinity
// come out right.
static INLINE vec NAME(exp)(vec x) {
  const vec magic = NAME(splat)(12582912.0f);
#if LANES == 16
  // Of two operands one of which is NaN, these return the second.
  x = (vec)_mm512_min_ps(_mm512_set1_ps(90.0f), (__m512)x);
  x = (vec)_mm512_max_ps(_mm512_set1_ps(-105.0f), (__m512)x);
#else
  x = NAME(select)(x > 90.0f, NAME(splat)(90.0f), x);
  x = NAME(select)(x < -105.0f, NAME(splat)(-105.0f), x);
#endif
  vec shifted = NAME(fma)(x, NAME(splat)(1.44269504088896341f), magic);
  vec n = shifted - magic;
  vec r = NAME(fma)(n, NAME(splat)(-0.693359375f), x);
  r = NAME(fma)(n, NAME(splat)(2.12194440e-4f), r);
  vec y = NAME(splat)(1.9875691500e-4f);
  POLYNOMIAL(y, r, 1.3981999507e-3f);
  POLYNOMIAL(y, r, 8.3334519073e-3f);
  POLYNOMIAL(y, r, 4.1665795894e-2f);
  POLYNOMIAL(y, r, 1.6666665459e-1f);
  POLYNOMIAL(y, r, 5.0000001201e-1f);
  y = NAME(fma)(y, r * r, r) + 1.0f;
#if LANES == 16
  return (vec)_mm512_scalef_ps((__m512)y, (__m512)n);
#else
  ivec whole = (ivec)shifted - (ivec)magic, half = whole >> 1;
  return y * (vec)((half + 127) << 23) * (vec)((whole - half + 127) << 23);
#endif
}

// ln x for x of any sign and size.
static INLINE vec NAME(log)(vec x) {
  ivec denormal = x < 1.17549435e-38f;
  vec scaled = NAME(select)(denormal, x * 8388608.0f, x);
  ivec bits = (ivec)scaled - 0x3F3504F3;
  vec exponent = __builtin_convertvector(bits >> 23, vec) -
      NAME(select)(denormal, NAME(splat)(23.0f), (vec){0});
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
  y = square * z * y;
  y = NAME(fma)(exponent, NAME(splat)(-2.12194440e-4f), y);
  y = NAME(fma)(square, NAME(splat)(-0.5f), y);
  y = NAME(fma)(exponent, NAME(splat)(0.693359375f), z + y);
  y = NAME(select)(x == 0.0f, NAME(splat)(-__builtin_inff()), y);
  y = NAME(select)(x == __builtin_inff(), x, y);
  return NAME(select)(x >= 0.0f, y, NAME(splat)(__builtin_nanf("")) + x);
}

static INLINE vec NAME(sigmoid)(vec x) { return 1.0f / (1.0f + NAME(exp)(-x)); }

// sigmoid(x)·sigmoid(−x), without cancellation.
static INLINE vec NAME(sigmoidSlope)(vec x) {
  vec e = NAME(exp)(-NAME(absolute)(x));
  return e / ((1.0f + e) * (1.0f + e));
}

static INLINE vec NAME(tanh)(vec x) {
  vec magnitude = NAME(absolute)(x);
  vec square = x * x;
  vec small = NAME(splat)(-5.70498872745e-3f);
  POLYNOMIAL(small, square, 2.06390887954e-2f);
  POLYNOMIAL(small, square, -5.37397155531e-2f);
  POLYNOMIAL(small, square, 1.33314422036e-1f);
  POLYNOMIAL(small, square, -3.33332819422e-1f);
  small = NAME(fma)(small * square, x, x);
  vec large = 1.0f - 2.0f / (NAME(exp)(magnitude + magnitude) + 1.0f);
  large = (vec)((ivec)large | ((ivec)x & (int32_t)0x80000000));
  return NAME(select)(magnitude < 0.625f, small, large);
}

// log(1 + eˣ) = max(x, 0) + log(1 + e^−|x|); the last term corrects the rounding of 1 + e.
static INLINE vec NAME(softplus)(vec x) {
  vec e = NAME(exp)(-NAME(absolute)(x));
  vec u = 1.0f + e;
  vec tail = NAME(log)(u) + (e - (u - 1.0f)) / u;
  return NAME(select)(x < 0.0f, tail, x + tail);
}

// e^(−x²/2), with the rounding error of x² made good.
static INLINE vec NAME(bell)(vec x) {
  vec square = x * x;
#if FMA
  vec error = NAME(fma)(x, x, -square);
#else
  dvec wide = NAME(widen)(x);
  vec error = __builtin_convertvector(wide * wide - NAME(widen)(square), vec);
#endif
  error = NAME(select)(square < 300.0f, error, (vec){0});
  vec y = NAME(exp)(square * -0.5f);
  return NAME(fma)(y, error * -0.5f, y);
}

// Φ(x), the normal distribution: Φ(−y) = e^(−y²/2)·t·p(t) for y ≥ 0 with t = 1/(1 + 0.3·y) and p a
// least-squares fit of degree 9 over 0 ≤ y ≤ 14.5 (relative error 4e−9).
static INLINE vec NAME(normalDistribution)(vec x) {
  vec magnitude = NAME(absolute)(x);
  vec t = 1.0f / NAME(fma)(magnitude, NAME(splat)(0.3f), NAME(splat)(1.0f));
  vec y = NAME(splat)(-0.020861368626356125f);
  POLYNOMIAL(y, t, 0.113714799284935f);
  POLYNOMIAL(y, t, -0.23118485510349274f);
  POLYNOMIAL(y, t, 0.19568747282028198f);
  POLYNOMIAL(y, t, -0.0826098844408989f);
  POLYNOMIAL(y, t, 0.09782875329256058f);
  POLYNOMIAL(y, t, 0.07782744616270065f);
  POLYNOMIAL(y, t, 0.11035193502902985f);
  POLYNOMIAL(y, t, 0.11955834180116653f);
  POLYNOMIAL(y, t, 0.11968734860420227f);
  y = y * t * NAME(bell)(x);
  return NAME(select)(x > 0.0f, 1.0f - y, y);
}

// sin(x + quarters·π/2): the reduction is in double precision, exact enough for |x| < 10⁸.
static INLINE vec NAME(sineShifted)(vec x, int quarters) {
  const double magic = 6755399441055744.0;
  dvec wide = NAME(widen)(x);
  dvec shifted = wide * 0.63661977236758134308 + magic;
  dvec n = shifted - magic;
  dvec rest = wide - n * 1.57079632679489655800;
  vec r = __builtin_convertvector(rest - n * 6.12323399573676603587e-17, vec);
  ivec quadrant = __builtin_convertvector((lvec)shifted & 3, ivec) + quarters;
  vec square = r * r;
  vec s = NAME(splat)(-1.9515295891e-4f);
  POLYNOMIAL(s, square, 8.3321608736e-3f);
  POLYNOMIAL(s, square, -1.6666654611e-1f);
  s = NAME(fma)(s * square, r, r);
  vec c = NAME(splat)(2.443315711809948e-5f);
  POLYNOMIAL(c, square, -1.388731625493765e-3f);
  POLYNOMIAL(c, square, 4.166664568298827e-2f);
  c = NAME(fma)(c * square, square, NAME(fma)(square, NAME(splat)(-0.5f), NAME(splat)(1.0f)));
  vec y = NAME(select)((quadrant & 1) != 0, c, s);
  return (vec)((ivec)y ^ ((quadrant & 2) << 30));
}

// A unary operation; `code` is a constant wherever this is used.
static INLINE vec NAME(evaluate)(int32_t code, float a, float b, vec x) {
  switch (code) {
    case UnaryAffine: return NAME(fma)(x, NAME(splat)(a), NAME(splat)(b));
    case UnaryExp: return NAME(exp)(x);
    case UnaryLog: return NAME(log)(x);
    case UnarySquareRoot: return NAME(squareRoot)(x);
    case UnaryReciprocalSquareRoot: return 1.0f / NAME(squareRoot)(x);
    case UnaryReciprocal: return 1.0f / x;
    case UnarySquare: return x * x;
    case UnaryAbsolute: return NAME(absolute)(x);
    case UnarySign:
      return NAME(select)(x > 0.0f, NAME(splat)(1), NAME(select)(x < 0.0f, NAME(splat)(-1), x));
    case UnarySine: return NAME(sineShifted)(x, 0);
    case UnaryCosine: return NAME(sineShifted)(x, 1);
    case UnaryTanh: return NAME(tanh)(x);
    case UnarySigmoid: return NAME(sigmoid)(x);
    case UnaryRelu: return NAME(select)(x < 0.0f, (vec){0}, x);
    case UnaryLeakyReLU: return NAME(select)(x > 0.0f, x, x * a);
    case UnarySilu: return x / (1.0f + NAME(exp)(-x));
    case UnaryGelu: return x * NAME(normalDistribution)(x);
    case UnarySoftplus: return NAME(softplus)(x);
    case UnaryClamp:
      return NAME(select)(x < a, NAME(splat)(a), NAME(select)(x > b, NAME(splat)(b), x));
    case UnaryStep: return NAME(select)(x > a, NAME(splat)(1), (vec){0});
    case UnaryQuantizeToByte: {
      vec limited =
          NAME(select)(x < -1.0f, NAME(splat)(-1), NAME(select)(x > 1.0f, NAME(splat)(1), x));
      return __builtin_elementwise_floor((limited + 1.0f) * 127.5f);
    }
    default: return x;
  }
}

// The derivative of a unary operation.
static INLINE vec NAME(derivative)(int32_t code, float a, float b, vec x) {
  const vec one = NAME(splat)(1);
  switch (code) {
    case UnaryAffine: return NAME(splat)(a);
    case UnaryExp: return NAME(exp)(x);
    case UnaryLog: return 1.0f / x;
    case UnarySquareRoot: return 0.5f / NAME(squareRoot)(x);
    case UnaryReciprocalSquareRoot: return -0.5f / (x * NAME(squareRoot)(x));
    case UnaryReciprocal: return -1.0f / (x * x);
    case UnarySquare: return x + x;
    case UnaryAbsolute: return NAME(select)(x > 0.0f, one, NAME(select)(x < 0.0f, -one, x));
    case UnarySine: return NAME(sineShifted)(x, 1);
    case UnaryCosine: return NAME(sineShifted)(x, 2);
    case UnaryTanh: return 4.0f * NAME(sigmoidSlope)(x + x);
    case UnarySigmoid: return NAME(sigmoidSlope)(x);
    case UnaryRelu: return NAME(select)(x > 0.0f, one, (vec){0});
    case UnaryLeakyReLU: return NAME(select)(x > 0.0f, one, NAME(splat)(a));
    case UnarySilu: {
      vec s = NAME(sigmoid)(x);
      return NAME(fma)(x, NAME(sigmoidSlope)(x), s);
    }
    case UnaryGelu:
      return NAME(fma)(
          x * 0.39894228040143267794f, NAME(bell)(x), NAME(normalDistribution)(x));
    case UnarySoftplus: return NAME(sigmoid)(x);
    case UnaryClamp: return NAME(select)((x >= a) & (x <= b), one, (vec){0});
    default: return (vec){0};
  }
}

// The unary code of an activation.
static INLINE int32_t NAME(unaryCode)(int32_t activation) {
  switch (activation) {
    case ActivationRelu: return UnaryRelu;
    case ActivationSilu: return UnarySilu;
    case ActivationGelu: return UnaryGelu;
    case ActivationTanh: return UnaryTanh;
    case ActivationSigmoid: return UnarySigmoid;
    default: return UnaryAffine;
  }
}

static INLINE vec NAME(activate)(int32_t activation, vec x) {
  return activation == ActivationIdentity
             ? x
             : NAME(evaluate)(NAME(unaryCode)(activation), 1, 0, x);
}

#undef POLYNOMIAL
