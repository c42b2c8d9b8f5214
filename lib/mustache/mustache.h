/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mustache: logic-less templates (mustache(5), the official specification
 * v1.3: comments, delimiters, interpolation, inverted, partials, sections),
 * escaped unless a tag says otherwise. A template is parsed once and rendered
 * many times, by many threads at once. It reads its folder at the start and
 * knows nothing of pages.
 *
 *	{{name}} {{a.b}} {{.}}      the value, escaped
 *	{{{name}}} {{&name}}        the value as it is
 *	{{#name}} ... {{/name}}     once an item, or once if it is neither false nor empty
 *	{{^name}} ... {{/name}}     if it is absent, false or empty
 *	{{> partials/head}}         another template, with these contexts
 *	{{! words }}  {{=<% %>=}}   a comment; other delimiters from here on
 *
 * A name is letters, digits and "_-?:/@", its parts joined by dots. The
 * specification's optional modules (lambdas, inheritance) are not there: their
 * tags are refused. The number 0 is neither false nor empty.
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
	MUSTACHE_INTEGER, /* `integer` */
	MUSTACHE_REAL,   /* `real`: the fewest digits that read back to it, whole ones without ".0" */
	MUSTACHE_MADE,   /* markup that its source writes; only {{{name}}} and {{&name}} of HTML ask for it, others get nothing */
};

struct mustache_value {
	enum mustache_kind kind;
	struct str text;                      /* MUSTACHE_TEXT: lives until the next call of the source */
	union {
		size_t count;                 /* MUSTACHE_LIST */
		int64_t integer;              /* MUSTACHE_INTEGER */
		double real;                  /* MUSTACHE_REAL */
	};
	const struct mustache_source *source; /* of what lies within a list or an object */
	const void *ref;                      /* the source's own; what it points to outlives the rendering */
	size_t index;                         /* the source's own, e.g. a row's number */
};

struct mustache_source {
	/*
	 * The member `name` (no dots) of an object; absent when it has none. In
	 * one set of templates equal names have the same name.p, NUL-ended, for
	 * as long as the set lives: a source may keep and compare the pointer.
	 */
	struct mustache_value (*member)(const struct mustache_value *object, struct str name);
	/* Item i of a list, 0 <= i < count. */
	struct mustache_value (*item)(const struct mustache_value *list, size_t i);
	/* Append a MUSTACHE_MADE: escaped by who writes it. NULL in a source that has none. */
	void (*write)(const struct mustache_value *made, struct buf *out);
};

/* A value over a JSON value, borrowed; numbers are written as JSON writes them, whole reals without ".0". */
LARCH_API struct mustache_value mustache_json(const json_t *value);

/* All templates of a folder and its sub-folders: "pages/nodes" is pages/nodes.html. */
struct mustache_set;

/*
 * Parse every *.html and *.txt below folder; other files and those whose name
 * begins with a dot are left alone. A .txt is "NAME.txt": its values are
 * cleaned for a terminal (buf_plain), not escaped for HTML.
 * An error names file, line and column. Partials are looked up by the same
 * names; one that is not there is an error here, and so is a folder without
 * templates. *out is NULL after an error.
 */
LARCH_API int mustache_load(const char *folder, struct mustache_set **out, struct err *e);
LARCH_API void mustache_destroy(struct mustache_set *set);

/*
 * Parse one template from memory into a set of its own (*set NULL) or an
 * existing one (tests). A name that ends in ".txt" is one, as above. A broken
 * template or one of a name that is there is refused and leaves *set as it was.
 */
LARCH_API int mustache_add(struct mustache_set **set, const char *name, struct str text, struct err *e);

/*
 * Append to out. An unknown template is ERR_NOT_FOUND; an unknown partial
 * renders nothing (specification). ERR_LIMIT: out is full, more than
 * LIMIT_TEMPLATE_DEPTH sections and partials are open (a partial that names
 * itself without end), or LIMIT_TEMPLATE_STEPS were done. After an error out
 * holds what it held before.
 */
LARCH_API int mustache_render(const struct mustache_set *set, const char *name,
    const struct mustache_value *data, struct buf *out, struct err *e);

#endif
