// Matrix products by register tiles.
#define KERNELS "product_kernels.h"
#include "each_instruction_set.h"

const ElixirProducts *elixirProducts(ElixirInstructionSet set) { return SELECT(products, set); }

void elixirPackPanels(
    const float *b, long innerStride, long columnStride, long inner, long columns, long width,
    long panelStride, long firstPanel, long lastPanel, float *into) {
  enum { block = 16 };
  for (long panel = firstPanel; panel < lastPanel; panel++) {
    const float *source = b + panel * width * columnStride;
    float *target = into + panel * panelStride;
    const long used = columns - panel * width < width ? columns - panel * width : width;
    for (long start = 0; start < inner; start += block) {
      const long end = start + block < inner ? start + block : inner;
      if (columnStride == 1) {
        for (long k = start; k < end; k++)
          memcpy(target + k * width, source + k * innerStride, (unsigned long)used * 4);
      } else {
        for (long j = 0; j < used; j++)
          for (long k = start; k < end; k++)
            target[k * width + j] = source[k * innerStride + j * columnStride];
      }
      for (long k = start; k < end; k++)
        for (long j = used; j < width; j++) target[k * width + j] = 0;
    }
  }
}
