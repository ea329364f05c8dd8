#pragma once

#include <stddef.h>
#include <stdint.h>

/// libFuzzer's loop, as documented in "Using libFuzzer as a library"; does not return after a finding.
int LLVMFuzzerRunDriver(
    int *argc, char ***argv, int (*testOneInput)(const uint8_t *data, size_t size));
