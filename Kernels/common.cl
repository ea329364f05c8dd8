// Shared by every kernel file: vectors, loops over items, work-group reductions, activations.
//
// Tunables (the host defines them; the defaults make each file compile alone):
//   STYLE_GPU  0: a work-item is a core (long loops over LANES-wide vectors, work-groups of one,
//                 no barriers); 1: a work-item is a GPU thread.
//   LANES      floats of one vector: 4, 8 or 16.
//   GROUP      work-items of a group: 1, or a power of two up to 256.
//   PIECE      elements of a row that one item handles: a multiple of LANES.

#ifndef STYLE_GPU
#define STYLE_GPU 0
#endif
#ifndef LANES
#if STYLE_GPU
#define LANES 4
#else
#define LANES 16
#endif
#endif
#ifndef GROUP
#define GROUP 1
#endif
#ifndef PIECE
#define PIECE 1024
#endif

#include "operation_codes.h"

// Vector types by the number of lanes.
#define JOIN2(a, b) a##b
#define JOIN(a, b) JOIN2(a, b)
#define VEC JOIN(float, LANES)
#define IVEC JOIN(int, LANES)
#define UVEC JOIN(uint, LANES)
#define VLOAD JOIN(vload, LANES)
#define VSTORE JOIN(vstore, LANES)
#define AS_UVEC JOIN(as_uint, LANES)
#define AS_IVEC JOIN(as_int, LANES)
#define AS_VEC JOIN(as_float, LANES)
#define TO_VEC JOIN(convert_float, LANES)
#define TO_IVEC JOIN(convert_int, LANES)

#define GROUP_KERNEL kernel __attribute__((reqd_work_group_size(GROUP, 1, 1)))

// for (ITEMS(i, count)): all items, shared among the work-items. A core takes a contiguous range,
// GPU threads take neighbours in turn.
#if STYLE_GPU
#define ITEMS(i, count) \
  int i = get_global_id(0); i < (count); i += get_global_size(0)
#else
#define ITEMS(i, count)                                                        \
  int i = itemBegin(count), i##End = min((count), itemBegin(count) + itemShare(count)); \
  i < i##End; ++i
static inline int itemShare(int count) {
  int workers = get_global_size(0);
  return count / workers + (count % workers != 0);
}
static inline int itemBegin(int count) {
  return min(count, (int)get_global_id(0) * itemShare(count));
}
#endif

// Before a loop over an array's elements: only if it is unrolled does a GPU keep the array in
// registers. For processors the compiler decides, as stacks are cached there.
#if STYLE_GPU
#define UNROLL _Pragma("unroll")
#else
#define UNROLL
#endif

static inline int ceilDivide(int a, int b) { return (a + b - 1) / b; }

// A vector of which only the first `count` elements exist; the others are `rest`.
static inline VEC loadPart(const global float *p, int count, float rest) {
  if (count >= LANES) return VLOAD(0, p);
  float lanes[LANES];
  UNROLL
  for (int lane = 0; lane < LANES; ++lane) lanes[lane] = lane < count ? p[lane] : rest;
  return VLOAD(0, lanes);
}

static inline void storePart(VEC value, global float *p, int count) {
  if (count >= LANES) {
    VSTORE(value, 0, p);
    return;
  }
  float lanes[LANES];
  VSTORE(value, 0, lanes);
#if STYLE_GPU
  UNROLL
  for (int lane = 0; lane < LANES - 1; ++lane)
    if (lane < count) p[lane] = lanes[lane];
#else
  for (int lane = 0; lane < count; ++lane) p[lane] = lanes[lane];
#endif
}

// The greater and the lesser number; not-a-number if either is.
static inline VEC greaterOf(VEC a, VEC b) { return select(b, a, (a > b) | (a != a)); }
static inline VEC lesserOf(VEC a, VEC b) { return select(b, a, (a < b) | (a != a)); }
static inline float greaterNumber(float a, float b) { return a > b || a != a ? a : b; }

// Sum and maximum of a vector's lanes, by halves.
static inline float laneSum(VEC value) {
  float lanes[LANES];
  VSTORE(value, 0, lanes);
  UNROLL
  for (int width = LANES / 2; width > 0; width /= 2)
    UNROLL
    for (int lane = 0; lane < width; ++lane) lanes[lane] += lanes[lane + width];
  return lanes[0];
}

static inline float laneMax(VEC value) {
  float lanes[LANES];
  VSTORE(value, 0, lanes);
  UNROLL
  for (int width = LANES / 2; width > 0; width /= 2)
    UNROLL
    for (int lane = 0; lane < width; ++lane)
      lanes[lane] = greaterNumber(lanes[lane], lanes[lane + width]);
  return lanes[0];
}

// Sum and maximum over a work-group, the same in all its items; `scratch` has GROUP elements.
static inline float groupSum(float value, local float *scratch) {
#if GROUP > 1
  const int item = get_local_id(0);
  barrier(CLK_LOCAL_MEM_FENCE);
  scratch[item] = value;
  barrier(CLK_LOCAL_MEM_FENCE);
  for (int width = GROUP / 2; width > 0; width /= 2) {
    if (item < width) scratch[item] += scratch[item + width];
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  return scratch[0];
#else
  return value;
#endif
}

static inline float groupMax(float value, local float *scratch) {
#if GROUP > 1
  const int item = get_local_id(0);
  barrier(CLK_LOCAL_MEM_FENCE);
  scratch[item] = value;
  barrier(CLK_LOCAL_MEM_FENCE);
  for (int width = GROUP / 2; width > 0; width /= 2) {
    if (item < width) scratch[item] = greaterNumber(scratch[item], scratch[item + width]);
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  return scratch[0];
#else
  return value;
#endif
}

// min(max(x, low), high); not-a-number stays what it is.
static inline VEC limit(VEC x, float low, float high) {
  x = select(x, (VEC)(low), x < low);
  return select(x, (VEC)(high), x > high);
}

static inline VEC sigmoid(VEC x) { return 1.0f / (1.0f + exp(-x)); }

// The normal distribution function Φ.
static inline VEC normalDistribution(VEC x) { return 0.5f * erfc(-0.70710678118654752f * x); }

// `Activation` of ComputeBackend: 0 identity, 1 relu, 2 silu, 3 gelu, 4 tanh, 5 sigmoid.
static inline VEC activate(int activation, VEC x) {
  switch (activation) {
    case ActivationRelu: return select(x, (VEC)(0.0f), x < 0.0f);
    case ActivationSilu: return x * sigmoid(x);
    case ActivationGelu: return x * normalDistribution(x);
    case ActivationTanh: return tanh(x);
    case ActivationSigmoid: return sigmoid(x);
    default: return x;
  }
}

// The derivative of `activate` at x.
static inline VEC activationSlope(int activation, VEC x) {
  switch (activation) {
    case ActivationRelu: return select((VEC)(0.0f), (VEC)(1.0f), x > 0.0f);
    case ActivationSilu: {
      VEC s = sigmoid(x);
      return s * (1.0f + x * (1.0f - s));
    }
    case ActivationGelu:
      return normalDistribution(x) + x * (0.39894228040143268f * exp(-0.5f * x * x));
    case ActivationTanh: {
      VEC t = tanh(x);
      return 1.0f - t * t;
    }
    case ActivationSigmoid: {
      VEC s = sigmoid(x);
      return s * (1.0f - s);
    }
    default: return (VEC)(1.0f);
  }
}
