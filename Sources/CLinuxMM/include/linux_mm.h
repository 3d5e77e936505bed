// Typed constants, structures and one-call wrappers for the kernel interfaces of mm/.
#ifndef FAULTLINE_LINUX_MM_H
#define FAULTLINE_LINUX_MM_H
#include <stdint.h>
#include <sys/types.h>

int lmm_userfaultfd(int flags);
#endif
