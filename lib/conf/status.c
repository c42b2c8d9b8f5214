/* SPDX-License-Identifier: Apache-2.0 */
/* status: how checks are asked and judged, commands and mounts of the site. */
#include <math.h>
#include <string.h>

#include "inner.h"

/* The duration of a row of a list: 0 when it is not said. */
static int
row_span(struct conf *c, const char *list, const json_t *row, const char *key, const struct conf_span *of, struct err *e)
{
	const char *text = jsn_text_or(row, key, NULL);

	*of->out = 0;
	if (text == NULL)
		return 0;
	return conf_span(c, arena_printf(c->arena, "status/%s[name='%s']/%s", list, jsn_text_or(row, "name", ""), key), text, of, e);
}

static double
decimal(const json_t *row, const char *key)
{
	const char *text = jsn_text_or(row, key, NULL);
	double d;

	return text == NULL || str_double(str_of(text), -1e9, 1e9, &d) != 0 ? NAN : d;
}

static int
take_check(struct conf *c, const json_t *row, struct conf_check *out, struct err *e)
{
	const struct conf_span interval = {&out->interval_ms, SECOND, 24 * HOUR}, limit = {&out->limit_ms, 10, 10 * MINUTE};

	out->name = conf_text(c, row, "name");
	out->off = jsn_bool_or(row, "off", false);
	out->warn = decimal(row, "warn");
	out->critical = decimal(row, "critical");
	return row_span(c, "check", row, "interval", &interval, e) != 0 ? -1 : row_span(c, "check", row, "limit", &limit, e);
}

static int
take_command(struct conf *c, const json_t *row, struct conf_command *out, struct err *e)
{
	const struct conf_span limit = {&out->limit_ms, SECOND, 10 * MINUTE};

	out->name = conf_text(c, row, "name");
	out->title = conf_text(c, row, "title");
	out->run = conf_text(c, row, "run");
	if (out->title == NULL)
		out->title = out->name;
	return row_span(c, "command", row, "limit", &limit, e);
}

int
conf_take_status(struct conf *c, const json_t *status, struct err *e)
{
	const json_t *checks = jsn_array(status, "check"), *commands = jsn_array(status, "command"),
	             *mounts = jsn_array(status, "mount");
	struct conf_status *s = &c->status;
	json_t *row;
	size_t i;

	s->n_checks = json_array_size(checks);
	s->checks = arena_array(c->arena, s->n_checks + 1, sizeof(*s->checks));
	json_array_foreach(checks, i, row)
		if (take_check(c, row, &s->checks[i], e) != 0)
			return -1;
	s->n_commands = json_array_size(commands);
	s->commands = arena_array(c->arena, s->n_commands + 1, sizeof(*s->commands));
	json_array_foreach(commands, i, row)
		if (take_command(c, row, &s->commands[i], e) != 0)
			return -1;
	s->n_mounts = json_array_size(mounts);
	s->mounts = arena_array(c->arena, s->n_mounts + 1, sizeof(*s->mounts));
	json_array_foreach(mounts, i, row)
		s->mounts[i] = (struct conf_mount){conf_text(c, row, "name"), conf_text(c, row, "mount")};
	conf_texts(c, jsn_array(status, "nodes"), &s->nodes, &s->n_nodes);
	conf_texts(c, jsn_array(status, "system_users"), &s->system_users, &s->n_system_users);
	return 0;
}

const struct conf_check *
conf_check(const struct conf *c, const char *name)
{
	for (size_t i = 0; i < c->status.n_checks; i++)
		if (strcmp(c->status.checks[i].name, name) == 0)
			return &c->status.checks[i];
	return NULL;
}
