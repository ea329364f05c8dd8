#include "TIFFMemory.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Thread_local char lastMessage[ELIXIR_MESSAGE_SIZE];

static void keepMessage(const char *module, const char *format, va_list arguments) {
  (void)module;
  vsnprintf(lastMessage, sizeof lastMessage, format, arguments);
}

static void setHandlers(void) {
  TIFFSetErrorHandler(keepMessage);
  TIFFSetWarningHandler(NULL);
}

void elixirTIFFMessage(char *message) {
  snprintf(
      message, ELIXIR_MESSAGE_SIZE, "%s", lastMessage[0] != 0 ? lastMessage : "unknown fault");
}

static tsize_t readBytes(thandle_t handle, void *bytes, tsize_t count) {
  TIFFMemory *memory = handle;
  size_t left = memory->position < memory->count ? memory->count - memory->position : 0;
  size_t size = count < 0 ? 0 : (size_t)count < left ? (size_t)count : left;
  const uint8_t *from = memory->bytes != NULL ? memory->bytes : memory->source;
  if (size > 0) memcpy(bytes, from + memory->position, size);
  memory->position += size;
  return (tsize_t)size;
}

static tsize_t writeBytes(thandle_t handle, void *bytes, tsize_t count) {
  TIFFMemory *memory = handle;
  if (memory->bytes == NULL || count < 0) return 0;
  size_t end = memory->position + (size_t)count;
  if (end > memory->capacity) {
    uint8_t *larger = realloc(memory->bytes, 2 * end);
    if (larger == NULL) return 0;
    memory->bytes = larger;
    memory->capacity = 2 * end;
  }
  if (memory->position > memory->count) {
    memset(memory->bytes + memory->count, 0, memory->position - memory->count);
  }
  memcpy(memory->bytes + memory->position, bytes, (size_t)count);
  memory->position = end;
  if (end > memory->count) memory->count = end;
  return count;
}

static toff_t seek(thandle_t handle, toff_t offset, int origin) {
  TIFFMemory *memory = handle;
  toff_t base = origin == SEEK_CUR ? memory->position : origin == SEEK_END ? memory->count : 0;
  // Files of 4 GiB and more are not read as images.
  if (base + offset > UINT32_MAX) return (toff_t)-1;
  memory->position = (size_t)(base + offset);
  return memory->position;
}

static int closeNothing(thandle_t handle) {
  (void)handle;
  return 0;
}

static toff_t size(thandle_t handle) { return ((TIFFMemory *)handle)->count; }

TIFF *elixirOpenTIFF(TIFFMemory *memory, const uint8_t *bytes, size_t count, bool isChanged) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, setHandlers);
  lastMessage[0] = 0;
  memset(memory, 0, sizeof *memory);
  memory->source = bytes;
  memory->count = count;
  if (isChanged) {
    memory->bytes = malloc(count + 1);
    if (memory->bytes == NULL) return NULL;
    memcpy(memory->bytes, bytes, count);
    memory->capacity = count + 1;
  }
  // m: not mapped into memory, which it is in already.
  return TIFFClientOpen(
      "", isChanged ? "r+m" : "rm", memory, readBytes, writeBytes, seek, closeNothing, size, NULL,
      NULL);
}

uint32_t elixirTIFFPieceCount(TIFF *tiff) {
  return TIFFIsTiled(tiff) ? TIFFNumberOfTiles(tiff) : TIFFNumberOfStrips(tiff);
}

TIFFPiece elixirTIFFPiece(TIFF *tiff, const ElixirTIFFHeader *header, uint32_t index) {
  uint16_t planar = PLANARCONFIG_CONTIG;
  TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &planar);
  bool isSeparate = planar == PLANARCONFIG_SEPARATE && header->samplesPerPixel > 1;
  uint32_t perPlane =
      elixirTIFFPieceCount(tiff) / (isSeparate ? (uint32_t)header->samplesPerPixel : 1);
  uint32_t number = perPlane == 0 ? 0 : index % perPlane;
  TIFFPiece piece = {
      .sample = perPlane == 0 ? 0 : index / perPlane,
      .sampleCount = isSeparate ? 1 : (uint32_t)header->samplesPerPixel,
  };
  if (TIFFIsTiled(tiff)) {
    TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &piece.width);
    TIFFGetField(tiff, TIFFTAG_TILELENGTH, &piece.height);
    uint32_t across = (header->width - 1) / piece.width + 1;
    piece.left = number % across * piece.width;
    piece.top = number / across * piece.height;
  } else {
    uint32_t rows = header->height;
    TIFFGetFieldDefaulted(tiff, TIFFTAG_ROWSPERSTRIP, &rows);
    if (rows == 0 || rows > header->height) rows = header->height;
    piece.width = header->width;
    piece.top = number * rows;
    piece.height = piece.top >= header->height
        ? 0
        : rows < header->height - piece.top ? rows : header->height - piece.top;
  }
  piece.rowSize =
      ((size_t)piece.width * piece.sampleCount * (size_t)header->bitsPerSample + 7) / 8;
  return piece;
}
