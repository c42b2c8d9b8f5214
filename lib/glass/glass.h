/* SPDX-License-Identifier: Apache-2.0 */
/*
 * glass: each use of the break-glass account, for all to see. `login` writes a
 * row before anybody is let in; pages reads the rows for the front page, larchd
 * for the journal and for those who are told. glass.db is a file of its own, so
 * that larchd needs not to read sessions.db. It knows no password and no session.
 */
#ifndef LARCH_GLASS_GLASS_H
#define LARCH_GLASS_GLASS_H

#include "base/base.h"

#define GLASS_VERSION 1
#define GLASS_SHOWN_MS (INT64_C(24) * 3600000) /* so long a use stands on the front page */

struct glass_use {
	int64_t id, at;      /* from 1, without a gap but for rows that were forgotten; wall clock, ms */
	const char *who;     /* the account's name */
	const char *address; /* from where; foreign text */
	const char *what;    /* "logged in" "logged in by the API" "added the first policy" */
};

struct glass;
LARCH_API int glass_open(const char *path, struct glass **out, struct err *e);        /* login */
LARCH_API int glass_open_reader(const char *path, struct glass **out, struct err *e); /* the others; ERR_UNAVAILABLE: none yet */
LARCH_API void glass_close(struct glass *g);
LARCH_API bool glass_replaced(struct glass *g); /* another file is in its place: open it anew */

/* One use, on disk when this returns 0. at 0: now. Uses older than a year are forgotten. */
LARCH_API int glass_add(struct glass *g, const struct glass_use *use, struct err *e);

struct glass_ask {
	int64_t after;       /* with a higher id; 0: any */
	int64_t since;       /* not before; 0: any */
	size_t limit;
	bool newest_first;
};
LARCH_API int glass_uses(struct glass *g, const struct glass_ask *ask, struct arena *a, struct glass_use **out, size_t *n_out,
    struct err *e);
/* The highest id there is; 0 none, -1 failed. */
LARCH_API int64_t glass_last(struct glass *g);

#endif
