// Functions of elements. Outputs may be inputs, so no pointer is `restrict`.
#include "common.cl"

// `UnaryOperation.Code` of ComputeBackend.
static inline VEC signOf(VEC x) {
  return select((VEC)(0.0f), (VEC)(1.0f), x > 0.0f) - select((VEC)(0.0f), (VEC)(1.0f), x < 0.0f);
}

static inline VEC value(int code, VEC x, float a, float b) {
  switch (code) {
    case UnaryAffine: return a * x + b;
    case UnaryExp: return exp(x);
    case UnaryLog: return log(x);
    case UnarySquareRoot: return sqrt(x);
    case UnaryReciprocalSquareRoot: return 1.0f / sqrt(x);
    case UnaryReciprocal: return 1.0f / x;
    case UnarySquare: return x * x;
    case UnaryAbsolute: return fabs(x);
    case UnarySign: return signOf(x);
    case UnarySine: return sin(x);
    case UnaryCosine: return cos(x);
    case UnaryTanh: return activate(ActivationTanh, x);
    case UnarySigmoid: return activate(ActivationSigmoid, x);
    case UnaryRelu: return activate(ActivationRelu, x);
    case UnaryLeakyReLU: return select(a * x, x, x > 0.0f);
    case UnarySilu: return activate(ActivationSilu, x);
    case UnaryGelu: return activate(ActivationGelu, x);
    case UnarySoftplus: return fmax(x, (VEC)(0.0f)) + log1p(exp(-fabs(x)));
    case UnaryClamp: return limit(x, a, b);
    case UnaryStep: return select((VEC)(0.0f), (VEC)(1.0f), x > a);
    default: return floor((limit(x, -1.0f, 1.0f) + 1.0f) * 127.5f);
  }
}

static inline VEC slope(int code, VEC x, float a, float b) {
  switch (code) {
    case UnaryAffine: return (VEC)(a);
    case UnaryExp: return exp(x);
    case UnaryLog: return 1.0f / x;
    case UnarySquareRoot: return 0.5f / sqrt(x);
    case UnaryReciprocalSquareRoot: return -0.5f / (x * sqrt(x));
    case UnaryReciprocal: return -1.0f / (x * x);
    case UnarySquare: return 2.0f * x;
    case UnaryAbsolute: return signOf(x);
    case UnarySine: return cos(x);
    case UnaryCosine: return -sin(x);
    case UnaryTanh: return activationSlope(ActivationTanh, x);
    case UnarySigmoid: return activationSlope(ActivationSigmoid, x);
    case UnaryRelu: return activationSlope(ActivationRelu, x);
    case UnaryLeakyReLU: return select((VEC)(a), (VEC)(1.0f), x > 0.0f);
    case UnarySilu: return activationSlope(ActivationSilu, x);
    case UnaryGelu: return activationSlope(ActivationGelu, x);
    case UnarySoftplus: return sigmoid(x);
    case UnaryClamp: return select((VEC)(0.0f), (VEC)(1.0f), (x >= a) & (x <= b));
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
    case BinaryAdd: return a + b;
    case BinarySubtract: return a - b;
    case BinaryMultiply: return a * b;
    case BinaryDivide: return a / b;
    case BinaryMaximum: return greaterOf(a, b);
    case BinaryMinimum: return lesserOf(a, b);
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
