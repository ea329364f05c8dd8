#include "CImageFiles.h"

#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  jmp_buf exit;
  char *message;
  // Reading.
  const uint8_t *next;
  size_t left;
  bool isCut;
  // Writing.
  uint8_t *file;
  size_t count;
  size_t capacity;
} PNGContext;

static void fail(png_structp png, png_const_charp text) {
  PNGContext *context = png_get_error_ptr(png);
  snprintf(context->message, ELIXIR_MESSAGE_SIZE, "%s", text);
  longjmp(context->exit, 1);
}

static void ignore(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
}

static void readBytes(png_structp png, png_bytep bytes, size_t count) {
  PNGContext *context = png_get_io_ptr(png);
  if (count > context->left) {
    context->isCut = true;
    png_error(png, "it is cut short");
  }
  memcpy(bytes, context->next, count);
  context->next += count;
  context->left -= count;
}

static void writeBytes(png_structp png, png_bytep bytes, size_t count) {
  PNGContext *context = png_get_io_ptr(png);
  if (context->capacity - context->count < count) {
    size_t capacity = 2 * context->capacity + count + 4096;
    uint8_t *file = realloc(context->file, capacity);
    if (file == NULL) png_error(png, "out of memory");
    context->file = file;
    context->capacity = capacity;
  }
  memcpy(context->file + context->count, bytes, count);
  context->count += count;
}

static void flushNothing(png_structp png) { (void)png; }

const char *elixirPNGVersion(void) { return png_get_libpng_ver(NULL); }

bool elixirReadPNG(
    const uint8_t *bytes, size_t count, bool allowsTruncation, uint8_t *samples, size_t rowSize,
    char *message) {
  PNGContext context = {.message = message, .next = bytes, .left = count};
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &context, fail, ignore);
  png_infop info = png == NULL ? NULL : png_create_info_struct(png);
  if (info == NULL) {
    png_destroy_read_struct(&png, NULL, NULL);
    snprintf(message, ELIXIR_MESSAGE_SIZE, "out of memory");
    return false;
  }
  volatile bool succeeded = false;
  if (setjmp(context.exit) == 0) {
    png_set_read_fn(png, &context, readBytes);
    png_set_crc_action(png, PNG_CRC_QUIET_USE, PNG_CRC_QUIET_USE);
    // Some writers state a smaller window than they used.
    png_set_option(png, PNG_MAXIMUM_INFLATE_WINDOW, PNG_OPTION_ON);
    png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_read_info(png, info);
    png_set_packing(png);
    int passes = png_set_interlace_handling(png);
    png_read_update_info(png, info);
    if (png_get_rowbytes(png, info) != rowSize) png_error(png, "rows of another size");
    png_uint_32 height = png_get_image_height(png, info);
    for (int pass = 0; pass < passes; ++pass) {
      for (png_uint_32 row = 0; row < height; ++row) {
        png_read_row(png, samples + row * rowSize, NULL);
      }
    }
    succeeded = true;
  } else {
    succeeded = allowsTruncation && context.isCut;
  }
  png_destroy_read_struct(&png, &info, NULL);
  return succeeded;
}

bool elixirWritePNG(
    const ElixirPNGHeader *header, const uint8_t *palette, int32_t paletteCount,
    const uint8_t *samples, size_t rowSize, int32_t level, uint8_t **file, size_t *count,
    char *message) {
  PNGContext context = {.message = message};
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &context, fail, ignore);
  png_infop info = png == NULL ? NULL : png_create_info_struct(png);
  if (info == NULL) {
    png_destroy_write_struct(&png, NULL);
    snprintf(message, ELIXIR_MESSAGE_SIZE, "out of memory");
    return false;
  }
  volatile bool succeeded = false;
  if (setjmp(context.exit) == 0) {
    png_set_write_fn(png, &context, writeBytes, flushNothing);
    png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    if (level >= 0) png_set_compression_level(png, level);
    png_set_IHDR(
        png, info, header->width, header->height, header->bitDepth, header->colorType,
        header->isInterlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
        PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_color colors[256];
    for (int index = 0; index < paletteCount && index < 256; ++index) {
      colors[index] =
          (png_color){palette[3 * index], palette[3 * index + 1], palette[3 * index + 2]};
    }
    if (paletteCount > 0) png_set_PLTE(png, info, colors, paletteCount);
    png_write_info(png, info);
    png_set_packing(png);
    int passes = png_set_interlace_handling(png);
    for (int pass = 0; pass < passes; ++pass) {
      for (png_uint_32 row = 0; row < header->height; ++row) {
        png_write_row(png, samples + row * rowSize);
      }
    }
    png_write_end(png, NULL);
    succeeded = true;
  }
  png_destroy_write_struct(&png, &info);
  if (succeeded) {
    *file = context.file;
    *count = context.count;
  } else {
    free(context.file);
  }
  return succeeded;
}
