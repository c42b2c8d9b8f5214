/* SPDX-License-Identifier: Apache-2.0 */
/* What the page families of the `power` program share. */
#ifndef LARCH_CGI_POWER_PRIVATE_H
#define LARCH_CGI_POWER_PRIVATE_H

#include <pthread.h>

#include "advice/advice.h"
#include "auth/step.h"
#include "base/base.h"
#include "inv/inv.h"
#include "power/power.h"
#include "status/status.h"
#include "web/web.h"

/* Once: the writer of power.db, and its lock. */
struct power_shared {
	pthread_mutex_t lock;
	struct power_requests *requests;
};

/* A thread's readers. They are opened when they are first wanted: their writers may come later. */
struct power_readers {
	struct inv *inv;
	struct status *status, *asked; /* asked: by queries, in the middle of a handler that holds the other */
	struct status *before;         /* what the handler may still hold of a file that is gone */
	struct journal *journal;
	struct power_requests *requests;
	struct advice_file *advice;
	struct store *sessions;        /* proofs */
};

int power_need_inv(struct web_call *c, struct inv **out, struct err *e);
int power_need_status(struct web_call *c, struct status **out, struct err *e);
int power_need_journal(struct web_call *c, struct journal **out, struct err *e);
int power_need_requests(struct web_call *c, struct power_requests **out, struct err *e);

/* Wake larchd: an empty datagram on its socket. */
void power_wake(struct web_call *c);

/* The head of the chain of requests into the log, which may go to another machine. Under the lock of the requests. */
void power_anchor(struct web_call *c, struct power_requests *requests, int64_t job);

/* A permit of the caller for a plan's verb and everything it touches or cuts. */
int power_permit_plan(struct web_call *c, const struct power_plan *p, struct permit **out, struct err *e);
/* The same for somebody who stops it: what its things are now is not asked. For an order, and for nothing that is filed. */
int power_permit_stop(struct web_call *c, const struct power_plan *p, struct permit **out, struct err *e);
/* The same for a verb on a list of names. */
int power_permit(struct web_call *c, const char *verb, const struct hosts *things, struct permit **out,
    struct err *e);

/* The same without the ceiling of one request: a grant is for some of them, now and then. */
int power_permit_many(struct web_call *c, const char *verb, const struct hosts *things, struct permit **out,
    struct err *e);

/* Of names that a group stood for, keep the machines. */
int power_keep_machines(struct web_call *c, struct str typed, struct hosts *names, struct err *e);

/* The names in field `field`: machines, checked against the inventory; or "pdu:outlet" for outlet verbs. */
int power_names(struct web_call *c, const char *field, enum power_verb verb, struct hosts *out, struct err *e);

/* power_plan.c */
int power_show_form(struct web_call *c, struct err *e);
int power_post(struct web_call *c, struct err *e);
int power_post_choice(struct web_call *c, struct err *e);
int power_post_check(struct web_call *c, struct err *e);
int power_api_plan(struct web_call *c, struct err *e);
int power_api_post(struct web_call *c, struct err *e);
int power_api_reboot(struct web_call *c, struct err *e);
int power_api_check(struct web_call *c, struct err *e);
int power_api_status(struct web_call *c, struct err *e);
int power_api_outlet_status(struct web_call *c, struct err *e);

/* power_count.c: the role's confirm_over when this plan is above it, else -1; and was the right number or rack typed? */
int64_t power_count_over(struct web_call *c, const struct power_plan *p, const struct permit *permit);
int power_count_check(struct web_call *c, const struct power_plan *p, const struct permit *permit, struct err *e);

/* power_plan_model.c: what becomes of whom, and the machines of a plan, for the page: `rows` and `groups` */
void power_model_tale(json_t *plan, const struct power_plan *p, struct arena *a);

/* power_grant.c */
int power_show_grant(struct web_call *c, struct err *e);
int power_post_grant(struct web_call *c, struct err *e);
int power_post_revoke(struct web_call *c, struct err *e);
int power_api_grant(struct web_call *c, struct err *e);
int power_api_grants(struct web_call *c, struct err *e);
int power_api_revoke(struct web_call *c, struct err *e);

/* The proof that `login` left about this, of this session or key. */
int power_find_proof(struct web_call *c, struct str token, const struct auth_proof_for *what, struct auth_proof *out,
    struct err *e);
struct str power_proof_cookie(struct web_call *c); /* {.n = 0}: none */
/* The page of such a plan, below /power/, where the cookie of a grant comes too. */
const char *power_plan_page(struct web_call *c, const struct power_wish *w);

/*
 * What the permit's role asks for besides: ceilings, a grant, another person. Into the filing, or -1 with what is
 * missing; `page` is where the plan stands, to come back to.
 */
int power_allow(struct web_call *c, struct power_filing *f, const char *page, struct err *e);
/* The same of somebody who lets a paused job go on, which is no use of the grant: 0, or -1 with where one is opened. */
int power_allow_on(struct web_call *c, const struct power_plan *p, const struct permit *permit, const char *page, struct err *e);
/* The same for the plan's page: false, and the model has a link to open a grant, when one is needed and missing. */
bool power_model_grant(struct web_call *c, json_t *model, const struct power_plan *p, const struct permit *permit,
    const char *page);

/* power_approve.c */
int power_show_approval(struct web_call *c, struct err *e);
int power_post_approval(struct web_call *c, struct err *e);
int power_api_approve(struct web_call *c, struct err *e);
int power_api_approval(struct web_call *c, struct err *e);
int power_api_approvals(struct web_call *c, struct err *e);
/* Over second_over: the approval into the filing; or the plan waits, and -1 ERR_REFUSED says so. */
int power_second(struct web_call *c, const struct power_plan *p, const struct auth_limits *limits, const char *back,
    struct power_filing *f, struct err *e);

/* power_jobs.c */
int power_show_jobs(struct web_call *c, struct err *e);
int power_show_job(struct web_call *c, struct err *e);
int power_post_order(struct web_call *c, struct err *e);
int power_api_order(struct web_call *c, struct err *e);
int power_api_job(struct web_call *c, struct err *e);

/* power_tags.c */
int power_show_tags(struct web_call *c, struct err *e);
int power_post_tag(struct web_call *c, struct err *e);
int power_post_tags_lift(struct web_call *c, struct err *e);
int power_post_tag_extend(struct web_call *c, struct err *e);
int power_api_tag(struct web_call *c, struct err *e);
int power_api_tag_lift(struct web_call *c, struct err *e);
int power_api_tag_extend(struct web_call *c, struct err *e);

/* power_tags_jobs.c: the jobs that have not ended, by number, each with the tags that cover what it switches. */
struct power_at_work {
	int64_t job;
	const char *who;            /* NULL: its plan cannot be read, and no tag is known */
	const struct power_tag *tags;
	size_t n_tags;
};
int power_at_work(struct web_call *c, struct power_at_work **out, size_t *n_out, struct err *e);
bool power_at_work_on(const struct power_at_work *w, int64_t tag);
/* The members of partials/tags: those that cover what a plan switches, in force first. */
void power_tags_model(struct web_call *c, const struct power_plan *p, json_t *m);

/* power_ask.c */
int power_show_probe(struct web_call *c, struct err *e);
int power_post_probe(struct web_call *c, struct err *e);
int power_api_probe(struct web_call *c, struct err *e);
int power_show_bmc(struct web_call *c, struct err *e);
int power_post_bmc(struct web_call *c, struct err *e);
int power_api_bmc(struct web_call *c, struct err *e);
int power_show_answer(struct web_call *c, struct err *e);
int power_api_answer(struct web_call *c, struct err *e);

/* power_evidence.c: what was kept of each machine (docs/formats/journal.md); into the model of the job's page. */
void power_evidence_model(struct web_call *c, int64_t job, json_t *model);
int power_show_evidence(struct web_call *c, struct err *e);
int power_api_evidence(struct web_call *c, struct err *e);

/* power_log.c */
int power_show_log(struct web_call *c, struct err *e);
int power_api_log(struct web_call *c, struct err *e);

#endif
