// Pooling, upsampling and moves: bound by memory, so one version serves all instruction sets.
#include <string.h>

#include "CMicroKernels.h"

static void maxPoolPixel(
    const ElixirWindow *w, const float *x, long sample, long oy, long ox, float *into,
    int32_t *indices) {
  bool found = false;
  for (long ky = 0; ky < w->kernel; ky++) {
    const long y = oy * w->stride + ky - w->padding;
    if (y < 0 || y >= w->height) continue;
    for (long kx = 0; kx < w->kernel; kx++) {
      const long column = ox * w->stride + kx - w->padding;
      if (column < 0 || column >= w->width) continue;
      const long place = ((sample * w->height + y) * w->width + column) * w->channels;
      for (long c = 0; c < w->channels; c++) {
        const float v = x[place + c];
        // A NaN wins over numbers, the first of equals over the later.
        if (!found || v > into[c] || (v != v && into[c] == into[c])) {
          into[c] = v;
          indices[c] = (int32_t)(place + c);
        }
      }
      found = true;
    }
  }
}

void elixirMaxPool(
    const ElixirWindow *w, const float *x, long firstRow, long lastRow, float *into,
    int32_t *indices) {
  for (long row = firstRow; row < lastRow; row++) {
    for (long ox = 0; ox < w->outputWidth; ox++) {
      const long at = (row * w->outputWidth + ox) * w->channels;
      maxPoolPixel(
          w, x, row / w->outputHeight, row % w->outputHeight, ox, into + at, indices + at);
    }
  }
}

void elixirAveragePool(
    const float *x, long height, long width, long channels, long factor, float scale,
    long firstRow, long lastRow, float *into) {
  const long outputHeight = height / factor, outputWidth = width / factor;
  const float weight = scale / (float)(factor * factor);
  for (long row = firstRow; row < lastRow; row++) {
    const long top = row / outputHeight * height + row % outputHeight * factor;
    for (long ox = 0; ox < outputWidth; ox++) {
      float *sums = into + (row * outputWidth + ox) * channels;
      memset(sums, 0, (unsigned long)channels * 4);
      for (long ky = 0; ky < factor; ky++) {
        for (long kx = 0; kx < factor; kx++) {
          const float *from = x + ((top + ky) * width + ox * factor + kx) * channels;
          for (long c = 0; c < channels; c++) sums[c] += from[c];
        }
      }
      for (long c = 0; c < channels; c++) sums[c] *= weight;
    }
  }
}

void elixirUpsample(
    const float *x, long width, long channels, long factor, float scale, long firstRow,
    long lastRow, float *into) {
  const long rowCount = width * factor * channels;
  for (long row = firstRow; row < lastRow; row++) {
    float *target = into + row * factor * rowCount;
    for (long column = 0; column < width; column++) {
      const float *from = x + (row * width + column) * channels;
      for (long k = 0; k < factor; k++) {
        float *pixel = target + (column * factor + k) * channels;
        for (long c = 0; c < channels; c++) pixel[c] = from[c] * scale;
      }
    }
    for (long k = 1; k < factor; k++)
      memcpy(target + k * rowCount, target, (unsigned long)rowCount * 4);
  }
}

void elixirScatterAdd(
    const float *source, const int32_t *indices, long count, long first, long last, float *into) {
  for (long i = 0; i < count; i++)
    if (indices[i] >= first && indices[i] < last) into[indices[i]] += source[i];
}

void elixirPermute(
    const float *source, const long *sizes, const long *strides, long inner, long innerStride,
    long firstRow, long lastRow, float *into) {
  enum { block = 16 };
  for (long row = firstRow; row < lastRow;) {
    // Up to 16 rows that differ in the last outer axis alone share cache lines of the source.
    const long last = row % sizes[3];
    long rows = sizes[3] - last < block ? sizes[3] - last : block;
    if (rows > lastRow - row) rows = lastRow - row;
    long place = last * strides[3], rest = row / sizes[3];
    for (int axis = 2; axis >= 0; axis--) {
      place += rest % sizes[axis] * strides[axis];
      rest /= sizes[axis];
    }
    if (innerStride == 1) {
      for (long r = 0; r < rows; r++)
        memcpy(
            into + (row + r) * inner, source + place + r * strides[3], (unsigned long)inner * 4);
    } else {
      for (long start = 0; start < inner; start += block) {
        const long end = start + block < inner ? start + block : inner;
        for (long r = 0; r < rows; r++)
          for (long i = start; i < end; i++)
            into[(row + r) * inner + i] = source[place + r * strides[3] + i * innerStride];
      }
    }
    row += rows;
  }
}
