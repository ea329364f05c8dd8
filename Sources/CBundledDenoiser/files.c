#include "CBundledDenoiser.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char configuration[] = {
#embed "model/config.json"
};
static const unsigned char scheduler[] = {
#embed "model/scheduler_config.json"
};
static const unsigned char weights[] = {
#embed "model/diffusion_pytorch_model.safetensors"
};

static const ElixirBundledFile files[] = {
    {"config.json", configuration, sizeof(configuration)},
    {"scheduler_config.json", scheduler, sizeof(scheduler)},
    {"diffusion_pytorch_model.safetensors", weights, sizeof(weights)},
};

ElixirBundledFile elixirBundledDenoiserFile(size_t index) {
  const ElixirBundledFile none = {0};
  return index < sizeof(files) / sizeof(files[0]) ? files[index] : none;
}
