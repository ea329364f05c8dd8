#include "JPEGContext.h"

#include <jerror.h>
#include <string.h>

// Encoders make ten or so.
static const int scanLimit = 500;

static void fail(j_common_ptr info) {
  JPEGErrors *errors = (JPEGErrors *)info->err;
  char text[JMSG_LENGTH_MAX];
  if (info->err->msg_code == JERR_INPUT_EMPTY) {
    snprintf(text, sizeof text, "it is cut short");
  } else {
    info->err->format_message(info, text);
  }
  snprintf(errors->message, ELIXIR_MESSAGE_SIZE, "%s", text);
  longjmp(errors->exit, 1);
}

static void ignore(j_common_ptr info) { (void)info; }

static void ignoreWarning(j_common_ptr info, int level) {
  if (level < 0) ++info->err->num_warnings;
}

void elixirInitJPEGErrors(JPEGErrors *errors, char *message) {
  jpeg_std_error(&errors->base);
  errors->base.error_exit = fail;
  errors->base.output_message = ignore;
  errors->base.emit_message = ignoreWarning;
  errors->message = message;
}

static void doNothing(j_decompress_ptr info) { (void)info; }

static boolean fill(j_decompress_ptr info) {
  static const JOCTET end[] = {0xFF, JPEG_EOI};
  JPEGSource *source = (JPEGSource *)info->src;
  if (!source->allowsTruncation) ERREXIT(info, JERR_INPUT_EMPTY);
  source->base.next_input_byte = end;
  source->base.bytes_in_buffer = sizeof end;
  return TRUE;
}

static void skip(j_decompress_ptr info, long count) {
  struct jpeg_source_mgr *source = info->src;
  size_t step = count < 0 ? 0 : (size_t)count;
  if (step > source->bytes_in_buffer) step = source->bytes_in_buffer;
  source->next_input_byte += step;
  source->bytes_in_buffer -= step;
}

static void watch(j_common_ptr info) {
  if (info->is_decompressor && ((j_decompress_ptr)info)->input_scan_number > scanLimit) {
    JPEGErrors *errors = (JPEGErrors *)info->err;
    snprintf(errors->message, ELIXIR_MESSAGE_SIZE, "more than %d scans", scanLimit);
    longjmp(errors->exit, 1);
  }
}

void elixirInitJPEGSource(
    j_decompress_ptr info, JPEGSource *source, struct jpeg_progress_mgr *progress,
    const uint8_t *bytes, size_t count, bool allowsTruncation) {
  source->base.init_source = doNothing;
  source->base.fill_input_buffer = fill;
  source->base.skip_input_data = skip;
  source->base.resync_to_restart = jpeg_resync_to_restart;
  source->base.term_source = doNothing;
  source->base.next_input_byte = bytes;
  source->base.bytes_in_buffer = count;
  source->allowsTruncation = allowsTruncation;
  info->src = &source->base;
  memset(progress, 0, sizeof *progress);
  progress->progress_monitor = watch;
  info->progress = progress;
}
