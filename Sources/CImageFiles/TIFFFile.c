#include "TIFFMemory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *elixirTIFFVersion(void) {
  static const char *const version = TIFFLIB_VERSION_STR;
  return version;
}

static bool refuse(char *message, const char *what, int value) {
  snprintf(message, ELIXIR_MESSAGE_SIZE, "%s %d is not read", what, value);
  return false;
}

static bool readHeader(TIFF *tiff, ElixirTIFFHeader *header, char *message) {
  uint16_t bits = 1, samples = 1, format = SAMPLEFORMAT_UINT, compression = COMPRESSION_NONE;
  uint16_t photometric = PHOTOMETRIC_MINISBLACK, orientation = ORIENTATION_TOPLEFT;
  memset(header, 0, sizeof *header);
  TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &header->width);
  TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &header->height);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &bits);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &samples);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &format);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_COMPRESSION, &compression);
  TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &photometric);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_ORIENTATION, &orientation);
  header->bitsPerSample = bits;
  header->samplesPerPixel = samples;
  header->orientation = orientation;
  if (format != SAMPLEFORMAT_UINT && format != SAMPLEFORMAT_VOID) {
    return refuse(message, "sample format", format);
  }
  if (bits != 1 && bits != 2 && bits != 4 && bits != 8 && bits != 16) {
    return refuse(message, "a sample size of", bits);
  }
  if (samples < 1 || samples > 8) return refuse(message, "a number of samples of", samples);
  if (!TIFFIsCODECConfigured(compression)) return refuse(message, "compression", compression);
  int needed = 1;
  switch (photometric) {
  case PHOTOMETRIC_MINISWHITE: header->kind = elixirWhiteIsZero; break;
  case PHOTOMETRIC_MINISBLACK: header->kind = elixirBlackIsZero; break;
  case PHOTOMETRIC_RGB: header->kind = elixirTIFFColor; needed = 3; break;
  case PHOTOMETRIC_SEPARATED: header->kind = elixirTIFFInks; needed = 4; break;
  case PHOTOMETRIC_PALETTE: {
    uint16_t *colors[3];
    header->kind = elixirTIFFPalette;
    if (bits > 8 || !TIFFGetField(tiff, TIFFTAG_COLORMAP, &colors[0], &colors[1], &colors[2])) {
      return refuse(message, "a palette of bits", bits);
    }
    for (int channel = 0; channel < 3; ++channel) {
      memcpy(header->colors + 256 * channel, colors[channel], sizeof(uint16_t) << bits);
    }
    break;
  }
  default: {
    char reason[1024];
    if (!TIFFRGBAImageOK(tiff, reason)) {
      snprintf(message, ELIXIR_MESSAGE_SIZE, "%.150s", reason);
      return false;
    }
    header->kind = elixirTIFFConverted;
    header->bitsPerSample = 8;
    header->samplesPerPixel = needed = 3;
    return true;
  }
  }
  if (samples < needed) return refuse(message, "a number of samples of", samples);
  if (needed > 1 && bits < 8) return refuse(message, "a color sample size of", bits);
  header->isLossless = compression == COMPRESSION_NONE || compression == COMPRESSION_LZW ||
      compression == COMPRESSION_DEFLATE || compression == COMPRESSION_ADOBE_DEFLATE ||
      compression == COMPRESSION_PACKBITS;
  return true;
}

bool elixirReadTIFFHeader(
    const uint8_t *bytes, size_t count, ElixirTIFFHeader *header, char *message) {
  TIFFMemory memory;
  TIFF *tiff = elixirOpenTIFF(&memory, bytes, count, false);
  if (tiff == NULL) {
    elixirTIFFMessage(message);
    return false;
  }
  bool succeeded = readHeader(tiff, header, message);
  TIFFClose(tiff);
  return succeeded;
}

// Where the samples of a piece's row begin among the image's.
static uint8_t *imageRow(
    const ElixirTIFFHeader *header, TIFFPiece piece, uint32_t row, const uint8_t *samples) {
  size_t width = header->bitsPerSample == 16 ? 2 : 1;
  size_t pixel = (size_t)(piece.top + row) * header->width + piece.left;
  return (uint8_t *)samples + (pixel * (size_t)header->samplesPerPixel + piece.sample) * width;
}

// Rows and columns of a piece that lie in the image.
static uint32_t within(uint32_t start, uint32_t size, uint32_t limit) {
  return start >= limit ? 0 : size < limit - start ? size : limit - start;
}

static void unpack(
    const ElixirTIFFHeader *header, TIFFPiece piece, const uint8_t *coded, uint8_t *samples) {
  int bits = header->bitsPerSample;
  uint32_t rows = within(piece.top, piece.height, header->height);
  uint32_t columns = within(piece.left, piece.width, header->width);
  for (uint32_t y = 0; y < rows; ++y) {
    const uint8_t *from = coded + y * piece.rowSize;
    uint8_t *to = imageRow(header, piece, y, samples);
    for (uint32_t x = 0; x < columns; ++x) {
      for (uint32_t part = 0; part < piece.sampleCount; ++part) {
        size_t place = (size_t)x * piece.sampleCount + part;
        size_t target = (size_t)x * (size_t)header->samplesPerPixel + part;
        if (bits == 16) {
          uint16_t value;
          memcpy(&value, from + 2 * place, 2);
          to[2 * target] = (uint8_t)(value >> 8);
          to[2 * target + 1] = (uint8_t)value;
        } else {
          size_t bit = place * (size_t)bits;
          int shift = 8 - bits - (int)(bit % 8);
          to[target] = (uint8_t)(from[bit / 8] >> shift & ((1 << bits) - 1));
        }
      }
    }
  }
}

// Writes samples over a piece; returns whether they differ from the former ones.
static bool pack(
    const ElixirTIFFHeader *header, TIFFPiece piece, const uint8_t *former,
    const uint8_t *samples, uint8_t *coded) {
  int bits = header->bitsPerSample;
  bool differs = false;
  uint32_t rows = within(piece.top, piece.height, header->height);
  uint32_t columns = within(piece.left, piece.width, header->width);
  for (uint32_t y = 0; y < rows; ++y) {
    uint8_t *to = coded + y * piece.rowSize;
    const uint8_t *from = imageRow(header, piece, y, samples);
    const uint8_t *old = imageRow(header, piece, y, former);
    for (uint32_t x = 0; x < columns; ++x) {
      for (uint32_t part = 0; part < piece.sampleCount; ++part) {
        size_t place = (size_t)x * piece.sampleCount + part;
        size_t source = (size_t)x * (size_t)header->samplesPerPixel + part;
        if (bits == 16) {
          uint16_t value = (uint16_t)(from[2 * source] << 8 | from[2 * source + 1]);
          memcpy(to + 2 * place, &value, 2);
          differs |= memcmp(from + 2 * source, old + 2 * source, 2) != 0;
        } else {
          size_t bit = place * (size_t)bits;
          to[bit / 8] |= (uint8_t)(from[source] << (8 - bits - (int)(bit % 8)));
          differs |= from[source] != old[source];
        }
      }
    }
  }
  return differs;
}

static bool readPieces(
    TIFF *tiff, const ElixirTIFFHeader *header, uint8_t *samples, char *message) {
  for (uint32_t index = 0; index < elixirTIFFPieceCount(tiff); ++index) {
    TIFFPiece piece = elixirTIFFPiece(tiff, header, index);
    size_t size = piece.rowSize * piece.height;
    if (size == 0) continue;
    // A tile may be larger than the image, but not without limit.
    if (size > ((size_t)1 << 30)) {
      snprintf(message, ELIXIR_MESSAGE_SIZE, "its tiles are too large");
      return false;
    }
    uint8_t *coded = calloc(1, size);
    if (coded == NULL) {
      snprintf(message, ELIXIR_MESSAGE_SIZE, "out of memory");
      return false;
    }
    tmsize_t done = TIFFIsTiled(tiff) ? TIFFReadEncodedTile(tiff, index, coded, (tmsize_t)size)
                                      : TIFFReadEncodedStrip(tiff, index, coded, (tmsize_t)size);
    if (done == (tmsize_t)size) unpack(header, piece, coded, samples);
    free(coded);
    if (done != (tmsize_t)size) {
      elixirTIFFMessage(message);
      return false;
    }
  }
  return true;
}

static bool readConverted(
    TIFF *tiff, const ElixirTIFFHeader *header, uint8_t *samples, char *message) {
  size_t count = (size_t)header->width * header->height;
  uint32_t *raster = calloc(count, sizeof *raster);
  bool succeeded = raster != NULL &&
      TIFFReadRGBAImageOriented(
          tiff, header->width, header->height, raster, header->orientation, 1);
  for (size_t pixel = 0; succeeded && pixel < count; ++pixel) {
    samples[3 * pixel] = (uint8_t)TIFFGetR(raster[pixel]);
    samples[3 * pixel + 1] = (uint8_t)TIFFGetG(raster[pixel]);
    samples[3 * pixel + 2] = (uint8_t)TIFFGetB(raster[pixel]);
  }
  free(raster);
  if (!succeeded) elixirTIFFMessage(message);
  return succeeded;
}

bool elixirReadTIFF(
    const uint8_t *bytes, size_t count, const ElixirTIFFHeader *header, uint8_t *samples,
    char *message) {
  TIFFMemory memory;
  TIFF *tiff = elixirOpenTIFF(&memory, bytes, count, false);
  if (tiff == NULL) {
    elixirTIFFMessage(message);
    return false;
  }
  bool succeeded = header->kind == elixirTIFFConverted
      ? readConverted(tiff, header, samples, message)
      : readPieces(tiff, header, samples, message);
  TIFFClose(tiff);
  return succeeded;
}

static bool writePieces(
    TIFF *tiff, const ElixirTIFFHeader *header, const uint8_t *former, const uint8_t *samples) {
  for (uint32_t index = 0; index < elixirTIFFPieceCount(tiff); ++index) {
    TIFFPiece piece = elixirTIFFPiece(tiff, header, index);
    size_t size = piece.rowSize * piece.height;
    if (size == 0) continue;
    uint8_t *coded = calloc(1, size);
    if (coded == NULL) return false;
    bool succeeded = true;
    if (pack(header, piece, former, samples, coded)) {
      tmsize_t done = TIFFIsTiled(tiff)
          ? TIFFWriteEncodedTile(tiff, index, coded, (tmsize_t)size)
          : TIFFWriteEncodedStrip(tiff, index, coded, (tmsize_t)size);
      succeeded = done == (tmsize_t)size;
    }
    free(coded);
    if (!succeeded) return false;
  }
  return TIFFFlush(tiff) != 0;
}

bool elixirChangeTIFF(
    const uint8_t *bytes, size_t count, const ElixirTIFFHeader *header, const uint8_t *former,
    const uint8_t *samples, uint8_t **file, size_t *newCount, char *message) {
  TIFFMemory memory;
  TIFF *tiff = elixirOpenTIFF(&memory, bytes, count, true);
  bool succeeded = tiff != NULL && writePieces(tiff, header, former, samples);
  if (!succeeded) elixirTIFFMessage(message);
  if (tiff != NULL) TIFFClose(tiff);
  if (succeeded) {
    *file = memory.bytes;
    *newCount = memory.count;
  } else {
    free(memory.bytes);
  }
  return succeeded;
}
