/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "inner.h"

#define CLOCK_SLACK_MS 60000 /* a clock may be stepped back by so much after a reboot */

static char this_boot[40];
static struct auth_now pretended;
static bool pretending;

static void
read_boot_id(void)
{
	struct buf text;

	/*
	 * Not readable (a unit with ProcSubset=pid): then no row is of "this boot" but
	 * our own, and the wall clock alone counts. Two empty names must never look alike.
	 */
	if (file_read("/proc/sys/kernel/random/boot_id", 128, &text, NULL) == 0 && text.n >= 36)
		snprintf(this_boot, sizeof(this_boot), "%.36s", text.p);
	else
		auth_id_new(this_boot);
	buf_free(&text);
}

void
auth_now_pretend(const struct auth_now *now)
{
	pretending = now != NULL;
	if (pretending)
		pretended = *now;
}

void
auth_now(struct auth_now *out)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	if (pretending) {
		*out = pretended;
		return;
	}
	pthread_once(&once, read_boot_id);
	out->wall = times_now();
	out->boot = times_boot();
	memcpy(out->boot_id, this_boot, sizeof(this_boot));
}

bool
auth_span_over(const struct auth_span *s, const struct auth_now *now)
{
	if (now->wall >= s->ends_at)
		return true;
	if (strcmp(s->boot_id, now->boot_id) == 0)
		return now->boot >= s->ends_boot;
	return now->wall < s->made_at - CLOCK_SLACK_MS;
}

bool
auth_span_spent(const struct auth_span *s, const struct auth_now *now)
{
	return strcmp(s->boot_id, now->boot_id) == 0 ? now->boot >= s->ends_boot : now->wall >= s->ends_at;
}
