/*
 * Makes the kernel complain, one kind after the other; a program for `faultline run --program`.
 *
 *   provoke [PATH=VALUE | lkdtm:TYPE | kind:NAME | sysrq:LETTER | oom | oom-memcg | wait:SECONDS]…
 *
 * Each word but PATH=VALUE is a test point. What it provokes happens in a child, since an oops kills
 * who caused it. README.md says what the words need of the kernel.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char lkdtm[] = "/sys/kernel/debug/provoke-crash/DIRECT";
static const char kinds[] = "/sys/kernel/debug/provoke";

static int put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	int ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (!ok)
		printf("# %s < %s: %s\n", path, text, strerror(errno));
	if (fd >= 0)
		close(fd);
	return ok;
}

static void rest(double seconds)
{
	struct timespec time = { (time_t)seconds, (long)((seconds - (time_t)seconds) * 1e9) };

	nanosleep(&time, NULL);
}

/* Gives the driver a page of this process to spoil, and looks at the page afterwards. */
static int provoke(const char *name)
{
	char text[100];
	/* 4 MiB, so that one of the page tables is of these pages alone. */
	char *pages = mmap(NULL, 6 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *page = (char *)(((unsigned long)pages + (2 << 20)) & ~((2ul << 20) - 1));

	madvise(pages, 6 << 20, MADV_NOHUGEPAGE);
	page[0] = 1;
	snprintf(text, sizeof(text), "%s %lx", name, (unsigned long)page);
	if (!put(kinds, text))
		return 1;
	/* Reading a broken swap entry ends this process; the parent looks away. */
	if (strstr(name, "swap"))
		return *(volatile char *)page;
	munmap(pages, 6 << 20);
	return 0;
}

/* Without end, faster than what anybody frees. */
static int eat(void)
{
	put("/proc/self/oom_score_adj", "900");
	for (;;) {
		char *memory = mmap(NULL, 16 << 20, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

		if (memory == MAP_FAILED)
			return 1;
	}
}

static int eat_in_group(void)
{
	static const char *const tries[] = { "/tmp/cg", "/tmp/cg1" };
	char pid[20];

	snprintf(pid, sizeof(pid), "%d", getpid());
	mkdir(tries[0], 0755);
	if (mount("cgroup2", tries[0], "cgroup2", 0, NULL) && errno != EBUSY)
		return 1;
	put("/tmp/cg/cgroup.subtree_control", "+memory");
	mkdir("/tmp/cg/provoked", 0755);
	put("/tmp/cg/provoked/memory.max", "33554432");
	put("/tmp/cg/provoked/memory.swap.max", "0");
	if (!put("/tmp/cg/provoked/cgroup.procs", pid))
		return 1;
	return eat();
}

static int act(const char *word)
{
	if (!strncmp(word, "lkdtm:", 6))
		return !put(lkdtm, word + 6);
	if (!strncmp(word, "kind:", 5))
		return provoke(word + 5);
	if (!strncmp(word, "sysrq:", 6))
		return !put("/proc/sysrq-trigger", word + 6);
	if (!strncmp(word, "wait:", 5))
		return rest(atof(word + 5)), 0;
	if (!strcmp(word, "oom"))
		return eat();
	if (!strcmp(word, "oom-memcg"))
		return eat_in_group();
	printf("# %s is no kind\n", word);
	return 2;
}

/* Runs a word in a child and waits for it, but not for ever: some children cannot die. */
static void point(int number, const char *word)
{
	pid_t child;
	int status = 0, tenths;

	fflush(stdout);
	child = fork();
	if (child == 0) {
		int result = act(word);

		fflush(stdout);
		_exit(result);
	}
	for (tenths = 0; tenths < 900 && waitpid(child, &status, WNOHANG) == 0; tenths++)
		rest(0.1);
	/* Before the mark behind this point: what the kernel prints late. */
	rest(0.7);
	printf("# status %x after %d.%d s\n", status, tenths / 10, tenths % 10);
	for (char *c = (char *)word; *c; c++)
		if (*c == ':')
			*c = '.';
	printf("ok %d provoke.%s\n", number, word);
	fflush(stdout);
	/* Whoever follows the output marks the log now. */
	rest(0.7);
}

int main(int count, char **words)
{
	int number = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (mount("debugfs", "/sys/kernel/debug", "debugfs", 0, NULL) && errno != EBUSY)
		printf("# no debugfs: %s\n", strerror(errno));
	put("/proc/sys/kernel/panic_on_oops", "0");
	put("/proc/sys/kernel/hung_task_timeout_secs", "3");
	put("/proc/sys/kernel/watchdog_thresh", "2");
	put("/sys/module/rcupdate/parameters/rcu_cpu_stall_timeout", "4");
	put("/sys/module/workqueue/parameters/watchdog_thresh", "2");
	printf("TAP version 13\n");
	for (int i = 1; i < count; i++) {
		char *value = strchr(words[i], '=');

		if (value) {
			*value++ = 0;
			put(words[i], value);
		} else {
			point(++number, words[i]);
		}
	}
	printf("1..%d\n", number);
	return 0;
}
