/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bmc_child: bmc-sim as a child process on ports of the kernel's choice, and its control socket.
 * Begin with bmc_start; the rest is for after it.
 */
#ifndef LARCH_TESTS_BMC_CHILD_H
#define LARCH_TESTS_BMC_CHILD_H

#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/base.h"
#include "t.h"

static pid_t bmc_child;
static int bmc_control = -1;
static int bmc_port;

static void
bmc_stop(void)
{
	if (bmc_child > 0) {
		kill(bmc_child, SIGTERM);
		waitpid(bmc_child, NULL, 0);
	}
}

static const char *
bmc_program(void)
{
	static char path[4096];
	const char *build = getenv("LARCH_BUILD");
	ssize_t n;

	if (build != NULL) {
		snprintf(path, sizeof(path), "%s/bin/bmc-sim", build);
	} else if ((n = readlink("/proc/self/exe", path, sizeof(path) - 32)) > 0) {
		path[n] = '\0';
		for (int up = 0; up < 2 && strrchr(path, '/') != NULL; up++)
			*strrchr(path, '/') = '\0';
		strncat(path, "/bin/bmc-sim", sizeof(path) - strlen(path) - 1);
	}
	return path;
}

static bool
bmc_spawn(const char *conf, const char *ctl, int n)
{
	char line[128] = "";
	int out[2], bmcs;
	FILE *f;

	if (access(bmc_program(), X_OK) != 0 || pipe(out) != 0)
		return false;
	bmc_child = fork();
	if (bmc_child == 0) {
		dup2(out[1], 1);
		execl(bmc_program(), "bmc-sim", "--with-parent", "--config", conf, "--control", ctl, (char *)NULL);
		_exit(127);
	}
	close(out[1]);
	f = fdopen(out[0], "r");
	if (f == NULL || fgets(line, sizeof(line), f) == NULL)
		return false;
	bmcs = (int)strtol(line + strlen("READY bmcs "), NULL, 10);
	bmc_port = strstr(line, " port ") == NULL ? 0 : (int)strtol(strstr(line, " port ") + 6, NULL, 10);
	fclose(f);
	return bmcs == n && bmc_port != 0;
}

/* false: not built (the test is skipped) or it did not start with its n BMCs. Once a program. */
static bool
bmc_start(const char *config, int n)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	char conf[300];
	FILE *f;

	if (bmc_control >= 0)
		return true;
	snprintf(conf, sizeof(conf), "%s/bmc.conf", t_folder());
	snprintf(at.sun_path, sizeof(at.sun_path), "%.90s/ctl", t_folder());
	f = fopen(conf, "w");
	if (!T_OK(f != NULL))
		return false;
	T_OK(fputs(config, f) >= 0 && fclose(f) == 0);
	if (access(bmc_program(), X_OK) != 0) {
		t_skip("bmc-sim is not built (make sims)");
		return false;
	}
	atexit(bmc_stop);
	if (!T_OK(bmc_spawn(conf, at.sun_path, n)))
		return false;
	bmc_control = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return T_OK(connect(bmc_control, (struct sockaddr *)&at, sizeof(at)) == 0);
}

/* One command to the control socket; its answer line. */
static const char *bmc_tell(const char *fmt, ...) LARCH_PRINTF(1, 2);

static const char *
bmc_tell(const char *fmt, ...)
{
	static char line[4096];
	va_list ap;
	size_t n;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(line, sizeof(line) - 1, fmt, ap);
	va_end(ap);
	line[len++] = '\n';
	T_OK(write(bmc_control, line, (size_t)len) == len);
	for (n = 0; n < sizeof(line) - 1 && (n == 0 || line[n - 1] != '\n'); n++)
		if (read(bmc_control, line + n, 1) != 1)
			break;
	line[n] = '\0';
	T_OK(strncmp(line, "ok", 2) == 0);
	return line;
}

/* The number after "KEY=" of `get NAME`. */
static __attribute__((unused)) int
bmc_count(const char *name, const char *key)
{
	const char *line = bmc_tell("get %s", name);
	char wanted[32];
	const char *at;

	snprintf(wanted, sizeof(wanted), " %s=", key);
	at = strstr(line, wanted);
	return at == NULL ? -1 : (int)strtol(at + strlen(wanted), NULL, 10);
}

/* `get NAME` has this, or gets it soon: a chassis takes a few milliseconds to do what it said yes to. */
static __attribute__((unused)) bool
bmc_becomes(const char *name, const char *pair)
{
	for (int i = 0; i < 5000; i++) {
		if (strstr(bmc_tell("get %s", name), pair) != NULL)
			return true;
		usleep(1000);
	}
	return false;
}

#endif
