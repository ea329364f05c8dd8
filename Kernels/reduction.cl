// Reductions. Each result's order of summation depends on the shape alone.
#include "common.cl"

// Sums run in blocks of BLOCK terms, so that rounding errors grow with √terms / BLOCK.
#define BLOCK 32

// `ReductionOperation`: 0 sum, 1 maximum, 2 sum of squares.
// partial[row, chunk] = scale·reduction of x[row, chunk·length …], x [rows, columns].
// One work-group a (row, chunk).
GROUP_KERNEL void reduceRows(
    int operation, const global float *x, int xOffset, global float *partial, int partialOffset,
    int rows, int columns, int length, float scale) {
  local float scratch[GROUP];
  x += xOffset;
  partial += partialOffset;
  const int chunks = ceilDivide(columns, length);
  for (int item = get_group_id(0); item < rows * chunks; item += get_num_groups(0)) {
    const int start = item % chunks * length, end = min(columns, start + length);
    const global float *row = x + item / chunks * columns;
    float result;
    if (operation == ReductionMaximum) {
      VEC best = (VEC)(-INFINITY);
      for (int i = start + get_local_id(0) * LANES; i < end; i += GROUP * LANES)
        best = greaterOf(best, loadPart(row + i, end - i, -INFINITY));
      result = groupMax(laneMax(best), scratch);
    } else {
      VEC sum = (VEC)(0.0f);
      int i = start + get_local_id(0) * LANES;
      while (i < end) {
        VEC block = (VEC)(0.0f);
        for (int step = 0; step < BLOCK && i < end; ++step, i += GROUP * LANES) {
          VEC value = loadPart(row + i, end - i, 0);
          block = operation == ReductionSumOfSquares ? fma(value, value, block) : block + value;
        }
        sum += block;
      }
      result = groupSum(laneSum(sum), scratch);
    }
    if (get_local_id(0) == 0) partial[item] = scale * result;
  }
}

// partial[batch, chunk, c] = scale·reduction over rows chunk·length … of x [batch, rows, columns].
GROUP_KERNEL void reduceColumns(
    int operation, const global float *x, int xOffset, global float *partial, int partialOffset,
    int batch, int rows, int columns, int length, float scale) {
  x += xOffset;
  partial += partialOffset;
  const int chunks = ceilDivide(rows, length), strips = ceilDivide(columns, LANES);
  for (ITEMS(item, batch * chunks * strips)) {
    const int column = item % strips * LANES, rest = columns - column;
    const int chunk = item / strips % chunks, sample = item / strips / chunks;
    const int end = min(rows, (chunk + 1) * length);
    const global float *at = x + (sample * rows + chunk * length) * columns + column;
    VEC sum = (VEC)(operation == ReductionMaximum ? -INFINITY : 0.0f);
    int row = chunk * length;
    while (row < end) {
      VEC block = (VEC)(operation == ReductionMaximum ? -INFINITY : 0.0f);
      for (int step = 0; step < BLOCK && row < end; ++step, ++row, at += columns) {
        VEC value = loadPart(at, rest, 0);
        if (operation == ReductionMaximum) block = greaterOf(block, value);
        else block = operation == ReductionSumOfSquares ? fma(value, value, block) : block + value;
      }
      sum = operation == ReductionMaximum ? greaterOf(sum, block) : sum + block;
    }
    storePart(scale * sum, partial + (sample * chunks + chunk) * columns + column, rest);
  }
}

// into[r] = index of the first greatest element of x[r, :].
GROUP_KERNEL void argmax(
    const global float *x, int xOffset, global int *into, int intoOffset, int rows, int columns) {
  local float values[GROUP];
  local int indices[GROUP];
  x += xOffset;
  into += intoOffset;
  const int item = get_local_id(0);
  for (int r = get_group_id(0); r < rows; r += get_num_groups(0)) {
    const global float *row = x + r * columns;
    float best = -INFINITY;
    int index = columns;
    for (int i = item; i < columns; i += GROUP) {
      if (row[i] > best || index == columns) {
        best = row[i];
        index = i;
      }
    }
    values[item] = best;
    indices[item] = index;
#if GROUP > 1
    barrier(CLK_LOCAL_MEM_FENCE);
#endif
    if (item == 0) {
      for (int other = 1; other < GROUP; ++other) {
        const bool exists = indices[other] < columns;
        if (exists && (values[other] > best || (values[other] == best && indices[other] < index))) {
          best = values[other];
          index = indices[other];
        }
      }
      into[r] = index;
    }
#if GROUP > 1
    barrier(CLK_LOCAL_MEM_FENCE);
#endif
  }
}

static inline float rowMaximum(const global float *row, int columns, local float *scratch) {
  VEC best = (VEC)(-INFINITY);
  for (int i = get_local_id(0) * LANES; i < columns; i += GROUP * LANES)
    best = fmax(best, loadPart(row + i, columns - i, -INFINITY));
  return groupMax(laneMax(best), scratch);
}

// Σ exp(row − maximum)
static inline float rowExponentials(
    const global float *row, int columns, float maximum, local float *scratch) {
  VEC sum = (VEC)(0.0f);
  for (int i = get_local_id(0) * LANES; i < columns; i += GROUP * LANES)
    sum += exp(loadPart(row + i, columns - i, -INFINITY) - maximum);
  return groupSum(laneSum(sum), scratch);
}

// into[r, :] = softmax(x[r, :]); into may be x. With `save`, logSumExp[r] is written too.
GROUP_KERNEL void softmax(
    const global float *x, int xOffset, global float *into, int intoOffset,
    global float *logSumExp, int logSumExpOffset, int save, int rows, int columns) {
  local float scratch[GROUP];
  x += xOffset;
  into += intoOffset;
  logSumExp += logSumExpOffset;
  for (int r = get_group_id(0); r < rows; r += get_num_groups(0)) {
    const global float *row = x + r * columns;
    const float maximum = rowMaximum(row, columns, scratch);
    const float sum = rowExponentials(row, columns, maximum, scratch);
    if (save && get_local_id(0) == 0) logSumExp[r] = maximum + log(sum);
    const float scale = 1.0f / sum;
    for (int i = get_local_id(0) * LANES; i < columns; i += GROUP * LANES)
      storePart(scale * exp(loadPart(row + i, columns - i, 0) - maximum),
                into + r * columns + i, columns - i);
  }
}

// into = y·(upstream − Σ upstream·y)
GROUP_KERNEL void softmaxGradient(
    const global float *y, int yOffset, const global float *upstream, int upstreamOffset,
    global float *into, int intoOffset, int rows, int columns) {
  local float scratch[GROUP];
  y += yOffset;
  upstream += upstreamOffset;
  into += intoOffset;
  for (int r = get_group_id(0); r < rows; r += get_num_groups(0)) {
    const int at = r * columns;
    VEC sum = (VEC)(0.0f);
    for (int i = get_local_id(0) * LANES; i < columns; i += GROUP * LANES)
      sum += loadPart(y + at + i, columns - i, 0) * loadPart(upstream + at + i, columns - i, 0);
    const float projection = groupSum(laneSum(sum), scratch);
    for (int i = get_local_id(0) * LANES; i < columns; i += GROUP * LANES) {
      const int rest = columns - i;
      storePart(loadPart(y + at + i, rest, 0) * (loadPart(upstream + at + i, rest, 0) - projection),
                into + at + i, rest);
    }
  }
}

// losses[r] = logsumexp(logits[r, :]) − logits[r, labels[r]]
GROUP_KERNEL void softmaxCrossEntropy(
    const global float *logits, int logitsOffset, const global int *labels, int labelsOffset,
    global float *losses, int lossesOffset, int rows, int columns) {
  local float scratch[GROUP];
  for (int r = get_group_id(0); r < rows; r += get_num_groups(0)) {
    const global float *row = logits + logitsOffset + r * columns;
    const float maximum = rowMaximum(row, columns, scratch);
    const float sum = rowExponentials(row, columns, maximum, scratch);
    if (get_local_id(0) == 0)
      losses[lossesOffset + r] = log(sum) + (maximum - row[labels[labelsOffset + r]]);
  }
}

// into[r, :] = upstream[r]·(softmax(logits[r, :]) − onehot(labels[r]))
GROUP_KERNEL void softmaxCrossEntropyGradient(
    const global float *logits, int logitsOffset, const global int *labels, int labelsOffset,
    const global float *upstream, int upstreamOffset, global float *into, int intoOffset,
    int rows, int columns) {
  local float scratch[GROUP];
  into += intoOffset;
  for (int r = get_group_id(0); r < rows; r += get_num_groups(0)) {
    const global float *row = logits + logitsOffset + r * columns;
    const float maximum = rowMaximum(row, columns, scratch);
    const float sum = rowExponentials(row, columns, maximum, scratch);
    const float scale = upstream[upstreamOffset + r];
    const int label = labels[labelsOffset + r];
    for (int i = get_local_id(0); i < columns; i += GROUP) {
      const float probability = exp(row[i] - maximum) / sum;
      into[r * columns + i] = scale * (probability - (i == label ? 1.0f : 0.0f));
    }
  }
}

// Attention's scores s = scale·q·kᵀ [rows, columns] become probabilities p = exp(s − logSumExp),
// and ∂p becomes ∂(q·kᵀ) = scale·p·(∂p − Σ ∂p·p); both in place.
GROUP_KERNEL void attentionScoreGradient(
    global float *scores, int scoresOffset, const global float *logSumExp, int logSumExpOffset,
    global float *gradient, int gradientOffset, int rows, int columns, float scale) {
  local float scratch[GROUP];
  for (int r = get_group_id(0); r < rows; r += get_num_groups(0)) {
    global float *p = scores + scoresOffset + r * columns;
    global float *g = gradient + gradientOffset + r * columns;
    const float offset = logSumExp[logSumExpOffset + r];
    VEC sum = (VEC)(0.0f);
    for (int i = get_local_id(0) * LANES; i < columns; i += GROUP * LANES) {
      const int rest = columns - i;
      VEC probability = exp(loadPart(p + i, rest, -INFINITY) - offset);
      storePart(probability, p + i, rest);
      sum += probability * loadPart(g + i, rest, 0);
    }
    const float projection = groupSum(laneSum(sum), scratch);
    for (int i = get_local_id(0) * LANES; i < columns; i += GROUP * LANES) {
      const int rest = columns - i;
      storePart(scale * loadPart(p + i, rest, 0) * (loadPart(g + i, rest, 0) - projection),
                g + i, rest);
    }
  }
}
