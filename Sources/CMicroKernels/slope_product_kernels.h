// Products with a matrix of two values for one instruction set, by the method of the four Russians
// (Arlazarov et al., 1970): of each group of GROUP rows of X all 2^GROUP sums are made once, and a
// row of the result then adds one of them a group instead of a multiple of each row.

#define SUMS (1 << GROUP)

// The numbers of GROUP bits by which a group's sums are chosen, times LANES: offsets into a table.
static void NAME(slopePatterns)(
    const float *z, long pitch, bool transposed, long rows, long inner, long firstBlock,
    long lastBlock, uint16_t *patterns) {
  for (long block = firstBlock; block < lastBlock; block++) {
    for (long group = 0; group < ElixirSlopeGroups; group++) {
      const long from = (block * ElixirSlopeGroups + group) * GROUP;
      const long count = inner - from < GROUP ? inner - from : GROUP;
      uint16_t *into = patterns + block * rows * ElixirSlopeGroups + group;
      if (!transposed) {
        for (long r = 0; r < rows; r++) {
          int bits = 0;
          for (long k = 0; k < count; k++) bits |= (z[r * pitch + from + k] > 0) << k;
          into[r * ElixirSlopeGroups] = (uint16_t)(bits * LANES);
        }
        continue;
      }
      for (long r = 0; r < rows; r += LANES) {
        const long n = rows - r < LANES ? rows - r : LANES;
        ivec bits = {0};
        for (long k = 0; k < count; k++)
          bits |= (NAME(loadPart)(z + (from + k) * pitch + r, n) > 0) & (LANES << k);
        for (long i = 0; i < n; i++) into[(r + i) * ElixirSlopeGroups] = (uint16_t)bits[i];
      }
    }
  }
}

// All sums of up to GROUP rows of X, one vector wide, each row times its factor, and times `below`
// where its bit is 0.
static INLINE void NAME(groupSums)(
    const ElixirSlopeProduct *p, long from, long column, long width, float *sums) {
  vec above[GROUP], base = {0};
  for (long k = 0; k < GROUP; k++) {
    above[k] = (vec){0};
    if (from + k >= p->inner) continue;
    vec x = NAME(loadPart)(p->x + (from + k) * p->columns + column, width);
    if (p->factors) x *= p->factors[from + k];
    base += x * p->below;
    above[k] = x * (1 - p->below);
  }
  NAME(store)(sums, base);
  for (long k = 0; k < GROUP; k++)
    for (long i = 0; i < 1 << k; i++)
      NAME(store)(sums + ((1 << k) + i) * LANES, NAME(load)(sums + i * LANES) + above[k]);
}

static void NAME(multiplySlopes)(
    const ElixirSlopeProduct *p, long firstRow, long lastRow, long column, float *memory) {
  const long width = p->columns - column < LANES ? p->columns - column : LANES;
  const long blocks = (p->inner + BLOCK - 1) / BLOCK;
  float *const tables = memory, *const results = memory + ElixirSlopeGroups * SUMS * LANES;
  for (long block = 0; block < blocks; block++) {
    for (long group = 0; group < ElixirSlopeGroups; group++)
      NAME(groupSums)(
          p, block * BLOCK + group * GROUP, column, width, tables + group * SUMS * LANES);
    for (long k = (block + 1) * BLOCK; k < (block + 2) * BLOCK && k < p->inner; k++)
      __builtin_prefetch(p->x + k * p->columns + column);
    const uint16_t *pattern = p->patterns + (block * p->rows + firstRow) * ElixirSlopeGroups;
    for (long r = 0; r < lastRow - firstRow; r++, pattern += ElixirSlopeGroups) {
#define CHOSEN(g) NAME(load)(tables + (g) * SUMS * LANES + pattern[g])
      const vec sum = ((CHOSEN(0) + CHOSEN(1)) + (CHOSEN(2) + CHOSEN(3)))
                      + ((CHOSEN(4) + CHOSEN(5)) + (CHOSEN(6) + CHOSEN(7)));
#undef CHOSEN
      float *const result = results + r * LANES;
      NAME(store)(result, block == 0 ? sum : NAME(load)(result) + sum);
    }
  }
  for (long r = firstRow; r < lastRow; r++)
    NAME(storePart)(
        p->into + r * p->columns + column, width, NAME(load)(results + (r - firstRow) * LANES));
}

static const ElixirSlopeProducts NAME(slopeProducts) = {
    LANES, BLOCK, ElixirSlopeGroups * SUMS * LANES, NAME(slopePatterns), NAME(multiplySlopes)};

#undef SUMS
