#define _GNU_SOURCE
#include "ElixirMPI.h"

#include <dlfcn.h>
#include <stdio.h>

const ElixirMPI *elixirMPIOpen(const char *path, char *reason, size_t size, int32_t *version) {
  *version = -1;
  // Global, since parts that the MPI library opens by itself look for its symbols.
  void *handle = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
  if (!handle) {
    snprintf(reason, size, "%s", dlerror());
    return NULL;
  }
  const ElixirMPI *(*entry)(void) = (const ElixirMPI *(*)(void))dlsym(handle, ELIXIR_MPI_ENTRY);
  if (!entry) {
    snprintf(reason, size, "it has no function %s", ELIXIR_MPI_ENTRY);
    return NULL;
  }
  const ElixirMPI *table = entry();
  *version = table->version;
  if (table->version == ELIXIR_MPI_VERSION) return table;
  snprintf(reason, size, "it has version %d, the program %d", (int)table->version, ELIXIR_MPI_VERSION);
  return NULL;
}
