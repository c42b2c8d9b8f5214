/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a template is once it is parsed: an array of nodes, in the order of
 * the text, with jumps instead of a tree. Private to the room.
 */
#ifndef LARCH_MUSTACHE_TEMPLATE_H
#define LARCH_MUSTACHE_TEMPLATE_H

#include "mustache.h"

enum node_kind {
	NODE_TEXT,     /* `text` as it is */
	NODE_VALUE,    /* a value, escaped */
	NODE_RAW,      /* a value as it is */
	NODE_SECTION,  /* to its NODE_END; `jump` is what follows that */
	NODE_INVERTED, /* `jump` is what follows its end, which is no node */
	NODE_END,      /* of a NODE_SECTION: its next item, or go on */
	NODE_PARTIAL,
};

struct node {
	enum node_kind kind;
	/*
	 * NODE_TEXT: where lines of the template begin, which get the indentation
	 * when it is a partial: before its first byte; after its last, a newline.
	 * Those after newlines within are seen when they are written.
	 */
	bool line_before, line_after;
	bool alone;               /* NODE_PARTIAL alone on its line: `text` is its indentation */
	bool dot;                 /* NODE_SECTION: {{.}} or a partial within may ask for its value */
	uint32_t jump;
	uint32_t offset;          /* of the tag in the text, for errors */
	uint32_t parts;           /* of a dotted name; 0 is {{.}} */
	const struct str *part;   /* interned */
	struct str text;
	struct symbol *partial;
};

struct template {
	const char *name;
	bool plain;               /* a .txt */
	struct str text;          /* a copy that the nodes point into */
	struct node *node;
	size_t n;
};

/* An interned name: of members, of templates, or both. */
struct symbol {
	struct symbol *next;
	struct str text;          /* NUL-ended */
	struct template *template; /* NULL: none of this name (yet) */
};

#define BUCKETS 512u

struct mustache_set {
	struct arena *arena; /* holds everything */
	struct symbol *bucket[BUCKETS];
	size_t n; /* templates */
};

/* The one symbol of this text, made when there is none. */
struct symbol *mustache_intern(struct mustache_set *set, struct str text);

/* The template of this name, or NULL. */
const struct template *mustache_find(const struct mustache_set *set, struct str name);

/*
 * Parse t->text into t->node. Names are interned in the set. An error says
 * "NAME:LINE:COLUMN: ...".
 */
int mustache_parse(struct mustache_set *set, struct template *t, struct err *e);

/* Fill *e with "NAME:LINE:COLUMN: SENTENCE". Returns -1. */
int mustache_bad(const struct template *t, size_t offset, struct err *e, const char *fmt, ...)
    LARCH_PRINTF(4, 5);

#endif
