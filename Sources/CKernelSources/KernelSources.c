#include "CKernelSources.h"

// #embed is C23; clang has it in every mode.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char common[] = {
#embed "../../Kernels/common.cl"
};
static const unsigned char diffusion[] = {
#embed "../../Kernels/diffusion.cl"
};
static const unsigned char elementwise[] = {
#embed "../../Kernels/elementwise.cl"
};
static const unsigned char gradientPenalty[] = {
#embed "../../Kernels/gradient_penalty.cl"
};
static const unsigned char memory[] = {
#embed "../../Kernels/memory.cl"
};
static const unsigned char normalization[] = {
#embed "../../Kernels/normalization.cl"
};
static const unsigned char operationCodes[] = {
#embed "../../Kernels/operation_codes.h"
};
static const unsigned char optimizer[] = {
#embed "../../Kernels/optimizer.cl"
};
static const unsigned char peak[] = {
#embed "../../Kernels/peak.cl"
};
static const unsigned char philox[] = {
#embed "../../Kernels/philox.cl"
};
static const unsigned char pooling[] = {
#embed "../../Kernels/pooling.cl"
};
static const unsigned char product[] = {
#embed "../../Kernels/product.cl"
};
static const unsigned char productCpu[] = {
#embed "../../Kernels/product_cpu.cl"
};
static const unsigned char productGpu[] = {
#embed "../../Kernels/product_gpu.cl"
};
static const unsigned char randomNumbers[] = {
#embed "../../Kernels/random.cl"
};
static const unsigned char reduction[] = {
#embed "../../Kernels/reduction.cl"
};
static const unsigned char scatter[] = {
#embed "../../Kernels/scatter.cl"
};
static const unsigned char slopeProduct[] = {
#embed "../../Kernels/slope_product.cl"
};
static const unsigned char winograd[] = {
#embed "../../Kernels/winograd.cl"
};

#define FILE_ENTRY(name, bytes) {name, bytes, sizeof(bytes)}

static const ElixirKernelFile files[] = {
    FILE_ENTRY("common.cl", common),
    FILE_ENTRY("diffusion.cl", diffusion),
    FILE_ENTRY("elementwise.cl", elementwise),
    FILE_ENTRY("gradient_penalty.cl", gradientPenalty),
    FILE_ENTRY("memory.cl", memory),
    FILE_ENTRY("normalization.cl", normalization),
    FILE_ENTRY("operation_codes.h", operationCodes),
    FILE_ENTRY("optimizer.cl", optimizer),
    FILE_ENTRY("peak.cl", peak),
    FILE_ENTRY("philox.cl", philox),
    FILE_ENTRY("pooling.cl", pooling),
    FILE_ENTRY("product.cl", product),
    FILE_ENTRY("product_cpu.cl", productCpu),
    FILE_ENTRY("product_gpu.cl", productGpu),
    FILE_ENTRY("random.cl", randomNumbers),
    FILE_ENTRY("reduction.cl", reduction),
    FILE_ENTRY("scatter.cl", scatter),
    FILE_ENTRY("slope_product.cl", slopeProduct),
    FILE_ENTRY("winograd.cl", winograd),
};

const ElixirKernelFile *elixirKernelFile(unsigned long index) {
  return index < sizeof(files) / sizeof(files[0]) ? &files[index] : 0;
}
