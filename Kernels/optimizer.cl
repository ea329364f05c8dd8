// Optimiser steps over flat arrays, in place. `gradientScale` is one element, read if `scaled`.
#include "common.cl"

// v ← momentum·v + g, g = gradientScale·gradient + decay·p; p ← p − rate·(v, or g + momentum·v).
GROUP_KERNEL void sgdStep(
    float rate, float momentum, float decay, int nesterov, int scaled,
    const global float *gradientScale, int scaleOffset, global float *weights, int weightsOffset,
    const global float *gradients, int gradientsOffset, global float *velocity,
    int velocityOffset, int count) {
  const float scale = scaled ? gradientScale[scaleOffset] : 1.0f;
  weights += weightsOffset;
  gradients += gradientsOffset;
  velocity += velocityOffset;
  for (ITEMS(item, ceilDivide(count, LANES))) {
    const int i = item * LANES, rest = count - i;
    const VEC p = loadPart(weights + i, rest, 0);
    const VEC g = scale * loadPart(gradients + i, rest, 0) + decay * p;
    const VEC v = momentum * loadPart(velocity + i, rest, 0) + g;
    storePart(v, velocity + i, rest);
    storePart(p - rate * (nesterov ? g + momentum * v : v), weights + i, rest);
  }
}

// m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g²; p ← keep·p − rate·m / (√v / correction + ε), where
// rate holds 1/(1 − β₁ᵗ) and correction is √(1 − β₂ᵗ); keep < 1 is decoupled decay.
GROUP_KERNEL void adamStep(
    float rate, float beta1, float beta2, float epsilon, float decay, float keep,
    float correction, float beta1Rest, float beta2Rest, int scaled,
    const global float *gradientScale, int scaleOffset, global float *weights, int weightsOffset,
    const global float *gradients, int gradientsOffset, global float *firstMoment,
    int firstOffset, global float *secondMoment, int secondOffset, int count) {
  const float scale = scaled ? gradientScale[scaleOffset] : 1.0f;
  weights += weightsOffset;
  gradients += gradientsOffset;
  firstMoment += firstOffset;
  secondMoment += secondOffset;
  for (ITEMS(item, ceilDivide(count, LANES))) {
    const int i = item * LANES, rest = count - i;
    const VEC p = loadPart(weights + i, rest, 0);
    const VEC g = scale * loadPart(gradients + i, rest, 0) + decay * p;
    const VEC m = beta1 * loadPart(firstMoment + i, rest, 0) + beta1Rest * g;
    const VEC v = beta2 * loadPart(secondMoment + i, rest, 0) + beta2Rest * g * g;
    storePart(m, firstMoment + i, rest);
    storePart(v, secondMoment + i, rest);
    storePart(keep * p - rate * m / (sqrt(v) / correction + epsilon), weights + i, rest);
  }
}
