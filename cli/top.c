/* SPDX-License-Identifier: Apache-2.0 */
/* The keys, what is chosen, and the way into a plan. */
#include <curses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "top.h"

#define TICK_MS 250

static const char help_text[] =
    "Up, Down, PgUp, PgDn, Home, End   move (k and j too)\n"
    "Enter      everything known about the machine under the cursor\n"
    "Space      choose it, or let it go; * marks what is chosen\n"
    "A          choose all that are shown; N lets all go\n"
    "p          lead what is chosen, or the machine under the cursor, into a power plan:\n"
    "           the plan is shown and asked for, as by `larch power`\n"
    "/          filter by a word in any column; empty shows all again\n"
    "s          sort by level, by name, by how long it is so; r turns the order round\n"
    "a          machines: all of them, or only those that are not well\n"
    "Tab        machines, PDUs, jobs (1, 2, 3 too)\n"
    "q          quit\n"
    "\n"
    "O ok   W warn   C critical   ? unknown, or too old to be believed\n";

/* ---- what is shown ------------------------------------------------------------------------- */

static bool
fits(const struct top *t, const struct top_row *r)
{
	if (*t->filter == '\0')
		return true;
	for (size_t k = 0; k < TOP_CELLS; k++)
		if (strcasestr(r->cell[k], t->filter) != NULL)
			return true;
	return false;
}

static int
rank(char letter)
{
	const char *order = "CW?O ", *at = strchr(order, letter);

	return at == NULL ? 5 : (int)(at - order);
}

static int
compare(const void *x, const void *y, void *ctx)
{
	const struct top_row *a = *(const struct top_row *const *)x, *b = *(const struct top_row *const *)y;
	const struct top *t = ctx;
	int c = 0;

	if (t->sort == TOP_BY_LEVEL)
		c = rank(a->letter) - rank(b->letter);
	else if (t->sort == TOP_BY_AGE)
		c = (a->age_ms > b->age_ms) - (a->age_ms < b->age_ms);
	if (c == 0)
		c = str_natural(a->name, b->name);
	return t->descending ? -c : c;
}

static void
choose_shown(struct top *t)
{
	t->n_shown = 0;
	if (t->seen == NULL)
		return;
	if (t->cap_shown < t->seen->n) {
		free(t->shown);
		t->cap_shown = t->seen->n;
		t->shown = calloc(t->cap_shown, sizeof(*t->shown));
		if (t->shown == NULL)
			log_die("out of memory: nothing to show");
	}
	for (size_t i = 0; i < t->seen->n; i++)
		if (fits(t, &t->seen->rows[i]))
			t->shown[t->n_shown++] = &t->seen->rows[i];
	if (t->n_shown > 1)
		qsort_r(t->shown, t->n_shown, sizeof(*t->shown), compare, t);
}

static void
keep_in_sight(struct top *t)
{
	size_t page = (size_t)top_rows();

	if (t->at >= t->n_shown)
		t->at = t->n_shown == 0 ? 0 : t->n_shown - 1;
	if (t->at < t->first)
		t->first = t->at;
	if (t->at >= t->first + page)
		t->first = t->at - page + 1;
}

/* The cursor stays on its row, wherever that has gone. */
static void
arrange(struct top *t, const char *name)
{
	choose_shown(t);
	for (size_t i = 0; name != NULL && i < t->n_shown; i++)
		if (strcmp(t->shown[i]->name, name) == 0)
			t->at = i;
	keep_in_sight(t);
}

static const char *
name_here(const struct top *t)
{
	return t->at < t->n_shown ? arena_strdup(t->c->arena, t->shown[t->at]->name) : NULL;
}

/* A snapshot of another view, or an answer that was none, does not replace what is there. */
static void
take_news(struct top *t)
{
	struct top_snapshot *s = top_data_take(t->data);
	const char *here;

	if (s == NULL)
		return;
	if (s->view != t->view || s->all != t->all || (*s->trouble != '\0' && t->seen != NULL && t->seen->n > 0)) {
		if (s->view == t->view && t->seen != NULL)
			t->seen->trouble = arena_strdup(t->seen->a, s->trouble);
		top_snapshot_free(s);
		return;
	}
	here = name_here(t);
	top_snapshot_free(t->seen);
	t->seen = s;
	arrange(t, here);
}

static void
look_at(struct top *t, enum top_view view, bool all)
{
	t->view = view;
	t->all = all;
	t->at = t->first = 0;
	top_snapshot_free(t->seen);
	t->seen = NULL;
	t->n_shown = 0;
	top_data_want(t->data, view, all);
}

/* ---- choosing --------------------------------------------------------------------------------- */

static void
toggle(struct top *t, const char *name, bool only_add)
{
	struct hosts h = {arena_array(t->c->arena, t->chosen.n + 1, sizeof(char *)), 0};
	bool had = false;

	for (size_t i = 0; i < t->chosen.n; i++) {
		bool same = strcmp(t->chosen.name[i], name) == 0;

		had = had || same;
		if (!same || only_add)
			h.name[h.n++] = t->chosen.name[i];
	}
	if (!had)
		h.name[h.n++] = arena_strdup(t->c->arena, name);
	hosts_sort(&h);
	t->chosen = h;
}

/* All at once: one by one a room would be sorted ten thousand times. */
static void
choose_all(struct top *t)
{
	struct hosts h = {arena_array(t->c->arena, t->chosen.n + t->n_shown + 1, sizeof(char *)), 0};

	for (size_t i = 0; i < t->chosen.n; i++)
		h.name[h.n++] = t->chosen.name[i];
	for (size_t i = 0; i < t->n_shown; i++)
		h.name[h.n++] = arena_strdup(t->c->arena, t->shown[i]->name);
	hosts_sort(&h);
	t->chosen = h;
}

/* ---- what a key leads to ------------------------------------------------------------------------ */

static void
why(struct top *t)
{
	const char *name = name_here(t);
	const char *base = t->view == TOP_NODES ? "/api/v1/nodes" : t->view == TOP_PDUS ? "/api/v1/pdus" : "/api/v1/jobs";
	struct api_request q = {.method = "GET", .limit_s = 20};
	struct api_answer a = {0};
	struct err e = {0};

	if (name == NULL || (q.path = path_make(t->c, base, name, ".txt", NULL, 0, &e)) == NULL)
		return;
	if (api_call(t->c, &q, &a, &e) != 0)
		top_page(t, name, e.text);
	else
		top_page(t, name, a.text.n > 0 ? a.text.p : "");
	api_answer_finish(&a);
}

/* Out of curses, as `larch power` does it, and back. */
static void
power(struct top *t)
{
	static const struct {
		char key;
		const char *verb;
	} verbs[] = {{'c', "cycle"}, {'o', "on"}, {'f', "off"}};
	struct wish w = {.noun = "nodes", .base = "/api/v1/power"};
	char key[2] = "", answer[8];

	w.list = t->chosen.n > 0 ? hosts_fold(&t->chosen, t->c->arena) : name_here(t);
	if (t->view != TOP_NODES || w.list == NULL) {
		t->status = " Choose machines first: Space";
		return;
	}
	if (!top_ask(t, arena_printf(t->c->arena, "%.60s: c cycle, o on, f off, Esc nothing: ", w.list), key, sizeof(key)))
		return;
	for (size_t i = 0; i < LARCH_COUNT(verbs); i++)
		if (verbs[i].key == key[0])
			w.verb = verbs[i].verb;
	if (w.verb == NULL)
		return;
	def_prog_mode();
	endwin();
	printf("\n");
	(void)power_carry_out(t->c, &w);
	fprintf(stderr, "Enter goes back to larch top. ");
	(void)!read(STDIN_FILENO, answer, sizeof(answer));
	reset_prog_mode();
	clearok(stdscr, TRUE);
	t->chosen = (struct hosts){0};
	top_data_want(t->data, t->view, t->all);
}

static void
move_by(struct top *t, long by)
{
	long at = (long)t->at + by;

	t->at = at < 0 ? 0 : (size_t)at;
	keep_in_sight(t);
}

static void
ask_filter(struct top *t)
{
	char old[sizeof(t->filter)], typed[sizeof(t->filter)] = "";

	memcpy(old, t->filter, sizeof(old));
	if (top_ask(t, "filter: ", typed, sizeof(typed)))
		memcpy(t->filter, typed, sizeof(t->filter));
	arrange(t, NULL);
}

static bool
view_key(struct top *t, int key)
{
	switch (key) {
	case '\t': look_at(t, (enum top_view)((t->view + 1) % TOP_VIEWS), t->all); return true;
	case '1': case '2': case '3': look_at(t, (enum top_view)(key - '1'), t->all); return true;
	case 'a': look_at(t, t->view, !t->all); return true;
	case 's': t->sort = (t->sort + 1) % TOP_SORTS; t->descending = t->sort == TOP_BY_AGE; arrange(t, NULL); return true;
	case 'r': t->descending = !t->descending; arrange(t, NULL); return true;
	case '/': ask_filter(t); return true;
	default: return false;
	}
}

static bool
choose_key(struct top *t, int key)
{
	const char *name = name_here(t);

	switch (key) {
	case ' ':
		if (t->view == TOP_NODES && name != NULL)
			toggle(t, name, false);
		move_by(t, 1);
		return true;
	case 'A':
		if (t->view == TOP_NODES)
			choose_all(t);
		return true;
	case 'N': t->chosen = (struct hosts){0}; return true;
	case 'p': power(t); return true;
	case '\n': case KEY_ENTER: case KEY_RIGHT: why(t); return true;
	default: return false;
	}
}

static void
on_key(struct top *t, int key)
{
	switch (key) {
	case KEY_UP: case 'k': move_by(t, -1); break;
	case KEY_DOWN: case 'j': move_by(t, 1); break;
	case KEY_PPAGE: move_by(t, -top_rows()); break;
	case KEY_NPAGE: move_by(t, top_rows()); break;
	case KEY_HOME: move_by(t, -(long)t->at); break;
	case KEY_END: case 'G': move_by(t, (long)t->n_shown); break;
	case 'h': case '?': top_page(t, "larch top", help_text); break;
	default: (void)(view_key(t, key) || choose_key(t, key)); break;
	}
}

/* ---- the command ------------------------------------------------------------------------------- */

static void
loop(struct top *t)
{
	int key = 0;

	while (key != 'q' && !interrupted) {
		take_news(t);
		top_draw(t);
		timeout(TICK_MS);
		key = getch();
		if (key == ERR)
			continue;
		t->status = NULL;
		on_key(t, key);
	}
}

int
cmd_top(struct cli *c)
{
	struct top t = {.c = c};

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return cli_usage(c, "top wants a terminal; `larch status` prints the same");
	if (initscr() == NULL)
		return cli_usage(c, "top does not know this terminal: TERM is \"%s\"", getenv("TERM") == NULL ? "" : getenv("TERM"));
	cbreak();
	noecho();
	keypad(stdscr, TRUE);
	set_escdelay(50);
	(void)curs_set(0);
	top_colours(&t);
	t.data = top_data_start(c);
	loop(&t);
	endwin();
	top_data_stop(t.data);
	top_snapshot_free(t.seen);
	free(t.shown);
	return interrupted ? EXIT_INTERRUPTED : EXIT_OK;
}
