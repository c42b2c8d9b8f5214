/* SPDX-License-Identifier: Apache-2.0 */
/* One plain line for each change of a fact, for previews, histories and logs. */
#include <string.h>

#include "inv_edit.h"

typedef void line_fn(const json_t *v, struct buf *out);

static void
line_thing(const json_t *v, struct buf *out)
{
	buf_puts(out, jsn_text_or(v, "type", ""));
}

static void
line_name(const json_t *v, struct buf *out)
{
	buf_puts(out, jsn_text_or(v, "name", ""));
}

static void
line_attr_value(const json_t *v, struct buf *out)
{
	const char *value = jsn_text_or(v, "value", "");

	buf_puts(out, *value == '\0' ? "(empty)" : value);
}

static void
line_port(const json_t *v, struct buf *out)
{
	const char *kind = jsn_text_or(v, "kind", ""), *plug = jsn_text_or(v, "plug", "");

	buf_printf(out, "%s%s%s", kind, *kind != '\0' && *plug != '\0' ? " " : "", plug);
}

static void
line_cable(const json_t *v, struct buf *out)
{
	buf_printf(out, "%s %s - %s %s", jsn_text_or(v, "a", ""), jsn_text_or(v, "a-port", ""), jsn_text_or(v, "b", ""),
	    jsn_text_or(v, "b-port", ""));
}

static void
line_place(const json_t *v, struct buf *out)
{
	int64_t unit = jsn_integer_or(v, "unit", 0), height = jsn_integer_or(v, "height", 1);
	const char *face = jsn_text_or(v, "face", "both"), *side = jsn_text_or(v, "side", NULL);

	buf_puts(out, jsn_text_or(v, "container", ""));
	if (unit > 0)
		buf_printf(out, " unit %lld", (long long)unit);
	if (unit > 0 && height > 1)
		buf_printf(out, "-%lld", (long long)(unit + height - 1));
	if (unit > 0 && strcmp(face, "both") != 0)
		buf_printf(out, " %s", face);
	if (side != NULL)
		buf_printf(out, " at the %s side", side);
}

static void
line_pool(const json_t *v, struct buf *out)
{
	buf_puts(out, jsn_text_or(v, "pool", ""));
}

/* What stands before, between and around the values. `part`: what fact of the thing it is, or NULL. */
static const struct {
	const char *what;
	line_fn *line;
	const char *added, *removed, *changed;
} rows[] = {
    {"thing", line_thing, "new", "removed", "type"},
    {"name", line_name, "name", "name", "renamed"},
    {"type", line_thing, "type", "type", "type"},
    {"attr", line_attr_value, "", "without", ""},
    {"port", line_port, "new port", "without port", "port"},
    {"cable", line_cable, "connected", "disconnected", "connected"},
    {"place", line_place, "put in", "taken out of", "moved from"},
    {"pool", line_pool, "in pool", "out of pool", "pool"},
};

/* "owner", "eth.mac#2": as it is typed. */
static void
attr_part(const json_t *v, struct buf *out)
{
	const char *subkey = jsn_text_or(v, "subkey", NULL);
	int64_t number = jsn_integer_or(v, "number", -1);

	buf_puts(out, jsn_text_or(v, "key", ""));
	if (subkey != NULL)
		buf_printf(out, ".%s", subkey);
	if (number >= 0)
		buf_printf(out, "#%lld", (long long)number);
	buf_char(out, ' ');
}

void
inv_fact_text(const char *name, const char *what, const json_t *before, const json_t *after, struct buf *out)
{
	const json_t *any = after != NULL ? after : before;

	for (size_t k = 0; k < LARCH_COUNT(rows); k++) {
		const char *word = before == NULL ? rows[k].added : after == NULL ? rows[k].removed : rows[k].changed;

		if (strcmp(rows[k].what, what) != 0)
			continue;
		if (strcmp(what, "pool") == 0 && strcmp(jsn_text_or(any, "pool", ""), name) == 0)
			name = jsn_text_or(any, "thing", ""); /* of the pool's own history */
		buf_printf(out, "%s: %s%s", name, word, *word == '\0' ? "" : " ");
		if (strcmp(what, "attr") == 0)
			attr_part(any, out);
		if (strcmp(what, "port") == 0)
			buf_printf(out, "%s ", jsn_text_or(any, "name", ""));
		if (strcmp(what, "attr") == 0 && before == NULL)
			buf_puts(out, "= ");
		if (before != NULL)
			rows[k].line(before, out);
		if (before != NULL && after != NULL)
			buf_puts(out, " -> ");
		if (after != NULL)
			rows[k].line(after, out);
		while (out->n > 0 && out->p[out->n - 1] == ' ')
			out->p[--out->n] = '\0';
		return;
	}
}
