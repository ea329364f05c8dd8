#pragma once
#include <microhttpd.h>
#include <sys/socket.h>
#include <sys/types.h>

/// Starts a program in a folder: with nothing to read, both streams appended to `log` there, `lock`
/// as its only other file, signals as usual, and in a group of its own, which a terminal's Ctrl-C
/// does not reach.
///
/// Returns the process, or the negative errno of what prevents it.
pid_t elixir_start_job(const char *program, char *const arguments[], char *const environment[],
                       const char *folder, const char *log, int lock);

/// Starts to answer requests, a thread for each connection. `certificate` and `key` are PEM texts, or
/// both null for no encryption.
///
/// Returns null if it cannot be done, and writes why to `failure`.
struct MHD_Daemon *elixir_start_server(const struct sockaddr *address, unsigned connections,
                                       unsigned idleSeconds, size_t connectionBytes,
                                       const char *certificate, const char *key,
                                       MHD_AccessHandlerCallback proceed,
                                       MHD_RequestCompletedCallback end, void *context,
                                       char *failure, size_t failureSize);

/// Where a server listens.
uint16_t elixir_server_port(struct MHD_Daemon *daemon);
