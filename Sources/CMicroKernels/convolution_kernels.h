// Convolution helpers for one instruction set.

static INLINE void NAME(copyRun)(float *into, const float *from, long count) {
  for (long i = 0; i < count; i += LANES)
    NAME(storePart)(into + i, count - i, NAME(loadPart)(from + i, count - i));
}

static INLINE void NAME(zeroRun)(float *into, long count) {
  for (long i = 0; i < count; i += LANES) NAME(storePart)(into + i, count - i, (vec){0});
}

// Grid coordinates of row `r`.
typedef struct NAME(Place) {
  long sample, y, x;
} NAME(Place);

static INLINE NAME(Place) NAME(place)(const ElixirPatches *p, long r) {
  const long area = p->gridHeight * p->gridWidth;
  return (NAME(Place)){r / area, r % area / p->gridWidth, r % p->gridWidth};
}

static INLINE void NAME(advance)(const ElixirPatches *p, NAME(Place) *at) {
  if (++at->x < p->gridWidth) return;
  at->x = 0;
  if (++at->y < p->gridHeight) return;
  at->y = 0;
  at->sample++;
}

static INLINE long NAME(clampTo)(long value, long low, long high) {
  return value < low ? low : value > high ? high : value;
}

static void NAME(gatherPatches)(
    const ElixirPatches *p, const float *source, long firstRow, long lastRow, float *panel,
    long pitch, long width) {
  const long run = p->kernelWidth * p->channels;
  const bool whole = p->channels == p->pixelPitch;
  NAME(Place) at = NAME(place)(p, firstRow);
  for (long r = firstRow; r < lastRow; r++, NAME(advance)(p, &at)) {
    float *into = panel + (r - firstRow) * pitch;
    const long x0 = at.x * p->stride + p->offsetX;
    const long low = NAME(clampTo)(-x0, 0, p->kernelWidth);
    const long high = NAME(clampTo)(p->width - x0, low, p->kernelWidth);
    for (long ky = 0; ky < p->kernelHeight; ky++, into += run) {
      const long y = at.y * p->stride + p->offsetY + ky;
      if (y < 0 || y >= p->height || low == high) {
        NAME(zeroRun)(into, run);
        continue;
      }
      const float *from = source
                          + ((at.sample * p->height + y) * p->width + x0 + low) * p->pixelPitch
                          + p->firstChannel;
      NAME(zeroRun)(into, low * p->channels);
      if (whole) {
        NAME(copyRun)(into + low * p->channels, from, (high - low) * p->channels);
      } else {
        for (long x = low; x < high; x++, from += p->pixelPitch)
          NAME(copyRun)(into + x * p->channels, from, p->channels);
      }
      NAME(zeroRun)(into + high * p->channels, (p->kernelWidth - high) * p->channels);
    }
    NAME(zeroRun)(into, width - run * p->kernelHeight);
  }
}

static const ElixirConvolution NAME(convolution) = {NAME(gatherPatches)};
