// Image libraries whose errors are longjmps, behind calls that return.
//
// Each call that can fail returns whether it succeeded and, if not, leaves the reason in `message`,
// a buffer of ELIXIR_MESSAGE_SIZE bytes.
#ifndef CIMAGEFILES_H
#define CIMAGEFILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "JPEGFile.h"
#include "PNGFile.h"
#include "TIFFFile.h"

enum { ELIXIR_MESSAGE_SIZE = 200 };

#endif
