/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of a machine's page share: all that was read for it, and the columns of its lower tables. */
#ifndef LARCH_CGI_PAGES_NODE_H
#define LARCH_CGI_PAGES_NODE_H

#include "pages.h"

struct node_page {
	struct web_call *call;
	struct pages_room *room;
	struct inv *inv;
	struct status *status;     /* NULL: cannot be read */
	struct inv_thing thing;
	struct inv_thing bmc;
	bool has_bmc;
	const char *machine;       /* of a BMC: the one it belongs to, whose bmc and chassis `values` then has too; else NULL */
	struct inv_cord *cords;
	struct inv_connection *cables;
	struct status_value *values;
	struct status_change *changes;
	struct status_action *actions;
	size_t n_cords, n_cables, n_values, n_changes, n_actions;
};

/* ctx of their cells is the struct node_page. */
extern const struct pages_column pages_node_actions[], pages_node_changes[];
extern const size_t pages_node_actions_n, pages_node_changes_n;

#endif
