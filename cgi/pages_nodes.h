/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of /nodes share: the rows that are shown, and how they are grouped. */
#ifndef LARCH_CGI_PAGES_NODES_H
#define LARCH_CGI_PAGES_NODES_H

#include "pages.h"

/* ctx of the cells; of the call's arena. */
/* The advice of the row that was asked last. */
struct nodes_advice {
	bool made, any;
	size_t row;
	struct advice advice;              /* texts in scratch, or of the rules */
};

struct nodes_call {
	struct web_call *call;
	const struct pages_room *room;
	struct pages_filter filter;
	struct web_column *columns;
	size_t n_columns;
	size_t *row, n;                    /* places of the nodes among the room's */
	size_t levels[STATUS_LEVEL_COUNT]; /* of all nodes, shown or not */
	struct arena *scratch;             /* of one row's advice */
	struct nodes_advice *last;
	bool sick, may_edit;               /* sick: only those that are not well */
	struct web_grouping group;         /* key NULL: none */
	size_t group_column;               /* of the room's, when it is by a check */
};

const struct pages_node *pages_nodes_at(const void *ctx, size_t row);

/* ---- pages_nodes_view.c ---- */
int pages_nodes_group(struct nodes_call *n, struct err *e);      /* by the field "group"; an unknown column is refused */
const char *pages_nodes_caption(const struct nodes_call *n);
json_t *pages_nodes_model(const struct nodes_call *n);           /* of the page: how many are not well, and links */

#endif
