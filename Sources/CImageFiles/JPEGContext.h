// libjpeg's errors and input for all files of this folder that use it.
#pragma once

#include "CImageFiles.h"

#include <setjmp.h>
#include <stdio.h>

#include <jpeglib.h>

typedef struct {
  struct jpeg_error_mgr base;
  jmp_buf exit;
  char *message;
} JPEGErrors;

typedef struct {
  struct jpeg_source_mgr base;
  bool allowsTruncation;
} JPEGSource;

// Errors jump to `exit`, warnings are passed over as Pillow does.
void elixirInitJPEGErrors(JPEGErrors *errors, char *message);

// Sets up `source` and a limit on the number of scans, with which small files could take hours.
void elixirInitJPEGSource(
    j_decompress_ptr info, JPEGSource *source, struct jpeg_progress_mgr *progress,
    const uint8_t *bytes, size_t count, bool allowsTruncation);
