// A critic h(v) = w·σ(V·v + b): what its gradient needs between the matrix products. z [2, pairs,
// units] is V·x + b of two samples a pair, and share·z[0] + (1 − share)·z[1] that of their mixture.
#include "common.cl"

// `UnaryOperation`: 13 relu, 14 leaky relu with a slope below zero, 17 softplus.

static inline VEC curve(int code, float below, VEC x) {
  if (code == UnarySoftplus) return fmax(x, 0.0f) + log1p(exp(-fabs(x)));
  return code == UnaryRelu ? select(x, (VEC)(0.0f), x < 0.0f) : select(below * x, x, x > 0.0f);
}

// σ′
static inline VEC curveSlope(int code, float below, VEC x) {
  if (code == UnarySoftplus) return sigmoid(x);
  return select((VEC)(code == UnaryRelu ? 0.0f : below), (VEC)(1.0f), x > 0.0f);
}

// σ″
static inline VEC curvature(int code, VEC x) {
  if (code != UnarySoftplus) return (VEC)(0.0f);
  const VEC e = exp(-fabs(x));
  return e / ((1.0f + e) * (1.0f + e));
}

// into[r, c] = σ′(z[r, c]), times factors[r] if axis = 1, factors[c] if axis = 2.
GROUP_KERNEL void scaledSlopes(
    int code, float below, const global float *z, int zOffset, int axis,
    const global float *factors, int factorsOffset, global float *into, int intoOffset, int rows,
    int columns) {
  factors += factorsOffset;
  const int strips = ceilDivide(columns, LANES);
  for (ITEMS(item, rows * strips)) {
    const int row = item / strips, column = item % strips * LANES, rest = columns - column;
    const int at = row * columns + column;
    VEC slope = curveSlope(code, below, loadPart(z + zOffset + at, rest, 0));
    if (axis == 1) slope *= factors[row];
    if (axis == 2) slope *= loadPart(factors + column, rest, 0);
    storePart(slope, into + intoOffset + at, rest);
  }
}

// penalties[j] = (n − 1)² and into[j, :] = scale·(1 − 1/n)·slopes[j, :] for the norm n of a row,
// zero for n = 0; into may be slopes [rows, columns].
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

// If there are penaltySlopes, z becomes its gradient divided by the unit's output weight. Of each
// chunk of `length` pairs, sums of z's gradient, of the output weights' without the penalty's part,
// and of output·(σ(z[0]) − σ(z[1])), each [chunks, units]. penaltySlopes [pairs, units] is the
// penalty's derivative by output·(slopes of the mixture).
GROUP_KERNEL void criticFactors(
    int code, float below, global float *z, int zOffset, const global float *shares,
    int sharesOffset, const global float *output, int outputOffset, int hasPenaltySlopes,
    const global float *penaltySlopes, int penaltySlopesOffset, float transportShare,
    global float *bias, global float *outputGradient, global float *transport, int pairs,
    int units, int length) {
  global float *first = z + zOffset, *second = first + pairs * units;
  penaltySlopes += penaltySlopesOffset;
  const int strips = ceilDivide(units, LANES);
  for (ITEMS(item, ceilDivide(pairs, length) * strips)) {
    const int chunk = item / strips, column = item % strips * LANES, rest = units - column;
    VEC factorSum = (VEC)(0.0f), gapSum = (VEC)(0.0f);
    const int end = min(pairs, (chunk + 1) * length);
    for (int row = chunk * length; row < end; ++row) {
      const int at = row * units + column;
      const VEC p = loadPart(first + at, rest, 0), r = loadPart(second + at, rest, 0);
      VEC dp = transportShare * curveSlope(code, below, p);
      VEC dr = -transportShare * curveSlope(code, below, r);
      if (hasPenaltySlopes) {
        const float share = shares[sharesOffset + row];
        const VEC q = loadPart(penaltySlopes + at, rest, 0)
                      * curvature(code, share * p + (1.0f - share) * r);
        dp += share * q;
        dr += (1.0f - share) * q;
        storePart(dp, first + at, rest);
        storePart(dr, second + at, rest);
      }
      factorSum += dp + dr;
      gapSum += curve(code, below, p) - curve(code, below, r);
    }
    const VEC w = loadPart(output + outputOffset + column, rest, 0);
    const int place = chunk * units + column;
    storePart(w * factorSum, bias + place, rest);
    storePart(transportShare * gapSum, outputGradient + place, rest);
    storePart(w * gapSum, transport + place, rest);
  }
}

// hiddenGradient[r, :] = output[r]·(hiddenGradient[r, :] + throughSlopes[r, :]) and
// outputGradient[r] += hidden[r, :]·throughSlopes[r, :], all [rows, columns] or [rows].
GROUP_KERNEL void criticWeightGradients(
    const global float *hidden, int hiddenOffset, const global float *output, int outputOffset,
    const global float *throughSlopes, int throughSlopesOffset, global float *hiddenGradient,
    int hiddenGradientOffset, global float *outputGradient, int outputGradientOffset, int rows,
    int columns) {
  hiddenGradient += hiddenGradientOffset;
  local float scratch[GROUP];
  for (int r = get_group_id(0); r < rows; r += get_num_groups(0)) {
    const float w = output[outputOffset + r];
    VEC sum = (VEC)(0.0f);
    for (int i = get_local_id(0) * LANES; i < columns; i += GROUP * LANES) {
      const int at = r * columns + i, rest = columns - i;
      const VEC slopes = loadPart(throughSlopes + throughSlopesOffset + at, rest, 0);
      storePart(w * (loadPart(hiddenGradient + at, rest, 0) + slopes), hiddenGradient + at, rest);
      sum = fma(loadPart(hidden + hiddenOffset + at, rest, 0), slopes, sum);
    }
    const float product = groupSum(laneSum(sum), scratch);
    if (get_local_id(0) == 0) outputGradient[outputGradientOffset + r] += product;
  }
}
