// The only file with _GNU_SOURCE: it fights Swift's Glibc module in an imported header.
#define _GNU_SOURCE
#include "linux_mm.h"
#include <sys/syscall.h>
#include <unistd.h>

int lmm_userfaultfd(int flags) { return (int)syscall(SYS_userfaultfd, flags); }
