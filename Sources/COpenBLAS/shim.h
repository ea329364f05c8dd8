// OpenBLAS: CBLAS plus the calls that report and limit its threads and name its core type.
#include <cblas.h>
