/* SPDX-License-Identifier: Apache-2.0 */
/* The journal, filtered, in every format. */
#include <string.h>

#include "power_private.h"

#define MOST 10000 /* rows of one answer */

struct log_rows {
	struct web_call *c;
	struct journal_row *rows;
};

static const struct web_column columns[] = {
    {.key = "seq", .title = "#", .kind = WEB_COL_NUMBER},
    {.key = "at", .title = "When", .kind = WEB_COL_TIME},
    {.key = "kind", .title = "Kind"},
    {.key = "job", .title = "Job", .kind = WEB_COL_LINK},
    {.key = "who", .title = "Who"},
    {.key = "machine", .title = "Machine"},
    {.key = "device", .title = "Device"},
    {.key = "verb", .title = "Verb"},
    {.key = "outcome", .title = "Outcome", .kind = WEB_COL_LEVEL},
    {.key = "text", .title = "What"},
    {.key = "address", .title = "From", .data_only = true},
    {.key = "step", .title = "Step", .kind = WEB_COL_NUMBER, .data_only = true},
    {.key = "outlet", .title = "Outlet", .data_only = true},
    {.key = "cites", .title = "Cites", .data_only = true},
    {.key = "hash", .title = "Hash", .data_only = true},
};

static struct web_cell
outcome_cell(const char *outcome)
{
	if (outcome[0] == '\0')
		return web_cell_text("");
	if (strcmp(outcome, "ok") == 0)
		return web_cell_level(0, outcome, 0, false);
	if (strcmp(outcome, "unknown") == 0)
		return web_cell_level(3, outcome, 0, false);
	return web_cell_level(strcmp(outcome, "refused") == 0 ? 1 : 2, outcome, 0, false);
}

static struct web_cell
cell(void *ctx, size_t row, size_t column)
{
	const struct log_rows *l = ctx;
	const struct journal_row *r = &l->rows[row];
	struct arena *a = l->c->arena;
	char hex[2 * JOURNAL_HASH + 1];

	switch (column) {
	case 0: return web_cell_number((double)r->seq);
	case 1: return web_cell_time(r->at);
	case 2: return web_cell_text(r->kind);
	case 3: return r->job == 0 ? web_cell_text("")
		                   : web_cell_link(arena_printf(a, "%lld", (long long)r->job),
		                         arena_printf(a, "/jobs/%lld", (long long)r->job));
	case 4: return web_cell_text(r->who);
	case 5: return web_cell_text(r->machine);
	case 6: return web_cell_text(r->outlet[0] == '\0' ? r->device : arena_printf(a, "%s %s", r->device, r->outlet));
	case 7: return web_cell_text(r->verb);
	case 8: return outcome_cell(r->outcome);
	case 9: return web_cell_text(r->text);
	case 10: return web_cell_text(r->address);
	case 11: return web_cell_number((double)r->step);
	case 12: return web_cell_text(r->outlet);
	case 13: return web_cell_text(r->cites);
	default:
		hex_encode(r->hash, JOURNAL_HASH, hex);
		return web_cell_text(arena_strdup(a, hex));
	}
}

/* A time as somebody writes it; 0 when it was not asked for. */
static int
read_time(struct web_call *c, const char *field, int64_t *out, struct err *e)
{
	const char *text = web_text(c, field);

	*out = 0;
	if (text == NULL || *text == '\0' || times_when(str_of(text), times_now(), out, e) == 0)
		return 0;
	err_prefix(e, "%s", field);
	return -1;
}

static int
read_period(struct web_call *c, struct journal_filter *f, struct err *e)
{
	char since[TIMES_TEXT], until[TIMES_TEXT];

	if (read_time(c, "since", &f->since, e) != 0 || read_time(c, "until", &f->until, e) != 0)
		return -1;
	if (f->since != 0 && f->until != 0 && f->until < f->since)
		return err_set(e, ERR_INPUT, "until is %s, and that is before since, %s: no row is in between.",
		    times_utc(f->until, until), times_utc(f->since, since));
	return 0;
}

/* Newest first, unless "asc" was asked for. */
static int
read_log(struct web_call *c, struct log_rows *l, size_t *n, int64_t *total, struct err *e)
{
	const char *order = web_text(c, "order");
	struct web_view view = web_view(c);
	struct journal_filter f = {
	    .job = web_int(c, "job", 0),
	    .thing = web_text(c, "thing"),
	    .who = web_text(c, "who"),
	    .verb = web_text(c, "verb"),
	    .kind = web_text(c, "kind"),
	    .outcome = web_text(c, "outcome"),
	    .q = view.q,
	    .after = web_int(c, "after", 0),
	    .oldest_first = order != NULL && strcmp(order, "asc") == 0,
	    .limit = view.limit > MOST ? MOST : view.limit,
	    .offset = view.offset,
	};
	struct journal *journal;

	if (read_period(c, &f, e) != 0 || power_need_journal(c, &journal, e) != 0)
		return -1;
	return journal_rows(journal, &f, c->arena, &l->rows, n, total, e);
}

static json_t *
words_json(const char *const *words, const char *chosen)
{
	json_t *list = json_array();

	for (; *words != NULL; words++) {
		json_t *o = json_object();

		jsn_set_text(o, "word", *words);
		jsn_set(o, "selected", json_boolean(chosen != NULL && strcmp(chosen, *words) == 0));
		jsn_add(list, o);
	}
	return list;
}

/* The form above the table: every field as it was asked. */
static json_t *
form_json(struct web_call *c)
{
	static const char *const texts[] = {"thing", "who", "verb", "since", "until"};
	json_t *m = json_object();

	jsn_set_text(m, "title", "Log");
	for (size_t i = 0; i < LARCH_COUNT(texts); i++)
		jsn_set_text(m, texts[i], web_text(c, texts[i]) == NULL ? "" : web_text(c, texts[i]));
	jsn_set(m, "kinds", words_json(journal_kinds, web_text(c, "kind")));
	jsn_set(m, "outcomes", words_json(journal_outcomes, web_text(c, "outcome")));
	return m;
}

int
power_show_log(struct web_call *c, struct err *e)
{
	struct log_rows rows = {.c = c};
	struct web_table table = {
	    .name = "log", .caption = "Log", .empty = "No row fits.", .columns = columns,
	    .n_columns = LARCH_COUNT(columns), .cell = cell, .ctx = &rows, .given = true,
	};
	int64_t total = 0;

	if (read_log(c, &rows, &table.n, &total, e) != 0)
		return -1;
	table.total = (size_t)total;
	return web_show(c, NULL, c->format == WEB_HTML ? form_json(c) : NULL, &table, 1, e);
}

int
power_api_log(struct web_call *c, struct err *e)
{
	struct log_rows rows = {.c = c};
	json_t *list, *o;
	int64_t total = 0;
	size_t n;

	if (read_log(c, &rows, &n, &total, e) != 0)
		return -1;
	list = json_array();
	for (size_t i = 0; i < n; i++)
		jsn_add(list, journal_row_json(&rows.rows[i]));
	o = json_object();
	jsn_set(o, "total", json_integer(total));
	jsn_set(o, "items", list);
	return web_json(c, 200, o, e);
}
