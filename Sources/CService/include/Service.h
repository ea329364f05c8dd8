#pragma once
#include <sys/types.h>

/// Starts a program in a folder: with nothing to read, both streams appended to `log` there, `lock`
/// as its only other file, signals as usual, and in a group of its own, which a terminal's Ctrl-C
/// does not reach.
///
/// Returns the process, or the negative errno of what prevents it.
pid_t elixir_start_job(const char *program, char *const arguments[], char *const environment[],
                       const char *folder, const char *log, int lock);

/// Waits for a connection, which jobs do not get and whose calls do not wait; as accept does.
int elixir_accept(int listener);
