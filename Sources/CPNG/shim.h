// libpng with its simplified API (png_image_*), which needs no setjmp in Swift.
#include <png.h>
