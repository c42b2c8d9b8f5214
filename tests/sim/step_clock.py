# SPDX-License-Identifier: Apache-2.0
"""A program whose wall clock can be set while it runs: a library of ours before the C library's own. CLOCK_BOOTTIME and
CLOCK_MONOTONIC go on, as they do when an administrator sets the clock."""
import os, subprocess

STEP = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
static long step(void)
{
	long s = 0;
	const char *path = getenv("STEP_FILE");
	FILE *f = path == NULL ? NULL : fopen(path, "r");
	if (f != NULL) {
		if (fscanf(f, "%ld", &s) != 1)
			s = 0;
		fclose(f);
	}
	return s;
}
int clock_gettime(clockid_t id, struct timespec *t)
{
	static int (*real)(clockid_t, struct timespec *);
	int rc;
	if (real == NULL)
		real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
	rc = real(id, t);
	if (id == CLOCK_REALTIME)
		t->tv_sec += step();
	return rc;
}
"""


def environment(folder):
    """What the program is started with; step() then moves the clock of all that were given this."""
    source, library = folder / "step.c", folder / "step.so"
    source.write_text(STEP)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    return {"LD_PRELOAD": str(library), "STEP_FILE": str(folder / "step"),
            "ASAN_OPTIONS": "verify_asan_link_order=0:" + os.environ.get("ASAN_OPTIONS", "")}


def step(folder, seconds):
    """From now on the clock is so far from the machine's own."""
    new = folder / "step.new"
    new.write_text(str(seconds))
    new.replace(folder / "step")
