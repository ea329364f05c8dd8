// OpenBLAS: CBLAS plus the calls that report and limit its threads and name its core type.
#include <cblas.h>
#include <stddef.h>

// LAPACK, which OpenBLAS contains, by its Fortran symbols: matrices are column by column, and the
// lengths of the character arguments come last.
void dsyevd_(const char *jobz, const char *uplo, const int *n, double *a, const int *lda, double *w,
             double *work, const int *lwork, int *iwork, const int *liwork, int *info,
             size_t jobzLength, size_t uploLength);
void dgesdd_(const char *jobz, const int *m, const int *n, double *a, const int *lda, double *s,
             double *u, const int *ldu, double *vt, const int *ldvt, double *work,
             const int *lwork, int *iwork, int *info, size_t jobzLength);
void dpotrf_(const char *uplo, const int *n, double *a, const int *lda, int *info,
             size_t uploLength);
void dpotrs_(const char *uplo, const int *n, const int *nrhs, const double *a, const int *lda,
             double *b, const int *ldb, int *info, size_t uploLength);
