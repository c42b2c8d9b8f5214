/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The last look: larchd is the last judge, not the obedient hand. Before each
 * intent it looks again at what the request was allowed on. What differs ends
 * that machine with the sentence given here, and nothing is sent.
 */
#ifndef LARCH_POWER_LOOK_H
#define LARCH_POWER_LOOK_H

#include "journal.h"
#include "plan.h"
#include "request.h"
#include "tag.h"

/* What the device said just now of the outlet or chassis the step is about. */
struct power_seen {
	enum power_state state;
	const char *word;        /* the device's own */
	const char *device_name; /* outlets: what the device calls it now */
};

struct power_look {
	struct inv *inv;
	struct power_requests *requests; /* whose tags, grants and approvals are looked at; NULL: it cannot be read, and nothing is switched */
	struct journal *journal;
	const struct conf *conf;
	const struct power_request *request;
	const struct power_plan *plan;
	int64_t now;
	bool begun;              /* the machine of the step was begun: what only keeps it from beginning is not looked at */
};

/* When a request is taken up: not too late, hash right, within its role's ceilings. 0 or -1. */
LARCH_API int power_look_request(const struct power_look *l, struct arena *a, struct err *e);
/* look_grant.c. Of a request: its grant is there, its own, was open and covers the plan; another person approved it
 * where it must be so. Part of power_look_request. 0 or -1. */
LARCH_API int power_look_grant(const struct power_look *l, struct arena *a, struct err *e);
/* Of the first step of a machine: nobody has taken the grant back. Part of power_look_step. 0 or -1. */
LARCH_API int power_look_revoked(const struct power_look *l, size_t step, struct arena *a, struct err *e);
/*
 * Is this the plan larchd makes itself, now, of the same machines, verb and way? A plan that somebody made up,
 * or that rests on a room that has changed, is not. Once, before anything of it is begun. 0 or -1.
 */
LARCH_API int power_look_plan(const struct power_look *l, struct status *status, struct arena *a, struct err *e);
/* Before each intent: tags, protected things, wiring as the inventory has it now, ceilings. 0 or -1. */
LARCH_API int power_look_step(const struct power_look *l, size_t step, struct arena *a, struct err *e);
/* The role's machines an hour. Part of power_look_step, and asked again directly before the intent: others of the
 * same person are read meanwhile, and each sees the ceiling free. 0 or -1. */
LARCH_API int power_look_ceiling(const struct power_look *l, size_t step, struct err *e);
/* Is any of it tagged? Part of power_look_step, and asked again where the intent is written, also of what takes a step back. */
LARCH_API int power_look_tags(const struct power_look *l, const struct power_about *x, struct arena *a, struct err *e);
/* After reading the device, before the intent: its state and its own name. 0 or -1. */
LARCH_API int power_look_device(const struct power_look *l, size_t step, const struct power_seen *seen,
    struct err *e);

#endif
