// Reductions for one instruction set. Sums are kept in double precision, lane by lane.

static INLINE double NAME(maximumOf)(vec x, double greatest) {
  for (int i = 0; i < LANES; i++)
    if (x[i] > greatest || x[i] != x[i]) greatest = x[i];
  return greatest;
}

static INLINE vec NAME(larger)(vec a, vec b) {
  return NAME(select)((a > b) | (a != a), a, b);
}

static INLINE double NAME(reduceRun)(const int32_t operation, const float *x, long count) {
  if (operation == ReductionMaximum) {
    vec greatest = NAME(splat)(-__builtin_inff());
    long i = 0;
    for (; i + LANES <= count; i += LANES) greatest = NAME(larger)(greatest, NAME(load)(x + i));
    double result = NAME(maximumOf)(greatest, -__builtin_inf());
    for (; i < count; i++)
      if (x[i] > result || x[i] != x[i]) result = x[i];
    return result;
  }
  dvec sum = {0};
  for (long i = 0; i < count; i += LANES) {
    dvec v = NAME(widen)(NAME(loadPart)(x + i, count - i));
    sum += operation == ReductionSum ? v : v * v;
  }
  return NAME(total)(sum);
}

static void NAME(reduceRuns)(
    int32_t operation, const float *x, long length, long pieceLength, long first, long last,
    double *partials) {
  const long pieces = (length + pieceLength - 1) / pieceLength;
#define LOOP(c)                                                                     \
  case c:                                                                           \
    for (long q = first; q < last; q++) {                                           \
      const long start = q % pieces * pieceLength;                                  \
      const long count = length - start < pieceLength ? length - start : pieceLength; \
      partials[q] = NAME(reduceRun)(c, x + q / pieces * length + start, count);     \
    }                                                                               \
    break;
  switch (operation) { LOOP(0) LOOP(1) LOOP(2) }
#undef LOOP
}

static INLINE void NAME(reduceColumn)(
    const int32_t operation, const float *x, long rows, long pitch, long n, double *partials) {
  double lanes[LANES];
  if (operation == ReductionMaximum) {
    vec greatest = NAME(splat)(-__builtin_inff());
    for (long r = 0; r < rows; r++)
      greatest = NAME(larger)(greatest, NAME(loadPart)(x + r * pitch, n));
    dvec wide = NAME(widen)(greatest);
    memcpy(lanes, &wide, sizeof lanes);
  } else {
    dvec sum = {0};
    for (long r = 0; r < rows; r++) {
      dvec v = NAME(widen)(NAME(loadPart)(x + r * pitch, n));
      sum += operation == ReductionSum ? v : v * v;
    }
    memcpy(lanes, &sum, sizeof lanes);
  }
  memcpy(partials, lanes, (unsigned long)(n < LANES ? n : LANES) * 8);
}

static void NAME(reduceColumns)(
    int32_t operation, const float *x, long rows, long pitch, long columns, double *partials) {
#define LOOP(k)                                                                          \
  case k:                                                                                \
    for (long c = 0; c < columns; c += LANES)                                            \
      NAME(reduceColumn)(k, x + c, rows, pitch, columns - c, partials + c);              \
    break;
  switch (operation) { LOOP(0) LOOP(1) LOOP(2) }
#undef LOOP
}

// into[i] = exp(x[i] − shift); returns the sum.
static INLINE double NAME(shiftedExponentials)(
    const float *x, float shift, long count, float *into) {
  dvec sum = {0};
  for (long i = 0; i < count; i += LANES) {
    const long n = count - i;
    vec y = NAME(exp)(NAME(loadPart)(x + i, n) - shift);
    if (into) NAME(storePart)(into + i, n, y);
    if (n < LANES) {
      for (int l = 0; l < LANES; l++)
        if (l >= n) y[l] = 0;
    }
    sum += NAME(widen)(y);
  }
  return NAME(total)(sum);
}

static INLINE void NAME(scaleRun)(float *x, float factor, long count) {
  for (long i = 0; i < count; i += LANES)
    NAME(storePart)(x + i, count - i, NAME(loadPart)(x + i, count - i) * factor);
}

static void NAME(softmax)(const float *x, long rows, long columns, float *into) {
  for (long r = 0; r < rows; r++) {
    const float *row = x + r * columns;
    const float greatest = (float)NAME(reduceRun)(ReductionMaximum, row, columns);
    const double sum = NAME(shiftedExponentials)(row, greatest, columns, into + r * columns);
    NAME(scaleRun)(into + r * columns, (float)(1 / sum), columns);
  }
}

static INLINE double NAME(dot)(const float *a, const float *b, long count) {
  dvec sum = {0};
  for (long i = 0; i < count; i += LANES)
    sum += NAME(widen)(NAME(loadPart)(a + i, count - i))
           * NAME(widen)(NAME(loadPart)(b + i, count - i));
  return NAME(total)(sum);
}

static void NAME(softmaxGradient)(
    const float *y, const float *upstream, long rows, long columns, float *into) {
  for (long r = 0; r < rows; r++) {
    const float *p = y + r * columns, *g = upstream + r * columns;
    const float dot = (float)NAME(dot)(p, g, columns);
    for (long i = 0; i < columns; i += LANES) {
      const long n = columns - i;
      vec slope = NAME(loadPart)(g + i, n) - dot;
      NAME(storePart)(into + r * columns + i, n, NAME(loadPart)(p + i, n) * slope);
    }
  }
}

static void NAME(crossEntropy)(
    const float *logits, const int32_t *labels, long rows, long columns, float *losses) {
  for (long r = 0; r < rows; r++) {
    const float *row = logits + r * columns;
    const float greatest = (float)NAME(reduceRun)(ReductionMaximum, row, columns);
    const double sum = NAME(shiftedExponentials)(row, greatest, columns, 0);
    losses[r] = (float)(log(sum) + ((double)greatest - (double)row[labels[r]]));
  }
}

static void NAME(crossEntropyGradient)(
    const float *logits, const int32_t *labels, const float *upstream, long rows, long columns,
    float *into) {
  for (long r = 0; r < rows; r++) {
    const float *row = logits + r * columns;
    float *result = into + r * columns;
    const float greatest = (float)NAME(reduceRun)(ReductionMaximum, row, columns);
    const double sum = NAME(shiftedExponentials)(row, greatest, columns, result);
    // p − 1 for the label's own p near 1 is minus the share of the others.
    double others = 0;
    for (long c = 0; c < columns; c++) others += c == labels[r] ? 0 : (double)result[c];
    NAME(scaleRun)(result, (float)((double)upstream[r] / sum), columns);
    result[labels[r]] = (float)(-(double)upstream[r] * (others / sum));
  }
}

static void NAME(exponentials)(
    float *x, long rows, long columns, long pitch, float *sums, float *logSumExp) {
  for (long r = 0; r < rows; r++) {
    float *row = x + r * pitch;
    const float greatest = (float)NAME(reduceRun)(ReductionMaximum, row, columns);
    const double sum = NAME(shiftedExponentials)(row, greatest, columns, row);
    sums[r] = (float)sum;
    logSumExp[r] = (float)((double)greatest + log(sum));
  }
}

static void NAME(attentionSlopes)(
    float *scores, float *slopes, long rows, long columns, long pitch, const float *logSumExp,
    float scale) {
  for (long r = 0; r < rows; r++) {
    float *p = scores + r * pitch, *slope = slopes + r * pitch;
    NAME(scaleRun)(
        p, (float)(1 / NAME(shiftedExponentials)(p, logSumExp[r], columns, p)), columns);
    const float dot = (float)NAME(dot)(p, slope, columns);
    for (long i = 0; i < columns; i += LANES) {
      const long n = columns - i;
      vec difference = NAME(loadPart)(slope + i, n) - dot;
      NAME(storePart)(slope + i, n, NAME(loadPart)(p + i, n) * difference * scale);
    }
  }
}

static void NAME(divideRows)(float *x, long rows, long columns, long pitch, const float *sums) {
  for (long r = 0; r < rows; r++) NAME(scaleRun)(x + r * pitch, 1 / sums[r], columns);
}

static const ElixirReductions NAME(reductions) = {
    NAME(reduceRuns),   NAME(reduceColumns),        NAME(softmax),      NAME(softmaxGradient),
    NAME(crossEntropy), NAME(crossEntropyGradient), NAME(exponentials), NAME(attentionSlopes),
    NAME(divideRows)};
