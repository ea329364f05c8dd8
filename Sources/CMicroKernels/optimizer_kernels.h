// Optimiser steps for one instruction set.

static void NAME(sgd)(
    float rate, float momentum, float decay, bool nesterov, float scale, float *weights,
    const float *gradients, float *velocity, long count) {
  for (long i = 0; i < count; i += LANES) {
    const long n = count - i;
    vec p = NAME(loadPart)(weights + i, n);
    vec g = NAME(loadPart)(gradients + i, n) * scale + p * decay;
    vec v = NAME(loadPart)(velocity + i, n) * momentum + g;
    NAME(storePart)(velocity + i, n, v);
    NAME(storePart)(weights + i, n, p - rate * (nesterov ? g + momentum * v : v));
  }
}

static void NAME(adam)(
    const ElixirAdam *parameters, float scale, float *weights, const float *gradients,
    float *first, float *second, long count) {
  const ElixirAdam a = *parameters;
  for (long i = 0; i < count; i += LANES) {
    const long n = count - i;
    vec p = NAME(loadPart)(weights + i, n);
    vec g = NAME(loadPart)(gradients + i, n) * scale + p * a.weightDecay;
    vec m = NAME(loadPart)(first + i, n);
    m += (g - m) * (1 - a.beta1);
    vec v = NAME(loadPart)(second + i, n) * a.beta2 + g * g * (1 - a.beta2);
    NAME(storePart)(first + i, n, m);
    NAME(storePart)(second + i, n, v);
    vec step = m / (NAME(squareRoot)(v) * a.secondCorrection + a.epsilon);
    NAME(storePart)(weights + i, n, p * a.shrinkage - a.stepSize * step);
  }
}

static const ElixirOptimizers NAME(optimizers) = {NAME(sgd), NAME(adam)};
