// Runs a command and writes what it took to a file: milliseconds, milliseconds of a processor,
// KiB of memory at its peak, exit status.
//   measure FILE COMMAND [ARGUMENT]…
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int main(int count, char **words) {
  struct timespec start, end;
  struct rusage usage;
  int status;
  if (count < 3) return 64;
  clock_gettime(CLOCK_MONOTONIC, &start);
  pid_t child = fork();
  if (child < 0) return 69;
  if (child == 0) {
    execvp(words[2], words + 2);
    _exit(127);
  }
  if (wait4(child, &status, 0, &usage) != child) return 69;
  clock_gettime(CLOCK_MONOTONIC, &end);
  FILE *file = fopen(words[1], "w");
  if (!file) return 69;
  long busy = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000 + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000;
  fprintf(file, "%ld %ld %ld %d\n", (end.tv_sec - start.tv_sec) * 1000 + (end.tv_nsec - start.tv_nsec) / 1000000, busy,
          usage.ru_maxrss, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
  return fclose(file) ? 69 : 0;
}
