/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of larchd: what main.c composes and the other files of this folder use. */
#ifndef LARCHD_H
#define LARCHD_H

#include <uv.h>

#include "advice/advice.h"
#include "base/base.h"
#include "conf/conf.h"
#include "devtype/devtype.h"
#include "drive/drive.h"
#include "gate/gate.h"
#include "glass/glass.h"
#include "inv/inv.h"
#include "power/power.h"
#include "probe/probe.h"
#include "status/status.h"
#include "tell/tell.h"

struct larchd_kept {
	struct conf *conf;
	struct devtype_set *types;
	struct larchd_kept *next;
};

struct larchd {
	const char *conf_path;
	uv_loop_t loop;
	struct arena *a;

	struct conf *conf;              /* the current one; old ones stay in `kept` */
	struct devtype_set *types;
	struct larchd_kept *kept;
	int64_t complained;             /* boot ms: when it was last said that requests cannot be taken up */

	int64_t anchored, anchored_at;  /* the row whose hash was logged last, and when (boot ms) */

	struct inv *inv;                /* readers; NULL until their writers have run */
	struct power_requests *requests;
	const char *inv_path, *requests_path;
	int64_t grants_seen;            /* generation of power.db whose grants were published */
	int64_t inv_seen, requests_seen; /* generations when they were last looked at */
	struct {
		int64_t seen, inv_seen, turn, noted; /* generations, and the last event in the journal; -1: not known */
		int64_t complained;             /* boot ms: when it was last said that they cannot be published */
	} tags;
	struct status *status;
	struct journal *journal;

	struct gate *gate;
	struct probe *probe;
	struct drive *drive;
	struct tell *tell;
	struct advice_rules *advice;

	struct glass *glass;            /* NULL until login has run */
	int64_t glass_told;             /* the use that the journal has already; -1: not looked yet */

	uv_timer_t settle, pulse, look, verify, cures;
	uv_signal_t terminate, interrupt, reload;
	uv_poll_t wake;
	int wake_fd;
	char *wake_path;
	const char *away;               /* a sentence: how long it had been away when it started */
	bool stopping;
};

/* wake.c: the socket that says "look at power.db now". */
int larchd_wake_open(struct larchd *l, struct err *e);
void larchd_wake_close(struct larchd *l);
void larchd_look(struct larchd *l);

/* glass.c: uses of the break-glass account, into the journal and to whoever is told of them. */
void larchd_look_glass(struct larchd *l);

/* journal.c: walk the whole journal in a worker, now and once a day; who is told of a broken one is told. */
void larchd_check_journal(struct larchd *l);

/* cures.c: which signs a machine had before a job acted on it, and whether it was well a quarter of an hour after. */
void larchd_watch_cures(struct larchd *l);
drive_act_fn larchd_acted; /* ctx: the struct larchd */

/* tags.c: what hangs is published, what became of it noted, when power.db or the inventory has changed. */
void larchd_tags(struct larchd *l);

/* grants.c: open grants and plans that wait are published for everybody, when power.db has changed. */
void larchd_grants(struct larchd *l);

/* notify.c: sd_notify(3) without the library. */
void larchd_notify(const char *state);

#endif
