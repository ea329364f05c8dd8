// One reverse diffusion step, `DiffusionStep` of ComputeBackend:
//   x̂₀ = clip(sampleToPrediction·x + outputToPrediction·m)
//   x′ = predictionWeight·x̂₀ + sampleWeight·x + outputWeight·m + previousWeight·x̂₀(previous) + σ·z
// x, x′, x̂₀: [rows, pixels, channels]; m likewise, or [rows, pixels, 2·channels] with learned
// variance; then log σ² = f·upper + (1 − f)·lower with f = (v + 1)/2 and v the second half of m's
// channels.
#include "philox.cl"

enum { HAS_PREVIOUS = 1, HAS_NOISE = 2, HAS_PREDICTION = 4, HAS_VARIANCE = 8 };

GROUP_KERNEL void diffusionStep(
    int flags, float sampleToPrediction, float outputToPrediction, float clip,
    float predictionWeight, float sampleWeight, float outputWeight, float previousWeight,
    float noiseScale, float lower, float upper, uint key0, uint key1, uint step, uint purpose,
    const global uint *streams, int streamsOffset, const global float *sample, int sampleOffset,
    const global float *output, int outputOffset, const global float *previous,
    int previousOffset, global float *into, int intoOffset, global float *prediction,
    int predictionOffset, int rows, int pixels, int channels) {
  const int columns = pixels * channels, spans = ceilDivide(columns, 4 * LANES);
  for (ITEMS(item, rows * spans)) {
    const int row = item / spans, start = item % spans * 4 * LANES;
    float noise[4 * LANES];
    if (flags & HAS_NOISE)
      philoxNumbers((uint)(start / 4), streams[streamsOffset + row], step, purpose, key0, key1, 1,
                    noise);
    UNROLL
    for (int part = 0; part < 4; ++part) {
      const int column = start + part * LANES, rest = columns - column;
      if (rest <= 0) continue;
      const int at = row * columns + column;
      VEC m, deviation = (VEC)(noiseScale);
      if (flags & HAS_VARIANCE) {
        float means[LANES], variances[LANES];
        UNROLL
        for (int lane = 0; lane < LANES; ++lane) {
          const int element = row * columns + min(column + lane, columns - 1);
          const int source = outputOffset + element / channels * 2 * channels + element % channels;
          means[lane] = output[source];
          variances[lane] = output[source + channels];
        }
        m = VLOAD(0, means);
        const VEC fraction = 0.5f * (VLOAD(0, variances) + 1.0f);
        deviation = exp(0.5f * (fraction * upper + (1.0f - fraction) * lower));
      } else {
        m = loadPart(output + outputOffset + at, rest, 0);
      }
      const VEC x = loadPart(sample + sampleOffset + at, rest, 0);
      VEC estimate = fma((VEC)(sampleToPrediction), x, outputToPrediction * m);
      estimate = limit(estimate, -clip, clip);
      VEC next = fma((VEC)(predictionWeight), estimate, sampleWeight * x);
      next = fma((VEC)(outputWeight), m, next);
      if (flags & HAS_PREVIOUS)
        next = fma((VEC)(previousWeight), loadPart(previous + previousOffset + at, rest, 0), next);
      if (flags & HAS_NOISE) next = fma(deviation, VLOAD(0, noise + part * LANES), next);
      storePart(next, into + intoOffset + at, rest);
      if (flags & HAS_PREDICTION) storePart(estimate, prediction + predictionOffset + at, rest);
    }
  }
}
