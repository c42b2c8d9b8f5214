/* SPDX-License-Identifier: Apache-2.0 */
/* The front of drive: what larchd calls. */
#include <stdlib.h>

#include "engine.h"

int
drive_create(const struct drive_room *room, struct drive **out, struct err *e)
{
	struct drive *d = calloc(1, sizeof(*d));

	(void)e;
	if (d == NULL)
		log_die("out of memory: no drive");
	d->room = *room;
	d->last_order = -1;
	*out = d;
	return 0;
}

void
drive_set_conf(struct drive *d, const struct conf *conf)
{
	d->room.conf = conf;
}

/* Orders that were there before this start are over: their jobs have been ended. */
static int
take_orders(struct drive *d, struct err *e)
{
	struct arena *a = arena_create();
	struct power_order *orders;
	bool first = d->last_order < 0;
	size_t n;
	int rc = -1;

	do {
		if (power_orders_after(*d->room.requests, first && d->last_order < 0 ? 0 : d->last_order, a, &orders, &n,
		        e) != 0)
			goto out;
		for (size_t i = 0; i < n; i++) {
			d->last_order = orders[i].id;
			if (!first)
				drive_order(d, &orders[i]);
		}
	} while (n > 0);
	if (d->last_order < 0)
		d->last_order = 0;
	rc = 0;
out:
	arena_destroy(a);
	return rc;
}

/* Each request gets an arena of its own: the job's. */
static int
take_one(struct drive *d, int64_t after, bool *found, struct err *e)
{
	struct arena *a = arena_create();
	struct power_request *rows;
	size_t n = 0;

	*found = false;
	if (power_requests_after(*d->room.requests, after, a, &rows, &n, e) != 0) {
		arena_destroy(a);
		return -1;
	}
	if (n == 0) {
		arena_destroy(a);
		return 0;
	}
	*found = true;
	drive_job_begin(d, &rows[0], a);
	return 0;
}

int
drive_take(struct drive *d, struct err *e)
{
	int64_t last, before;
	bool found = true;

	if (*d->room.requests == NULL || *d->room.inv == NULL || d->stopping)
		return 0;
	if (take_orders(d, e) != 0)
		return -1;
	while (found) {
		before = last = journal_last_job(d->room.journal);
		if (last < 0)
			return err_set(e, ERR_UNAVAILABLE, "the journal cannot be read");
		if (take_one(d, last, &found, e) != 0)
			return -1;
		if (found && journal_last_job(d->room.journal) == before)
			return err_set(e, ERR_UNAVAILABLE, "the journal cannot be written: nothing is begun");
	}
	return 0;
}

size_t
drive_stop(struct drive *d)
{
	size_t n = 0;

	d->stopping = true;
	for (struct drive_job *job = d->jobs; job != NULL; job = job->next)
		n++;
	return n;
}

void
drive_destroy(struct drive *d)
{
	free(d);
}
