// For posix_spawn_file_actions_addchdir_np.
#define _GNU_SOURCE
#include "Service.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
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

// What the library said last on this thread, while a server is started.
static _Thread_local char *message;
static _Thread_local size_t messageSize;

static void tell(void *context, const char *format, va_list values) {
  (void)context;
  if (message) vsnprintf(message, messageSize, format, values);
}

struct MHD_Daemon *elixir_start_server(const struct sockaddr *address, unsigned connections,
                                       unsigned idleSeconds, size_t connectionBytes,
                                       const char *certificate, const char *key,
                                       MHD_AccessHandlerCallback proceed,
                                       MHD_RequestCompletedCallback end, void *context,
                                       char *failure, size_t failureSize) {
  const struct MHD_OptionItem none = {MHD_OPTION_END, 0, NULL};
  struct MHD_OptionItem encryption[] = {
      {MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)certificate},
      {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)key},
      {MHD_OPTION_HTTPS_PRIORITIES, 0, "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"},
      none,
  };
  if (!certificate) encryption[0] = none;
  unsigned flags = MHD_USE_POLL_INTERNAL_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_ITC |
                   MHD_USE_ERROR_LOG;
  if (certificate) flags |= MHD_USE_TLS;
  if (address->sa_family == AF_INET6) flags |= MHD_USE_DUAL_STACK;
  message = failure;
  messageSize = failureSize;
  // The first option, so that nothing is written to standard error.
  struct MHD_Daemon *daemon = MHD_start_daemon(
      flags, 0, NULL, NULL, proceed, context, MHD_OPTION_EXTERNAL_LOGGER, tell, NULL,
      MHD_OPTION_SOCK_ADDR, address, MHD_OPTION_NOTIFY_COMPLETED, end, context,
      MHD_OPTION_CONNECTION_LIMIT, connections, MHD_OPTION_CONNECTION_TIMEOUT, idleSeconds,
      MHD_OPTION_CONNECTION_MEMORY_LIMIT, connectionBytes, MHD_OPTION_STRICT_FOR_CLIENT, 1,
      MHD_OPTION_THREAD_STACK_SIZE, (size_t)1 << 20, MHD_OPTION_ARRAY, encryption,
      MHD_OPTION_END);
  message = NULL;
  return daemon;
}

uint16_t elixir_server_port(struct MHD_Daemon *daemon) {
  return MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
}
