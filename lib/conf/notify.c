/* SPDX-License-Identifier: Apache-2.0 */
/* notify: who is told of what. */
#include <string.h>

#include "inner.h"

const char *
conf_event_name(enum conf_event e)
{
	static const char *const names[CONF_EVENT_COUNT] = {
	    [CONF_NODE_DIED] = "node-died",
	    [CONF_NODE_BACK] = "node-back",
	    [CONF_LEVEL] = "level",
	    [CONF_JOB_PARTIAL] = "job-partial",
	    [CONF_BREAK_GLASS] = "break-glass",
	    [CONF_JOURNAL_BROKEN] = "journal-broken",
	    [CONF_LARCHD_RESTARTED] = "larchd-restarted",
	};

	return (unsigned)e < CONF_EVENT_COUNT ? names[e] : "";
}

static unsigned
events_of(const json_t *list)
{
	unsigned events = 0;
	json_t *v;
	size_t i;

	json_array_foreach(list, i, v)
		for (unsigned k = 0; k < CONF_EVENT_COUNT; k++)
			if (strcmp(json_string_value(v), conf_event_name((enum conf_event)k)) == 0)
				events |= 1u << k;
	return events;
}

/* "22:00-06:30", which the module has checked, to minutes of the day. */
static void
take_quiet(const char *text, struct conf_rule *r)
{
	const int at[] = {0, 3, 6, 9};
	int part[4];

	if (text == NULL || strlen(text) != 11)
		return;
	for (size_t i = 0; i < LARCH_COUNT(at); i++)
		part[i] = (text[at[i]] - '0') * 10 + text[at[i] + 1] - '0';
	r->quiet_from = part[0] * 60 + part[1];
	r->quiet_to = part[2] * 60 + part[3];
}

static int
take_rule(struct conf *c, const json_t *row, struct conf_rule *r, struct err *e)
{
	const struct conf_span every = {&r->every_ms, SECOND, 24 * HOUR};
	const char *secret = jsn_text_or(row, "webhook_secret_file", NULL);

	r->name = conf_text(c, row, "name");
	r->events = events_of(jsn_array(row, "event"));
	r->query = conf_text(c, row, "query");
	conf_texts(c, jsn_array(row, "mail"), &r->mail, &r->n_mail);
	r->webhook = conf_text(c, row, "webhook");
	r->webhook_secret_file = secret == NULL ? NULL : conf_absolute(c, secret);
	take_quiet(jsn_text_or(row, "quiet", NULL), r);
	return conf_span(c, arena_printf(c->arena, "notify/rule[name='%s']/every", r->name), jsn_text_or(row, "every", "10m"),
	    &every, e);
}

int
conf_take_notify(struct conf *c, const json_t *notify, struct err *e)
{
	const json_t *rules = jsn_array(notify, "rule");
	json_t *row;
	size_t i;

	c->notify.n_rules = json_array_size(rules);
	c->notify.rules = arena_array(c->arena, c->notify.n_rules + 1, sizeof(*c->notify.rules));
	json_array_foreach(rules, i, row)
		if (take_rule(c, row, &c->notify.rules[i], e) != 0)
			return -1;
	return 0;
}
