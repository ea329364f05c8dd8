#ifndef ELIXIR_MPI_H
#define ELIXIR_MPI_H

#include <stddef.h>
#include <stdint.h>

// What the program asks of MPI, as a plug-in offers it that each site compiles against its own library
// (Plugins/MPI/mpi.c). No MPI type appears here: they differ between libraries.

/// Raised when anything below changes.
#define ELIXIR_MPI_VERSION 1

/// Name of the function by which the program finds the plug-in's table.
#define ELIXIR_MPI_ENTRY "elixirMPI"

/// Functions that return an int give 0, or a code for `message`. All are called by the thread that called `start`, and
/// those of data by all ranks in the same order.
typedef struct ElixirMPI {
  /// ELIXIR_MPI_VERSION of the plug-in; the first member of every version.
  int32_t version;
  int (*start)(void);
  int (*rank)(void);
  int (*size)(void);
  /// Among the ranks that share this machine's memory, and how many these are.
  int (*localRank)(void);
  int (*localSize)(void);
  /// Of the machine.
  const char *(*node)(void);
  /// Of the MPI library.
  const char *(*library)(void);
  int (*broadcast)(void *bytes, size_t count, int root);
  /// Joins each rank's bytes in `all`, in their order; `counts` says how many each has.
  int (*allGather)(const void *bytes, void *all, const size_t *counts);
  int (*barrier)(void);
  int (*finalize)(void);
  /// Ends the processes of all ranks.
  void (*abort)(int code);
  /// A code in words.
  void (*message)(int code, char *text, size_t size);
} ElixirMPI;

/// Opens a plug-in.
///
/// Returns NULL where that fails, and why in `reason`, with the version that was found if that is the reason, else -1.
const ElixirMPI *elixirMPIOpen(const char *path, char *reason, size_t size, int32_t *version);

#endif
