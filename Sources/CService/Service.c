// For accept4 and posix_spawn_file_actions_addchdir_np.
#define _GNU_SOURCE
#include "Service.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

static int fill(posix_spawn_file_actions_t *actions, const char *folder, const char *log,
                int lock) {
  int status = posix_spawn_file_actions_addchdir_np(actions, folder);
  if (!status) {
    status = posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  }
  if (!status) {
    status = posix_spawn_file_actions_addopen(actions, STDOUT_FILENO, log,
                                              O_WRONLY | O_CREAT | O_APPEND, 0600);
  }
  if (!status) {
    status = posix_spawn_file_actions_adddup2(actions, STDOUT_FILENO, STDERR_FILENO);
  }
  // All others are closed as the program starts.
  return status ? status : posix_spawn_file_actions_adddup2(actions, lock, STDERR_FILENO + 1);
}

static int set(posix_spawnattr_t *attributes) {
  sigset_t none, usual;
  sigemptyset(&none);
  sigemptyset(&usual);
  const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
  for (unsigned i = 0; i < sizeof signals / sizeof *signals; i++) sigaddset(&usual, signals[i]);
  int status = posix_spawnattr_setsigmask(attributes, &none);
  if (!status) status = posix_spawnattr_setsigdefault(attributes, &usual);
  if (!status) status = posix_spawnattr_setpgroup(attributes, 0);
  return status ? status
                : posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK |
                                                           POSIX_SPAWN_SETSIGDEF |
                                                           POSIX_SPAWN_SETPGROUP);
}

pid_t elixir_start_job(const char *program, char *const arguments[], char *const environment[],
                       const char *folder, const char *log, int lock) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  pid_t process = 0;
  int status = posix_spawn_file_actions_init(&actions);
  if (status) return -status;
  status = posix_spawnattr_init(&attributes);
  if (!status) {
    status = fill(&actions, folder, log, lock);
    if (!status) status = set(&attributes);
    if (!status) status = posix_spawn(&process, program, &actions, &attributes, arguments, environment);
    posix_spawnattr_destroy(&attributes);
  }
  posix_spawn_file_actions_destroy(&actions);
  return status ? -status : process;
}

int elixir_accept(int listener) {
  return accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
}
