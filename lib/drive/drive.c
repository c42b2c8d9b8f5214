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
	drive_pace_create(d);
	*out = d;
	return 0;
}

void
drive_set_conf(struct drive *d, const struct conf *conf)
{
	d->room.conf = conf;
	power_pace_set_conf(d->pace, conf);
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

/* Only the memory of jobs in a step: nothing is asked, written or sent any more. */
void
drive_close(struct drive *d)
{
	if (d == NULL)
		return;
	d->stopping = true;
	while (d->jobs != NULL)
		drive_job_free(d->jobs);
	drive_settling_drop(d);
	drive_pace_close(d);
}

void
drive_destroy(struct drive *d)
{
	if (d != NULL)
		power_pace_destroy(d->pace);
	free(d);
}
