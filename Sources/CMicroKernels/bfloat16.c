// Matrix products of bfloat16 numbers with sums in float32, by AVX512-BF16.
//
// The instruction multiplies pairs: sum[j] += a[k]·b[k, j] + a[k + 1]·b[k + 1, j]. So rows of A are
// rounded in place and read as pairs, and B's panels hold a pair in every 4-byte element.
#include <string.h>

#include "CMicroKernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define INLINE inline __attribute__((always_inline))
#define TILE_ROWS 14
#define LANES 16
#define PANEL (2 * LANES)
#define AHEAD (16 * PANEL)

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx512bf16,avx2,fma"))), \
    apply_to = function)

bool elixirHasBFloat16(void) {
  return elixirSupports(ElixirAVX512) && __builtin_cpu_supports("avx512bf16");
}

// 16 numbers rounded to bfloat16, those from `count` on zero.
static INLINE __m256i rounded(const float *from, long count) {
  const __mmask16 mask = count >= LANES ? 0xFFFF : (__mmask16)((1u << count) - 1);
  return (__m256i)_mm512_cvtneps_pbh(_mm512_maskz_loadu_ps(mask, from));
}

void elixirPairBFloat16(
    const float *panel, long inner, long columns, float *into) {
  for (long k = 0; k < inner; k += 2)
    for (long j = 0; j < columns; j += LANES) {
      const float *row = panel + k * columns + j;
      const __m512i low = _mm512_cvtepu16_epi32(rounded(row, LANES));
      const __m512i high = k + 1 < inner ? _mm512_cvtepu16_epi32(rounded(row + columns, LANES))
                                         : _mm512_setzero_si512();
      _mm512_storeu_si512(
          into + k / 2 * columns + j, _mm512_or_si512(low, _mm512_slli_epi32(high, 16)));
    }
}

static INLINE long pairs(long inner) { return (inner + 1) / 2; }

void elixirRoundBFloat16(float *rows, long count, long inner, long pitch) {
  for (long r = 0; r < count; r++)
    for (long k = 0; k < inner; k += LANES)
      _mm256_storeu_si256(
          (__m256i *)(rows + r * pitch + k / 2), rounded(rows + r * pitch + k, inner - k));
}

// sum0 += x·b0 and sum1 += x·b1 for the pair x = *a, as assembly for the reason given in
// product_kernels.h.
static INLINE void addPairs(__m512 *sum0, __m512 *sum1, const float *a, __m512i b0, __m512i b1) {
  __m512i x;
  __asm__("vpbroadcastd %3, %2\n\tvdpbf16ps %4, %2, %0\n\tvdpbf16ps %5, %2, %1"
          : "+v"(*sum0), "+v"(*sum1), "=&v"(x)
          : "m"(*a), "v"(b0), "v"(b1));
}

// One pointer serves three rows, by the addresses p, p + pitch and p + 2·pitch.
static INLINE void tile(
    const int rows, long steps, const float *a, long aPitch, const float *b, bool accumulate,
    float *out, long outPitch) {
  __m512 sum[TILE_ROWS][2];
  const float *row[(TILE_ROWS + 2) / 3];
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
    const float *from = out + r * outPitch;
    sum[r][0] = accumulate ? _mm512_loadu_ps(from) : _mm512_setzero_ps();
    sum[r][1] = accumulate ? _mm512_loadu_ps(from + LANES) : _mm512_setzero_ps();
    if (r % 3 == 0) row[r / 3] = a + r * aPitch;
  }
#pragma clang loop unroll(disable)
  for (long k = 0; k < steps; k++) {
    const __m512i first = _mm512_loadu_si512(b), second = _mm512_loadu_si512(b + LANES);
    b += PANEL;
    __builtin_prefetch(b + AHEAD);
    __builtin_prefetch(b + AHEAD + LANES);
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++)
      addPairs(&sum[r][0], &sum[r][1], row[r / 3] + r % 3 * aPitch, first, second);
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r += 3) {
      row[r / 3]++;
      __asm__("" : "+r"(row[r / 3]));
    }
  }
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
    _mm512_storeu_ps(out + r * outPitch, sum[r][0]);
    _mm512_storeu_ps(out + r * outPitch + LANES, sum[r][1]);
  }
}

#define CASE(n) \
  case n: tile(n, steps, a, aPitch, b, accumulate, out, outPitch); break;
static void run(
    long rows, long steps, const float *a, long aPitch, const float *b, bool accumulate,
    float *out, long outPitch) {
  switch (rows) {
    CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7)
    CASE(8) CASE(9) CASE(10) CASE(11) CASE(12) CASE(13) CASE(14)
  }
}

static INLINE bool isPlain(const ElixirOutput *output) {
  return output->scale == 1 && output->activation == ActivationIdentity && !output->bias
         && !output->sampleBias && !output->residual && !output->rowOffsets;
}

void elixirMultiplyBFloat16(const ElixirProduct *p, const ElixirOutput *output) {
  float buffer[TILE_ROWS * PANEL] __attribute__((aligned(64)));
  const bool plain = isPlain(output);
  const long steps = pairs(p->inner);
  const long tiles = (p->rows + TILE_ROWS - 1) / TILE_ROWS;
  for (long j = 0; j < p->columns; j += PANEL) {
    const float *b = p->b + j / PANEL * p->panelStride;
    const long columns = p->columns - j < PANEL ? p->columns - j : PANEL;
    for (long t = 0; t < tiles; t++) {
      const long first = p->rows * t / tiles, rows = p->rows * (t + 1) / tiles - first;
      const float *a = p->a + first * p->aPitch;
      if (plain && columns == PANEL) {
        run(rows, steps, a, p->aPitch, b, output->accumulate,
            output->into + first * output->pitch + j, output->pitch);
        continue;
      }
      run(rows, steps, a, p->aPitch, b, false, buffer, PANEL);
      elixirProducts(ElixirAVX512)->finish(output, first, rows, j, columns, buffer, PANEL);
    }
  }
}

#pragma clang attribute pop

#else

bool elixirHasBFloat16(void) { return false; }
void elixirRoundBFloat16(float *rows, long count, long inner, long pitch) { __builtin_trap(); }
void elixirPairBFloat16(const float *panel, long inner, long columns, float *into) {
  __builtin_trap();
}
void elixirMultiplyBFloat16(const ElixirProduct *p, const ElixirOutput *output) {
  __builtin_trap();
}

#endif
