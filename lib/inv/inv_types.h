/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the type table says, kept in memory by each handle: it is asked for
 * every thing of a page. A reader looks at most once a second whether the
 * writer has taken over another types.json.
 */
#ifndef LARCH_INV_TYPES_H
#define LARCH_INV_TYPES_H

#include "inv.h"

struct inv_type_row {
	struct inv_type_def def;
	struct hosts *ports;        /* of each of def.ports its names; none for "*" */
};

struct inv_types {
	struct arena *a;            /* NULL: nothing is loaded */
	struct inv_type_row *row;   /* by name */
	size_t n;
	int64_t looked;             /* boot ms */
	int64_t version;            /* of the file as others commit to it */
};

/* The row of a type, or NULL: types.json does not name it. Valid until the next call that may look again. */
const struct inv_type_row *inv_type_row(struct inv *i, const char *type);
/* The port row that a port of this name falls under, or NULL. A "*" comes after all others. */
const struct inv_type_port *inv_type_port(struct inv *i, const char *type, const char *port);
/* Do plugs that look so go into each other? "" goes into all. */
int inv_plugs_fit(struct inv *i, const char *a, const char *b, struct err *e);
void inv_types_forget(struct inv_types *t);

#endif
