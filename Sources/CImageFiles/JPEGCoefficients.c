#include "JPEGContext.h"

#include <jerror.h>
#include <stdlib.h>
#include <string.h>

struct ElixirJPEG {
  struct jpeg_decompress_struct info;
  JPEGErrors errors;
  JPEGSource source;
  struct jpeg_progress_mgr progress;
  jvirt_barray_ptr *arrays;
};

ElixirJPEG *elixirOpenJPEG(
    const uint8_t *bytes, size_t count, bool allowsTruncation, char *message) {
  ElixirJPEG *jpeg = calloc(1, sizeof *jpeg);
  if (jpeg == NULL) {
    snprintf(message, ELIXIR_MESSAGE_SIZE, "out of memory");
    return NULL;
  }
  elixirInitJPEGErrors(&jpeg->errors, message);
  jpeg->info.err = &jpeg->errors.base;
  if (setjmp(jpeg->errors.exit) != 0) {
    elixirCloseJPEG(jpeg);
    return NULL;
  }
  jpeg_create_decompress(&jpeg->info);
  elixirInitJPEGSource(
      &jpeg->info, &jpeg->source, &jpeg->progress, bytes, count, allowsTruncation);
  jpeg_read_header(&jpeg->info, TRUE);
  jpeg->arrays = jpeg_read_coefficients(&jpeg->info);
  return jpeg;
}

void elixirCloseJPEG(ElixirJPEG *jpeg) {
  if (jpeg == NULL) return;
  jpeg_destroy_decompress(&jpeg->info);
  free(jpeg);
}

int32_t elixirJPEGComponentCount(const ElixirJPEG *jpeg) { return jpeg->info.num_components; }

bool elixirJPEGIsProgressive(const ElixirJPEG *jpeg) { return jpeg->info.progressive_mode; }

bool elixirJPEGColorSpace(const ElixirJPEG *jpeg, ElixirJPEGColorSpace *space) {
  switch (jpeg->info.jpeg_color_space) {
  case JCS_GRAYSCALE: *space = elixirGray; return true;
  case JCS_RGB: *space = elixirRGB; return true;
  case JCS_YCbCr: *space = elixirYCbCr; return true;
  case JCS_CMYK: *space = elixirCMYK; return true;
  case JCS_YCCK: *space = elixirYCCK; return true;
  default: return false;
  }
}

bool elixirJPEGComponentLayout(
    const ElixirJPEG *jpeg, int32_t component, ElixirJPEGComponent *layout) {
  const jpeg_component_info *info = &jpeg->info.comp_info[component];
  if (info->quant_table == NULL || jpeg->info.max_h_samp_factor % info->h_samp_factor != 0 ||
      jpeg->info.max_v_samp_factor % info->v_samp_factor != 0) {
    return false;
  }
  layout->sampleWidth = jpeg->info.max_h_samp_factor / info->h_samp_factor;
  layout->sampleHeight = jpeg->info.max_v_samp_factor / info->v_samp_factor;
  layout->blockColumns = (int32_t)info->width_in_blocks;
  layout->blockRows = (int32_t)info->height_in_blocks;
  memcpy(layout->quantization, info->quant_table->quantval, sizeof layout->quantization);
  return true;
}

int16_t *elixirJPEGBlocks(ElixirJPEG *jpeg, int32_t component, int32_t row, char *message) {
  jpeg->errors.message = message;
  if (setjmp(jpeg->errors.exit) != 0) return NULL;
  JBLOCKARRAY rows = jpeg->info.mem->access_virt_barray(
      (j_common_ptr)&jpeg->info, jpeg->arrays[component], (JDIMENSION)row, 1, TRUE);
  return rows[0][0];
}

static bool isSame(const JHUFF_TBL *a, const JHUFF_TBL *b) {
  return a == NULL ||
      (b != NULL && memcmp(a->bits, b->bits, sizeof a->bits) == 0 &&
       memcmp(a->huffval, b->huffval, sizeof a->huffval) == 0);
}

// A file in memory that grows; on the heap, so that it is what it was set to after a longjmp.
typedef struct {
  struct jpeg_destination_mgr base;
  uint8_t *bytes;
  size_t count;
  size_t capacity;
  jpeg_scan_info script[];
} JPEGOutput;

static boolean grow(j_compress_ptr info) {
  JPEGOutput *output = (JPEGOutput *)info->dest;
  size_t capacity = 2 * output->capacity + 16384;
  uint8_t *bytes = realloc(output->bytes, capacity);
  if (bytes == NULL) ERREXIT1(info, JERR_OUT_OF_MEMORY, 0);
  // It is called when the buffer is full, whatever is said to be left.
  output->base.next_output_byte = bytes + output->capacity;
  output->base.free_in_buffer = capacity - output->capacity;
  output->bytes = bytes;
  output->capacity = capacity;
  return TRUE;
}

static void begin(j_compress_ptr info) { grow(info); }

static void end(j_compress_ptr info) {
  JPEGOutput *output = (JPEGOutput *)info->dest;
  output->count = output->capacity - output->base.free_in_buffer;
}

static void discard(j_compress_ptr info, JPEGOutput *output) {
  jpeg_destroy_compress(info);
  free(output->bytes);
  free(output);
}

static bool usesStandardTables(j_decompress_ptr from, j_compress_ptr standard) {
  for (int index = 0; index < NUM_HUFF_TBLS; ++index) {
    if (!isSame(from->dc_huff_tbl_ptrs[index], standard->dc_huff_tbl_ptrs[index]) ||
        !isSame(from->ac_huff_tbl_ptrs[index], standard->ac_huff_tbl_ptrs[index])) {
      return false;
    }
  }
  return true;
}

static void setScript(JPEGOutput *output, const ElixirJPEGScan *scans, int32_t count) {
  for (int index = 0; index < count; ++index) {
    jpeg_scan_info *scan = &output->script[index];
    scan->comps_in_scan = scans[index].componentCount;
    for (int part = 0; part < scan->comps_in_scan; ++part) {
      scan->component_index[part] = scans[index].components[part];
    }
    scan->Ss = scans[index].spectralStart;
    scan->Se = scans[index].spectralEnd;
    scan->Ah = scans[index].bitHigh;
    scan->Al = scans[index].bitLow;
  }
}

bool elixirWriteJPEG(
    ElixirJPEG *jpeg, const ElixirJPEGScript *script, uint8_t **file, size_t *count,
    char *message) {
  struct jpeg_compress_struct info;
  JPEGErrors errors;
  JPEGOutput *output = calloc(1, sizeof *output + (size_t)script->scanCount * sizeof(jpeg_scan_info));
  if (output == NULL) {
    snprintf(message, ELIXIR_MESSAGE_SIZE, "out of memory");
    return false;
  }
  elixirInitJPEGErrors(&errors, message);
  memset(&info, 0, sizeof info);
  info.err = &errors.base;
  if (setjmp(errors.exit) != 0) {
    discard(&info, output);
    return false;
  }
  // Errors of the coefficients' memory are raised by the one that read them.
  jpeg->errors.message = message;
  if (setjmp(jpeg->errors.exit) != 0) {
    discard(&info, output);
    return false;
  }
  jpeg_create_compress(&info);
  output->base.init_destination = begin;
  output->base.empty_output_buffer = grow;
  output->base.term_destination = end;
  info.dest = &output->base;
  jpeg_copy_critical_parameters(&jpeg->info, &info);
  info.restart_interval = (unsigned)script->restartInterval;
  info.restart_in_rows = script->restartRows;
  info.arith_code = jpeg->info.arith_code;
  info.optimize_coding = !info.arith_code && !usesStandardTables(&jpeg->info, &info);
  setScript(output, script->scans, script->scanCount);
  if (script->scanCount > 0) {
    info.scan_info = output->script;
    info.num_scans = script->scanCount;
  } else if (jpeg->info.progressive_mode) {
    jpeg_simple_progression(&info);
  }
  jpeg_write_coefficients(&info, jpeg->arrays);
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  *file = output->bytes;
  *count = output->count;
  free(output);
  return true;
}
