/* SPDX-License-Identifier: Apache-2.0 */
/* Tags and jobs: which tags cover what a job switches, and which jobs have not ended where a tag hangs. They stop before their
 * next packet, and until then no hand goes in. */
#include <string.h>

#include "power_private.h"

#define JOBS 64  /* that are looked at; others are looked at when these have ended */
#define SHOWN 20 /* tags on a job's page; /tags has them all */

static int
read_plan(struct web_call *c, struct power_requests *requests, int64_t job, struct power_request *r, struct power_plan *p,
    struct err *e)
{
	json_t *plan;
	int rc;

	if (power_request_get(requests, job, c->arena, r, e) != 0)
		return -1;
	plan = jsn_parse(str_of(r->plan_text), "the job's plan", e);
	rc = plan == NULL ? -1 : power_plan_from_json(plan, c->arena, p, e);
	json_decref(plan);
	return rc;
}

/* A job whose plan cannot be read is one that larchd does not begin either. */
static void
add_job(struct web_call *c, struct power_requests *requests, struct inv *inv, int64_t job, struct power_at_work *w)
{
	struct power_tags t = {.requests = requests, .inv = inv, .a = c->arena};
	struct power_request r;
	struct power_plan p;
	struct err none = {0};

	*w = (struct power_at_work){.job = job};
	if (read_plan(c, requests, job, &r, &p, &none) != 0 || power_tags_add_plan(&t, &p, &none) != 0)
		return;
	w->who = r.who;
	w->tags = t.tag;
	w->n_tags = t.n;
}

int
power_at_work(struct web_call *c, struct power_at_work **out, size_t *n_out, struct err *e)
{
	struct power_requests *requests;
	struct journal *journal;
	struct inv *inv;
	int64_t *jobs;
	size_t n;

	*out = NULL;
	*n_out = 0;
	if (power_need_requests(c, &requests, e) != 0 || power_need_inv(c, &inv, e) != 0 || power_need_journal(c, &journal, e) != 0 ||
	    journal_open_jobs(journal, c->arena, &jobs, &n, e) != 0)
		return -1;
	*n_out = n < JOBS ? n : JOBS;
	*out = arena_array(c->arena, *n_out, sizeof(**out));
	for (size_t i = 0; i < *n_out; i++)
		add_job(c, requests, inv, jobs[i], &(*out)[i]);
	return 0;
}

bool
power_at_work_on(const struct power_at_work *w, int64_t tag)
{
	for (size_t i = 0; i < w->n_tags; i++)
		if (w->tags[i].id == tag)
			return true;
	return false;
}

/* ---- on the job's page ------------------------------------------------------------------------------ */

static json_t *
tag_json(struct web_call *c, const struct power_tag *t, const char *name)
{
	bool over = !power_tag_in_force(t, c->now);
	json_t *o = json_object();
	char when[TIMES_TEXT];

	jsn_set_text(o, "level", over ? "warn" : "critical");
	jsn_set_text(o, "word", over ? "Tag that is over" : "Tagged");
	jsn_set_text(o, "name", name);
	jsn_set_text(o, "who", t->who);
	jsn_set_text(o, "until", arena_printf(c->arena, "%.16s", times_room(t->until, when)));
	jsn_set(o, "over", json_boolean(over));
	jsn_set_text(o, "reason", t->reason);
	jsn_set_text(o, "contact", t->contact[0] == '\0' ? NULL : t->contact);
	return o;
}

void
power_tags_model(struct web_call *c, const struct power_plan *p, json_t *m)
{
	struct power_tags t = {.a = c->arena};
	json_t *list = json_array();
	struct err lost;

	if (power_need_requests(c, &t.requests, &lost) != 0 || power_need_inv(c, &t.inv, &lost) != 0 ||
	    power_tags_add_plan(&t, p, &lost) != 0)
		t.n = 0;
	for (int over = 0; over < 2; over++)
		for (size_t i = 0; i < t.n; i++)
			if (power_tag_in_force(&t.tag[i], c->now) == (over == 0) && json_array_size(list) < SHOWN)
				jsn_add(list, tag_json(c, &t.tag[i], power_tag_name(&t.tag[i], t.inv, c->arena)));
	jsn_set(m, "hanging", list);
	jsn_set(m, "has_tags", json_boolean(t.n > 0));
	jsn_set(m, "more_tags", t.n > SHOWN ? json_integer((json_int_t)(t.n - SHOWN)) : json_false());
}
