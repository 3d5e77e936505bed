// What Embedded Swift's runtime and our C shims expect of the C library and musl 1.2.3 lacks. All weak, so that a
// library that has them wins.
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#define WEAK __attribute__((weak))

// Swift seeds its hashing with it. getrandom(2) gives up to 256 bytes whole.
WEAK void arc4random_buf(void *bytes, size_t count) {
  char *next = bytes;
  while (count > 0) {
    long got = syscall(SYS_getrandom, next, count, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) __builtin_trap();
    next += got;
    count -= (size_t)got;
  }
}

#define NAME(code) \
  case code: return #code;

WEAK const char *strerrorname_np(int number) {
  switch (number) {
    NAME(EPERM) NAME(ENOENT) NAME(ESRCH) NAME(EINTR) NAME(EIO) NAME(ENXIO) NAME(E2BIG) NAME(ENOEXEC)
    NAME(EBADF) NAME(ECHILD) NAME(EAGAIN) NAME(ENOMEM) NAME(EACCES) NAME(EFAULT) NAME(ENOTBLK)
    NAME(EBUSY) NAME(EEXIST) NAME(EXDEV) NAME(ENODEV) NAME(ENOTDIR) NAME(EISDIR) NAME(EINVAL)
    NAME(ENFILE) NAME(EMFILE) NAME(ENOTTY) NAME(ETXTBSY) NAME(EFBIG) NAME(ENOSPC) NAME(ESPIPE)
    NAME(EROFS) NAME(EMLINK) NAME(EPIPE) NAME(EDOM) NAME(ERANGE) NAME(EDEADLK) NAME(ENAMETOOLONG)
    NAME(ENOLCK) NAME(ENOSYS) NAME(ENOTEMPTY) NAME(ELOOP) NAME(ENODATA) NAME(ETIME) NAME(EPROTO)
    NAME(EOVERFLOW) NAME(ENOTSUP) NAME(EADDRINUSE) NAME(ENOBUFS) NAME(ETIMEDOUT) NAME(ESTALE)
    NAME(EDQUOT) NAME(ECANCELED) NAME(EHWPOISON)
    default: return NULL;
  }
}

#define SIGNAL(name) \
  case SIG##name: return #name;

WEAK const char *sigabbrev_np(int number) {
  switch (number) {
    SIGNAL(HUP) SIGNAL(INT) SIGNAL(QUIT) SIGNAL(ILL) SIGNAL(TRAP) SIGNAL(ABRT) SIGNAL(BUS) SIGNAL(FPE)
    SIGNAL(KILL) SIGNAL(USR1) SIGNAL(SEGV) SIGNAL(USR2) SIGNAL(PIPE) SIGNAL(ALRM) SIGNAL(TERM)
    SIGNAL(CHLD) SIGNAL(CONT) SIGNAL(STOP) SIGNAL(TSTP) SIGNAL(TTIN) SIGNAL(TTOU) SIGNAL(XCPU)
    SIGNAL(XFSZ) SIGNAL(SYS)
    default: return NULL;
  }
}
