// JPEG's pixels and coefficients through libjpeg-turbo; markers are the caller's business.
#ifndef JPEGFILE_H
#define JPEGFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

const char *elixirJPEGVersion(void);

// Decodes to 1 (gray), 3 (RGB) or 4 (CMYK as stored) channels, as many as the file has components.
// Where data are missing the image is gray, which is an error unless `allowsTruncation`.
bool elixirReadJPEG(
    const uint8_t *bytes, size_t count, bool allowsTruncation, uint8_t *pixels, int32_t width,
    int32_t height, int32_t channels, char *message);

// The quantized coefficients of a file.
typedef struct ElixirJPEG ElixirJPEG;

typedef enum {
  elixirGray,
  elixirRGB,
  elixirYCbCr,
  elixirCMYK,
  elixirYCCK,
} ElixirJPEGColorSpace;

typedef struct {
  // Pixels of the image a sample covers.
  int32_t sampleWidth;
  int32_t sampleHeight;
  int32_t blockColumns;
  int32_t blockRows;
  // Row by row.
  uint16_t quantization[64];
} ElixirJPEGComponent;

typedef struct {
  int32_t componentCount;
  int32_t components[4];
  int32_t spectralStart;
  int32_t spectralEnd;
  int32_t bitHigh;
  int32_t bitLow;
} ElixirJPEGScan;

// Null on failure; to be closed.
ElixirJPEG *elixirOpenJPEG(
    const uint8_t *bytes, size_t count, bool allowsTruncation, char *message);
void elixirCloseJPEG(ElixirJPEG *jpeg);
int32_t elixirJPEGComponentCount(const ElixirJPEG *jpeg);
bool elixirJPEGIsProgressive(const ElixirJPEG *jpeg);
bool elixirJPEGColorSpace(const ElixirJPEG *jpeg, ElixirJPEGColorSpace *space);
bool elixirJPEGComponentLayout(
    const ElixirJPEG *jpeg, int32_t component, ElixirJPEGComponent *layout);
// A row of blocks, each of 64 coefficients row by row, which may be changed; null on failure.
int16_t *elixirJPEGBlocks(ElixirJPEG *jpeg, int32_t component, int32_t row, char *message);

// How coefficients are to be written beside what the file itself says.
typedef struct {
  // None stand for one of all components, or for libjpeg's usual progression.
  const ElixirJPEGScan *scans;
  int32_t scanCount;
  // In blocks of all components; or, if that is not 0, in rows of them.
  int32_t restartInterval;
  int32_t restartRows;
} ElixirJPEGScript;

// Makes a file of the coefficients in the same coding: progressive or not, Huffman (with the
// standard tables if it had these, optimal ones otherwise) or arithmetic. The file is to be freed.
bool elixirWriteJPEG(
    ElixirJPEG *jpeg, const ElixirJPEGScript *script, uint8_t **file, size_t *count,
    char *message);

#endif
