// Ends the process, or fills the disk, at a chosen operation on files; preloaded by Tests/kill.py.
//
// ELIXIR_COUNT=FILE   append the number of operations to FILE at the end
// ELIXIR_KILL=N       SIGKILL at operation N, half of a write being done
// ELIXIR_FULL=N       no room from operation N on: writes, and what makes files, fail with ENOSPC
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_long done;
static long limit_kill, limit_full;
static const char *count_file;

__attribute__((constructor)) static void start(void) {
  const char *value = getenv("ELIXIR_KILL");
  limit_kill = value ? atol(value) : 0;
  value = getenv("ELIXIR_FULL");
  limit_full = value ? atol(value) : 0;
  count_file = getenv("ELIXIR_COUNT");
}

__attribute__((destructor)) static void end(void) {
  FILE *file = count_file ? fopen(count_file, "a") : NULL;
  if (!file) return;
  fprintf(file, "%ld\n", atomic_load(&done));
  fclose(file);
}

static void end_now(void) {
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

// Counts an operation: 1 if the process is to end in it, -1 if there is no room for it.
static int next(void) {
  long number = atomic_fetch_add(&done, 1) + 1;
  if (limit_kill && number >= limit_kill) return 1;
  return limit_full && number >= limit_full ? -1 : 0;
}

#define REAL(type, name, ...) \
  static type (*real)(__VA_ARGS__); \
  if (!real) real = (type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)
#define AT_OPERATION(fallback) \
  switch (next()) { \
    case 1: end_now(); \
    case -1: errno = ENOSPC; return fallback; \
  }

ssize_t write(int file, const void *bytes, size_t size) {
  REAL(ssize_t, "write", int, const void *, size_t);
  struct stat status;
  // Streams are not of interest.
  if (file <= 2 || fstat(file, &status) || !S_ISREG(status.st_mode)) return real(file, bytes, size);
  switch (next()) {
    case 1: real(file, bytes, size / 2); end_now();
    case -1: errno = ENOSPC; return -1;
  }
  return real(file, bytes, size);
}

ssize_t pwrite64(int file, const void *bytes, size_t size, off64_t offset) {
  REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t);
  switch (next()) {
    case 1: real(file, bytes, size / 2, offset); end_now();
    case -1: errno = ENOSPC; return -1;
  }
  return real(file, bytes, size, offset);
}

ssize_t pwrite(int file, const void *bytes, size_t size, off_t offset) {
  return pwrite64(file, bytes, size, offset);
}

int rename(const char *from, const char *to) {
  REAL(int, "rename", const char *, const char *);
  AT_OPERATION(-1)
  return real(from, to);
}

// These make room, so that a full disk does not stop them.
#define DELETING(type, name, ...) \
  { \
    REAL(int, #name, type); \
    if (next() == 1) end_now(); \
    return real(path); \
  }
int unlink(const char *path) DELETING(const char *, unlink)
int rmdir(const char *path) DELETING(const char *, rmdir)

int mkdir(const char *path, mode_t mode) {
  REAL(int, "mkdir", const char *, mode_t);
  AT_OPERATION(-1)
  return real(path, mode);
}

int ftruncate64(int file, off64_t size) {
  REAL(int, "ftruncate64", int, off64_t);
  if (next() == 1) end_now();
  return real(file, size);
}

int ftruncate(int file, off_t size) { return ftruncate64(file, size); }

#define OPENING(name) \
  int name(const char *path, int flags, ...) { \
    REAL(int, #name, const char *, int, ...); \
    va_list list; \
    va_start(list, flags); \
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0; \
    va_end(list); \
    if (flags & O_CREAT && access(path, F_OK)) { AT_OPERATION(-1) } \
    return real(path, flags, mode); \
  }
OPENING(open)
OPENING(open64)
