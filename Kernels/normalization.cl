// Group and batch normalisation of x [N, S, C]; batch normalisation is N = 1 with C groups.
//
// Statistics are combined from chunks of rows in a fixed order: within a chunk first the mean, then
// the squares about it, so that a large mean does not cost accuracy. Sums for means carry their
// rounding errors along, as pairs high + low. x̂ = (x − mean)·rstd and z = x̂·gamma + beta;
// y = activation(z).
#include "common.cl"

// Parts of a chunk's moments: mean (high and low), and M₂ = Σ(x − mean)².
enum { MEAN = 0, MEAN_LOW = 1, SQUARES = 2, PARTS = 3 };

// partial [N, chunks, PARTS, C]: the moments of each channel over rows chunk·length ….
GROUP_KERNEL void chunkMoments(
    const global float *x, int xOffset, global float *partial, int batch, int rows, int channels,
    int length) {
  x += xOffset;
  const int chunks = ceilDivide(rows, length), strips = ceilDivide(channels, LANES);
  for (ITEMS(item, batch * chunks * strips)) {
    const int channel = item % strips * LANES, rest = channels - channel;
    const int chunk = item / strips % chunks, sample = item / strips / chunks;
    const int count = min(length, rows - chunk * length);
    const global float *at = x + (sample * rows + chunk * length) * channels + channel;
    VEC high = (VEC)(0.0f), low = (VEC)(0.0f);
    for (int row = 0; row < count; ++row) {
      // Knuth's exact sum: high + value = total + error.
      const VEC value = loadPart(at + row * channels, rest, 0);
      const VEC total = high + value, part = total - high;
      low += (high - (total - part)) + (value - part);
      high = total;
    }
    const VEC mean = (high + low) / (float)count;
    low = (fma(mean, (VEC)(-(float)count), high) + low) / (float)count;
    VEC squares = (VEC)(0.0f);
    for (int row = 0; row < count; ++row) {
      const VEC difference = loadPart(at + row * channels, rest, 0) - mean;
      squares = fma(difference, difference, squares);
    }
    global float *to = partial + (sample * chunks + chunk) * PARTS * channels + channel;
    storePart(mean, to + MEAN * channels, rest);
    storePart(low, to + MEAN_LOW * channels, rest);
    storePart(squares - (float)count * low * low, to + SQUARES * channels, rest);
  }
}

// Sum of pairs high + low, and that over a work-group.
static inline float2 addPairs(float2 a, float2 b) {
  const float total = a.x + b.x, part = total - a.x;
  return (float2)(total, (a.x - (total - part)) + (b.x - part) + a.y + b.y);
}

static inline float2 groupSumPairs(float2 value, local float2 *scratch) {
#if GROUP > 1
  const int item = get_local_id(0);
  barrier(CLK_LOCAL_MEM_FENCE);
  scratch[item] = value;
  barrier(CLK_LOCAL_MEM_FENCE);
  for (int width = GROUP / 2; width > 0; width /= 2) {
    if (item < width) scratch[item] = addPairs(scratch[item], scratch[item + width]);
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  return scratch[0];
#else
  return value;
#endif
}

// Chan's combination of a group's chunks and channels: mean, what it lost by rounding, and
// rstd = (variance + ε)^−½ or, with `wantVariance`, the biased variance; all [N, groups]. One
// work-group a group.
GROUP_KERNEL void combineMoments(
    const global float *partial, global float *mean, int meanOffset, global float *spread,
    int spreadOffset, global float *residual, int batch, int rows, int channels, int groups,
    int length, float epsilon, int wantVariance) {
  local float2 pairs[GROUP];
  local float scratch[GROUP];
  const int chunks = ceilDivide(rows, length), size = channels / groups;
  for (int item = get_group_id(0); item < batch * groups; item += get_num_groups(0)) {
    const global float *part =
        partial + item / groups * chunks * PARTS * channels + item % groups * size;
    float2 sum = (float2)(0.0f);
    for (int i = get_local_id(0); i < chunks * size; i += GROUP) {
      const int chunk = i / size, at = chunk * PARTS * channels + i % size;
      const float weight = (float)min(length, rows - chunk * length);
      const float high = weight * part[at + MEAN * channels];
      const float error = fma(weight, part[at + MEAN * channels], -high);
      sum = addPairs(sum, (float2)(high, fma(weight, part[at + MEAN_LOW * channels], error)));
    }
    sum = groupSumPairs(sum, pairs);
    const float count = (float)rows * (float)size;
    const float centre = (sum.x + sum.y) / count;
    const float low = (fma(centre, -count, sum.x) + sum.y) / count;
    float squares = 0.0f;
    for (int i = get_local_id(0); i < chunks * size; i += GROUP) {
      const int chunk = i / size, at = chunk * PARTS * channels + i % size;
      const float weight = (float)min(length, rows - chunk * length);
      const float difference =
          (part[at + MEAN * channels] - centre) + (part[at + MEAN_LOW * channels] - low);
      squares += part[at + SQUARES * channels] + weight * difference * difference;
    }
    const float variance = groupSum(squares, scratch) / count;
    if (get_local_id(0) == 0) {
      mean[meanOffset + item] = centre;
      residual[item] = low;
      spread[spreadOffset + item] = wantVariance ? variance : 1.0f / sqrt(variance + epsilon);
    }
  }
}

// mean and rstd of the channels channel … of one sample, for groups of `size` channels.
static inline void statistics(
    const global float *mean, const global float *spread, int size, int channel, int rest,
    float epsilon, int isVariance, VEC *centre, VEC *rstd) {
  float means[LANES], scales[LANES];
  UNROLL
  for (int lane = 0; lane < LANES; ++lane) {
    const int group = (channel + min(lane, rest - 1)) / size;
    means[lane] = mean[group];
    scales[lane] = isVariance ? 1.0f / sqrt(spread[group] + epsilon) : spread[group];
  }
  *centre = VLOAD(0, means);
  *rstd = VLOAD(0, scales);
}

// The numbers values[stride·group] of the channels channel … of one sample.
static inline VEC ofGroups(
    const global float *values, int stride, int firstGroup, int size, int channel, int rest) {
  float lanes[LANES];
  UNROLL
  for (int lane = 0; lane < LANES; ++lane)
    lanes[lane] = values[stride * (firstGroup + (channel + min(lane, rest - 1)) / size)];
  return VLOAD(0, lanes);
}

// y = activation(x̂·gamma + beta); mean, spread and residual [N, groups].
GROUP_KERNEL void normalizeGroups(
    int activation, const global float *x, int xOffset, const global float *gamma,
    int gammaOffset, const global float *beta, int betaOffset, const global float *mean,
    int meanOffset, const global float *spread, int spreadOffset, const global float *residual,
    global float *into, int intoOffset, int batch, int rows, int channels, int groups, int length,
    float epsilon, int isVariance) {
  const int chunks = ceilDivide(rows, length), strips = ceilDivide(channels, LANES);
  for (ITEMS(item, batch * chunks * strips)) {
    const int channel = item % strips * LANES, rest = channels - channel;
    const int chunk = item / strips % chunks, sample = item / strips / chunks;
    VEC centre, rstd;
    statistics(mean + meanOffset + sample * groups, spread + spreadOffset + sample * groups,
               channels / groups, channel, rest, epsilon, isVariance, &centre, &rstd);
    const VEC lost = ofGroups(residual, 1, sample * groups, channels / groups, channel, rest);
    const VEC scale = rstd * loadPart(gamma + gammaOffset + channel, rest, 0);
    const VEC shift = loadPart(beta + betaOffset + channel, rest, 0) - lost * scale;
    const int first = (sample * rows + chunk * length) * channels + channel;
    const int count = min(length, rows - chunk * length);
    for (int row = 0; row < count; ++row) {
      const int at = first + row * channels;
      VEC z = fma(loadPart(x + xOffset + at, rest, 0) - centre, scale, shift);
      storePart(activate(activation, z), into + intoOffset + at, rest);
    }
  }
}

// Σ ∂z, Σ ∂z·x̂ and Σ x̂ of each channel over a chunk's rows, where ∂z = upstream·activation′(z);
// partial [N, chunks, 3, C].
GROUP_KERNEL void chunkGradientSums(
    int activation, const global float *x, int xOffset, const global float *gamma,
    int gammaOffset, const global float *beta, int betaOffset, const global float *mean,
    int meanOffset, const global float *spread, int spreadOffset, const global float *upstream,
    int upstreamOffset, global float *partial, int batch, int rows, int channels, int groups,
    int length, float epsilon, int isVariance) {
  const int chunks = ceilDivide(rows, length), strips = ceilDivide(channels, LANES);
  for (ITEMS(item, batch * chunks * strips)) {
    const int channel = item % strips * LANES, rest = channels - channel;
    const int chunk = item / strips % chunks, sample = item / strips / chunks;
    VEC centre, rstd;
    statistics(mean + meanOffset + sample * groups, spread + spreadOffset + sample * groups,
               channels / groups, channel, rest, epsilon, isVariance, &centre, &rstd);
    const VEC scale = loadPart(gamma + gammaOffset + channel, rest, 0);
    const VEC shift = loadPart(beta + betaOffset + channel, rest, 0);
    const int first = (sample * rows + chunk * length) * channels + channel;
    const int count = min(length, rows - chunk * length);
    VEC sum = (VEC)(0.0f), product = (VEC)(0.0f), normals = (VEC)(0.0f);
    for (int row = 0; row < count; ++row) {
      const int at = first + row * channels;
      VEC normal = (loadPart(x + xOffset + at, rest, 0) - centre) * rstd;
      VEC slope = loadPart(upstream + upstreamOffset + at, rest, 0);
      if (activation) slope *= activationSlope(activation, fma(normal, scale, shift));
      sum += slope;
      product = fma(slope, normal, product);
      normals += normal;
    }
    global float *to = partial + (sample * chunks + chunk) * 3 * channels + channel;
    storePart(sum, to, rest);
    storePart(product, to + channels, rest);
    storePart(normals, to + 2 * channels, rest);
  }
}

// Group means of gamma·∂z, gamma·∂z·x̂ and x̂ from the sums [N, 3, C]; means [N, groups, 3]. The mean
// of x̂ is what the saved mean lost by rounding; it is taken out of the sums ∂z·x̂, in place too.
GROUP_KERNEL void groupGradientMeans(
    global float *sums, const global float *gamma, int gammaOffset, global float *means, int batch,
    int rows, int channels, int groups) {
  const int size = channels / groups;
  for (ITEMS(item, batch * groups)) {
    global float *first = sums + item / groups * 3 * channels + item % groups * size;
    const global float *factor = gamma + gammaOffset + item % groups * size;
    const float scale = 1.0f / ((float)rows * (float)size);
    float sum = 0.0f, product = 0.0f, normals = 0.0f;
    for (int c = 0; c < size; ++c) normals += first[2 * channels + c];
    normals *= scale;
    for (int c = 0; c < size; ++c) {
      first[channels + c] -= normals * first[c];
      sum += factor[c] * first[c];
      product += factor[c] * first[channels + c];
    }
    means[3 * item] = scale * sum;
    means[3 * item + 1] = scale * product;
    means[3 * item + 2] = normals;
  }
}

// ∂x = rstd·(gamma·∂z − mean(gamma·∂z) − x̂·mean(gamma·∂z·x̂))
GROUP_KERNEL void normalizeGradient(
    int activation, const global float *x, int xOffset, const global float *gamma,
    int gammaOffset, const global float *beta, int betaOffset, const global float *mean,
    int meanOffset, const global float *spread, int spreadOffset, const global float *upstream,
    int upstreamOffset, const global float *means, global float *into, int intoOffset, int batch,
    int rows, int channels, int groups, int length, float epsilon, int isVariance) {
  const int chunks = ceilDivide(rows, length), strips = ceilDivide(channels, LANES);
  const int size = channels / groups;
  for (ITEMS(item, batch * chunks * strips)) {
    const int channel = item % strips * LANES, rest = channels - channel;
    const int chunk = item / strips % chunks, sample = item / strips / chunks;
    VEC centre, rstd;
    statistics(mean + meanOffset + sample * groups, spread + spreadOffset + sample * groups,
               size, channel, rest, epsilon, isVariance, &centre, &rstd);
    const VEC sum = ofGroups(means, 3, sample * groups, size, channel, rest);
    const VEC product = ofGroups(means + 1, 3, sample * groups, size, channel, rest);
    const VEC lost = ofGroups(means + 2, 3, sample * groups, size, channel, rest);
    const VEC scale = loadPart(gamma + gammaOffset + channel, rest, 0);
    const VEC shift = loadPart(beta + betaOffset + channel, rest, 0);
    const int start = (sample * rows + chunk * length) * channels + channel;
    const int count = min(length, rows - chunk * length);
    for (int row = 0; row < count; ++row) {
      const int at = start + row * channels;
      VEC normal = (loadPart(x + xOffset + at, rest, 0) - centre) * rstd;
      VEC slope = loadPart(upstream + upstreamOffset + at, rest, 0);
      if (activation) slope *= activationSlope(activation, fma(normal, scale, shift));
      storePart(rstd * (scale * slope - sum - (normal - lost) * product),
                into + intoOffset + at, rest);
    }
  }
}
