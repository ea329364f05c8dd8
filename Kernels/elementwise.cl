// Functions of elements. Outputs may be inputs, so no pointer is `restrict`.
#include "common.cl"

// `UnaryOperation.Code` of ComputeBackend.
enum {
  AFFINE, EXP, LOG, SQUARE_ROOT, RECIPROCAL_SQUARE_ROOT, RECIPROCAL, SQUARE, ABSOLUTE, SIGN,
  SINE, COSINE, TANH, SIGMOID, RELU, LEAKY_RELU, SILU, GELU, SOFTPLUS, CLAMP, STEP, QUANTIZE
};

static inline VEC signOf(VEC x) {
  return select((VEC)(0.0f), (VEC)(1.0f), x > 0.0f) - select((VEC)(0.0f), (VEC)(1.0f), x < 0.0f);
}

static inline VEC value(int code, VEC x, float a, float b) {
  switch (code) {
    case AFFINE: return a * x + b;
    case EXP: return exp(x);
    case LOG: return log(x);
    case SQUARE_ROOT: return sqrt(x);
    case RECIPROCAL_SQUARE_ROOT: return 1.0f / sqrt(x);
    case RECIPROCAL: return 1.0f / x;
    case SQUARE: return x * x;
    case ABSOLUTE: return fabs(x);
    case SIGN: return signOf(x);
    case SINE: return sin(x);
    case COSINE: return cos(x);
    case TANH: return activate(4, x);
    case SIGMOID: return activate(5, x);
    case RELU: return activate(1, x);
    case LEAKY_RELU: return select(a * x, x, x > 0.0f);
    case SILU: return activate(2, x);
    case GELU: return activate(3, x);
    case SOFTPLUS: return fmax(x, (VEC)(0.0f)) + log1p(exp(-fabs(x)));
    case CLAMP: return limit(x, a, b);
    case STEP: return select((VEC)(0.0f), (VEC)(1.0f), x > a);
    default: return floor((limit(x, -1.0f, 1.0f) + 1.0f) * 127.5f);
  }
}

static inline VEC slope(int code, VEC x, float a, float b) {
  switch (code) {
    case AFFINE: return (VEC)(a);
    case EXP: return exp(x);
    case LOG: return 1.0f / x;
    case SQUARE_ROOT: return 0.5f / sqrt(x);
    case RECIPROCAL_SQUARE_ROOT: return -0.5f / (x * sqrt(x));
    case RECIPROCAL: return -1.0f / (x * x);
    case SQUARE: return 2.0f * x;
    case ABSOLUTE: return signOf(x);
    case SINE: return cos(x);
    case COSINE: return -sin(x);
    case TANH: return activationSlope(4, x);
    case SIGMOID: return activationSlope(5, x);
    case RELU: return activationSlope(1, x);
    case LEAKY_RELU: return select((VEC)(a), (VEC)(1.0f), x > 0.0f);
    case SILU: return activationSlope(2, x);
    case GELU: return activationSlope(3, x);
    case SOFTPLUS: return sigmoid(x);
    case CLAMP: return select((VEC)(0.0f), (VEC)(1.0f), (x >= a) & (x <= b));
    default: return (VEC)(0.0f);
  }
}

// into = f(x)
GROUP_KERNEL void unary(
    int code, float a, float b, const global float *x, int xOffset,
    global float *into, int intoOffset, int count) {
  x += xOffset;
  into += intoOffset;
  for (ITEMS(item, ceilDivide(count, LANES))) {
    const int i = item * LANES, rest = count - i;
    storePart(value(code, loadPart(x + i, rest, 0), a, b), into + i, rest);
  }
}

// into = upstream·f′(x)
GROUP_KERNEL void unaryGradient(
    int code, float a, float b, const global float *x, int xOffset,
    const global float *upstream, int upstreamOffset, global float *into, int intoOffset,
    int count) {
  x += xOffset;
  upstream += upstreamOffset;
  into += intoOffset;
  for (ITEMS(item, ceilDivide(count, LANES))) {
    const int i = item * LANES, rest = count - i;
    VEC derivative = slope(code, loadPart(x + i, rest, 0), a, b);
    storePart(loadPart(upstream + i, rest, 0) * derivative, into + i, rest);
  }
}

static inline VEC combine(int code, VEC a, VEC b) {
  switch (code) {
    case 0: return a + b;
    case 1: return a - b;
    case 2: return a * b;
    case 3: return a / b;
    case 4: return greaterOf(a, b);
    case 5: return lesserOf(a, b);
    default: return select((VEC)(0.0f), (VEC)(1.0f), a > b);
  }
}

// a, into: [rows, columns], where row = outer·middle + m. b's element lies at
// outer·strideOuter + m·strideMiddle + column·strideInner, strideInner 0 or 1.
GROUP_KERNEL void binary(
    int code, const global float *a, int aOffset, const global float *b, int bOffset,
    global float *into, int intoOffset, int rows, int middle, int columns,
    int strideOuter, int strideMiddle, int strideInner) {
  a += aOffset;
  b += bOffset;
  into += intoOffset;
  const int pieces = ceilDivide(columns, PIECE);
  for (ITEMS(item, rows * pieces)) {
    const int row = item / pieces, start = item % pieces * PIECE;
    const int end = min(columns, start + PIECE);
    const global float *bRow = b + row / middle * strideOuter + row % middle * strideMiddle;
    for (int i = start; i < end; i += LANES) {
      const int rest = end - i;
      VEC second = strideInner ? loadPart(bRow + i, rest, 1) : (VEC)(bRow[0]);
      storePart(combine(code, loadPart(a + row * columns + i, rest, 0), second),
                into + row * columns + i, rest);
    }
  }
}

// into = Σ coefficient·term over `terms` ≤ 4 arrays; unused ones repeat the first.
GROUP_KERNEL void affineSum(
    int terms, float c0, float c1, float c2, float c3,
    const global float *x0, int offset0, const global float *x1, int offset1,
    const global float *x2, int offset2, const global float *x3, int offset3,
    global float *into, int intoOffset, int count) {
  into += intoOffset;
  for (ITEMS(item, ceilDivide(count, LANES))) {
    const int i = item * LANES, rest = count - i;
    VEC sum = c0 * loadPart(x0 + offset0 + i, rest, 0);
    if (terms > 1) sum += c1 * loadPart(x1 + offset1 + i, rest, 0);
    if (terms > 2) sum += c2 * loadPart(x2 + offset2 + i, rest, 0);
    if (terms > 3) sum += c3 * loadPart(x3 + offset3 + i, rest, 0);
    storePart(sum, into + i, rest);
  }
}

// into[r, :] = Σₖ coefficients[k, r]·xₖ[r, :]
GROUP_KERNEL void rowAffineSum(
    int terms, const global float *coefficients, int coefficientsOffset,
    const global float *x0, int offset0, const global float *x1, int offset1,
    const global float *x2, int offset2, const global float *x3, int offset3,
    global float *into, int intoOffset, int rows, int columns) {
  coefficients += coefficientsOffset;
  into += intoOffset;
  const int pieces = ceilDivide(columns, PIECE);
  for (ITEMS(item, rows * pieces)) {
    const int row = item / pieces, start = item % pieces * PIECE;
    const int end = min(columns, start + PIECE);
    for (int i = start; i < end; i += LANES) {
      const int rest = end - i, at = row * columns + i;
      VEC sum = coefficients[row] * loadPart(x0 + offset0 + at, rest, 0);
      if (terms > 1) sum += coefficients[rows + row] * loadPart(x1 + offset1 + at, rest, 0);
      if (terms > 2) sum += coefficients[2 * rows + row] * loadPart(x2 + offset2 + at, rest, 0);
      if (terms > 3) sum += coefficients[3 * rows + row] * loadPart(x3 + offset3 + at, rest, 0);
      storePart(sum, into + at, rest);
    }
  }
}

// activation(x·scale + shift); x [outer·middle, columns], scale and shift [columns] per sample
// (sampleStride = columns) or shared (0).
GROUP_KERNEL void modulate(
    int activation, const global float *x, int xOffset, const global float *scale, int scaleOffset,
    const global float *shift, int shiftOffset, global float *into, int intoOffset,
    int rows, int middle, int columns, int sampleStride) {
  x += xOffset;
  scale += scaleOffset;
  shift += shiftOffset;
  into += intoOffset;
  const int pieces = ceilDivide(columns, PIECE);
  for (ITEMS(item, rows * pieces)) {
    const int row = item / pieces, start = item % pieces * PIECE;
    const int end = min(columns, start + PIECE), sample = row / middle * sampleStride;
    for (int i = start; i < end; i += LANES) {
      const int rest = end - i, at = row * columns + i;
      VEC y = fma(loadPart(x + at, rest, 0), loadPart(scale + sample + i, rest, 0),
                  loadPart(shift + sample + i, rest, 0));
      storePart(activate(activation, y), into + at, rest);
    }
  }
}
