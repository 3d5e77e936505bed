// See include/cinit.h. The only file of init that sees _GNU_SOURCE.
#define _GNU_SOURCE

#include "cinit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/netlink.h>
#include <linux/random.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

_Static_assert(sizeof(struct ci_pollfd) == sizeof(struct pollfd), "ci_pollfd is struct pollfd");
_Static_assert(O_NONBLOCK == 04000 && O_CREAT == 0100 && O_TRUNC == 01000, "open flags");

#define RETRY(call)                          \
  ({                                         \
    long result_;                            \
    do result_ = (long)(call);               \
    while (result_ < 0 && errno == EINTR);   \
    result_ < 0 ? -errno : result_;          \
  })

int ci_pid(void) { return getpid(); }

// glibc has it since 2.32; the guest's runtime has its own beside musl.
const char *strerrorname_np(int number);

const char *ci_error_name(int number) {
  const char *name = strerrorname_np(number);
  return name ? name : "an unknown error";
}

int64_t ci_uptime_us(void) {
  struct timespec now;
  clock_gettime(CLOCK_BOOTTIME, &now);
  return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t ci_uptime_ms(void) { return ci_uptime_us() / 1000; }

void ci_exit(int status) { exit(status); }

int ci_sleep_ms(int milliseconds) { return RETRY(poll(NULL, 0, milliseconds)); }

long ci_page_size(void) { return sysconf(_SC_PAGESIZE); }

int ci_online_cpus(void) { return (int)sysconf(_SC_NPROCESSORS_ONLN); }

int ci_uname(int field, char *text) {
  struct utsname name;
  if (uname(&name) < 0) return -errno;
  strcpy(text, field == 0 ? name.release : name.version);
  return 0;
}

int ci_open(const char *path, int flags) { return RETRY(open(path, flags | O_CLOEXEC, 0644)); }
int ci_close(int fd) { return close(fd) < 0 ? -errno : 0; }
long ci_read(int fd, void *bytes, size_t count) { return RETRY(read(fd, bytes, count)); }
long ci_write(int fd, const void *bytes, size_t count) { return RETRY(write(fd, bytes, count)); }

long ci_pwrite(int fd, const void *bytes, size_t count, int64_t offset) {
  return RETRY(pwrite(fd, bytes, count, offset));
}

int ci_seek_end(int fd) { return lseek(fd, 0, SEEK_END) < 0 ? -errno : 0; }

int64_t ci_device_size(int fd) {
  uint64_t size = 0;
  return ioctl(fd, BLKGETSIZE64, &size) < 0 ? -errno : (int64_t)size;
}

int ci_sync(int fd) { return RETRY(fsync(fd)); }

int ci_write_in_place(int fd) {
  int flags = 0;
  if (ioctl(fd, FS_IOC_GETFLAGS, &flags) < 0) return -errno;
  flags |= FS_NOCOW_FL;
  return ioctl(fd, FS_IOC_SETFLAGS, &flags) < 0 ? -errno : 0;
}

int ci_mkdir(const char *path) { return mkdir(path, 0755) < 0 ? -errno : 0; }
int ci_unlink(const char *path) { return unlink(path) < 0 ? -errno : 0; }
int ci_symlink(const char *target, const char *path) {
  return symlink(target, path) < 0 ? -errno : 0;
}

int ci_list(const char *path, void (*each)(void *context, const char *name), void *context) {
  DIR *directory = opendir(path);
  if (!directory) return -errno;
  for (struct dirent *entry; (entry = readdir(directory));)
    if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..")) each(context, entry->d_name);
  closedir(directory);
  return 0;
}

int ci_mount(const char *source, const char *target, const char *type, const char *options) {
  return mount(source, target, type, MS_NOSUID, options) < 0 ? -errno : 0;
}

int ci_swapon(const char *path) { return swapon(path, 0) < 0 ? -errno : 0; }

int ci_load_module(int fd, const char *parameters) {
  return syscall(SYS_finit_module, fd, parameters, 0) < 0 ? -errno : 0;
}

int ci_memfd(const char *name) {
  int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
  return fd < 0 ? -errno : fd;
}

int ci_seal(int fd) {
  int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
  return fcntl(fd, F_ADD_SEALS, seals) < 0 ? -errno : 0;
}

int ci_poll(struct ci_pollfd *fds, size_t count, int timeout_ms) {
  int ready = poll((struct pollfd *)fds, count, timeout_ms);
  if (ready < 0) return errno == EINTR ? 0 : -errno;
  return ready;
}

int ci_child_signals(void) {
  signal(SIGPIPE, SIG_IGN);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  if (sigprocmask(SIG_BLOCK, &set, NULL) < 0) return -errno;
  int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  return fd < 0 ? -errno : fd;
}

int ci_device_events(void) {
  int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT);
  if (fd < 0) return -errno;
  struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = 1};
  if (bind(fd, (struct sockaddr *)&address, sizeof address) == 0) return fd;
  int error = errno;
  close(fd);
  return -error;
}

int ci_reap(int *status) { return RETRY(waitpid(-1, status, WNOHANG)); }
int ci_exited(int status) { return WIFEXITED(status); }
int ci_exit_status(int status) { return WEXITSTATUS(status); }
int ci_term_signal(int status) { return WTERMSIG(status); }
int ci_kill(int pid, int signal) { return kill(pid, signal) < 0 ? -errno : 0; }

int ci_pipe(int *read_end, int *write_end) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) return -errno;
  if (fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0) {
    int error = errno;
    close(ends[0]);
    close(ends[1]);
    return -error;
  }
  *read_end = ends[0];
  *write_end = ends[1];
  return 0;
}

/// Writes a short text to a file; failures are the kernel's lack of it and change nothing.
static void put(const char *path, const char *text) {
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return;
  ssize_t written = write(fd, text, strlen(text));
  (void)written;
  close(fd);
}

/// The child's half of ci_spawn: answers only when something failed, with errno set.
static void become(const struct ci_program *program) {
  setsid();
  if (program->cgroup) put(program->cgroup, "0");
  put("/proc/self/oom_score_adj", "0");
  signal(SIGPIPE, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  int input = open("/dev/null", O_RDONLY);
  if (input < 0 || dup2(input, 0) < 0 || dup2(program->output, 1) < 0 ||
      dup2(program->errors, 2) < 0)
    return;
  if (input > 2) close(input);
  if (chdir(program->directory) < 0) return;
  execve(program->program, program->arguments, program->environment);
}

int ci_spawn(const struct ci_program *program) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) return -errno;
  pid_t pid = fork();
  if (pid == 0) {
    become(program);
    int error = errno;
    ssize_t written = write(ends[1], &error, sizeof error);
    (void)written;
    _exit(127);
  }
  int error = pid < 0 ? errno : 0;
  close(ends[1]);
  if (pid > 0 && RETRY(read(ends[0], &error, sizeof error)) == sizeof error) waitpid(pid, NULL, 0);
  close(ends[0]);
  return error ? -error : pid;
}

int64_t ci_userfaultfd_features(void) {
  int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return -errno;
  struct uffdio_api api = {.api = UFFD_API};
  int64_t features = ioctl(fd, UFFDIO_API, &api) < 0 ? -errno : (int64_t)api.features;
  close(fd);
  return features;
}

int ci_lock_memory(void) {
  return mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) < 0 ? -errno : 0;
}

int ci_restart(void) {
  put("/proc/sysrq-trigger", "b");
  return reboot(RB_AUTOBOOT) < 0 ? -errno : 0;
}

void ci_set_wall_clock(int64_t milliseconds) {
  struct timespec time = {.tv_sec = milliseconds / 1000,
                          .tv_nsec = milliseconds % 1000 * 1000000};
  clock_settime(CLOCK_REALTIME, &time);
}

void ci_mix_entropy(const char *hexadecimal) {
  struct {
    struct rand_pool_info info;
    unsigned char bytes[64];
  } pool = {0};
  unsigned int value;
  int count = 0;
  while (count < (int)sizeof(pool.bytes) && sscanf(hexadecimal + 2 * count, "%2x", &value) == 1)
    pool.bytes[count++] = (unsigned char)value;
  int random = open("/dev/urandom", O_WRONLY | O_CLOEXEC);
  if (random < 0) return;
  pool.info.buf_size = count;
  pool.info.entropy_count = count * 8;
  ioctl(random, RNDADDENTROPY, &pool);
  ioctl(random, RNDRESEEDCRNG);
  close(random);
}

int ci_power_off(void) { return reboot(RB_POWER_OFF) < 0 ? -errno : 0; }

static void trapped(int signal) {
  char text[] = "<2>faultline: init was stopped by signal 00, powering off";
  char *digits = strstr(text, "00");
  digits[0] = (char)('0' + signal / 10);
  digits[1] = (char)('0' + signal % 10);
  put("/dev/kmsg", text);
  ci_restart();
  _exit(1);
}

void ci_guard(void) {
  static char stack[16384];
  stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
  sigaltstack(&alternate, NULL);
  struct sigaction action = {.sa_handler = trapped, .sa_flags = SA_ONSTACK | SA_RESETHAND};
  const int signals[] = {SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV};
  for (size_t index = 0; index < sizeof signals / sizeof *signals; index++)
    sigaction(signals[index], &action, NULL);
}
