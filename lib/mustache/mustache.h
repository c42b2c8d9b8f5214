/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mustache: logic-less templates (mustache(5), the official specification
 * v1.3: comments, delimiters, interpolation, inverted, partials, sections),
 * escaped for HTML unless a tag says otherwise. A template is parsed once and
 * rendered many times, by many threads at once. It reads its folder at the
 * start and knows nothing of pages.
 */
#ifndef LARCH_MUSTACHE_MUSTACHE_H
#define LARCH_MUSTACHE_MUSTACHE_H

#include "base/base.h"

/*
 * Where values come from. A value is a kind and a reference that only its
 * source understands, so that ten thousand rows need not become JSON first.
 */
enum mustache_kind {
	MUSTACHE_ABSENT, /* no such name: look in the outer contexts, then render nothing */
	MUSTACHE_FALSE,  /* false or null: present, empty */
	MUSTACHE_TRUE,   /* renders "true" */
	MUSTACHE_TEXT,   /* `text`; empty text is false for a section */
	MUSTACHE_LIST,   /* `count` items; renders a section once an item */
	MUSTACHE_OBJECT, /* names within */
};

struct mustache_value {
	enum mustache_kind kind;
	struct str text;                      /* MUSTACHE_TEXT: lives until the next call of the source */
	size_t count;                         /* MUSTACHE_LIST */
	const struct mustache_source *source; /* of what lies within a list or an object */
	const void *ref;                      /* the source's own */
	size_t index;                         /* the source's own, e.g. a row's number */
};

struct mustache_source {
	/* The member `name` (no dots) of an object; absent when it has none. */
	struct mustache_value (*member)(const struct mustache_value *object, struct str name);
	/* Item i of a list, 0 <= i < count. */
	struct mustache_value (*item)(const struct mustache_value *list, size_t i);
};

/* A value over a JSON value; numbers are written as JSON writes them, whole reals without ".0". */
LARCH_API struct mustache_value mustache_json(const json_t *value);

/* All templates of a folder and its sub-folders: "pages/nodes" is pages/nodes.html. */
struct mustache_set;

/*
 * Parse every *.html and *.txt below folder (a .txt is "NAME.txt" and is not escaped).
 * An error names file, line and column. Partials are looked up by the same names.
 */
LARCH_API int mustache_load(const char *folder, struct mustache_set **out, struct err *e);
LARCH_API void mustache_destroy(struct mustache_set *set);

/* Parse one template from memory into a set of its own or an existing one (tests). */
LARCH_API int mustache_add(struct mustache_set **set, const char *name, struct str text, struct err *e);

/* Append to out. An unknown template is ERR_NOT_FOUND; an unknown partial renders nothing (specification). */
LARCH_API int mustache_render(const struct mustache_set *set, const char *name,
    const struct mustache_value *data, struct buf *out, struct err *e);

#endif
