#include "CMicroKernels.h"
void elixirMicroKernelsPlaceholder(void) {}
