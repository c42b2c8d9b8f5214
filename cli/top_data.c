/* SPDX-License-Identifier: Apache-2.0 */
/* The server, asked every few seconds by a thread of its own, so that keys never wait for it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "top.h"

#define EVERY_MS 3000

struct top_data {
	pthread_t thread;
	pthread_mutex_t lock;          /* of all below */
	pthread_cond_t wake;
	struct cli *c;                 /* its session is only read */
	enum top_view view;
	bool all, stop, again;
	struct top_snapshot *fresh;
};

const char *const top_titles[TOP_VIEWS] = {[TOP_NODES] = "Machines", [TOP_PDUS] = "PDUs", [TOP_JOBS] = "Jobs"};

const struct top_column top_columns[TOP_VIEWS][TOP_CELLS] = {
	[TOP_NODES] = {{"machine", 18}, {"", 2}, {"since", 8}, {"where", 10}, {"what is wrong", 0}},
	[TOP_PDUS] = {{"PDU", 18}, {"", 2}, {"on", 4}, {"off", 4}, {"?", 4}, {"A", 7}, {"rack", 10}, {"detail", 0}},
	[TOP_JOBS] = {{"job", 6}, {"", 2}, {"state", 9}, {"who", 10}, {"verb", 9}, {"asked", 8}, {"machines", 0}},
};

/* ---- rows ---------------------------------------------------------------------------- */

/* The earliest of what is wrong with a node: since when it is not well, ms; 0: it is well. */
static int64_t
wrong_since(const json_t *item)
{
	const json_t *check;
	const char *name;
	int64_t first = 0, ms;
	json_t *v;

	json_object_foreach(json_object_get(item, "checks"), name, v) {
		check = v;
		if (strcmp(jsn_text_or(check, "level", "ok"), "ok") != 0 &&
		    times_parse(str_of(jsn_text_or(check, "since", "")), &ms, NULL) == 0 && (first == 0 || ms < first))
			first = ms;
	}
	return first;
}

static const char *
age_text(struct cli *c, int64_t since, int64_t now)
{
	char text[TIMES_TEXT];

	return since == 0 ? "" : arena_strdup(c->arena, times_age(now - since, text));
}

static void
node_row(struct cli *c, const json_t *item, int64_t now, struct top_row *r)
{
	int64_t since = wrong_since(item);

	r->name = out_scalar(c, json_object_get(item, "name"));
	r->letter = status_letter(jsn_text_or(item, "level", "unknown"));
	r->age_ms = since == 0 ? 0 : now - since;
	r->cell[0] = r->name;
	r->cell[1] = arena_printf(c->arena, "%c", r->letter);
	r->cell[2] = age_text(c, since, now);
	r->cell[3] = json_is_string(json_object_get(item, "place")) ? out_scalar(c, json_object_get(item, "place"))
	    : jsn_bool_or(item, "in_inventory", true) ? "" : "(unlisted)";
	r->cell[4] = status_wrong(c, item);
}

static void
pdu_row(struct cli *c, const json_t *item, int64_t now, struct top_row *r)
{
	static const char *const keys[] = {"name", NULL, "outlets_on", "outlets_off", "outlets_unknown", "current_amperes", "rack",
		"detail"};

	(void)now;
	for (size_t i = 0; i < LARCH_COUNT(keys); i++)
		r->cell[i] = keys[i] == NULL ? "" : out_scalar(c, json_object_get(item, keys[i]));
	r->name = r->cell[0];
	r->letter = status_letter(jsn_text_or(json_object_get(item, "answers"), "state", "unknown"));
	r->cell[1] = arena_printf(c->arena, "%c", r->letter);
}

static void
job_row(struct cli *c, const json_t *item, int64_t now, struct top_row *r)
{
	static const char *const good[] = {"ok", "running", "waiting"};
	const char *state = out_scalar(c, json_object_get(item, "state"));
	char clock[TIMES_TEXT];
	int64_t ms;

	r->name = out_scalar(c, json_object_get(item, "job"));
	r->letter = 'C';
	for (size_t i = 0; i < LARCH_COUNT(good); i++)
		r->letter = strcmp(state, good[i]) == 0 ? 'O' : r->letter;
	if (times_parse(str_of(jsn_text_or(item, "created", "")), &ms, NULL) != 0)
		ms = 0;
	r->age_ms = now - ms;
	r->cell[0] = r->name;
	r->cell[1] = arena_printf(c->arena, "%c", r->letter);
	r->cell[2] = state;
	r->cell[3] = out_scalar(c, json_object_get(item, "who"));
	r->cell[4] = out_scalar(c, json_object_get(item, "verb"));
	r->cell[5] = ms == 0 ? "" : arena_strdup(c->arena, times_clock(ms, clock));
	r->cell[6] = out_scalar(c, json_object_get(item, "nodes"));
}

/* ---- asking ---------------------------------------------------------------------------- */

static const char *
path_of(enum top_view view, bool all)
{
	switch (view) {
	case TOP_PDUS: return "/api/v1/pdus?limit=10000";
	case TOP_JOBS: return "/api/v1/jobs?limit=200";
	default:
		return all ? "/api/v1/status?fields=level,state,at,since,stale,detail,place,in_inventory"
		           : "/api/v1/status?fields=level,state,at,since,stale,detail,place,in_inventory&q=level%3E=warn%20or%20level:unknown";
	}
}

static void
take_rows(struct cli *c, const json_t *body, struct top_snapshot *s)
{
	static void (*const row[TOP_VIEWS])(struct cli *, const json_t *, int64_t, struct top_row *) = {
		[TOP_NODES] = node_row, [TOP_PDUS] = pdu_row, [TOP_JOBS] = job_row};
	const json_t *items = out_list(body), *item;
	size_t i;

	s->rows = arena_array(s->a, json_array_size(items) + 1, sizeof(*s->rows));
	json_array_foreach(items, i, item) {
		struct top_row *r = &s->rows[s->n++];

		for (size_t k = 0; k < TOP_CELLS; k++)
			r->cell[k] = "";
		r->letter = ' ';
		row[s->view](c, item, s->at, r);
	}
	s->headline = s->view == TOP_NODES ? status_counts(c, items)
	                                   : arena_printf(s->a, "%zu %s", s->n, s->view == TOP_PDUS ? "PDUs" : "jobs");
}

/* The sentence of an answer that is none. */
static const char *
problem(struct cli *c, const struct api_answer *a)
{
	return arena_printf(c->arena, "%ld: %s", a->status, out_scalar(c, json_object_get(a->body, "detail")));
}

static struct top_snapshot *
ask(struct top_data *d, enum top_view view, bool all)
{
	struct top_snapshot *s = calloc(1, sizeof(*s));
	struct cli own = *d->c; /* with scratch memory of its own: the other thread has the command's */
	struct api_request q = {.method = "GET", .path = path_of(view, all), .limit_s = 20};
	struct api_answer a = {0};
	struct err e = {0};

	if (s == NULL)
		log_die("out of memory: nothing to show");
	*s = (struct top_snapshot){.view = view, .all = all, .a = arena_create(), .headline = "", .trouble = "", .at = times_now()};
	own.arena = s->a;
	if (api_call(&own, &q, &a, &e) != 0)
		s->trouble = arena_strdup(s->a, e.text);
	else if (a.status != 200 || a.body == NULL)
		s->trouble = problem(&own, &a);
	else
		take_rows(&own, a.body, s);
	api_answer_finish(&a);
	return s;
}

static void
wait_a_while(struct top_data *d)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += EVERY_MS / 1000;
	while (!d->stop && !d->again)
		if (pthread_cond_timedwait(&d->wake, &d->lock, &until) != 0)
			return;
}

static void *
run(void *ctx)
{
	struct top_data *d = ctx;

	pthread_mutex_lock(&d->lock);
	while (!d->stop) {
		enum top_view view = d->view;
		bool all = d->all;
		struct top_snapshot *s;

		d->again = false;
		pthread_mutex_unlock(&d->lock);
		s = ask(d, view, all);
		pthread_mutex_lock(&d->lock);
		top_snapshot_free(d->fresh);
		d->fresh = s;
		wait_a_while(d);
	}
	pthread_mutex_unlock(&d->lock);
	return NULL;
}

/* ---- the other thread's side -------------------------------------------------------------- */

struct top_data *
top_data_start(struct cli *c)
{
	struct top_data *d = calloc(1, sizeof(*d));

	if (d == NULL)
		log_die("out of memory: nothing to show");
	d->c = c;
	pthread_mutex_init(&d->lock, NULL);
	pthread_cond_init(&d->wake, NULL);
	if (pthread_create(&d->thread, NULL, run, d) != 0)
		log_die("no thread to ask the server with");
	return d;
}

void
top_data_stop(struct top_data *d)
{
	if (d == NULL)
		return;
	pthread_mutex_lock(&d->lock);
	d->stop = true;
	pthread_cond_signal(&d->wake);
	pthread_mutex_unlock(&d->lock);
	pthread_join(d->thread, NULL);
	top_snapshot_free(d->fresh);
	pthread_cond_destroy(&d->wake);
	pthread_mutex_destroy(&d->lock);
	free(d);
}

void
top_data_want(struct top_data *d, enum top_view view, bool all)
{
	pthread_mutex_lock(&d->lock);
	d->view = view;
	d->all = all;
	d->again = true;
	pthread_cond_signal(&d->wake);
	pthread_mutex_unlock(&d->lock);
}

struct top_snapshot *
top_data_take(struct top_data *d)
{
	struct top_snapshot *s;

	pthread_mutex_lock(&d->lock);
	s = d->fresh;
	d->fresh = NULL;
	pthread_mutex_unlock(&d->lock);
	return s;
}

void
top_snapshot_free(struct top_snapshot *s)
{
	if (s == NULL)
		return;
	arena_destroy(s->a);
	free(s);
}
