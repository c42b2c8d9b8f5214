/* SPDX-License-Identifier: Apache-2.0 */
/* power.db between the files that hold its SQL. */
#ifndef LARCH_POWER_REQUEST_PRIVATE_H
#define LARCH_POWER_REQUEST_PRIVATE_H

#include "request.h"

struct power_requests {
	struct store *s;
};

/* What stands in a column, when it is text of at most max bytes; else "" and `bad` says which. */
const char *power_text_of(struct store_query *q, int column, size_t max, const char *name, struct arena *a,
    const char **bad);

extern const char power_tag_schema[]; /* the tables of tag_rows.c */
extern const char power_grant_schema[]; /* of grant_rows.c, and the columns of a request that cite them */

#endif
