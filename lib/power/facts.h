/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the room: facts while they are gathered. facts.c wiring and state, facts_seen.c status, facts_known.c what else a person must know. */
#ifndef LARCH_POWER_FACTS_H
#define LARCH_POWER_FACTS_H

#include "plan_making.h"

struct power_seen;
/* The values of these things, sorted as hosts_sort does; others are asked one by one. */
int power_seen_open(struct status *s, const struct hosts *things, struct arena *a, struct power_seen **out, struct err *e);
/* NULL: never seen. */
const struct status_value *power_seen_value(struct power_seen *s, const char *thing, const char *check);
bool power_seen_reads(struct power_seen *s, const char *thing, const char *check, const char *text);
const struct status_outlet *power_seen_outlet(struct power_seen *s, const char *pdu, const char *outlet);

/* Does an outlet of this PDU carry a load? Then it measures outlets. */
bool power_seen_loaded(struct power_seen *s, const char *pdu, double floor_a);

struct gathering {
	const struct power_room *room;
	const struct power_wish *wish;
	struct arena *a;
	int64_t now;
	bool waits;              /* the verb's plan may wait for pings */
	bool cuts;               /* it ends what runs */
	struct hosts outlets;    /* "pdu:outlet" of everything the plan may switch off */
	struct power_seen *seen;
	struct status_past *pasts; /* of its machines, by machine */
	size_t n_pasts;
};

/* Owner, state, Slurm and, of what the verb ends, the jobs and the last times. */
void power_gather_known(struct gathering *g, const struct inv_thing *t, struct power_known *out);
/* Once, before: the last times of the wish's machines. */
int power_gather_pasts(struct gathering *g, struct err *e);

#endif
