/* SPDX-License-Identifier: Apache-2.0 */
/* What happened since a rule was last told: changes of levels that mean an event, and events that were noted. */
#include <stdlib.h>
#include <string.h>

#include "inner.h"

/* What a change of level means, or CONF_EVENT_COUNT: nothing. Ping and ssh say whether a node lives. */
static enum conf_event
meaning(const struct status_change *c)
{
	bool life = strcmp(c->check, "ping") == 0 || strcmp(c->check, "ssh") == 0;
	bool was_bad = c->from == STATUS_CRITICAL, is_bad = c->to == STATUS_CRITICAL;

	if (life && is_bad && !was_bad)
		return CONF_NODE_DIED;
	if (life && was_bad && c->to == STATUS_OK)
		return CONF_NODE_BACK;
	if ((c->to == STATUS_WARN || is_bad) && status_worse(c->from, c->to) == c->to && c->from != c->to)
		return CONF_LEVEL;
	return CONF_EVENT_COUNT;
}

/* Is one of these things among those of the rule's query? 1, 0, -1. An event about nothing is everybody's. */
static int
about(const struct tell_room *room, const struct conf_rule *rule, const char *things, struct arena *a, struct err *e)
{
	const struct hosts_rules rules = {.empty_ok = true};
	struct hosts names;

	if (rule->query == NULL || *things == '\0')
		return 1;
	if (hosts_parse(str_of(things), &rules, a, &names, e) != 0)
		return 0; /* it was no list of ours */
	for (size_t i = 0; i < names.n; i++) {
		int is = inv_match(*room->inv, rule->query, names.name[i], e);

		if (is != 0)
			return is;
	}
	return 0;
}

static int
find_changes(const struct tell_room *room, const struct conf_rule *rule, struct arena *a, struct tell_found *out,
    struct err *e)
{
	struct status_change *changes;
	size_t n;

	if (status_changes_after(room->status, out->change, LIMIT_TELL_ITEMS, a, &changes, &n, e) != 0)
		return -1;
	out->items = arena_array(a, n + LIMIT_TELL_EVENTS, sizeof(*out->items));
	for (size_t i = 0; i < n; i++) {
		const struct status_change *c = &changes[i];
		enum conf_event what = meaning(c);
		int is;

		out->change = c->id;
		if (what == CONF_NODE_DIED && (rule->events & 1u << what) == 0)
			what = CONF_LEVEL; /* who asked for levels alone is told of this one too */
		if (what == CONF_EVENT_COUNT || (rule->events & 1u << what) == 0)
			continue;
		is = about(room, rule, c->thing, a, e);
		if (is < 0)
			return -1;
		if (is == 1)
			out->items[out->n++] = (struct tell_item){what, c->at, c->thing, c->check, c->from_text, c->to_text, ""};
	}
	return 0;
}

static enum conf_event
event_of(const char *kind)
{
	unsigned k = 0;

	while (k < CONF_EVENT_COUNT && strcmp(conf_event_name((enum conf_event)k), kind) != 0)
		k++;
	return (enum conf_event)k;
}

static int
find_events(const struct tell_room *room, const struct conf_rule *rule, struct arena *a, struct tell_found *out,
    struct err *e)
{
	const struct status_event_ask ask = {.after = out->event, .limit = LIMIT_TELL_EVENTS};
	struct status_event *events;
	size_t n;

	if (status_events(room->status, &ask, a, &events, &n, e) != 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		enum conf_event what = event_of(events[i].kind);
		int is;

		out->event = events[i].id;
		if (what == CONF_EVENT_COUNT || (rule->events & 1u << what) == 0)
			continue;
		is = about(room, rule, events[i].thing, a, e);
		if (is < 0)
			return -1;
		if (is == 1)
			out->items[out->n++] =
			    (struct tell_item){what, events[i].at, events[i].thing, "", "", "", events[i].text};
	}
	return 0;
}

static int
by_time(const void *x, const void *y)
{
	const struct tell_item *a = x, *b = y;

	return (a->at > b->at) - (a->at < b->at);
}

int
tell_find(const struct tell_room *room, const struct conf_rule *rule, const struct status_told *told, struct arena *a,
    struct tell_found *out, struct err *e)
{
	*out = (struct tell_found){.change = told->change, .event = told->event};
	if (rule->query != NULL && *room->inv == NULL)
		return 1;
	if (find_changes(room, rule, a, out, e) != 0 || find_events(room, rule, a, out, e) != 0)
		return -1;
	if (out->n > 1)
		qsort(out->items, out->n, sizeof(*out->items), by_time);
	return 0;
}
