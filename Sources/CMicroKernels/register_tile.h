// The register tile of matrix products, for one instruction set that has fused multiply-add.
//
//          PANEL = 2 vectors
//         ┌───────┐
//    B    │  …    │ inner
//         └───────┘
//   ┌───┐ ┌───────┐
//   │ A │ │ tile  │ up to TILE_ROWS rows, all accumulators in registers
//   └───┘ └───────┘
//
// One step of `inner` broadcasts an element of each row of A against a row of B's panel. A is read
// where it lies, along its rows or its columns. Memory is asked for ahead of its use, a line or two
// a step: without that, tiles wait for the second-level cache and what is beyond it.

#define PANEL (2 * LANES)

// What is asked for while a tile is multiplied.
typedef struct NAME(Ahead) {
  // The next tile's rows of A, `pitch` elements apart, if A is not transposed.
  const float *rows;
  // The next tile's sums, which it adds to; rows are as far apart as this tile's.
  const float *sums;
  // Memory that is needed later: `step` bytes for each step of `inner`.
  const char *stream;
  long step;
} NAME(Ahead);

// sum0 += x·b0 and sum1 += x·b1 with x = *a. As assembly, since compilers move the broadcasts of a
// whole step ahead of the sums and then run out of registers. `isWithin`: x is broadcast within the
// multiplications, which saves an instruction and costs a load.
static INLINE void NAME(addRow)(
    vec *sum0, vec *sum1, const float *a, vec b0, vec b1, const int vectors, const bool isWithin) {
  vec x;
#if LANES == 16
  if (vectors > 1 && isWithin) {
    __asm__("vfmadd231ps %2%{1to16%}, %3, %0\n\tvfmadd231ps %2%{1to16%}, %4, %1"
            : "+v"(*sum0), "+v"(*sum1)
            : "m"(*a), "v"(b0), "v"(b1));
    return;
  }
#endif
  if (vectors > 1) {
    __asm__("vbroadcastss %3, %2\n\tvfmadd231ps %2, %4, %0\n\tvfmadd231ps %2, %5, %1"
            : "+v"(*sum0), "+v"(*sum1), "=&v"(x)
            : "m"(*a), "v"(b0), "v"(b1));
  } else {
    __asm__("vbroadcastss %2, %1\n\tvfmadd231ps %1, %3, %0"
            : "+v"(*sum0), "=&v"(x)
            : "m"(*a), "v"(b0));
  }
}

// Keeps the compiler from replacing a pointer that advances by others derived from it.
#define OPAQUE(pointer) __asm__("" : "+r"(pointer))

// `isSoon`: whether the stream is B's next rows, for the first-level cache, and not something that
// is needed after many tiles.
static INLINE void NAME(tile)(
    const int rows, const int vectors, const bool transposed, const bool isSoon, long inner,
    const float *restrict a, long aPitch, const float *restrict b, long bPitch,
    bool accumulate, float *restrict out, long outPitch, const NAME(Ahead) *ahead) {
  // The next tile's rows are asked for one after another, each in a part of the steps.
  enum { groups = (TILE_ROWS + 2) / 3, parts = 16, line = 16 };
  vec sum[TILE_ROWS][2];
  // One pointer serves three rows, by the addresses p, p + pitch and p + 2·pitch.
  const float *row[groups];
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
    sum[r][0] = accumulate ? NAME(load)(out + r * outPitch) : (vec){0};
    sum[r][1] = accumulate && vectors > 1 ? NAME(load)(out + r * outPitch + LANES) : (vec){0};
    if (r % 3 == 0) row[r / 3] = transposed ? a : a + r * aPitch;
  }
  const char *stream = ahead->stream;
  const float *nextRow = ahead->rows, *nextSums = ahead->sums;
  const long part = (inner + parts - 1) / parts;
  // Every third row's address is a plain one, with which a load and a multiplication stay one
  // instruction in the processor too: it has to issue fewer of them, which counts where two
  // hardware threads share a core.
#define STEP(k)                                                                          \
  {                                                                                      \
    const vec first = NAME(load)(b);                                                     \
    const vec second = vectors > 1 ? NAME(load)(b + LANES) : (vec){0};                   \
    b += bPitch;                                                                         \
    if (isSoon) __builtin_prefetch(stream);                                              \
    else __builtin_prefetch(stream, 0, 2);                                               \
    if (isSoon && vectors > 1) __builtin_prefetch(stream + 4 * LANES);                   \
    stream += ahead->step;                                                               \
    if (!transposed) __builtin_prefetch(next + (k) * line);                              \
    _Pragma("clang loop unroll(full)") for (int r = 0; r < rows; r++) {                  \
      const float *x = transposed ? row[0] + r : row[r / 3] + r % 3 * aPitch + (k);      \
      NAME(addRow)(                                                                      \
          &sum[r][0], &sum[r][1], x, first, second, vectors, !transposed && r % 3 == 0); \
    }                                                                                    \
    if (transposed) {                                                                    \
      row[0] += aPitch;                                                                  \
      OPAQUE(row[0]);                                                                    \
    }                                                                                    \
  }
#define ADVANCE(count)                                                  \
  {                                                                     \
    next += (count) * line;                                             \
    _Pragma("clang loop unroll(full)") for (int r = 0; r < rows; r += 3) { \
      if (transposed) continue;                                         \
      row[r / 3] += count;                                              \
      OPAQUE(row[r / 3]);                                               \
    }                                                                   \
  }
  for (long start = 0; start < inner; start += part) {
    long steps = inner - start < part ? inner - start : part;
    const float *next = nextRow;
    if (accumulate) {
      __builtin_prefetch(nextSums);
      if (vectors > 1) __builtin_prefetch(nextSums + LANES);
    }
#pragma clang loop unroll(disable)
    for (; steps >= 4; steps -= 4) {
      STEP(0) STEP(1) STEP(2) STEP(3)
      ADVANCE(4)
    }
#pragma clang loop unroll(disable)
    for (; steps > 0; steps--) {
      STEP(0)
      ADVANCE(1)
    }
    nextRow += aPitch;
    nextSums += outPitch;
  }
#undef STEP
#undef ADVANCE
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
    NAME(store)(out + r * outPitch, sum[r][0]);
    if (vectors > 1) NAME(store)(out + r * outPitch + LANES, sum[r][1]);
  }
}

#undef OPAQUE

#if TILE_ROWS == 14
#define EACH_ROW_COUNT(M) M(1) M(2) M(3) M(4) M(5) M(6) M(7) M(8) M(9) M(10) M(11) M(12) M(13) M(14)
#else
#define EACH_ROW_COUNT(M) M(1) M(2) M(3) M(4) M(5) M(6)
#endif
