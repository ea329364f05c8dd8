// Pooling and nearest upsampling of images [N, H, W, C].
#include "common.cl"

// Maxima over kernel×kernel windows with each one's flat index into the input (first on ties).
GROUP_KERNEL void maxPool(
    const global float *x, int xOffset, global float *into, int intoOffset, global int *indices,
    int indicesOffset, int batch, int height, int width, int channels, int outputHeight,
    int outputWidth, int window, int stride, int padding) {
  x += xOffset;
  into += intoOffset;
  indices += indicesOffset;
  const int strips = ceilDivide(channels, LANES);
  for (ITEMS(item, batch * outputHeight * outputWidth * strips)) {
    const int channel = item % strips * LANES, pixel = item / strips, rest = channels - channel;
    const int top = pixel / outputWidth % outputHeight * stride - padding;
    const int left = pixel % outputWidth * stride - padding;
    const int image = pixel / outputWidth / outputHeight;
    VEC best = (VEC)(-INFINITY);
    IVEC index = (IVEC)(-1);
    for (int y = max(top, 0); y < min(top + window, height); ++y) {
      for (int c = max(left, 0); c < min(left + window, width); ++c) {
        const int at = ((image * height + y) * width + c) * channels + channel;
        VEC value = loadPart(x + at, rest, 0);
        IVEC greater = (value > best) | (index < 0) | ((value != value) & (best == best));
        best = select(best, value, greater);
        index = select(index, (IVEC)(at), greater);
      }
    }
    storePart(best, into + pixel * channels + channel, rest);
    int lanes[LANES];
    VSTORE(index, 0, lanes);
    UNROLL
    for (int lane = 0; lane < LANES; ++lane)
      if (lane < rest) indices[pixel * channels + channel + lane] = lanes[lane] + lane;
  }
}

// scale·mean over factor×factor windows: [N, H, W, C] to [N, H/f, W/f, C]; height and width are the
// output's.
GROUP_KERNEL void averagePool(
    const global float *x, int xOffset, global float *into, int intoOffset, int batch, int height,
    int width, int channels, int factor, float scale) {
  x += xOffset;
  into += intoOffset;
  const int strips = ceilDivide(channels, LANES);
  const float weight = scale / (float)(factor * factor);
  for (ITEMS(item, batch * height * width * strips)) {
    const int channel = item % strips * LANES, pixel = item / strips, rest = channels - channel;
    const int line = pixel / width * factor, column = pixel % width * factor;
    VEC sum = (VEC)(0.0f);
    for (int y = line; y < line + factor; ++y)
      for (int c = column; c < column + factor; ++c)
        sum += loadPart(x + (y * width * factor + c) * channels + channel, rest, 0);
    storePart(weight * sum, into + pixel * channels + channel, rest);
  }
}

// Each pixel repeated factor×factor times, times scale; height, width: the output's.
GROUP_KERNEL void upsampleNearest(
    const global float *x, int xOffset, global float *into, int intoOffset, int batch, int height,
    int width, int channels, int factor, float scale) {
  x += xOffset;
  into += intoOffset;
  const int strips = ceilDivide(channels, LANES);
  for (ITEMS(item, batch * height * width * strips)) {
    const int channel = item % strips * LANES, pixel = item / strips, rest = channels - channel;
    const int line = pixel / width, column = pixel % width;
    const int source = line / factor * (width / factor) + column / factor;
    storePart(scale * loadPart(x + source * channels + channel, rest, 0),
              into + pixel * channels + channel, rest);
  }
}
