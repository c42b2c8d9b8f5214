/* SPDX-License-Identifier: Apache-2.0 */
/* The table of a machine's checks: as columns for programs, and as a model with all that they say for the page. */
#include <math.h>
#include <string.h>

#include "pages_node.h"

#define CLOCK 19 /* of "2026-11-20 22:38:05 +01:00": the zone stands at the page's foot */

static const struct node_page *
page(const void *ctx)
{
	return ctx;
}

static const struct status_value *
value(const void *ctx, size_t row)
{
	return &page(ctx)->values[row];
}

const struct status_column *
pages_node_column(const struct node_page *p, const char *check)
{
	return pages_column_find(p->room, check);
}

const char *
pages_node_title(const struct node_page *p, const char *check)
{
	const struct status_column *col = pages_node_column(p, check);

	return col == NULL || col->title == NULL || *col->title == '\0' ? check : col->title;
}

static bool
stale(const struct node_page *p, const struct status_value *v)
{
	return status_stale(v->at, v->interval, p->call->now);
}

/* ---- cells ---------------------------------------------------------------------------------- */

static struct web_cell
check_name(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(value(ctx, row)->check);
}

static struct web_cell
check_title(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(pages_node_title(page(ctx), value(ctx, row)->check));
}

static struct web_cell
check_value(const void *ctx, size_t row, int64_t now)
{
	return pages_value_cell(value(ctx, row), now, NULL);
}

static struct web_cell
check_number(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_number(value(ctx, row)->number);
}

static struct web_cell
check_unit(const void *ctx, size_t row, int64_t now)
{
	const struct status_column *col = pages_node_column(page(ctx), value(ctx, row)->check);

	(void)now;
	return web_cell_text(col == NULL ? "" : col->unit);
}

static struct web_cell
check_reading(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(pages_node_reading(page(ctx), value(ctx, row)));
}

static struct web_cell
check_since(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_time(value(ctx, row)->since);
}

static struct web_cell
check_age(const void *ctx, size_t row, int64_t now)
{
	const struct status_value *v = value(ctx, row);

	return (struct web_cell){.at = v->at, .stale = status_stale(v->at, v->interval, now)};
}

static struct web_cell
check_interval(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_number((double)value(ctx, row)->interval / 1000);
}

static struct web_cell
check_next(const void *ctx, size_t row, int64_t now)
{
	const struct status_value *v = value(ctx, row);

	(void)now;
	return web_cell_time(v->interval > 0 ? v->at + v->interval : 0);
}

static struct web_cell
check_detail(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(value(ctx, row)->detail == NULL ? "" : value(ctx, row)->detail);
}

static struct web_cell
check_data(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(value(ctx, row)->data);
}

const struct pages_column pages_node_checks[] = {
    {{.key = "check", .title = "Check"}, check_name},
    {{.key = "title", .title = "Title", .data_only = true}, check_title},
    {{.key = "state", .title = "State", .kind = WEB_COL_LEVEL}, check_value},
    {{.key = "reading", .title = "Reading"}, check_reading},
    {{.key = "number", .title = "Number", .kind = WEB_COL_NUMBER, .data_only = true}, check_number},
    {{.key = "unit", .title = "Unit", .data_only = true}, check_unit},
    {{.key = "since", .title = "Since", .kind = WEB_COL_TIME}, check_since},
    {{.key = "age", .title = "Age", .kind = WEB_COL_AGE}, check_age},
    {{.key = "interval_seconds", .title = "Every", .kind = WEB_COL_NUMBER, .data_only = true}, check_interval},
    {{.key = "next", .title = "Next", .kind = WEB_COL_TIME, .data_only = true}, check_next},
    {{.key = "detail", .title = "Detail"}, check_detail},
    {{.key = "data", .title = "Data", .kind = WEB_COL_JSON, .data_only = true}, check_data},
};
const size_t pages_node_checks_n = LARCH_COUNT(pages_node_checks);

/* ---- for the template ---------------------------------------------------------------------------- */

/* With blanks that no browser breaks a line at, text browsers too. */
static const char *
unbroken(const char *text, struct arena *a)
{
	struct buf b = BUF(4 * TIMES_TEXT);
	const char *made;

	for (; *text != '\0'; text++)
		if (*text == ' ')
			buf_puts(&b, "\u00a0");
		else
			buf_char(&b, *text);
	made = b.n == 0 ? "" : arena_strndup(a, b.p, b.n);
	buf_free(&b);
	return made;
}

static json_t *
check_model(const struct node_page *p, const struct status_value *v)
{
	static const struct {
		const char *class, *letter;
	} looks[STATUS_LEVEL_COUNT] = {[STATUS_OK] = {"level-ok", "O"}, [STATUS_WARN] = {"level-warn", "W"},
	    [STATUS_CRITICAL] = {"level-critical", "C"}, [STATUS_UNKNOWN] = {"level-unknown", "?"}};
	size_t level = (unsigned)v->level < STATUS_LEVEL_COUNT ? v->level : STATUS_UNKNOWN;
	const struct status_column *col = pages_node_column(p, v->check);
	struct node_said said = pages_node_said(p, v);
	json_t *o = json_object(), *lines = json_array();
	struct arena *a = p->call->arena;
	bool old = stale(p, v);
	char text[TIMES_TEXT];

	jsn_set_text(o, "check", v->check);
	jsn_set_text(o, "title", pages_node_title(p, v->check));
	jsn_set_text(o, "help", col == NULL ? NULL : col->help);
	jsn_set_text(o, "letter", looks[level].letter);
	jsn_set_text(o, "class", old ? arena_printf(a, "%s stale", looks[level].class) : looks[level].class);
	jsn_set_text(o, "text", v->text);
	jsn_set_text(o, "reading", pages_node_reading(p, v));
	jsn_set_text(o, "since", v->since == 0 ? NULL : unbroken(arena_strndup(a, times_room(v->since, text), CLOCK), a));
	jsn_set_text(o, "for", v->since == 0 ? NULL : unbroken(times_age(p->call->now - v->since, text), a));
	jsn_set_text(o, "age", unbroken(times_age(p->call->now - v->at, text), a));
	jsn_set(o, "stale", json_boolean(old));
	jsn_set_text(o, "asked", pages_node_asked(p, v));
	jsn_set_text(o, "next", unbroken(pages_node_next(p, v), a));
	jsn_set(o, "counts", json_boolean(col == NULL || col->counts));
	for (size_t i = 0; i < said.n; i++) {
		json_t *line = json_object();

		jsn_set_text(line, "text", said.line[i]);
		jsn_add(lines, line);
	}
	jsn_set(o, "lines", lines);
	return o;
}

json_t *
pages_node_checks_model(const struct node_page *p)
{
	json_t *list = json_array();

	for (size_t i = 0; i < p->n_values; i++)
		jsn_add(list, check_model(p, &p->values[i]));
	return list;
}
