/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the benches of a sweep share. Ours and the peer are a process each, started alike by exec, so that the start
 * counts for both; CPU is user and system time of that process and its children, the median of five.
 * Addresses are 127.96.0.1 and upwards: loopback has them all.
 */
#ifndef LARCH_BENCH_SWEEP_H
#define LARCH_BENCH_SWEEP_H

#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define SWEEP_FIRST 0x7f600001u
#define SWEEP_MANY 10000
#define SWEEP_ROUNDS 5

static inline void
sweep_die(const char *what)
{
	fprintf(stderr, "%s: %s\n", program_invocation_short_name, what);
	exit(1);
}

static inline struct in_addr
sweep_address(int i)
{
	return (struct in_addr){htonl(SWEEP_FIRST + (uint32_t)i)};
}

/* A file with n addresses, a line each; it has no name any more: /dev/fd/N. */
static inline int
sweep_list(int n)
{
	char name[] = "/tmp/larch-bench.XXXXXX", text[INET_ADDRSTRLEN];
	int fd = mkstemp(name);
	FILE *f = fd < 0 ? NULL : fdopen(dup(fd), "w");

	if (f == NULL)
		sweep_die("no temporary file");
	unlink(name);
	for (int i = 0; i < n; i++) {
		struct in_addr a = sweep_address(i);

		fprintf(f, "%s\n", inet_ntop(AF_INET, &a, text, sizeof(text)));
	}
	fclose(f);
	return fd;
}

/* The CPU of one run in us; nothing where it cannot be started or does not end with `expected`. */
static inline double
sweep_once(const char *const *argv, int list, int expected)
{
	struct rusage use;
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		int null = open("/dev/null", O_WRONLY);

		(void)lseek(list, 0, SEEK_SET);
		(void)dup2(null, 1);
		(void)dup2(null, 2);
		(void)dup2(list, 0);
		execvp(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &use) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != expected)
		return -1;
	return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1e6 + (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec);
}

static inline int
sweep_less(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static inline double
sweep_median(double *t)
{
	qsort(t, SWEEP_ROUNDS, sizeof(t[0]), sweep_less);
	return t[SWEEP_ROUNDS / 2];
}

/* One row: ours beside the peer, in us an address. The two take turns, so that what else runs meets both. */
static inline void
sweep_compare(const char *name, int n, const char *const *ours, const char *const *peer)
{
	double t[SWEEP_ROUNDS], other[SWEEP_ROUNDS], missing = 0;
	int list = sweep_list(n);

	for (int i = 0; i < SWEEP_ROUNDS; i++) {
		t[i] = sweep_once(ours, list, 0);
		if (t[i] < 0)
			sweep_die("not every address answered");
		other[i] = sweep_once(peer, list, 0);
		missing += other[i] < 0;
	}
	close(list);
	printf("%s %.2f us/address | %s ", name, sweep_median(t) / n, peer[0]);
	if (missing > 0)
		printf("missing\n");
	else
		printf("%.2f us/address\n", sweep_median(other) / n);
}

#endif
