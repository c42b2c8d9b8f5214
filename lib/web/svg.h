/* SPDX-License-Identifier: Apache-2.0 */
/*
 * svg: small pictures that a page shows as files of their own (<img>, for the policy of our pages runs nothing inline).
 * They have no script and no style sheet, for one that is saved or printed has none beside it; what a level is can be
 * told without its colour. Texts may be foreign: all of them are escaped here. It knows nothing of what it draws.
 */
#ifndef LARCH_WEB_SVG_H
#define LARCH_WEB_SVG_H

#include "base/base.h"

/* What a level looks like on a light ground. level: 'o' 'w' 'c' 'u' as in web_cell; any other: nothing is known. */
struct web_svg_ink {
	const char *ground, *ink; /* "#daf3e1" */
};
LARCH_API struct web_svg_ink web_svg_ink(char level);
LARCH_API const char *web_svg_letter(char level); /* "O" "W" "C" "?"; "" of any other */

/* The beginning of a picture up to its white ground, in user units; "</svg>" is the caller's. desc may be NULL. */
LARCH_API void web_svg_begin(struct buf *out, int64_t wide, int64_t high, const char *title, const char *desc);

/* How something went: a letter for each column of time, oldest first; '-' where nobody looked. */
struct web_strip {
	const char *label;
	const char *levels; /* `columns` letters */
};
/* A mark below the strips. */
struct web_tick {
	size_t column;
	const char *text;
};
struct web_strips {
	const char *title, *desc;
	const struct web_strip *strip;
	size_t n, columns;        /* columns: user units of width, too */
	const struct web_tick *tick;
	size_t n_ticks;
};
/*
 * Strips one below the other, and a legend. What is well is a thin bar; what is not fills its strip: warn hatched, critical
 * solid, unknown dotted; nobody looked is a broken line. What is not well has its letter where there is room for it, and
 * at least WEB_SVG_LEAST units however short it was.
 */
#define WEB_SVG_LEAST 3
LARCH_API void web_svg_strips(const struct web_strips *s, struct buf *out);

#endif
