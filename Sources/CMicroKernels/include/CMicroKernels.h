// SIMD loops of the CPU backend: over raw pointers and given ranges, no threads, no allocation.
//
// Each family is compiled once per instruction set and reached through a table of functions.
// Arrays are row-major Float32; images are [N, H, W, C].
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "../../../Kernels/operation_codes.h"

#pragma clang assume_nonnull begin

typedef enum ElixirInstructionSet {
  ElixirPortable = 0,
  ElixirAVX2 = 1,
  ElixirAVX512 = 2,
} ElixirInstructionSet;

// Whether this processor (and operating system) executes the set.
bool elixirSupports(ElixirInstructionSet set);

// Tells the processor that this is a polling loop.
static inline void elixirPause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

// Asks for elements that are needed soon, into the second-level cache.
static inline void elixirPrefetch(const float *from, long count) {
  for (long i = 0; i < count; i += 16) __builtin_prefetch(from + i, 0, 2);
}

// MARK: Elementwise

typedef struct ElixirElementwise {
  void (*unary)(int32_t code, float a, float b, const float *x, float *into, long count);
  // into = upstream · f′(x)
  void (*unaryGradient)(
      int32_t code, float a, float b, const float *x, const float *upstream, float *into,
      long count);
  // into[i] = op(a[i], b[i]), or op(a[i], b[0]) if `scalar`.
  void (*binary)(
      int32_t operation, const float *a, const float *b, bool scalar, float *into, long count);
  // into[i] = Σₖ coefficients[k]·terms[k][i]
  void (*affineSum)(
      const float *const _Nonnull *_Nonnull terms, const float *coefficients, long termCount,
      float *into, long count);
  // into[r, i] = activation(x[r, i]·scale[i] + shift[i])
  void (*modulate)(
      const float *x, const float *scale, const float *shift, int32_t activation, float *into,
      long rows, long columns);
} ElixirElementwise;

const ElixirElementwise *elixirElementwise(ElixirInstructionSet set);

// MARK: Matrix products

// Where and how a product's result is stored:
// activation(scale·y + bias[j] + sampleBias[sample, j] + residual), or into += scale·y.
typedef struct ElixirOutput {
  float *into;
  // Elements between two rows of `into` (and `residual`).
  long pitch;
  // If present, row r starts at element rowOffsets[r] instead of r·pitch.
  const long *_Nullable rowOffsets;
  float scale;
  bool accumulate;
  int32_t activation;
  const float *_Nullable bias;
  const float *_Nullable sampleBias;
  long sampleBiasPitch;
  // Row r belongs to sample (firstRow + r) / rowsPerSample.
  long firstRow;
  long rowsPerSample;
  const float *_Nullable residual;
} ElixirOutput;

// A[rows, inner] · B[inner, columns].
typedef struct ElixirProduct {
  long rows, columns, inner;
  // A[r, k] is a[r·aPitch + k], or a[k·aPitch + r] if aTransposed.
  const float *a;
  long aPitch;
  bool aTransposed;
  // B[k, j] is b[(j / panelWidth)·panelStride + k·bPitch + j % panelWidth]; a panel's columns up to
  // the next multiple of half its width must be readable.
  const float *b;
  long panelStride, bPitch;
} ElixirProduct;

typedef struct ElixirProducts {
  // Rows of A and columns of B that the register tile holds.
  long tileRows, panelWidth;
  // Null in the portable set, where a library's product serves better.
  void (*_Nullable multiply)(const ElixirProduct *product, const ElixirOutput *output);
  // Stores a finished tile [rows, columns] as rows firstRow … and columns firstColumn … .
  void (*finish)(
      const ElixirOutput *output, long firstRow, long rows, long firstColumn, long columns,
      const float *tile, long tilePitch);
  // Packs B[k, n] = b[k·innerStride + n·columnStride] into panels [n / width][inner][width] that
  // are `panelStride` elements apart, zero beyond `columns`, for panels firstPanel ..< lastPanel.
  void (*packPanels)(
      const float *b, long innerStride, long columnStride, long inner, long columns, long width,
      long panelStride, long firstPanel, long lastPanel, float *into);
} ElixirProducts;

const ElixirProducts *elixirProducts(ElixirInstructionSet set);

// Whether this processor multiplies bfloat16 numbers; the other three functions need it.
bool elixirHasBFloat16(void);
// Rounds rows of A in place: each becomes ⌈inner / 2⌉ elements that are pairs, then zero to a whole
// vector.
void elixirRoundBFloat16(float *rows, long count, long inner, long pitch);
// One panel [inner, width] as pairs [(inner + 1) / 2, width] of rounded numbers, a pair an element.
void elixirPairBFloat16(const float *panel, long inner, long width, float *into);
// A product of rounded rows and panels of pairs, summed in float32. A is not transposed.
void elixirMultiplyBFloat16(const ElixirProduct *product, const ElixirOutput *output);

// MARK: Convolution

// The patches that a convolution's output grid [batch, gridHeight, gridWidth] reads from a source
// [batch, height, width, pixelPitch]: grid point (y, x) reads rows y·strideY + offsetY + 0 ..<
// kernelHeight, columns likewise, channels firstChannel + 0 ..< channels; zero outside the source.
typedef struct ElixirPatches {
  long height, width, pixelPitch, firstChannel, channels;
  long gridHeight, gridWidth;
  long stride, offsetY, offsetX, kernelHeight, kernelWidth;
} ElixirPatches;

typedef struct ElixirConvolution {
  // panel[r - firstRow, (ky, kx, c)] = source at grid point r; zero beyond the patch, to `width`.
  void (*gatherPatches)(
      const ElixirPatches *patches, const float *source, long firstRow, long lastRow,
      float *panel, long pitch, long width);
} ElixirConvolution;

const ElixirConvolution *elixirConvolution(ElixirInstructionSet set);

// MARK: Reductions and softmax

typedef struct ElixirReductions {
  // partials[q] for q in first ..< last: the reduction of piece q % pieces of run q / pieces, where
  // a run is `length` adjacent elements and a piece up to `pieceLength` of them.
  void (*reduceRuns)(
      int32_t operation, const float *x, long length, long pieceLength, long first, long last,
      double *partials);
  // partials[c] = the reduction of column c over `rows` rows.
  void (*reduceColumns)(
      int32_t operation, const float *x, long rows, long pitch, long columns, double *partials);
  void (*softmax)(const float *x, long rows, long columns, float *into);
  void (*softmaxGradient)(
      const float *y, const float *upstream, long rows, long columns, float *into);
  void (*crossEntropy)(
      const float *logits, const int32_t *labels, long rows, long columns, float *losses);
  void (*crossEntropyGradient)(
      const float *logits, const int32_t *labels, const float *upstream, long rows, long columns,
      float *into);
  // x[r, :] ← exp(x[r, :] − max), sums[r] = Σ, logSumExp[r] = max + log Σ; rows are `pitch` apart.
  void (*exponentials)(
      float *x, long rows, long columns, long pitch, float *sums, float *logSumExp);
  // scores ← p, the softmax exp(scores − logSumExp[r]) with its sum made 1, which undoes the
  // rounding of a great logSumExp; slopes ← p·(slopes − Σ p·slopes)·scale.
  void (*attentionSlopes)(
      float *scores, float *slopes, long rows, long columns, long pitch, const float *logSumExp,
      float scale);
  // x[r, :] ·= 1 / sums[r]
  void (*divideRows)(float *x, long rows, long columns, long pitch, const float *sums);
} ElixirReductions;

const ElixirReductions *elixirReductions(ElixirInstructionSet set);

void elixirArgmax(const float *x, long rows, long columns, int32_t *into);

// MARK: Normalisation

// Per-channel constants of y = activation((x − mean)·factor + beta), factor = rstd·gamma.
typedef struct ElixirNormalization {
  // sums[c] = Σ x, squares[c] = Σ x² over rows.
  void (*moments)(
      const float *x, long rows, long pitch, long columns, double *sums, double *squares);
  void (*normalize)(
      const float *x, long rows, long pitch, long columns, const float *mean, const float *factor,
      const float *beta, int32_t activation, float *into);
  // slope = upstream·activation′(y); slopeSums[c] = Σ slope, productSums[c] = Σ slope·(x − mean),
  // centredSums[c] = Σ (x − mean), what the rounding of the mean leaves.
  void (*slopes)(
      const float *x, const float *upstream, long rows, long pitch, long columns,
      const float *mean, const float *factor, const float *beta, int32_t activation,
      float *slope, double *slopeSums, double *productSums, double *centredSums);
  // gradient = slope·factor − constant − (x − mean)·linear, where `gradient` holds slope.
  void (*combine)(
      const float *x, long rows, long pitch, long columns, const float *mean, const float *factor,
      const float *constant, const float *linear, float *gradient);
} ElixirNormalization;

const ElixirNormalization *elixirNormalization(ElixirInstructionSet set);

// MARK: Random numbers and the diffusion step

typedef struct ElixirNoise {
  uint64_t seed;
  uint32_t stream, step, purpose;
} ElixirNoise;

// See DiffusionStep.
typedef struct ElixirDiffusionStep {
  float sampleToPrediction, outputToPrediction, clip;
  float predictionWeight, sampleWeight, outputWeight, previousPredictionWeight;
  float noiseScale;
  bool learnedVariance;
  float lowerLogVariance, upperLogVariance;
} ElixirDiffusionStep;

typedef struct ElixirRandom {
  // Elements first ..< last (first a multiple of 4) of a row; into[0] is element `first`.
  void (*uniform)(const ElixirNoise *noise, long first, long last, float *into);
  void (*normal)(const ElixirNoise *noise, long first, long last, float *into);
  // Elements first ..< last (first a multiple of 4) of one row of `pixels·channels` elements.
  void (*diffusionStep)(
      const ElixirDiffusionStep *step, const ElixirNoise *_Nullable noise, const float *sample,
      const float *output, const float *_Nullable previousPrediction, long channels, long first,
      long last, float *into, float *_Nullable prediction);
} ElixirRandom;

const ElixirRandom *elixirRandom(ElixirInstructionSet set);

// MARK: Optimisers

typedef struct ElixirAdam {
  // learningRate / (1 − β₁ᵗ) and 1 / √(1 − β₂ᵗ)
  float stepSize, secondCorrection;
  float beta1, beta2, epsilon;
  // Added to the gradient, and 1 − rate·decay multiplied into the weight (AdamW).
  float weightDecay, shrinkage;
} ElixirAdam;

typedef struct ElixirOptimizers {
  void (*sgd)(
      float rate, float momentum, float decay, bool nesterov, float scale, float *weights,
      const float *gradients, float *velocity, long count);
  void (*adam)(
      const ElixirAdam *parameters, float scale, float *weights, const float *gradients,
      float *first, float *second, long count);
} ElixirOptimizers;

const ElixirOptimizers *elixirOptimizers(ElixirInstructionSet set);

// MARK: Peak

typedef struct ElixirPeak {
  // Elements that are in registers at a time: enough independent chains for all units.
  long block;
  // values[i] ← values[i]·factor + addend, `repetitions` times over.
  void (*multiplyAdd)(
      float *values, long count, long repetitions, float factor, float addend);
} ElixirPeak;

const ElixirPeak *elixirPeak(ElixirInstructionSet set);

// MARK: Pooling and moves

typedef struct ElixirWindow {
  long height, width, channels, outputHeight, outputWidth, kernel, stride, padding;
} ElixirWindow;

// Output rows (of outputWidth·channels) firstRow ..< lastRow of the whole batch.
void elixirMaxPool(
    const ElixirWindow *window, const float *x, long firstRow, long lastRow, float *into,
    int32_t *indices);
// Output rows firstRow ..< lastRow; `width` is the input's, `outputWidth` = width / factor.
void elixirAveragePool(
    const float *x, long height, long width, long channels, long factor, float scale,
    long firstRow, long lastRow, float *into);
// Input rows firstRow ..< lastRow.
void elixirUpsample(
    const float *x, long width, long channels, long factor, float scale, long firstRow,
    long lastRow, float *into);
// into[indices[i]] += source[i] for indices within first ..< last, in the order of i.
void elixirScatterAdd(
    const float *source, const int32_t *indices, long count, long first, long last, float *into);
// Rows firstRow ..< lastRow of a permuted array: row r is the r-th run of the last axis, `inner`
// elements `innerStride` apart in the source; sizes and strides of the 4 outer axes.
void elixirPermute(
    const float *source, const long *sizes, const long *strides, long inner, long innerStride,
    long firstRow, long lastRow, float *into);

#pragma clang assume_nonnull end

#include "Critic.h"
#include "Winograd.h"
