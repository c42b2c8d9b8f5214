/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of an import share. inv_import.c has the order of its passes; each pass writes with the
 * functions of inv_edit.h alone, so that every fact has its row in the history.
 */
#ifndef LARCH_INV_IMPORT_H
#define LARCH_INV_IMPORT_H

#include <string.h>

#include "inv_edit.h"
#include "read_private.h"

struct import_thing {
	const json_t *o;         /* as the file has it */
	struct inv_ref ref;
	bool added, changed;
	bool moves;              /* its place will be another one */
};
struct import {
	struct inv *i;
	struct inv_edit ed;
	struct arena *a;         /* of one thing or cable: reset between them */
	struct arena *names;     /* what lives until the end of the import */
	struct arena *out;       /* lines and notes; NULL: nobody wants them */
	const json_t *room;
	struct import_thing *thing; /* in the file's order */
	size_t n;
	bool prune, merge, move;
	struct inv_import_result *r;
	size_t cap_lines, cap_notes;
};

/* import_things.c: a pass over all things of the file each; -1 with a sentence that names the thing. */
int import_things(struct import *im, struct err *e);    /* things, types, ports, attributes that name no other thing */
int import_relations(struct import *im, struct err *e); /* what the pass before left: all things are there now */
int import_places(struct import *im, struct err *e);
int import_pools(struct import *im, struct err *e);

/* import_cables.c: every end at most once in the file, before anything is written; then the cables. */
int import_ends_once(struct import *im, struct err *e);
int import_cables(struct import *im, struct err *e);

/* import_prune.c: after all others, what the file does not name goes. */
int import_prune(struct import *im, struct err *e);

/* What the edit has told since the last time becomes lines; called between things and cables. */
void import_drain(struct import *im);
void import_note(struct import *im, const char *text);

/* A refusal of the writing functions is a fault of the file: *e gets its place before it. Returns -1. */
int import_fault(struct err *e, const char *kind, const char *name);

#endif
