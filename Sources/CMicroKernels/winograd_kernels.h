// Winograd's transforms for one instruction set: a 3×3 convolution of stride 1 becomes, for each of
// (m + 2)² planes, a matrix product [tiles, I]·[I, O]. Every two-dimensional transform is one along
// the columns, kept in the first-level cache, and one along the rows.
#include "output_kernels.h"
#include "transpose.h"
#include "winograd_lines.h"
#include "winograd_panels.h"

static INLINE vec NAME(narrow)(dvec x) { return __builtin_convertvector(x, vec); }

static INLINE void NAME(transformKernelGradientsOf)(
    const int m, const float *sums, long stride, long count, float *g, long tapStride) {
  const int size = m + 2;
  for (long c = 0; c < count; c += LANES) {
    dvec lines[MAX_SIZE * 3], line[MAX_SIZE], result[3];
#pragma clang loop unroll(full)
    for (int j = 0; j < size; j++) {
#pragma clang loop unroll(full)
      for (int i = 0; i < size; i++)
        line[i] = NAME(widen)(NAME(loadPart)(sums + (i * size + j) * stride + c, count - c));
      NAME(kernelGradientLine)(m, line, result);
#pragma clang loop unroll(full)
      for (int y = 0; y < 3; y++) lines[y * MAX_SIZE + j] = result[y];
    }
#pragma clang loop unroll(full)
    for (int y = 0; y < 3; y++) {
      NAME(kernelGradientLine)(m, lines + y * MAX_SIZE, result);
#pragma clang loop unroll(full)
      for (int x = 0; x < 3; x++)
        NAME(storePart)(g + (y * 3 + x) * tapStride + c, count - c, NAME(narrow)(result[x]));
    }
  }
}

static void NAME(transformKernelGradients)(
    const float *sums, long stride, long count, long size, float *g, long tapStride) {
  if (size == 2) NAME(transformKernelGradientsOf)(2, sums, stride, count, g, tapStride);
  else NAME(transformKernelGradientsOf)(4, sums, stride, count, g, tapStride);
}

// The first pixel of tile `index`, and its sample.
typedef struct NAME(Tile) {
  long sample, y, x;
} NAME(Tile);

static INLINE NAME(Tile) NAME(tileAt)(const ElixirTiles *t, long index) {
  const long column = index % t->columns, rest = index / t->columns;
  return (NAME(Tile)){
      rest / t->rows, rest % t->rows * t->size + t->offsetY, column * t->size + t->offsetX};
}

// Pointers to the size×size pixels of a tile; outside the image, to `zeros`.
static INLINE void NAME(pixels)(
    const ElixirTiles *t, const int size, NAME(Tile) at, const float *source, const float *zeros,
    const float **pixel) {
  for (int i = 0; i < size; i++)
    for (int j = 0; j < size; j++) {
      const long y = at.y + i, x = at.x + j;
      const bool inside = y >= 0 && y < t->height && x >= 0 && x < t->width;
      pixel[i * size + j] =
          inside ? source + ((at.sample * t->height + y) * t->width + x) * t->channels : zeros;
    }
}

// into[k][tile][c] = transform of the `from`×`from` pixels of each tile, `to`×`to` planes.
static INLINE void NAME(transformTiles)(
    const ElixirTiles *t, const int m, const bool isGradient, const float *source,
    const float *zeros, long first, long last, float *into, const ElixirPlanes *planes) {
  const int from = isGradient ? m : m + 2, to = m + 2;
  const float *pixel[MAX_SIZE * MAX_SIZE];
  for (long index = first; index < last; index++) {
    NAME(pixels)(t, from, NAME(tileAt)(t, index), source, zeros, pixel);
    float *row = into + (index - first) * planes->pitch;
    for (long c = 0; c < planes->columns; c += LANES) {
      const long n = planes->columns - c;
      vec lines[MAX_SIZE * MAX_SIZE], line[MAX_SIZE], result[MAX_SIZE];
#pragma clang loop unroll(full)
      for (int j = 0; j < from; j++) {
#pragma clang loop unroll(full)
        for (int i = 0; i < from; i++)
          line[i] = NAME(loadPart)(pixel[i * from + j] + planes->first + c, n);
        if (isGradient) NAME(gradientLine)(m, line, result);
        else NAME(inputLine)(m, line, result);
#pragma clang loop unroll(full)
        for (int i = 0; i < to; i++) lines[i * from + j] = result[i];
      }
#pragma clang loop unroll(full)
      for (int i = 0; i < to; i++) {
        if (isGradient) NAME(gradientLine)(m, lines + i * from, result);
        else NAME(inputLine)(m, lines + i * from, result);
#pragma clang loop unroll(full)
        for (int j = 0; j < to; j++)
          NAME(store)(row + (i * to + j) * planes->stride + c, result[j]);
      }
    }
  }
}

static void NAME(transformInput)(
    const ElixirTiles *t, const float *source, const float *zeros, long first, long last,
    float *into, const ElixirPlanes *planes) {
  if (t->size == 2) NAME(transformTiles)(t, 2, false, source, zeros, first, last, into, planes);
  else NAME(transformTiles)(t, 4, false, source, zeros, first, last, into, planes);
}

static void NAME(transformOutputGradient)(
    const ElixirTiles *t, const float *source, const float *zeros, long first, long last,
    float *into, const ElixirPlanes *planes) {
  if (t->size == 2) NAME(transformTiles)(t, 2, true, source, zeros, first, last, into, planes);
  else NAME(transformTiles)(t, 4, true, source, zeros, first, last, into, planes);
}

static INLINE void NAME(finishTiles)(
    const ElixirTiles *t, const int m, const int32_t activation, const float *products,
    long first, long last, const ElixirPlanes *planes, const ElixirOutput *output) {
  const int size = m + 2;
  for (long index = first; index < last; index++) {
    const NAME(Tile) at = NAME(tileAt)(t, index);
    const float *row = products + (index - first) * planes->pitch;
    const long height = t->height - at.y, width = t->width - at.x;
    const long corner = ((at.sample * t->height + at.y) * t->width + at.x) * output->pitch;
    for (long c = 0; c < planes->columns; c += LANES) {
      const long column = planes->first + c;
      vec lines[4 * MAX_SIZE], line[MAX_SIZE], result[4];
#pragma clang loop unroll(full)
      for (int j = 0; j < size; j++) {
#pragma clang loop unroll(full)
        for (int i = 0; i < size; i++)
          line[i] = NAME(load)(row + (i * size + j) * planes->stride + c);
        NAME(outputLine)(m, line, result);
#pragma clang loop unroll(full)
        for (int i = 0; i < m; i++) lines[i * size + j] = result[i];
      }
      for (int i = 0; i < m && i < height; i++) {
        NAME(outputLine)(m, lines + i * size, result);
        for (int j = 0; j < m && j < width; j++)
          NAME(finishPart)(
              output, activation, corner + (i * t->width + j) * output->pitch + column, at.sample,
              column, planes->columns - c, result[j]);
      }
    }
  }
}

static void NAME(transformOutput)(
    const ElixirTiles *t, const float *products, long first, long last,
    const ElixirPlanes *planes, const ElixirOutput *output) {
#define TILES_OF_2(activation) \
  NAME(finishTiles)(t, 2, activation, products, first, last, planes, output)
#define TILES_OF_4(activation) \
  NAME(finishTiles)(t, 4, activation, products, first, last, planes, output)
  if (t->size == 2) {
    EACH_ACTIVATION(output, TILES_OF_2)
  } else {
    EACH_ACTIVATION(output, TILES_OF_4)
  }
#undef TILES_OF_2
#undef TILES_OF_4
}

static const ElixirWinograd NAME(winograd) = {
    NAME(transformInput), NAME(transformOutputGradient), NAME(transformOutput),
    NAME(transformKernelGradients), NAME(gatherPanel), NAME(transformPanel),
#if FMA
    NAME(multiplyPanel),
#else
    0,
#endif
};

#undef MAX_SIZE
#undef EACH_ACTIVATION
