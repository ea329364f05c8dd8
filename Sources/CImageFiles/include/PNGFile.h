// PNG's pixel data through libpng; chunks that are not pixels are the caller's business.
#ifndef PNGFILE_H
#define PNGFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
  uint32_t width;
  uint32_t height;
  // 1, 2, 4, 8 or 16.
  int32_t bitDepth;
  // As in IHDR: 0 gray, 2 RGB, 3 palette, 4 gray with alpha, 6 RGB with alpha.
  int32_t colorType;
  bool isInterlaced;
} ElixirPNGHeader;

const char *elixirPNGVersion(void);

// Reads the samples of a PNG file, one byte each, or two with the high one first if they have 16
// bits. Checksums are not looked at. Rows that are missing are left as they are, which is an error
// unless `allowsTruncation`.
bool elixirReadPNG(
    const uint8_t *bytes, size_t count, bool allowsTruncation, uint8_t *samples, size_t rowSize,
    char *message);

// Makes a PNG file of header, palette (`paletteCount` times red, green, blue) and samples as above.
// `level` is zlib's, -1 for its default. The file is to be freed.
bool elixirWritePNG(
    const ElixirPNGHeader *header, const uint8_t *palette, int32_t paletteCount,
    const uint8_t *samples, size_t rowSize, int32_t level, uint8_t **file, size_t *count,
    char *message);

#endif
