/* measure FILE COMMAND [ARGUMENT ...]: runs a command and appends a line to the file when it has ended:
   flow run, microseconds of processor time, peak memory in kB (getrusage(2)). */
#include <stdio.h>
#include <stdlib.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int count, char **arguments) {
  if (count < 3) return 2;
  pid_t child = fork();
  if (child == 0) {
    execvp(arguments[2], arguments + 2);
    perror(arguments[2]);
    _exit(127);
  }
  signal(SIGTERM, SIG_IGN); /* it is for the command, which is in the same group */
  int status = 0;
  struct rusage used;
  if (child < 0 || wait4(child, &status, 0, &used) != child) return 1;
  FILE *file = fopen(arguments[1], "a");
  if (!file) return 1;
  long micros = (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000L + used.ru_utime.tv_usec + used.ru_stime.tv_usec;
  const char *run = getenv("PREFECT__FLOW_RUN_ID");
  fprintf(file, "%s %ld %ld\n", run ? run : "-", micros, used.ru_maxrss);
  fclose(file);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
