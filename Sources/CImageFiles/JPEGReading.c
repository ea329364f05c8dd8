#include "JPEGContext.h"

#define TEXT(x) #x
#define VALUE_TEXT(x) TEXT(x)

const char *elixirJPEGVersion(void) {
#ifdef LIBJPEG_TURBO_VERSION
  return "libjpeg-turbo " VALUE_TEXT(LIBJPEG_TURBO_VERSION);
#else
  return "libjpeg " VALUE_TEXT(JPEG_LIB_VERSION);
#endif
}

bool elixirReadJPEG(
    const uint8_t *bytes, size_t count, bool allowsTruncation, uint8_t *pixels, int32_t width,
    int32_t height, int32_t channels, char *message) {
  struct jpeg_decompress_struct info;
  JPEGErrors errors;
  JPEGSource source;
  struct jpeg_progress_mgr progress;
  elixirInitJPEGErrors(&errors, message);
  info.err = &errors.base;
  if (setjmp(errors.exit) != 0) {
    jpeg_destroy_decompress(&info);
    return false;
  }
  jpeg_create_decompress(&info);
  elixirInitJPEGSource(&info, &source, &progress, bytes, count, allowsTruncation);
  jpeg_read_header(&info, TRUE);
  info.out_color_space = channels == 1 ? JCS_GRAYSCALE : channels == 3 ? JCS_RGB : JCS_CMYK;
  jpeg_start_decompress(&info);
  if (info.output_width != (JDIMENSION)width || info.output_height != (JDIMENSION)height ||
      info.output_components != channels) {
    snprintf(message, ELIXIR_MESSAGE_SIZE, "its headers contradict each other");
    longjmp(errors.exit, 1);
  }
  size_t rowSize = (size_t)width * (size_t)channels;
  while (info.output_scanline < info.output_height) {
    JSAMPROW row = pixels + info.output_scanline * rowSize;
    jpeg_read_scanlines(&info, &row, 1);
  }
  jpeg_finish_decompress(&info);
  jpeg_destroy_decompress(&info);
  return true;
}
