// A critic h(v) = w·σ(V·v + b): what its gradient needs between the matrix products. z [2, pairs,
// units] is V·x + b of two samples a pair, and share·z[0] + (1 − share)·z[1] that of their mixture.
#include "common.cl"

// `UnaryOperation`: 13 relu, 14 leaky relu with a slope below zero, 17 softplus.
enum { RELU = 13, LEAKY_RELU = 14, SOFTPLUS = 17 };

static inline VEC curve(int code, float below, VEC x) {
  if (code == SOFTPLUS) return fmax(x, 0.0f) + log1p(exp(-fabs(x)));
  return code == RELU ? select(x, (VEC)(0.0f), x < 0.0f) : select(below * x, x, x > 0.0f);
}

// σ′
static inline VEC curveSlope(int code, float below, VEC x) {
  if (code == SOFTPLUS) return sigmoid(x);
  return select((VEC)(code == RELU ? 0.0f : below), (VEC)(1.0f), x > 0.0f);
}

// σ″
static inline VEC curvature(int code, VEC x) {
  if (code != SOFTPLUS) return (VEC)(0.0f);
  const VEC e = exp(-fabs(x));
  return e / ((1.0f + e) * (1.0f + e));
}

// into[j, i] = output[i]·σ′(z of the mixture), into [pairs, units].
GROUP_KERNEL void mixedSlopes(
    int code, float below, const global float *z, int zOffset, const global float *shares,
    int sharesOffset, const global float *output, int outputOffset, global float *into,
    int intoOffset, int pairs, int units) {
  const global float *first = z + zOffset, *second = first + pairs * units;
  const int strips = ceilDivide(units, LANES);
  for (ITEMS(item, pairs * strips)) {
    const int row = item / strips, column = item % strips * LANES, rest = units - column;
    const int at = row * units + column;
    const float share = shares[sharesOffset + row];
    const VEC mixed =
        share * loadPart(first + at, rest, 0) + (1.0f - share) * loadPart(second + at, rest, 0);
    const VEC w = loadPart(output + outputOffset + column, rest, 0);
    storePart(w * curveSlope(code, below, mixed), into + intoOffset + at, rest);
  }
}

// penalties[j] = (n − 1)² and into[j, :] = scale·(1 − 1/n)·slopes[j, :] for the norm n of a row, zero
// for n = 0; into may be slopes [rows, columns].
GROUP_KERNEL void penaltyDirections(
    const global float *slopes, int slopesOffset, float scale, global float *into, int intoOffset,
    global float *penalties, int penaltiesOffset, int rows, int columns) {
  local float scratch[GROUP];
  for (int r = get_group_id(0); r < rows; r += get_num_groups(0)) {
    const global float *slope = slopes + slopesOffset + r * columns;
    VEC sum = (VEC)(0.0f);
    for (int i = get_local_id(0) * LANES; i < columns; i += GROUP * LANES) {
      const VEC g = loadPart(slope + i, columns - i, 0);
      sum = fma(g, g, sum);
    }
    const float norm = sqrt(groupSum(laneSum(sum), scratch));
    const float factor = norm == 0.0f ? 0.0f : scale * (1.0f - 1.0f / norm);
    if (get_local_id(0) == 0) penalties[penaltiesOffset + r] = (norm - 1.0f) * (norm - 1.0f);
    for (int i = get_local_id(0) * LANES; i < columns; i += GROUP * LANES)
      storePart(factor * loadPart(slope + i, columns - i, 0), into + intoOffset + r * columns + i,
                columns - i);
  }
}

// z becomes its own gradient; of each chunk of `length` pairs, sums of that gradient, of the output
// weights' and of output·(σ(z[0]) − σ(z[1])), each [chunks, units]. penaltySlopes [pairs, units] is
// the penalty's derivative by what mixedSlopes made.
GROUP_KERNEL void criticFactors(
    int code, float below, global float *z, int zOffset, const global float *shares,
    int sharesOffset, const global float *output, int outputOffset,
    const global float *penaltySlopes, int penaltySlopesOffset, float transportShare,
    global float *bias, global float *outputGradient, global float *transport, int pairs,
    int units, int length) {
  global float *first = z + zOffset, *second = first + pairs * units;
  penaltySlopes += penaltySlopesOffset;
  const int strips = ceilDivide(units, LANES);
  for (ITEMS(item, ceilDivide(pairs, length) * strips)) {
    const int chunk = item / strips, column = item % strips * LANES, rest = units - column;
    const VEC w = loadPart(output + outputOffset + column, rest, 0);
    VEC biasSum = (VEC)(0.0f), outputSum = (VEC)(0.0f), gapSum = (VEC)(0.0f);
    const int end = min(pairs, (chunk + 1) * length);
    for (int row = chunk * length; row < end; ++row) {
      const int at = row * units + column;
      const float share = shares[sharesOffset + row];
      const VEC p = loadPart(first + at, rest, 0), r = loadPart(second + at, rest, 0);
      const VEC mixed = share * p + (1.0f - share) * r;
      const VEC t = loadPart(penaltySlopes + at, rest, 0);
      const VEC q = w * t * curvature(code, mixed);
      const VEC dp = transportShare * w * curveSlope(code, below, p) + share * q;
      const VEC dr = (1.0f - share) * q - transportShare * w * curveSlope(code, below, r);
      const VEC gap = curve(code, below, p) - curve(code, below, r);
      storePart(dp, first + at, rest);
      storePart(dr, second + at, rest);
      biasSum += dp + dr;
      outputSum += transportShare * gap + t * curveSlope(code, below, mixed);
      gapSum += w * gap;
    }
    const int place = chunk * units + column;
    storePart(biasSum, bias + place, rest);
    storePart(outputSum, outputGradient + place, rest);
    storePart(gapSum, transport + place, rest);
  }
}
