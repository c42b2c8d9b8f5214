/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures as text. */
#include <string.h>

#include "svg.h"

#define LABEL_WIDE 104
#define LABEL_BYTES 15   /* of a label; a longer one is cut */
#define STRIP_HIGH 14
#define ROW_HIGH 20
#define TOP 8
#define LETTER_WIDE 11   /* a run that is narrower has no room for its letter */
#define FOOT_HIGH 44     /* ticks and legend */
#define RIGHT 16

/* Grounds and inks are those of paper and of a light page; `bar` is what strips are drawn with. */
static const struct {
	char level;
	const char *letter, *word;
	struct web_svg_ink ink;
	const char *bar, *on_bar;
	int inset;           /* units that are left free above and below */
	size_t least;
} looks[] = {
    {'o', "O", "ok", {"#daf3e1", "#0f5f2c"}, "#2c8c52", "#0f5f2c", 5, 0},
    {'u', "?", "unknown", {"#ece5fb", "#553a96"}, "url(#u)", "#553a96", 0, WEB_SVG_LEAST},
    {'w', "W", "warn", {"#fdeec3", "#734100"}, "url(#w)", "#734100", 0, WEB_SVG_LEAST},
    {'c', "C", "critical", {"#fde0de", "#9c0f22"}, "#9c0f22", "#ffffff", 0, WEB_SVG_LEAST},
    {'-', "", "nobody looked", {"#e8ebef", "#1a1f26"}, NULL, NULL, 0, 0},
};
#define NOTHING (LARCH_COUNT(looks) - 1)

static size_t
look_of(char level)
{
	size_t k = 0;

	while (k < NOTHING && looks[k].level != level)
		k++;
	return k;
}

struct web_svg_ink
web_svg_ink(char level)
{
	return looks[look_of(level)].ink;
}

const char *
web_svg_letter(char level)
{
	return looks[look_of(level)].letter;
}

void
web_svg_begin(struct buf *out, int64_t wide, int64_t high, const char *title, const char *desc)
{
	buf_printf(out,
	    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %lld %lld\" width=\"%lld\" height=\"%lld\""
	    " font-family=\"sans-serif\" font-size=\"11\" role=\"img\" aria-labelledby=\"%s\"><title id=\"title\">",
	    (long long)wide, (long long)high, (long long)wide, (long long)high, desc == NULL ? "title" : "title desc");
	buf_html(out, str_of(title));
	buf_puts(out, "</title>\n");
	if (desc != NULL) {
		buf_puts(out, "<desc id=\"desc\">");
		buf_html(out, str_of(desc));
		buf_puts(out, "</desc>\n");
	}
	buf_puts(out, "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n");
}

/* ---- strips ------------------------------------------------------------------------------- */

/* Cut between characters of UTF-8. */
static struct str
short_label(const char *label, bool *cut)
{
	size_t n = strlen(label);

	*cut = n > LABEL_BYTES;
	if (!*cut)
		return (struct str){label, n};
	for (n = LABEL_BYTES - 1; n > 0 && ((unsigned char)label[n] & 0xc0) == 0x80; n--)
		;
	return (struct str){label, n};
}

static size_t
run_end(const struct web_strips *s, const char *levels, size_t from)
{
	size_t to = from + 1;

	while (to < s->columns && levels[to] == levels[from])
		to++;
	return to;
}

/* All runs of one look are one path. */
static void
draw_runs(const struct web_strips *s, const char *levels, size_t look, int64_t y, struct buf *out)
{
	int high = STRIP_HIGH - 2 * looks[look].inset;
	bool begun = false;

	for (size_t from = 0, to; from < s->columns; from = to) {
		size_t wide;

		to = run_end(s, levels, from);
		wide = to - from < looks[look].least ? looks[look].least : to - from;
		if (look_of(levels[from]) != look)
			continue;
		if (!begun)
			buf_printf(out, "<path fill=\"%s\" d=\"", looks[look].bar);
		begun = true;
		buf_printf(out, "M%zu %lldh%zuv%dh-%zuz", LABEL_WIDE + from, (long long)(y + looks[look].inset), wide, high, wide);
	}
	if (begun)
		buf_puts(out, "\"/>\n");
}

static void
draw_letters(const struct web_strips *s, const char *levels, int64_t y, struct buf *out)
{
	for (size_t from = 0, to; from < s->columns; from = to) {
		size_t look = look_of(levels[from]);

		to = run_end(s, levels, from);
		if (looks[look].least == 0 || to - from < LETTER_WIDE)
			continue;
		/* a ground of its own: a letter on a pattern is hard to read */
		if (looks[look].bar[0] == 'u')
			buf_printf(out, "<rect x=\"%zu\" y=\"%lld\" width=\"9\" height=\"12\" fill=\"%s\"/>", LABEL_WIDE + from + 1,
			    (long long)y + 1, looks[look].ink.ground);
		buf_printf(out, "<text x=\"%zu\" y=\"%lld\" font-size=\"10\" font-weight=\"bold\" fill=\"%s\">%s</text>\n",
		    LABEL_WIDE + from + 2, (long long)y + 11, looks[look].on_bar, looks[look].letter);
	}
}

static void
draw_strip(const struct web_strips *s, const struct web_strip *strip, int64_t y, struct buf *out)
{
	bool cut;
	struct str label = short_label(strip->label, &cut);

	buf_printf(out, "<text x=\"%d\" y=\"%lld\" text-anchor=\"end\" fill=\"#1a1f26\">", LABEL_WIDE - 8, (long long)y + 11);
	buf_html(out, label);
	buf_printf(out, "%s</text>\n<path stroke=\"#a9b2bd\" stroke-dasharray=\"2 3\" d=\"M%d %lldh%zu\"/>\n", cut ? "\u2026" : "",
	    LABEL_WIDE, (long long)y + STRIP_HIGH / 2, s->columns);
	for (size_t k = 0; k < NOTHING; k++)
		draw_runs(s, strip->levels, k, y, out);
	draw_letters(s, strip->levels, y, out);
}

static void
draw_ticks(const struct web_strips *s, int64_t y, struct buf *out)
{
	for (size_t i = 0; i < s->n_ticks; i++) {
		size_t x = LABEL_WIDE + s->tick[i].column;

		buf_printf(out, "<path stroke=\"#a9b2bd\" d=\"M%zu %dV%lld\"/><text x=\"%zu\" y=\"%lld\" text-anchor=\"middle\" fill=\"#56606c\">",
		    x, TOP - 4, (long long)y + 2, x, (long long)y + 13);
		buf_html(out, str_of(s->tick[i].text));
		buf_puts(out, "</text>\n");
	}
}

static void
draw_legend(int64_t y, struct buf *out)
{
	static const size_t order[] = {0, 2, 3, 1, NOTHING};
	int x = LABEL_WIDE;

	for (size_t i = 0; i < LARCH_COUNT(order); i++) {
		size_t k = order[i];

		if (k == NOTHING)
			buf_printf(out, "<path stroke=\"#a9b2bd\" stroke-dasharray=\"2 3\" d=\"M%d %lldh18\"/>", x, (long long)y + 5);
		else
			buf_printf(out, "<path fill=\"%s\" d=\"M%d %lldh18v%dh-18z\"/>", looks[k].bar, x, (long long)y + (looks[k].inset > 0 ? 3 : 0),
			    looks[k].inset > 0 ? 4 : 10);
		buf_printf(out, "<text x=\"%d\" y=\"%lld\" fill=\"#56606c\">%s%s%s</text>\n", x + 23, (long long)y + 9, looks[k].letter,
		    looks[k].letter[0] == '\0' ? "" : " ", looks[k].word);
		x += 100;
	}
}

void
web_svg_strips(const struct web_strips *s, struct buf *out)
{
	int64_t below = TOP + (int64_t)s->n * ROW_HIGH;

	web_svg_begin(out, LABEL_WIDE + (int64_t)s->columns + RIGHT, below + FOOT_HIGH, s->title, s->desc);
	buf_puts(out,
	    "<defs><pattern id=\"w\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">"
	    "<rect width=\"5\" height=\"5\" fill=\"#fdd97a\"/><rect width=\"2\" height=\"5\" fill=\"#734100\"/></pattern>\n"
	    "<pattern id=\"u\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\"><rect width=\"5\" height=\"5\" fill=\"#ece5fb\"/>"
	    "<rect x=\"1\" y=\"1\" width=\"2\" height=\"2\" fill=\"#553a96\"/></pattern></defs>\n");
	draw_ticks(s, below, out);
	for (size_t i = 0; i < s->n; i++)
		draw_strip(s, &s->strip[i], TOP + (int64_t)i * ROW_HIGH, out);
	draw_legend(below + 24, out);
	buf_puts(out, "</svg>\n");
}
