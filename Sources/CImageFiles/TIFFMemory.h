// TIFF files in memory.
#pragma once

#include "CImageFiles.h"

#include <tiffio.h>

typedef struct {
  const uint8_t *source;
  // A copy of the source that grows, if it is to be changed.
  uint8_t *bytes;
  size_t count;
  size_t capacity;
  size_t position;
} TIFFMemory;

// Null on failure, of which elixirTIFFMessage tells. `isChanged` opens a copy for writing.
TIFF *elixirOpenTIFF(TIFFMemory *memory, const uint8_t *bytes, size_t count, bool isChanged);

// libtiff's last message on this thread.
void elixirTIFFMessage(char *message);

// A strip or tile of the first page.
typedef struct {
  uint32_t left;
  uint32_t top;
  // Of the piece as it is coded, which may reach over the image's edges.
  uint32_t width;
  uint32_t height;
  // The first sample, and how many of each pixel are in it.
  uint32_t sample;
  uint32_t sampleCount;
  size_t rowSize;
} TIFFPiece;

uint32_t elixirTIFFPieceCount(TIFF *tiff);
TIFFPiece elixirTIFFPiece(TIFF *tiff, const ElixirTIFFHeader *header, uint32_t index);
