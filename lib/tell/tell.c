/* SPDX-License-Identifier: Apache-2.0 */
/* The rules and their time. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "inner.h"

#define TICK_MS 1000
#define GATHER_MS 10000 /* the first of many waits for the others: a rack that dies is one message */
#define RETRY_MS 60000  /* at least, after a message that did not go out */

/* A rule as it is at work: by its name it finds what it has told before. */
struct at_work {
	struct tell *tell;
	const struct conf_rule *rule;
	struct status_told told; /* its trouble is the text below */
	char trouble[LIMIT_ERR_TEXT];
	int64_t began;          /* wall ms: when the first thing that is to be told was seen; 0 nothing is */
	int64_t to_change, to_event; /* that the message on its way tells */
	struct tell_sending *sending;
	struct at_work *next;
};

struct tell {
	struct tell_room room;
	struct arena *a;
	struct at_work *rules;  /* also of an old configuration, while its message is on its way */
	uv_timer_t timer;
};

/* ---- one rule ----------------------------------------------------------------------------- */

static void
keep(struct at_work *w)
{
	struct err e;

	w->told.trouble = w->trouble;
	if (status_put_told(w->tell->room.status, &w->told, &e) != 0)
		log_error("rule \"%s\" cannot keep how far it has told: %s", w->told.rule, e.text);
}

/* "": all is well. Said in the log once. */
static void
set_trouble(struct at_work *w, const char *text)
{
	if (*text != '\0' && strcmp(w->trouble, text) != 0)
		log_warn("rule \"%s\" cannot tell: %s", w->told.rule, text);
	snprintf(w->trouble, sizeof(w->trouble), "%s", text);
}

static void
sent(void *ctx, const char *trouble)
{
	struct at_work *w = ctx;

	w->sending = NULL;
	w->told.tried = times_now();
	w->began = 0;
	if (trouble == NULL) {
		w->told.at = w->told.tried;
		w->told.change = w->to_change;
		w->told.event = w->to_event;
	}
	set_trouble(w, trouble == NULL ? "" : trouble);
	keep(w);
}

static int
minute_of_day(int64_t now)
{
	time_t s = (time_t)(now / 1000);
	struct tm t;

	return localtime_r(&s, &t) == NULL ? 0 : t.tm_hour * 60 + t.tm_min;
}

/* Since a time of the wall clock, which may have been set back since. */
static bool
passed(int64_t since, int64_t span, int64_t now)
{
	return since == 0 || now - since >= span || now < since;
}

static bool
may_speak(const struct at_work *w, int64_t now)
{
	int64_t every = w->rule->every_ms;

	if (w->sending != NULL || tell_quiet(w->rule, minute_of_day(now)))
		return false;
	if (*w->trouble != '\0')
		return passed(w->told.tried, every > RETRY_MS ? every : RETRY_MS, now);
	return passed(w->told.at, every, now);
}

static void
speak(struct at_work *w, const struct tell_found *found, struct arena *a)
{
	struct tell_digest d;

	tell_digest(w->tell->room.conf, w->rule, found->items, found->n, a, &d);
	w->to_change = found->change;
	w->to_event = found->event;
	w->sending = tell_send(&w->tell->room, w->rule, &d, sent, w);
	tell_send_start(w->sending);
}

static void
look(struct at_work *w, int64_t now)
{
	struct arena *a = arena_create();
	struct tell_found found;
	struct err e = {0};
	int rc = tell_find(&w->tell->room, w->rule, &w->told, a, &found, &e);

	if (rc < 0) {
		set_trouble(w, e.text);
		w->told.tried = now;
		keep(w);
	} else if (rc == 0 && found.n > 0) {
		if (w->began == 0)
			w->began = now;
		if (passed(w->began, GATHER_MS < w->rule->every_ms ? GATHER_MS : w->rule->every_ms, now))
			speak(w, &found, a);
	} else if (rc == 0 && (found.change != w->told.change || found.event != w->told.event)) {
		w->told.change = found.change; /* what is not for this rule is passed; kept with the next message */
		w->told.event = found.event;
	}
	arena_destroy(a);
}

static void
tick(uv_timer_t *timer)
{
	struct tell *t = timer->data;
	int64_t now = times_now(), change = status_last_change(t->room.status), event = status_last_event(t->room.status);

	for (struct at_work *w = t->rules; w != NULL; w = w->next)
		if (w->rule != NULL && (w->told.change < change || w->told.event < event) && may_speak(w, now))
			look(w, now);
}

/* ---- the rules of a configuration ------------------------------------------------------------ */

static struct at_work *
find_rule(struct tell *t, const char *name)
{
	for (struct at_work *w = t->rules; w != NULL; w = w->next)
		if (strcmp(w->told.rule, name) == 0)
			return w;
	return NULL;
}

/* A rule that is new is told of what happens from now on. */
static struct at_work *
new_rule(struct tell *t, const char *name)
{
	struct at_work *w = arena_alloc(t->a, sizeof(*w));
	int64_t change = status_last_change(t->room.status), event = status_last_event(t->room.status);

	*w = (struct at_work){.tell = t, .next = t->rules};
	w->told = (struct status_told){.rule = arena_strdup(t->a, name), .change = change < 0 ? 0 : change,
	    .event = event < 0 ? 0 : event, .trouble = ""};
	t->rules = w;
	return w;
}

static void
forget_rule(struct at_work *w)
{
	struct err e;

	if (status_forget_told(w->tell->room.status, w->told.rule, &e) != 0)
		log_warn("what rule \"%s\" has told cannot be forgotten: %s", w->told.rule, e.text);
}

void
tell_set_conf(struct tell *t, const struct conf *conf)
{
	const struct conf_notify *n = &conf->notify;

	t->room.conf = conf;
	for (struct at_work *w = t->rules; w != NULL; w = w->next)
		w->rule = NULL;
	for (size_t i = 0; i < n->n_rules; i++) {
		struct at_work *w = find_rule(t, n->rules[i].name);

		if (w == NULL) {
			w = new_rule(t, n->rules[i].name);
			keep(w);
		}
		w->rule = &n->rules[i];
	}
	for (struct at_work *w = t->rules; w != NULL; w = w->next)
		if (w->rule == NULL) {
			tell_send_drop(w->sending);
			w->sending = NULL;
			forget_rule(w);
		}
}

/* ---- life -------------------------------------------------------------------------------------- */

static int
load(struct tell *t, struct err *e)
{
	struct status_told *told;
	size_t n;

	if (status_told(t->room.status, t->a, &told, &n, e) != 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		struct at_work *w = new_rule(t, told[i].rule);

		w->told = told[i];
		snprintf(w->trouble, sizeof(w->trouble), "%s", told[i].trouble);
	}
	return 0;
}

int
tell_create(const struct tell_room *room, struct tell **out, struct err *e)
{
	struct tell *t = calloc(1, sizeof(*t));

	if (t == NULL)
		log_die("out of memory: nobody is told");
	t->room = *room;
	t->a = arena_create();
	if (load(t, e) != 0) {
		arena_destroy(t->a);
		free(t);
		return -1;
	}
	tell_set_conf(t, room->conf);
	uv_timer_init(room->loop, &t->timer);
	t->timer.data = t;
	uv_timer_start(&t->timer, tick, TICK_MS, TICK_MS);
	*out = t;
	return 0;
}

static void
closed(uv_handle_t *handle)
{
	struct tell *t = handle->data;

	arena_destroy(t->a);
	free(t);
}

void
tell_destroy(struct tell *t)
{
	if (t == NULL)
		return;
	for (struct at_work *w = t->rules; w != NULL; w = w->next) {
		tell_send_drop(w->sending);
		w->sending = NULL;
	}
	uv_close((uv_handle_t *)&t->timer, closed);
}

void
tell_event(struct tell *t, enum conf_event what, const char *thing, const char *text)
{
	const struct status_event x = {.at = times_now(), .kind = conf_event_name(what), .thing = thing, .text = text};
	struct err e;

	if (status_add_event(t->room.status, &x, &e) != 0)
		log_error("an event cannot be kept (%s): %s", text, e.text);
}
