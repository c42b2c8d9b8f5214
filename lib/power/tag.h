/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A tag is a lockout on paper: "hands in rack b07, Ana, until 05:00". While it
 * is in force nothing that it covers is switched, by anybody, whichever way.
 * Rows of power.db, written by the `power` program; the planner refuses what is
 * tagged, and larchd looks again before each intent. It holds back Larch and
 * nobody else: it does not replace a padlock.
 *
 * Its owner lifts it, or two others together. When its end has come it is a
 * warning, until somebody lifts it. What it is on is kept by the inventory's
 * number beside the name: it follows a thing that is renamed, and covers
 * whatever has the old name too.
 */
#ifndef LARCH_POWER_TAG_H
#define LARCH_POWER_TAG_H

#include "request.h"

#define POWER_TAG_MS (90 * INT64_C(86400000))   /* no tag lasts longer; it can be extended */
#define POWER_TAG_TOGETHER_MS INT64_C(900000)   /* two who lift a tag together are no further apart */

struct power_tag {
	int64_t id;
	const char *who, *reason, *contact;
	const char *thing, *outlet; /* "b07" ""; "pdu-b01-a" "AA7": one outlet of it */
	const char *type;           /* of the thing; "outlet" */
	int64_t number;             /* of the thing in the inventory */
	int64_t made, until;        /* ms */
	int64_t asked_at;           /* somebody else asked to lift it, and waits for a second; 0: nobody */
	const char *asked_by;
	int64_t lifted_at;          /* 0: it hangs */
	const char *lifted_by;      /* "ana", "ben and ida" */
};

/* ---- hanging and lifting: `power` alone -------------------------------------------------------- */

/* What a tag shall be. The permit is for the verb "tag" on its thing, `address` is where the person asks from. */
struct power_tag_wish {
	const char *thing, *outlet, *type;
	int64_t number;
	const char *reason, *contact;
	int64_t until;
	const char *address;
};
LARCH_API int power_tag_put(struct power_requests *r, const struct permit *permit, const struct power_tag_wish *w,
    int64_t *id_out, struct err *e);

/* What is done to a tag that hangs; `name` is what its thing is called now, which the permit is about. */
struct power_tag_act {
	int64_t id;
	const char *name, *address;
	int64_t until;              /* extend */
};
/* Another end, earlier or later: its owner alone. */
LARCH_API int power_tag_extend(struct power_requests *r, const struct permit *permit, const struct power_tag_act *x,
    struct err *e);
/* *lifted_out false: another person is needed, and was not there within POWER_TAG_TOGETHER_MS before. */
LARCH_API int power_tag_lift(struct power_requests *r, const struct permit *permit, const struct power_tag_act *x,
    bool *lifted_out, struct err *e);

/* ---- reading ------------------------------------------------------------------------------------ */

LARCH_API int power_tag_get(struct power_requests *r, int64_t id, struct arena *a, struct power_tag *out, struct err *e);
/* All that hang, by number. */
LARCH_API int power_tags(struct power_requests *r, struct arena *a, struct power_tag **out, size_t *n_out, struct err *e);

/* Grows with every change of any tag; -1 failed. */
LARCH_API int64_t power_tags_turn(struct power_requests *r);

/* What became of tags: "put" "extend" "ask" "lift". For larchd, which writes it into the journal. */
struct power_tag_event {
	int64_t id, at, tag;
	const char *who, *address, *what, *text;
	const char *thing, *outlet; /* of the tag */
};
/* With an id above `after`, oldest first, at most LIMIT_ORDERS. The highest id: 0 none, -1 failed. */
LARCH_API int power_tag_events(struct power_requests *r, int64_t after, struct arena *a, struct power_tag_event **out,
    size_t *n_out, struct err *e);
LARCH_API int64_t power_tag_events_last(struct power_requests *r);

/* ---- what is covered ------------------------------------------------------------------------------ */

/* A light that blinks switches nothing: identify goes on where hands are at work, and shows which machine it is. */
LARCH_API bool power_verb_heeds_tags(enum power_verb v);
/* Its end has not come. */
LARCH_API bool power_tag_in_force(const struct power_tag *t, int64_t now);
/* What it is on, as it is called now: "b07", "pdu-b01-a:AA7". */
LARCH_API const char *power_tag_name(const struct power_tag *t, struct inv *inv, struct arena *a);

/*
 * The tags that cover what is about to be switched, collected name by name: struct power_tags t = {requests, inv, arena};
 * then power_tags_add for each, and t.tag[0 .. t.n) are they, in the order they were found, each once.
 * power_tags_next begins a new list; what was read of each name stays: the machines of a plan share racks and PDUs.
 */
struct power_tags_known;
struct power_tags {
	struct power_requests *requests;
	struct inv *inv;
	struct arena *a;
	struct power_tag *tag;
	size_t n, cap;
	bool asked, none;           /* is there any tag at all? */
	struct power_tags_known **known; /* by a hash of the name */
};
LARCH_API void power_tags_next(struct power_tags *t);
/* A thing with all its outlets, its BMC, all that stands in it and every place where it stands; or one outlet of it, the PDU
 * and where that stands. */
LARCH_API int power_tags_add(struct power_tags *t, const char *thing, const char *outlet, struct err *e);
/* An outlet and everything that hangs on it, directly or through other things. */
LARCH_API int power_tags_add_fed(struct power_tags *t, const char *pdu, const char *outlet, struct err *e);
/* What an intent is about: the device it is for, the machine it is done for, and the outlet, NULL of a BMC. */
struct power_about {
	const char *machine, *device, *outlet;
	bool outlet_verb;           /* the machine is an outlet by its name, no thing of its own */
};
LARCH_API int power_tags_add_about(struct power_tags *t, const struct power_about *x, struct err *e);
/* Whatever the steps of a plan switch. */
LARCH_API int power_tags_add_plan(struct power_tags *t, const struct power_plan *p, struct err *e);

/* "tagged by ana until 05:00: hands in rack b07 (ext. 4711); only ana or two others lift it"; where it is on
 * something else than `self`, that is named first. */
LARCH_API const char *power_tag_refusal(const struct power_tags *t, const struct power_tag *tag, const char *self);
/* Of one whose end has come: "b07: the tag of ana ended 2026-11-20 05:00 and was not lifted: ..." */
LARCH_API const char *power_tag_warning(const struct power_tags *t, const struct power_tag *tag);

#endif
