// The program's connection to MPI, compiled by each site against its own library: make mpi.
//
// Everything of MPI is here, behind the table of Sources/CMPI/include/ElixirMPI.h.

#include "ElixirMPI.h"

#include <limits.h>
#include <mpi.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

// Bytes that go through MPI at once: its counts are of type int. Tests make it small.
#ifndef ELIXIR_MPI_PART
#define ELIXIR_MPI_PART (1 << 30)
#endif

// Of the program alone, so that nothing meets its messages.
static MPI_Comm world = MPI_COMM_NULL;
static int worldRank, worldSize, machineRank, machineSize;
static char nodeName[MPI_MAX_PROCESSOR_NAME + 1];
static char libraryName[MPI_MAX_LIBRARY_VERSION_STRING + 1];

static int start(void) {
  int provided;
  int code = MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided);
  if (!code) code = MPI_Comm_dup(MPI_COMM_WORLD, &world);
  if (!code) code = MPI_Comm_set_errhandler(world, MPI_ERRORS_RETURN);
  if (!code) code = MPI_Comm_rank(world, &worldRank);
  if (!code) code = MPI_Comm_size(world, &worldSize);
  if (code) return code;
  MPI_Comm machine;
  code = MPI_Comm_split_type(world, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &machine);
  if (!code) code = MPI_Comm_rank(machine, &machineRank);
  if (!code) code = MPI_Comm_size(machine, &machineSize);
  if (!code) code = MPI_Comm_free(&machine);
  int length;
  if (!code) code = MPI_Get_processor_name(nodeName, &length);
  if (!code) code = MPI_Get_library_version(libraryName, &length);
  // The first line, of which some libraries give many.
  libraryName[strcspn(libraryName, "\r\n")] = 0;
  return code;
}

static int rank(void) { return worldRank; }
static int size(void) { return worldSize; }
static int localRank(void) { return machineRank; }
static int localSize(void) { return machineSize; }
static const char *node(void) { return nodeName; }
static const char *library(void) { return libraryName; }

// Waits until all ranks have come, without keeping a processor busy: others may compute for hours before.
static int barrier(void) {
  MPI_Request request;
  int code = MPI_Ibarrier(world, &request);
  long pause = 0;
  for (int done = 0, tries = 0; !code && !done; tries++) {
    code = MPI_Test(&request, &done, MPI_STATUS_IGNORE);
    if (done || code) break;
    if (tries < 200) {
      sched_yield();
    } else {
      // 20 microseconds at first, 5 milliseconds at last.
      pause = pause ? (pause < 2500000 ? 2 * pause : 5000000) : 20000;
      nanosleep(&(struct timespec){.tv_nsec = pause}, NULL);
    }
  }
  return code;
}

static int broadcast(void *bytes, size_t count, int root) {
  int code = barrier();
  for (size_t done = 0; !code && done < count;) {
    size_t part = count - done < ELIXIR_MPI_PART ? count - done : ELIXIR_MPI_PART;
    code = MPI_Bcast((char *)bytes + done, (int)part, MPI_BYTE, root, world);
    done += part;
  }
  return code;
}

static int allGather(const void *bytes, void *all, const size_t *counts) {
  size_t total = 0, own = 0;
  for (int i = 0; i < worldSize; i++) {
    if (i == worldRank) own = total;
    total += counts[i];
  }
  if (total > ELIXIR_MPI_PART) {
    // Too much for one call: each rank's bytes in turn.
    memmove((char *)all + own, bytes, counts[worldRank]);
    int code = 0;
    for (int i = 0; i < worldSize && !code; i++) {
      code = broadcast(all, counts[i], i);
      all = (char *)all + counts[i];
    }
    return code;
  }
  int lengths[worldSize], places[worldSize];
  for (int i = 0, place = 0; i < worldSize; place += lengths[i++]) {
    lengths[i] = (int)counts[i];
    places[i] = place;
  }
  int code = barrier();
  return code ? code
              : MPI_Allgatherv(bytes, lengths[worldRank], MPI_BYTE, all, lengths, places, MPI_BYTE, world);
}

static int finalize(void) {
  int code = barrier();
  if (!code) code = MPI_Comm_free(&world);
  return code ? code : MPI_Finalize();
}

static void abortAll(int code) { MPI_Abort(MPI_COMM_WORLD, code); }

static void message(int code, char *text, size_t size) {
  char words[MPI_MAX_ERROR_STRING + 1];
  int length;
  if (MPI_Error_string(code, words, &length)) {
    snprintf(text, size, "error %d", code);
  } else {
    snprintf(text, size, "%s", words);
  }
}

const ElixirMPI *elixirMPI(void) {
  static const ElixirMPI table = {
      .version = ELIXIR_MPI_VERSION,
      .start = start,
      .rank = rank,
      .size = size,
      .localRank = localRank,
      .localSize = localSize,
      .node = node,
      .library = library,
      .broadcast = broadcast,
      .allGather = allGather,
      .barrier = barrier,
      .finalize = finalize,
      .abort = abortAll,
      .message = message,
  };
  return &table;
}
