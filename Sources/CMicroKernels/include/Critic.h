// A Wasserstein critic's gradient; included by CMicroKernels.h.
#pragma once

#pragma clang assume_nonnull begin

// MARK: Critic

// See CriticOperations. `code` and `a` are a unary operation: ReLU, leaky ReLU or softplus.
typedef struct ElixirCritic {
  // into[i] = σ′(x[i])·factor·factors[i]
  void (*scaledSlopes)(
      int32_t code, float a, const float *x, const float *_Nullable factors, float factor,
      float *into, long count);
  // into = scale·(1 − 1/n)·slope for the norm n of a slope, or zero for n = 0; returns (n − 1)².
  float (*penaltyDirection)(const float *slope, float scale, float *into, long features);
  // One pair: if there are penaltySlopes, its two rows of z become their gradients divided by
  // `output`. Sums of the bias' gradient, of the output weights' without the penalty's part, and of
  // output·(σ(first) − σ(second)) are added to.
  void (*factors)(
      int32_t code, float a, float *first, float *second, float share, const float *output,
      const float *_Nullable penaltySlopes, float transportShare, float *bias,
      float *outputGradient, float *transport, long units);
  // One unit: gradient = output·(gradient + throughSlopes); returns hidden·throughSlopes.
  float (*weightGradient)(
      const float *hidden, float output, const float *throughSlopes, float *gradient,
      long features);
} ElixirCritic;

const ElixirCritic *elixirCritic(ElixirInstructionSet set);

// MARK: Products with slopes

// Groups of rows of X that are added at a time.
enum { ElixirSlopeGroups = 8 };

// S[rows, inner] · diag(factors) · X[inner, columns] for a matrix S of two values, 1 and `below`.
typedef struct ElixirSlopeProduct {
  long rows, columns, inner;
  float below;
  // Where S is 1, as `patterns` writes it: [blocks, rows, groups].
  const uint16_t *patterns;
  const float *_Nullable factors;
  const float *x;
  float *into;
} ElixirSlopeProduct;

typedef struct ElixirSlopeProducts {
  // Columns of a strip, rows of X in a block, and elements of a block's sums.
  long stripWidth, blockRows, tableCount;
  // The patterns of blocks firstBlock ..< lastBlock: S[r, k] is 1 where z[r·pitch + k], or
  // z[k·pitch + r] if transposed, is positive.
  void (*patterns)(
      const float *z, long pitch, bool transposed, long rows, long inner, long firstBlock,
      long lastBlock, uint16_t *into);
  // Rows firstRow ..< lastRow of one strip of the result, in `memory` of tableCount +
  // (lastRow − firstRow)·stripWidth elements.
  void (*multiply)(
      const ElixirSlopeProduct *product, long firstRow, long lastRow, long column, float *memory);
} ElixirSlopeProducts;

const ElixirSlopeProducts *elixirSlopeProducts(ElixirInstructionSet set);

#pragma clang assume_nonnull end
