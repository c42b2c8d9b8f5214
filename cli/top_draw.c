/* SPDX-License-Identifier: Apache-2.0 */
/* The screen. Every text that stands on it was cleaned when it came; here it is cut to its columns. */
#include <curses.h>
#include <stdio.h>
#include <string.h>

#include "top.h"

#define HEAD 3  /* lines above the rows, and */
#define FOOT 1  /* below */
#define ESCAPE 27

enum { PAIR_OK = 1, PAIR_WARN, PAIR_CRITICAL, PAIR_UNKNOWN };

void
top_colours(struct top *t)
{
	t->colour = out_colour(t->c, stdout) && has_colors() != FALSE;
	if (!t->colour)
		return;
	start_color();
	use_default_colors();
	init_pair(PAIR_OK, COLOR_GREEN, -1);
	init_pair(PAIR_WARN, COLOR_YELLOW, -1);
	init_pair(PAIR_CRITICAL, COLOR_RED, -1);
	init_pair(PAIR_UNKNOWN, COLOR_MAGENTA, -1);
}

int
top_rows(void)
{
	return LINES - HEAD - FOOT > 0 ? LINES - HEAD - FOOT : 1;
}

/* Bytes of text that fit into so many columns: whole characters. */
static int
fitting(const char *text, int columns)
{
	int n = 0, used = 0;

	while (text[n] != '\0' && used < columns) {
		n++;
		while (((unsigned char)text[n] & 0xc0) == 0x80)
			n++;
		used++;
	}
	return n;
}

/* At the cursor, padded to its width; the rest of the line when width is 0. */
static void
put(const char *text, int width)
{
	int x = getcurx(stdscr), room = COLS - x, n, used;

	width = width == 0 || width > room ? room : width;
	if (width <= 0)
		return;
	n = fitting(text, width);
	used = (int)out_width(text) < width ? (int)out_width(text) : width;
	addnstr(text, n);
	for (; used < width; used++)
		addch(' ');
}

static attr_t
attributes(const struct top *t, char letter)
{
	static const struct {
		char letter;
		short pair;
	} pairs[] = {{'O', PAIR_OK}, {'W', PAIR_WARN}, {'C', PAIR_CRITICAL}, {'?', PAIR_UNKNOWN}};

	for (size_t i = 0; i < LARCH_COUNT(pairs) && t->colour; i++)
		if (pairs[i].letter == letter)
			return COLOR_PAIR(pairs[i].pair) | (letter == 'C' ? A_BOLD : 0);
	return letter == 'C' ? A_BOLD : A_NORMAL;
}

static void
draw_row(const struct top *t, const struct top_row *r, bool here)
{
	const struct top_column *columns = top_columns[t->view];
	bool chosen = t->view == TOP_NODES && hosts_has(&t->chosen, r->name);
	attr_t base = here ? A_REVERSE : A_NORMAL;

	attrset((int)base);
	put(chosen ? "*" : " ", 1);
	for (size_t k = 0; k < TOP_CELLS && columns[k].title != NULL; k++) {
		attrset((int)(base | (k == 1 ? attributes(t, r->letter) : 0)));
		put(r->cell[k], columns[k].width);
		attrset((int)base);
		if (columns[k].width != 0)
			put(" ", 1);
	}
	attrset(A_NORMAL);
}

static void
draw_head(const struct top *t)
{
	static const char *const sorts[TOP_SORTS] = {"level", "name", "age"};
	const struct top_column *columns = top_columns[t->view];
	char line[512], clock[TIMES_TEXT];

	move(0, 0);
	attrset(A_BOLD);
	for (int v = 0; v < TOP_VIEWS; v++) {
		attrset((enum top_view)v == t->view ? A_BOLD | A_UNDERLINE : A_NORMAL);
		put(top_titles[v], (int)strlen(top_titles[v]));
		attrset(A_NORMAL);
		put("  ", 2);
	}
	snprintf(line, sizeof(line), "as of %s  %s", t->seen == NULL ? "--:--:--" : times_clock(t->seen->at, clock),
	    t->seen == NULL ? "asking..." : *t->seen->trouble != '\0' ? t->seen->trouble : t->seen->headline);
	put(line, 0);
	move(1, 0);
	snprintf(line, sizeof(line), "%zu shown%s, by %s%s%s%s%s", t->n_shown,
	    t->view == TOP_NODES ? (t->all ? " of all" : ", those that are not well") : "", sorts[t->sort],
	    *t->filter == '\0' ? "" : ", with \"", t->filter, *t->filter == '\0' ? "" : "\"", "");
	put(line, 0);
	if (t->chosen.n > 0) {
		snprintf(line, sizeof(line), "%zu chosen", t->chosen.n);
		move(1, COLS - (int)strlen(line) - 1);
		attrset(A_BOLD);
		put(line, 0);
		attrset(A_NORMAL);
	}
	move(2, 0);
	attrset(A_UNDERLINE);
	put(" ", 1);
	for (size_t k = 0; k < TOP_CELLS && columns[k].title != NULL; k++) {
		put(columns[k].title, columns[k].width);
		if (columns[k].width != 0)
			put(" ", 1);
	}
	attrset(A_NORMAL);
}

void
top_draw(struct top *t)
{
	erase();
	if (COLS < 80 || LINES < 24) {
		mvaddnstr(0, 0, "larch top wants 80 columns and 24 lines", COLS);
		refresh();
		return;
	}
	draw_head(t);
	for (int i = 0; i < top_rows() && t->first + (size_t)i < t->n_shown; i++) {
		move(HEAD + i, 0);
		draw_row(t, t->shown[t->first + (size_t)i], t->first + (size_t)i == t->at);
	}
	if (t->n_shown == 0) {
		move(HEAD + 1, 2);
		put(t->seen == NULL ? "Asking the server..." : *t->seen->trouble != '\0' ? t->seen->trouble
		    : t->view == TOP_NODES && !t->all && *t->filter == '\0' ? "Every machine is well. a shows all of them." : "Nothing to show.", 0);
	}
	move(LINES - 1, 0);
	attrset(A_REVERSE);
	put(t->status != NULL ? t->status : " Enter why  Space choose  p power  / filter  s sort  a all  Tab view  h help  q quit", 0);
	attrset(A_NORMAL);
	move(LINES - 1, COLS - 1);
	refresh();
}

/* Where line k of a text begins, and how many lines it has. */
static const char *
line_at(const char *text, size_t k)
{
	for (; k > 0 && text != NULL; k--) {
		text = strchr(text, '\n');
		text = text == NULL ? NULL : text + 1;
	}
	return text;
}

static size_t
lines_of(const char *text)
{
	size_t n = 0;

	for (; text != NULL && *text != '\0'; text = line_at(text, 1))
		n++;
	return n;
}

static void
draw_page(const char *title, const char *text, size_t first)
{
	erase();
	attrset(A_BOLD);
	move(0, 0);
	put(title, 0);
	attrset(A_NORMAL);
	for (int i = 0; i < LINES - 2; i++) {
		const char *line = line_at(text, first + (size_t)i);
		struct buf b = BUF(LIMIT_LOG_LINE);

		if (line == NULL)
			break;
		buf_plain(&b, (struct str){line, strcspn(line, "\n") < 1000 ? strcspn(line, "\n") : 1000});
		move(1 + i, 0);
		put(b.n > 0 ? b.p : "", 0);
		buf_free(&b);
	}
	move(LINES - 1, 0);
	attrset(A_REVERSE);
	put(" Up, Down, PgUp, PgDn scroll; q goes back", 0);
	attrset(A_NORMAL);
	refresh();
}

void
top_page(struct top *t, const char *title, const char *text)
{
	size_t first = 0, n = lines_of(text);

	(void)t;
	timeout(-1);
	for (;;) {
		size_t page = LINES > 3 ? (size_t)LINES - 2 : 1, last = n > page ? n - page : 0;

		first = first > last ? last : first;
		draw_page(title, text, first);
		switch (getch()) {
		case KEY_UP: case 'k': first -= first > 0; break;
		case KEY_DOWN: case 'j': first++; break;
		case KEY_PPAGE: first -= first < page ? first : page; break;
		case KEY_NPAGE: case ' ': first += page; break;
		case KEY_HOME: first = 0; break;
		case KEY_END: case 'G': first = last; break;
		case KEY_RESIZE: break;
		case 'q': case ESCAPE: case '\n': case KEY_ENTER: case KEY_LEFT: case ERR: return;
		default: break;
		}
	}
}

bool
top_ask(struct top *t, const char *prompt, char *out, size_t size)
{
	size_t n = strnlen(out, size - 1);

	timeout(-1);
	for (;;) {
		char line[256];
		int key;

		snprintf(line, sizeof(line), " %s%s", prompt, out);
		t->status = line;
		top_draw(t);
		t->status = NULL;
		key = getch();
		if (key == '\n' || key == KEY_ENTER)
			return true;
		if (key == ESCAPE || key == ERR)
			return false;
		if ((key == KEY_BACKSPACE || key == 127 || key == 8) && n > 0)
			out[--n] = '\0';
		else if (key >= ' ' && key < 127 && n + 1 < size) {
			out[n++] = (char)key;
			out[n] = '\0';
		}
	}
}
