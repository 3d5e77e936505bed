// The system calls of PID 1 that Swift's Glibc module lacks or cannot import.
//
// Every function makes one call (ci_spawn and ci_guard say what more they do), retries EINTR where that is safe, has
// no policy, and answers a negative errno on failure. Constants are typed, since macros with casts lose their type.

#ifndef FAULTLINE_CINIT_H
#define FAULTLINE_CINIT_H

#include <stddef.h>
#include <stdint.h>

static const int CI_READ = 0;            // O_RDONLY
static const int CI_WRITE = 01;          // O_WRONLY
static const int CI_READ_WRITE = 02;     // O_RDWR
static const int CI_CREATE = 0100;       // O_CREAT
static const int CI_TRUNCATE = 01000;    // O_TRUNC
static const int CI_NONBLOCK = 04000;    // O_NONBLOCK

static const int16_t CI_POLL_IN = 0x001;
static const int16_t CI_POLL_OUT = 0x004;
static const int16_t CI_POLL_ERROR = 0x008;
static const int16_t CI_POLL_HANGUP = 0x010;

static const int CI_EAGAIN = 11;
static const int CI_EBUSY = 16;
static const int CI_EEXIST = 17;
static const int CI_EPIPE = 32;
static const int CI_ENOENT = 2;

static const int CI_SIGKILL = 9;

/// The same layout as struct pollfd.
struct ci_pollfd {
  int fd;
  int16_t events;
  int16_t revents;
};

int ci_pid(void);
/// The name of an errno, such as EBUSY.
const char *ci_error_name(int number);
/// Milliseconds since the kernel started (CLOCK_BOOTTIME).
int64_t ci_uptime_ms(void);
/// Microseconds since the kernel started (CLOCK_BOOTTIME).
int64_t ci_uptime_us(void);
_Noreturn void ci_exit(int status);
int ci_sleep_ms(int milliseconds);
long ci_page_size(void);
int ci_online_cpus(void);
/// uname(2): `field` 0 is the release, 1 the version; `text` holds at least 65 bytes.
int ci_uname(int field, char *text);

int ci_open(const char *path, int flags);
int ci_close(int fd);
long ci_read(int fd, void *bytes, size_t count);
long ci_write(int fd, const void *bytes, size_t count);
long ci_pwrite(int fd, const void *bytes, size_t count, int64_t offset);
/// Moves to the end; the only seek /dev/kmsg is asked for.
int ci_seek_end(int fd);
/// The size of a block device in bytes (BLKGETSIZE64).
int64_t ci_device_size(int fd);
/// fsync(2).
int ci_sync(int fd);
/// Sets FS_NOCOW_FL on an empty file, so that btrfs writes its blocks in place.
int ci_write_in_place(int fd);
int ci_mkdir(const char *path);
int ci_unlink(const char *path);
int ci_symlink(const char *target, const char *path);
/// Calls `each` with the name of every entry of the directory but "." and "..".
int ci_list(const char *path, void (*each)(void *context, const char *name), void *context);

int ci_mount(const char *source, const char *target, const char *type, const char *options);
int ci_swapon(const char *path);
int ci_load_module(int fd, const char *parameters);

/// memfd_create(2) with sealing, close-on-exec.
int ci_memfd(const char *name);
/// Seals a memfd against every change.
int ci_seal(int fd);

int ci_poll(struct ci_pollfd *fds, size_t count, int timeout_ms);
/// A close-on-exec, non-blocking signalfd for SIGCHLD, which it also blocks; SIGPIPE is ignored from then on.
int ci_child_signals(void);
/// A socket on which the kernel announces devices (NETLINK_KOBJECT_UEVENT), non-blocking.
int ci_device_events(void);
/// waitpid(-1, WNOHANG): a pid, 0 when none has ended, -ECHILD when there is none.
int ci_reap(int *status);
int ci_exited(int status);
int ci_exit_status(int status);
int ci_term_signal(int status);
int ci_kill(int pid, int signal);

/// A program to start. `program` is executed by path; strings are NUL-terminated, vectors NULL-terminated.
struct ci_program {
  const char *program;
  char *const *arguments;
  char *const *environment;
  const char *directory;
  /// The file of a cgroup that the child writes itself into before it executes, or NULL.
  const char *cgroup;
  /// Where the child's stdout and stderr go.
  int output, errors;
};

/// Forks a child in a session of its own that executes a program with stdin from /dev/null, default signals and
/// an ordinary oom score. Answers its pid; when exec fails, minus the errno, and the child is already gone.
int ci_spawn(const struct ci_program *program);
/// pipe2(2), close-on-exec; the read end is non-blocking.
int ci_pipe(int *read_end, int *write_end);

/// The features userfaultfd(2) offers (UFFDIO_API), as a bit mask.
int64_t ci_userfaultfd_features(void);
/// mlockall(2) of what is resident now or becomes so later.
int ci_lock_memory(void);

/// Catches the signals of a trap or wild access in PID 1: says so in the kernel's log and ends the guest, where the
/// kernel would panic and blame the test that ran.
void ci_guard(void);
/// Sets the wall clock, in milliseconds since 1970.
void ci_set_wall_clock(int64_t milliseconds);
/// Makes the kernel's random numbers depend on these bytes, in hexadecimal, from now on.
void ci_mix_entropy(const char *hexadecimal);
/// Powers the guest off; answers only when the kernel cannot.
int ci_power_off(void);
/// Restarts at once through sysrq, without shutting devices down; QEMU ends the guest instead.
int ci_restart(void);

#endif
