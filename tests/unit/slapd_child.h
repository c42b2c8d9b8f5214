/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/sim/slapd.py as a child of a unit test: a real directory, and a line
 * of words to hurt it with.
 */
#ifndef LARCH_TESTS_SLAPD_CHILD_H
#define LARCH_TESTS_SLAPD_CHILD_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/base.h"
#include "t.h"

struct slapd_child {
	json_t *facts;      /* ldap ldaps ldapi ca_file people_base ... */
	char folder[512];
	int to, from, pid;
};

static int
read_line(int fd, char *line, size_t size)
{
	size_t n = 0;

	while (n + 1 < size && read(fd, line + n, 1) == 1 && line[n] != '\n')
		n++;
	line[n] = '\0';
	return n > 0 ? 0 : -1;
}

/* 0, or -1: it did not start (its reasons are on standard error). */
static __attribute__((unused)) int
slapd_child_start(struct slapd_child *d, const char *folder)
{
	int in[2], out[2];
	char line[4096];

	memset(d, 0, sizeof(*d));
	snprintf(d->folder, sizeof(d->folder), "%s/slapd", folder);
	if (pipe(in) != 0 || pipe(out) != 0)
		return -1;
	d->pid = fork();
	if (d->pid == 0) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		close(in[1]);
		close(out[0]);
		execlp("python3", "python3", t_path("tests/sim/slapd.py"), d->folder, (char *)NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	d->to = in[1];
	d->from = out[0];
	if (d->pid < 0 || read_line(d->from, line, sizeof(line)) != 0)
		return -1;
	d->facts = json_loads(line, 0, NULL);
	return d->facts == NULL ? -1 : 0;
}

static __attribute__((unused)) void
slapd_child_stop(struct slapd_child *d)
{
	if (d->pid <= 0)
		return;
	close(d->to); /* the end of its input is its end */
	waitpid(d->pid, NULL, 0);
	close(d->from);
	json_decref(d->facts);
	d->facts = NULL;
	d->pid = 0;
}

/* A text of the facts; "" when there is none of that name. */
static __attribute__((unused)) const char *
slapd_child_fact(const struct slapd_child *d, const char *key)
{
	const char *v = json_string_value(json_object_get(d->facts, key));

	return v == NULL ? "" : v;
}

/* Say "leave staff cyd" and the like: the number after "ok", 0 without one; -1 when it said no. */
static __attribute__((unused)) int
slapd_child_say(struct slapd_child *d, const char *words)
{
	char line[256];

	if (dprintf(d->to, "%s\n", words) < 0 || read_line(d->from, line, sizeof(line)) != 0)
		return -1;
	if (strncmp(line, "ok", 2) != 0) {
		printf("# %s: %s\n", words, line);
		return -1;
	}
	return (int)strtol(line + 2, NULL, 10);
}

#endif
