// The first page of TIFF files through libtiff.
#ifndef TIFFFILE_H
#define TIFFFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
  elixirWhiteIsZero,
  elixirBlackIsZero,
  elixirTIFFColor,
  elixirTIFFPalette,
  elixirTIFFInks,
  // Of another kind, which libtiff itself turns into color.
  elixirTIFFConverted,
} ElixirTIFFKind;

typedef struct {
  uint32_t width;
  uint32_t height;
  // 1, 2, 4, 8 or 16.
  int32_t bitsPerSample;
  // With alpha and the like.
  int32_t samplesPerPixel;
  ElixirTIFFKind kind;
  // In EXIF's numbers.
  int32_t orientation;
  // Whether its coding loses nothing, so that samples can be written.
  bool isLossless;
  // Of a palette: all reds, all greens, all blues.
  uint16_t colors[3 * 256];
} ElixirTIFFHeader;

const char *elixirTIFFVersion(void);

bool elixirReadTIFFHeader(
    const uint8_t *bytes, size_t count, ElixirTIFFHeader *header, char *message);

// Reads samples [H, W, samples], one byte each, or two with the high one first if they have 16 bits.
bool elixirReadTIFF(
    const uint8_t *bytes, size_t count, const ElixirTIFFHeader *header, uint8_t *samples,
    char *message);

// Makes a file with other samples: strips and tiles in which they differ are coded again, in their
// place or behind the end. The file is to be freed.
bool elixirChangeTIFF(
    const uint8_t *bytes, size_t count, const ElixirTIFFHeader *header, const uint8_t *former,
    const uint8_t *samples, uint8_t **file, size_t *newCount, char *message);

#endif
