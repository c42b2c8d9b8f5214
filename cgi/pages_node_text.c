/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /nodes/NAME.txt: everything known about one machine on a screen of 80 columns, for somebody who was woken up. What is
 * wrong comes first and in full; what is well takes a line each.
 */
#include <stdio.h>
#include <string.h>

#include "pages_node.h"

#define WIDTH 80
#define CHANGES 6          /* of the newest changes, and of the last actions */
#define ACTIONS 3
#define LINES_OF_WELL 2    /* of what a check says when it is well, and when it is not */
#define LINES_OF_ILL 8
#define WRAPPED 6          /* lines of one sentence */

struct why {
	const struct node_page *page;
	struct arena *a;
	int64_t now;
	struct buf *out;
};

/* ---- lines --------------------------------------------------------------------------------------- */

/* Bytes of the first `columns` characters. Each counts as one: what is wider is the reader's bad luck, not ours. */
static size_t
bytes_of(struct str s, size_t columns)
{
	size_t i = 0, seen = 0;

	for (; i < s.n; i++)
		if (((unsigned char)s.p[i] & 0xc0) != 0x80 && seen++ == columns)
			return i;
	return s.n;
}

/* A cell of a fixed width; what is longer is cut, and ends in '~'. */
static void
cell(const struct why *w, const char *text, size_t wide, bool last)
{
	struct str s = str_of(text);
	size_t columns = str_characters(s);

	if (columns > wide) {
		s.n = bytes_of(s, wide - 1);
		buf_plain(w->out, s);
		buf_char(w->out, '~');
		columns = wide;
	} else {
		buf_plain(w->out, s);
	}
	for (; !last && columns <= wide; columns++)
		buf_char(w->out, ' ');
}

static void
end_line(const struct why *w)
{
	while (w->out->n > 0 && w->out->p[w->out->n - 1] == ' ')
		w->out->p[--w->out->n] = '\0';
	buf_char(w->out, '\n');
}

/* How many bytes of a sentence go on a line: up to a blank, where there is one. */
static size_t
line_of(struct str s, size_t wide)
{
	size_t n = bytes_of(s, wide);

	if (n == s.n)
		return n;
	for (size_t k = n; k > n / 2; k--)
		if (s.p[k] == ' ')
			return k;
	return n;
}

/* A sentence below what it is about, broken between words. */
static void
sentence(const struct why *w, const char *text, size_t indent)
{
	struct str rest = str_trim(str_of(text));

	for (int lines = 0; rest.n > 0 && lines < WRAPPED; lines++) {
		size_t n = line_of(rest, WIDTH - indent);

		buf_printf(w->out, "%*s", (int)indent, "");
		buf_plain(w->out, (struct str){rest.p, n});
		end_line(w);
		rest = str_trim((struct str){rest.p + n, rest.n - n});
	}
	if (rest.n > 0)
		buf_printf(w->out, "%*s... (more in .json)\n", (int)indent, "");
}

static const char *
age(const struct why *w, int64_t at)
{
	char text[TIMES_TEXT];

	return at == 0 ? "" : arena_strdup(w->a, times_age(w->now - at, text));
}

/* ---- who, and how -------------------------------------------------------------------------------- */

static const char *
attribute(const struct node_page *p, const char *key)
{
	return p->known ? inv_attr(&p->thing, key) : NULL;
}

static void
write_head(const struct why *w)
{
	const struct node_page *p = w->page;
	struct buf line = BUF(4096);
	char text[TIMES_TEXT];
	struct inv_place *way;
	struct err lost;
	size_t n = 0;

	buf_printf(&line, "%s", p->thing.name);
	if (*p->thing.type != '\0')
		buf_printf(&line, ", %s", p->thing.type);
	if (p->known && inv_place(p->inv, p->thing.name, w->a, &way, &n, &lost) == 0)
		for (size_t i = 0; i < n; i++) {
			if (*way[i].container == '\0')
				continue;
			buf_printf(&line, "%s%s", i == 0 ? " in " : ", ", way[i].container);
			if (way[i].unit > 0)
				buf_printf(&line, " U%lld", (long long)way[i].unit);
		}
	if (attribute(p, "owner") != NULL)
		buf_printf(&line, ", owner %s", attribute(p, "owner"));
	if (!p->known)
		buf_puts(&line, ", not in the inventory");
	sentence(w, line.p, 0);
	buf_free(&line);
	buf_printf(w->out, "as of %s\n\n", times_room(w->now, text));
}

/* "C CRITICAL for 3 h, since 2026-11-20 19:30:12 +01:00: Ping down" and why. */
static void
write_level(const struct why *w)
{
	static const struct {
		char level;
		const char *words;
	} looks[] = {{'o', "O OK"}, {'w', "W WARN"}, {'c', "C CRITICAL"}, {'u', "? UNKNOWN"}, {0, "- nothing of it is watched"}};
	const struct node_page *p = w->page;
	struct node_level l = pages_node_level(p);
	struct buf line = BUF(4096);
	char text[TIMES_TEXT];

	for (size_t i = 0; i < LARCH_COUNT(looks); i++)
		if (looks[i].level == l.level)
			buf_puts(&line, looks[i].words);
	if (l.since != 0)
		buf_printf(&line, " for %s, since %s", age(w, l.since), times_room(l.since, text));
	if (l.worst != NULL)
		buf_printf(&line, ": %s %s", pages_node_title(p, l.worst->check), l.worst->text);
	if (l.worst != NULL && status_stale(l.worst->at, l.worst->interval, w->now))
		buf_printf(&line, ", but that was %s ago", age(w, l.worst->at));
	if (l.level == 'u' && l.worst == NULL)
		buf_puts(&line, p->status == NULL ? ": status cannot be read now" : ": it was never seen");
	sentence(w, line.p, 0);
	if (l.worst != NULL && l.worst->detail != NULL)
		sentence(w, l.worst->detail, 2);
	buf_clear(&line);
	if (p->advised) {
		buf_puts(&line, "Advice: ");
		advice_line(&p->advice, &line);
		sentence(w, line.p, 0);
		buf_clear(&line);
	}
	if (p->share_of != NULL) {
		buf_printf(&line, "Up by %s:", p->share_of);
		for (size_t i = 0; i < PAGES_WINDOWS; i++)
			buf_printf(&line, "%s %s %s", i == 0 ? "" : ",", pages_windows[i].word, pages_share_text(&p->share[i], w->a));
		sentence(w, line.p, 0);
	}
	buf_free(&line);
}

/* ---- checks ------------------------------------------------------------------------------------------ */

static void
write_check(const struct why *w, const struct status_value *v)
{
	bool stale = status_stale(v->at, v->interval, w->now), ill = stale || v->level != STATUS_OK;
	struct node_said said = pages_node_said(w->page, v);
	static const char *const letters[STATUS_LEVEL_COUNT] = {"O", "W", "C", "?"};
	size_t lines = ill ? LINES_OF_ILL : LINES_OF_WELL;

	cell(w, letters[(unsigned)v->level % STATUS_LEVEL_COUNT], 1, false);
	cell(w, v->check, 10, false);
	cell(w, v->text, 22, false);
	cell(w, pages_node_reading(w->page, v), 9, false);
	cell(w, age(w, v->since), 7, false);
	cell(w, stale ? arena_printf(w->a, "%s STALE", age(w, v->at)) : age(w, v->at), 12, false);
	cell(w, pages_node_next(w->page, v), 12, true);
	end_line(w);
	for (size_t i = 0; i < said.n && i < lines; i++) {
		if (ill) {
			sentence(w, said.line[i], 4);
		} else {
			buf_puts(w->out, "    ");
			cell(w, said.line[i], WIDTH - 4, true);
			end_line(w);
		}
	}
	if (said.n > lines)
		buf_printf(w->out, "    and %zu more lines in .json\n", said.n - lines);
}

static void
write_checks(const struct why *w)
{
	const struct node_page *p = w->page;

	if (p->n_values == 0)
		return;
	buf_printf(w->out, "\n  %-10s %-22s %-9s %-7s %-12s %s\n", "CHECK", "STATE", "READING", "FOR", "SEEN", "NEXT");
	for (int ill = 1; ill >= 0; ill--)
		for (size_t i = 0; i < p->n_values; i++) {
			const struct status_value *v = &p->values[i];

			if ((v->level != STATUS_OK || status_stale(v->at, v->interval, w->now)) == (ill == 1))
				write_check(w, v);
		}
}

/* ---- wires, log ----------------------------------------------------------------------------------------- */

static void
write_wires(const struct why *w)
{
	const struct node_page *p = w->page;
	bool machine = p->known && inv_is_machine(p->inv, p->thing.type);

	buf_char(w->out, '\n');
	if (machine && p->n_cords == 0)
		buf_puts(w->out, "Power    no cord is recorded: wiring unknown\n");
	for (size_t i = 0; i < p->n_cords; i++) {
		const struct status_outlet *o = pages_node_outlet(p, i);
		const char *beside = pages_node_beside(p, i);

		sentence(w, arena_printf(w->a, "Power    %s %s: %s%s%s%s%s", p->cords[i].pdu, p->cords[i].outlet,
		    o == NULL ? "unknown" : o->state, o == NULL ? "" : arena_printf(w->a, ", seen %s ago", age(w, o->at)),
		    o == NULL || !(o->amps >= 0) ? "" : arena_printf(w->a, ", %.2f A", o->amps), *beside == '\0' ? "" : ", also feeds ",
		    beside), 0);
	}
	if (p->has_bmc)
		sentence(w, arena_printf(w->a, "BMC      %s %s", p->bmc.name, inv_attr(&p->bmc, "address") == NULL ? "" : inv_attr(&p->bmc, "address")), 0);
	for (size_t i = 0; i < p->n_cables; i++)
		if (strcmp(p->cables[i].b_type, "pdu") != 0)
			sentence(w, arena_printf(w->a, "Cable    %s to %s %s", p->cables[i].a_port, p->cables[i].b, p->cables[i].b_port), 0);
}

static const char *
when(const struct why *w, int64_t at)
{
	char text[TIMES_TEXT];

	return arena_strndup(w->a, times_room(at, text), 19);
}

static void
write_past(const struct why *w)
{
	const struct node_page *p = w->page;

	for (size_t i = 0; i < p->n_actions && i < ACTIONS; i++) {
		const struct status_action *x = &p->actions[i];

		if (i == 0)
			buf_puts(w->out, "\nPower log\n");
		sentence(w, arena_printf(w->a, "%s  %s via %s by %s: %s, job %lld%s%s", when(w, x->at), x->verb, x->way, x->who, x->outcome,
		    (long long)x->job, *x->why == '\0' ? "" : ": ", x->why), 2);
	}
	for (size_t i = 0; i < p->n_changes && i < CHANGES; i++) {
		const struct status_change *c = &p->changes[i];

		if (i == 0)
			buf_puts(w->out, "\nWhat changed\n");
		sentence(w, arena_printf(w->a, "%s  %s: %s %s, was %s %s", when(w, c->at), c->check, status_level_name(c->to), c->to_text,
		    status_level_name(c->from), c->from_text), 2);
	}
	if (p->n_changes > CHANGES || p->more_changes)
		buf_puts(w->out, "  older ones: larch since, or .json\n");
}

int
pages_node_text(struct node_page *p, struct err *e)
{
	struct buf out = BUF(LIMIT_PAGE);
	struct why w = {p, p->call->arena, p->call->now, &out};
	int rc;

	write_head(&w);
	write_level(&w);
	write_checks(&w);
	write_wires(&w);
	write_past(&w);
	rc = out.over ? err_set(e, ERR_LIMIT, "what is known of %s is more than %u bytes; ask for .json", p->thing.name, LIMIT_PAGE)
	              : web_plain(p->call, 200, buf_view(&out), e);
	buf_free(&out);
	return rc;
}
