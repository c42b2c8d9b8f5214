/* SPDX-License-Identifier: Apache-2.0 */
/*
 * genders: lines "NODES attr[=value],attr[=value]..." (libgenders(3), "GENDERS FILE FORMAT"): NODES is a
 * list with ranges, %n in a value is the node's name, # begins a comment, no node has an attribute twice.
 * An attribute with a value is an attribute; one without is a pool, for that is what it is asked by.
 */
#include <string.h>

#include "import.h"

struct genders {
	struct room *r;
	const struct source *s;
	size_t line;
	json_t *seen; /* node and attribute → the line that says it */
};

static int
wrong(const struct genders *g, struct err *e, const char *why, struct str what)
{
	return err_set(e, ERR_INPUT, "%s: line %zu: %s: \"%.*s\"", g->s->name, g->line, why,
	    (int)(what.n > 200 ? 200 : what.n), what.p);
}

/* "%n" in a value is the node. */
static void
with_node(struct str value, const char *node, struct buf *out)
{
	for (size_t i = 0; i < value.n; i++)
		if (value.p[i] == '%' && i + 1 < value.n && value.p[i + 1] == 'n') {
			buf_puts(out, node);
			i++;
		} else {
			buf_char(out, value.p[i]);
		}
}

/* No single node may have duplicate attributes. */
static int
said_once(struct genders *g, const char *node, struct str key, struct err *e)
{
	struct buf id = BUF(4 * LIMIT_IMPORT_FIELD);
	const json_t *before;
	int rc = 0;

	buf_puts(&id, node);
	buf_char(&id, ' ');
	buf_str(&id, key);
	before = json_object_get(g->seen, id.p);
	if (before != NULL)
		rc = err_set(e, ERR_INPUT, "%s: line %zu: %s has the attribute %.*s already, from line %lld", g->s->name, g->line,
		    node, (int)(key.n > 64 ? 64 : key.n), key.p, (long long)json_integer_value(before));
	else
		jsn_set(g->seen, id.p, json_integer((json_int_t)g->line));
	buf_free(&id);
	return rc;
}

static int
one_attribute(struct genders *g, const char *node, struct str text, struct err *e)
{
	struct str value = text, key = str_cut(&value, '=');
	json_t *thing = room_thing(g->r, "", str_of(node));
	struct buf out = BUF(LIMIT_ROOM_FILE);

	if (key.n == 0)
		return wrong(g, e, "a value without an attribute", text);
	if (said_once(g, node, key, e) != 0)
		return -1;
	if (value.p == NULL) {
		json_t *pool = room_thing(g->r, "pool", key);

		room_type(g->r, pool, "pool");
		room_member(g->r, pool, thing);
		return 0;
	}
	with_node(value, node, &out);
	room_attr(g->r, thing, &(struct room_attr){.key = key, .number = -1, .value = {out.n > 0 ? out.p : "", out.n}, .kind = "string"});
	buf_free(&out);
	return 0;
}

static int
node_line(struct genders *g, const char *node, struct str attrs, struct err *e)
{
	json_t *thing = room_thing(g->r, "", str_of(node));

	room_guess(g->r, thing, "server", "genders does not say what a node is");
	while (attrs.p != NULL) {
		struct str text = str_trim(str_cut(&attrs, ','));

		if (text.n > LIMIT_IMPORT_FIELD)
			return wrong(g, e, "an attribute is too long", text);
		if (text.n > 0 && one_attribute(g, node, text, e) != 0)
			return -1;
	}
	return room_fits(g->r, e);
}

static int
one_line(struct genders *g, struct str line, struct err *e)
{
	struct str attrs, nodes;
	size_t n = 0;
	json_t *names;
	int rc = 0;

	while (n < line.n && line.p[n] != ' ' && line.p[n] != '\t')
		n++;
	nodes = (struct str){line.p, n};
	attrs = str_trim((struct str){line.p + n, line.n - n});
	if (attrs.n > 0 && (memchr(attrs.p, ' ', attrs.n) != NULL || memchr(attrs.p, '\t', attrs.n) != NULL))
		return wrong(g, e, "blanks among the attributes", attrs);
	if (import_range(nodes, &names, e) != 0)
		return err_prefix(e, "%s: line %zu", g->s->name, g->line);
	if (json_array_size(names) == 0)
		rc = wrong(g, e, "no node", nodes);
	for (size_t i = 0; i < json_array_size(names) && rc == 0; i++)
		rc = node_line(g, json_string_value(json_array_get(names, i)), attrs, e);
	json_decref(names);
	return rc;
}

static struct str
without_comment(struct str line)
{
	return str_trim(str_cut(&line, '#'));
}

int
genders_read(struct room *r, const struct source *s, size_t n, struct err *e)
{
	struct genders g = {.r = r, .seen = json_object()};
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++) {
		struct str rest = s[i].text, line;

		g.s = &s[i];
		g.line = 0;
		while (rc == 0 && import_line(&rest, &line, &g.line)) {
			line = without_comment(line);
			if (line.n > 0)
				rc = one_line(&g, line, e);
		}
	}
	json_decref(g.seen);
	return rc;
}

/* All of the first lines read as genders, and one of them has an attribute. */
const char *
genders_looks(const struct source *s)
{
	struct str rest = s->text, line;
	size_t number = 0, with = 0;

	while (number < 50 && import_line(&rest, &line, &number)) {
		size_t n = 0;

		line = without_comment(line);
		if (line.n == 0)
			continue;
		for (size_t i = 0; i < line.n; i++)
			if ((unsigned char)line.p[i] < ' ' && line.p[i] != '\t')
				return NULL;
			else if (strchr("\"'{};|<>()", line.p[i]) != NULL)
				return NULL;
		while (n < line.n && line.p[n] != ' ' && line.p[n] != '\t')
			n++;
		line = str_trim((struct str){line.p + n, line.n - n});
		if (line.n > 0 && (memchr(line.p, ' ', line.n) != NULL || memchr(line.p, '\t', line.n) != NULL))
			return NULL;
		with += line.n > 0;
	}
	return with > 0 ? "its lines are names and attributes" : NULL;
}
