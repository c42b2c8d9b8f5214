/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pings: that they stop after a reset, and that they come again after a cycle or a reset. Nothing is sent that changes
 * anything. "Answers pings" says that something answers at the machine's address, no more.
 */
#include <string.h>

#include "engine.h"

static void ping_poll(struct drive_machine *m);

static bool
is_lost(const struct drive_machine *m)
{
	return drive_step(m)->action == POWER_DO_PING_LOST;
}

static const char *
waited(const struct drive_machine *m, char age[TIMES_TEXT])
{
	return times_age(times_now() - m->watched_since, age);
}

static void
end(struct drive_machine *m, const char *outcome, const char *text)
{
	m->watched_since = 0;
	drive_step_end(m, "seen", outcome, text);
}

/* One look more, or how it ends: `seen` is what was looked for, DRIVE_WATCH_ANSWERS in a row. */
static void
judge(struct drive_machine *m, bool seen)
{
	const char *name = drive_name(m);
	char age[TIMES_TEXT];

	m->answers = seen ? m->answers + 1 : 0;
	if (m->answers >= DRIVE_WATCH_ANSWERS)
		end(m, "ok", is_lost(m)
		    ? arena_printf(m->a, "%s stopped answering pings, %s after the reset", name, waited(m, age))
		    : arena_printf(m->a, "%s answers pings, after %s", name, waited(m, age)));
	else if (m->job->aborted && !is_lost(m))
		drive_machine_halt(m);
	else if (times_boot() < m->deadline)
		drive_after(m, DRIVE_SLOW_POLL_MS, ping_poll);
	else
		end(m, "failed", is_lost(m)
		    ? arena_printf(m->a, "%s has gone on answering pings for %s: as far as can be seen it was not reset", name,
		        waited(m, age))
		    : arena_printf(m->a, "%s has not answered a ping within %s", name, waited(m, age)));
}

static void
pinged(void *ctx, enum probe_ping_outcome outcome, double ms)
{
	struct drive_machine *m = ctx;

	(void)ms;
	if (m->job->drive->stopping || outcome == PROBE_PING_CANCELLED)
		return;
	if (outcome == PROBE_PING_NOT_PERMITTED)
		end(m, "unknown", "larchd may not ping, so nobody saw it");
	else
		judge(m, (outcome == PROBE_PING_UP) != is_lost(m));
}

static void
ping_poll(struct drive_machine *m)
{
	struct err e;

	arena_reset(m->a); /* ten minutes of looks would be many */
	if (probe_ping_thing(m->job->drive->room.probe, drive_name(m), m->a, pinged, m, &e) == 0)
		return;
	if (e.kind == ERR_UNAVAILABLE)
		judge(m, false);
	else
		end(m, "unknown", arena_printf(m->a, "nobody saw its pings: %s", e.text));
}

/* watch.c has set since when it is waited for where larchd was stopped meanwhile. */
static void
begin(struct drive_machine *m, int64_t limit)
{
	if (m->watched_since == 0)
		m->watched_since = m->began;
	m->deadline = times_boot() + drive_left(m->watched_since, limit);
	m->answers = 0;
	ping_poll(m);
}

void
drive_lost_begin(struct drive_machine *m)
{
	begin(m, m->job->drive->room.conf->silent_limit_ms);
}

void
drive_ping_begin(struct drive_machine *m)
{
	begin(m, m->job->drive->room.conf->ping_limit_ms);
}
