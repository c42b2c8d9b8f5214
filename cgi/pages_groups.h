/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of /groups share: groups with who is in them, and how they are. */
#ifndef LARCH_CGI_PAGES_GROUPS_H
#define LARCH_CGI_PAGES_GROUPS_H

#include "pages.h"

struct group_row {
	const char *source, *name;  /* "pdsh", "savio3"; of the inventory "pool", "rack" */
	const char *href;           /* its page; NULL: its name is none that an address can have */
	const char *nodes_href;     /* its nodes in /nodes; NULL as above */
	const char *members;        /* folded: its nodes */
	int64_t at;                 /* when larchd read it; 0: of the inventory, as it is now */
	uint32_t *node;             /* places of its nodes among the room's, in order */
	size_t n;
	size_t level[STATUS_LEVEL_COUNT];
	struct status_share share[PAGES_WINDOWS];
};

struct groups_call {
	struct web_call *call;
	struct pages_room *room;
	struct status *status;      /* NULL: cannot be read */
	const char *only;           /* "pdsh:savio3" or "savio3": of other groups nothing but the name is read; NULL: all */
	struct group_row *row;
	size_t n;
	uint32_t *share_at;         /* of each node of the room: its place in share */
	struct status_share *share[PAGES_WINDOWS]; /* of the nodes that are in any group that was read */
};

/* ---- pages_groups_read.c ---- */
/* All groups, without their shares. The room is the caller's to hold. */
int pages_groups_read(struct groups_call *g, struct err *e);
/* How the nodes of all groups spent their time, in one pass over the history. */
int pages_groups_shares(struct groups_call *g, struct err *e);

#endif
