/* SPDX-License-Identifier: Apache-2.0 */
/* /nodes: by what its rows stand together, and the sentence above them that counts. */
#include <stdio.h>
#include <string.h>

#include "pages_nodes.h"

/* ---- groups ---------------------------------------------------------------------------------- */

static const char *const worst_first[] = {"critical", "warn", "unknown", "ok", NULL};

static const char *
by_level(void *ctx, size_t row)
{
	const struct nodes_call *n = ctx;

	return status_level_name(pages_level(n->room, pages_nodes_at(ctx, row), n->call->now));
}

static const char *
by_owner(void *ctx, size_t row)
{
	const char *owner = pages_nodes_at(ctx, row)->owner;

	return owner == NULL ? "" : owner;
}

static const char *
by_rack(void *ctx, size_t row)
{
	const char *rack = pages_nodes_at(ctx, row)->rack;

	return rack == NULL ? "" : rack;
}

static const char *
by_type(void *ctx, size_t row)
{
	return pages_nodes_at(ctx, row)->type;
}

/* What a check says, when it is known now. */
static const char *
by_word(void *ctx, size_t row)
{
	const struct nodes_call *n = ctx;
	const struct status_value *v = pages_nodes_at(ctx, row)->values[n->group_column];
	const char *word = pages_known_word(v, n->call->now);

	return v == NULL ? "" : word == NULL ? "unknown" : word;
}

/* Of a number everybody has another one: these are grouped by its level. */
static const char *
by_value_level(void *ctx, size_t row)
{
	const struct nodes_call *n = ctx;
	const struct status_value *v = pages_nodes_at(ctx, row)->values[n->group_column];

	return v == NULL ? "" : status_level_name(status_stale(v->at, v->interval, n->call->now) ? STATUS_UNKNOWN : v->level);
}

static const struct web_grouping groups[] = {
    {.key = "level", .word = by_level, .first = worst_first},
    {.key = "rack", .word = by_rack},
    {.key = "owner", .word = by_owner},
    {.key = "type", .word = by_type},
};

static int
no_group(const struct nodes_call *n, const char *wanted, struct err *e)
{
	struct buf b = BUF(300);
	int rc;

	for (size_t i = 0; i < LARCH_COUNT(groups); i++)
		buf_printf(&b, "%s%s", i > 0 ? ", " : "", groups[i].key);
	for (size_t i = 0; i < n->room->n_columns; i++)
		buf_printf(&b, ", %s", n->room->columns[i].name);
	rc = err_set(e, ERR_INPUT, "Nodes cannot be grouped by '%s'. They can be by: %s.", wanted, b.p);
	buf_free(&b);
	return rc;
}

int
pages_nodes_group(struct nodes_call *n, struct err *e)
{
	const char *wanted = web_text(n->call, "group");
	const struct status_column *col;

	if (wanted == NULL)
		return 0;
	for (size_t i = 0; i < LARCH_COUNT(groups); i++)
		if (strcmp(groups[i].key, wanted) == 0) {
			n->group = groups[i];
			return 0;
		}
	col = pages_column_find(n->room, wanted);
	if (col == NULL)
		return no_group(n, wanted, e);
	n->group_column = (size_t)(col - n->room->columns);
	n->group = col->kind == STATUS_WORD ? (struct web_grouping){.key = col->name, .word = by_word}
	                                    : (struct web_grouping){.key = col->name, .word = by_value_level, .first = worst_first};
	return 0;
}

/* ---- counts ------------------------------------------------------------------------------------ */

static const struct {
	enum status_level level;
	const char *letter, *class;
} shown[] = {{STATUS_CRITICAL, "C", "level-critical"}, {STATUS_WARN, "W", "level-warn"}, {STATUS_UNKNOWN, "?", "level-unknown"}};

const char *
pages_nodes_caption(const struct nodes_call *n)
{
	char text[160];
	int at = 0;

	if (n->call->format != WEB_TXT)
		return "Machines";
	for (size_t i = 0; i < LARCH_COUNT(shown); i++)
		if (n->levels[shown[i].level] > 0)
			at += snprintf(text + at, sizeof(text) - (size_t)at, "%s%zu %s", at == 0 ? "" : ", ", n->levels[shown[i].level],
			    status_level_name(shown[i].level));
	return at == 0 ? "Machines (all are well)" : arena_printf(n->call->arena, "Machines (%s of %zu)", text, n->room->n_nodes);
}

json_t *
pages_nodes_model(const struct nodes_call *n)
{
	json_t *m = json_object(), *list = json_array();
	size_t sick = n->room->n_nodes - n->levels[STATUS_OK];

	jsn_set_text(m, "title", "Machines");
	jsn_set(m, "total", json_integer((json_int_t)n->room->n_nodes));
	jsn_set(m, "sick", sick == 0 ? json_false() : json_integer((json_int_t)sick));
	jsn_set(m, "one", json_boolean(sick == 1));
	for (size_t i = 0; i < LARCH_COUNT(shown); i++) {
		json_t *o;

		if (n->levels[shown[i].level] == 0)
			continue;
		o = json_object();
		jsn_set_text(o, "letter", shown[i].letter);
		jsn_set_text(o, "class", shown[i].class);
		jsn_set_text(o, "word", status_level_name(shown[i].level));
		jsn_set(o, "n", json_integer((json_int_t)n->levels[shown[i].level]));
		jsn_add(list, o);
	}
	jsn_set(m, "counts", list);
	if (n->sick)
		jsn_set_text(m, "all_href", web_here_with(n->call, "show", "all"));
	else if (!web_has(n->call, "q"))
		jsn_set_text(m, "sick_href", web_here_with(n->call, "show", NULL));
	else
		jsn_set_text(m, "sick_href", web_here_with(n->call, "show", "sick"));
	return m;
}
