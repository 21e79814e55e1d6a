// What Linux and glibc have for processes and Swift's Glibc module, made without _GNU_SOURCE, leaves out: prototypes as
// in <sys/pidfd.h> (glibc 2.36), <spawn.h> (2.29 and 2.34), and <sys/wait.h>.
#pragma once
#include <malloc.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/types.h>

extern int pidfd_open(pid_t pid, unsigned int flags);
extern int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions, const char *path);
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);
extern pid_t wait4(pid_t pid, int *status, int options, struct rusage *usage);
