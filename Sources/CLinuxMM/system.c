// Plain system calls, the program's arguments, one thread and one monitor: what Swift's Glibc module
// would give, which Embedded Swift does not have.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "linux_mm.h"

#define LMM_TIOCGPTPEER _IO('T', 0x41)  // 4.13

int lmm_errno(void) { return errno; }
// glibc has them since 2.32; the guest's runtime has its own beside musl.
const char *strerrorname_np(int number);
const char *sigabbrev_np(int number);

const char *lmm_errno_name(int number) { return strerrorname_np(number); }
int lmm_open(const char *path, int flags, uint32_t mode) { return open(path, flags, mode); }
int lmm_close(int fd) { return close(fd); }
int lmm_dup(int fd) { return fcntl(fd, F_DUPFD_CLOEXEC, 3); }
ssize_t lmm_read(int fd, void *buffer, size_t length) { return read(fd, buffer, length); }
ssize_t lmm_pread(int fd, void *buffer, size_t length, int64_t offset) {
  return pread(fd, buffer, length, offset);
}
ssize_t lmm_write(int fd, const void *buffer, size_t length) { return write(fd, buffer, length); }
ssize_t lmm_pwrite(int fd, const void *buffer, size_t length, int64_t offset) {
  return pwrite(fd, buffer, length, offset);
}
int lmm_sync(int fd) { return fsync(fd); }
int64_t lmm_seek(int fd, int64_t offset, int whence) { return lseek(fd, offset, whence); }
int lmm_truncate(int fd, int64_t length) { return ftruncate(fd, length); }
int lmm_fcntl(int fd, int command, long argument) { return fcntl(fd, command, argument); }
int64_t lmm_free_space(int fd) {
  struct statvfs found;
  if (fstatvfs(fd, &found) != 0) return -1;
  return (int64_t)found.f_bfree * (int64_t)found.f_frsize;
}
int lmm_used_space(const char *path, int64_t *blocks, int64_t *inodes) {
  struct statvfs found;
  if (statvfs(path, &found) != 0) return -1;
  *blocks = (int64_t)found.f_blocks - (int64_t)found.f_bfree;
  *inodes = (int64_t)found.f_files - (int64_t)found.f_ffree;
  return 0;
}
int lmm_mkdir(const char *path, uint32_t mode) { return mkdir(path, mode); }
int lmm_rmdir(const char *path) { return rmdir(path); }
int lmm_unlink(const char *path) { return unlink(path); }
int lmm_symlink(const char *target, const char *path) { return symlink(target, path); }
int lmm_exists(const char *path) { return access(path, F_OK) == 0; }

int lmm_is_writable(const char *path) { return access(path, W_OK) == 0; }
int lmm_pipe(int *ends) { return pipe2(ends, O_CLOEXEC); }

int lmm_nonblocking_pipe(int *ends, int64_t size) {
  if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return -1;
  fcntl(ends[1], F_SETPIPE_SZ, (int)size);  // Refused beyond pipe-max-size: it holds 64 KiB then.
  return 0;
}

int lmm_poll1(int fd, int16_t *events, int milliseconds) {
  struct pollfd one = {.fd = fd, .events = *events};
  int ready = poll(&one, 1, milliseconds);
  *events = one.revents;
  return ready;
}

int lmm_poll2(int fd, int16_t *events, int fd2, int16_t *events2, int milliseconds) {
  struct pollfd both[2] = {{.fd = fd, .events = *events}, {.fd = fd2, .events = *events2}};
  int ready = poll(both, 2, milliseconds);
  *events = both[0].revents;
  *events2 = both[1].revents;
  return ready;
}

// _Fork and not fork, which holds every lock of malloc across the system call: with EVENT_FORK that call
// lasts until the resolver thread has read the event, and the resolver's own first malloc waits for those
// locks. Measured: a fork right after a tracker was made never returned.
int lmm_fork(void) { return _Fork(); }
int lmm_waitpid(int pid, int *status, int no_hang) {
  return waitpid(pid, status, no_hang ? WNOHANG : 0);
}
int lmm_kill(int pid, int number) { return kill(pid, number); }
int lmm_setpgid(int pid, int group) { return setpgid(pid, group); }
int lmm_getpid(void) { return getpid(); }
int lmm_geteuid(void) { return (int)geteuid(); }
int lmm_set_user(uint32_t user) {
  return setresgid(user, user, user) ? -1 : setresuid(user, user, user);
}
int lmm_set_dumpable(int on) { return prctl(PR_SET_DUMPABLE, on); }
void lmm_exit(int status) { _exit(status); }

int lmm_terminal(int *program_end) {
  int fd = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (fd < 0) return -1;
  int locked = 0;
  struct termios raw;
  *program_end = -1;
  if (ioctl(fd, TIOCSPTLCK, &locked) == 0)
    *program_end = ioctl(fd, LMM_TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (*program_end >= 0 && tcgetattr(*program_end, &raw) == 0) {
    cfmakeraw(&raw);
    if (tcsetattr(*program_end, TCSANOW, &raw) == 0) return fd;
  }
  int error = errno;
  if (*program_end >= 0) close(*program_end);
  close(fd);
  errno = error;
  return -1;
}

int lmm_mount(const char *type, const char *target, const char *options) {
  return mount(type, target, type, 0, options);
}

int lmm_unmount(const char *target) { return umount2(target, MNT_DETACH); }

void lmm_execute(int output, const char *path, char *const *arguments) {
  if (chdir("/tmp") < 0 || dup2(output, 1) < 0) return;
  signal(SIGPIPE, SIG_DFL);
  execv(path, arguments);
}

uint64_t lmm_monotonic_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void lmm_sleep_ns(uint64_t nanoseconds) {
  struct timespec left = {(time_t)(nanoseconds / 1000000000u), (long)(nanoseconds % 1000000000u)};
  while (nanosleep(&left, &left) != 0 && errno == EINTR) {
  }
}

const char *lmm_getenv(const char *name) { return getenv(name); }
const char *lmm_signal_name(int number) { return sigabbrev_np(number); }

static int argument_count;
static char **argument_vector;

// The kernel puts argc, argv, NULL and the environment one after the other on the stack, and Embedded Swift has no
// main of ours to be handed them. glibc gives constructors the arguments, musl does not; both set environ first.
__attribute__((constructor)) static void find_arguments(void) {
  char **end = environ - 1;
  for (intptr_t count = 0; count < 4096; count++) {
    if ((intptr_t)end[-count - 1] != count) continue;
    argument_count = (int)count;
    argument_vector = end - count;
    return;
  }
}

int lmm_argument_count(void) { return argument_count; }
const char *lmm_argument(int index) {
  return index >= 0 && index < argument_count ? argument_vector[index] : NULL;
}

// ---- one thread, one monitor
struct start { void (*body)(void *); void *argument; };

static void *run_thread(void *raw) {
  struct start start = *(struct start *)raw;
  free(raw);
  start.body(start.argument);
  return NULL;
}

int lmm_thread_start(void (*body)(void *), void *argument, uint64_t *thread) {
  struct start *start = malloc(sizeof *start);
  if (start == NULL) return -1;
  *start = (struct start){body, argument};
  pthread_t made;
  // musl gives a thread 128 KiB unless told otherwise, glibc 8 MiB.
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 1 << 20);
  int error = pthread_create(&made, &attributes, run_thread, start);
  pthread_attr_destroy(&attributes);
  if (error == 0) {
    *thread = (uint64_t)made;
    return 0;
  }
  free(start);
  errno = error;
  return -1;
}

int lmm_thread_join(uint64_t thread) {
  int error = pthread_join((pthread_t)thread, NULL);
  errno = error;
  return error == 0 ? 0 : -1;
}

struct lmm_monitor { pthread_mutex_t mutex; pthread_cond_t changed; };

struct lmm_monitor *lmm_monitor_new(void) {
  struct lmm_monitor *monitor = malloc(sizeof *monitor);
  if (monitor == NULL) return NULL;
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_mutex_init(&monitor->mutex, NULL);
  pthread_cond_init(&monitor->changed, &attributes);
  return monitor;
}

void lmm_monitor_lock(struct lmm_monitor *monitor) { pthread_mutex_lock(&monitor->mutex); }
void lmm_monitor_unlock(struct lmm_monitor *monitor) { pthread_mutex_unlock(&monitor->mutex); }
void lmm_monitor_notify(struct lmm_monitor *monitor) { pthread_cond_broadcast(&monitor->changed); }

int lmm_monitor_wait_until(struct lmm_monitor *monitor, uint64_t monotonic_ns) {
  struct timespec end = {(time_t)(monotonic_ns / 1000000000u), (long)(monotonic_ns % 1000000000u)};
  return pthread_cond_timedwait(&monitor->changed, &monitor->mutex, &end) == 0 ? 0 : -1;
}
