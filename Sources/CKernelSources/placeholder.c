#include "CKernelSources.h"
void elixirKernelSourcesPlaceholder(void) {}
