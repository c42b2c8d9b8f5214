/* SPDX-License-Identifier: Apache-2.0 */
/* What the files behind /api/v1/status share: groups of nodes, and the nodes that were picked. */
#ifndef LARCH_CGI_PAGES_STATUS_H
#define LARCH_CGI_PAGES_STATUS_H

#include "pages.h"

/* Which nodes of a room somebody asked for. */
struct pages_picked {
	struct web_call *call;
	const struct pages_room *room;
	bool *is;                     /* of each node of the room */
	struct status_group *groups;  /* what larchd has read; NULL: not read yet */
	size_t n_groups;
	bool read;
	size_t asked;                 /* groups that the request has named so far */
};

/*
 * The nodes of these groups, with commas between: "all", the name of a group of any source, "source:name", each also
 * with an "@" before it or with ranges ("savio[2-3]"). Pools, racks and groups of one name are put together. 404 for one
 * that does not exist, with all there are as "groups"; at most LIMIT_STATUS_GROUPS in one request.
 */
int pages_pick_groups(struct pages_picked *p, const char *groups, struct err *e);
/* The nodes of a host list, groups by "@". 404 for a name that is no node's. */
int pages_pick_nodes(struct pages_picked *p, const char *list, struct err *e);

#endif
