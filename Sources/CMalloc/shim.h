// The allocator of the GNU C library, which Glibc's module leaves out.
#include <malloc.h>
