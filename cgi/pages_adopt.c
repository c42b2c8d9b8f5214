/* SPDX-License-Identifier: Apache-2.0 */
/* A node that Slurm or a group knows and the inventory does not becomes a thing of it, by one button. */
#include <string.h>

#include "pages.h"

const char *
pages_adopt_path(struct web_call *c, const struct pages_node *n)
{
	if (n->thing != NULL || !str_is_name(str_of(n->name)) || !pages_may_edit(c))
		return NULL;
	return web_link(c->arena, "/nodes/%s/adopt", n->name);
}

/* Only what somebody has seen: a name that was typed is a new thing, and has a form of its own. */
static int
known(struct web_call *c, const char *name, struct err *e)
{
	struct pages_room *r = pages_room_get(c, e);
	const struct pages_node *n;
	int rc = 0;

	if (r == NULL)
		return -1;
	n = pages_node_find(r, name);
	if (pages_thing_find(r, name) != NULL)
		rc = err_set(e, ERR_CONFLICT, "%s is in the inventory already", name);
	else if (n == NULL)
		rc = err_set(e, ERR_NOT_FOUND, "neither Slurm nor a group nor a check knows a node %s", name);
	pages_room_put(c, r);
	return rc;
}

int
pages_adopt(struct web_call *c, struct err *e)
{
	const char *name = web_text(c, "name"), *why = web_text(c, "why");
	json_t *ops, *expect, *result = NULL;
	int rc;

	if (known(c, name, e) != 0)
		return -1;
	ops = json_array();
	expect = json_object();
	jsn_add(ops, json_pack("{s:s,s:s,s:s}", "op", "new", "thing", name, "type", "server"));
	jsn_set(expect, name, json_integer(0));
	rc = pages_apply(c, ops, expect, why == NULL ? "adopted: it was seen, and the inventory had none of this name" : why, false,
	    &result, e);
	json_decref(result);
	json_decref(expect);
	json_decref(ops);
	return rc != 0 ? -1 : web_redirect(c, web_link(c->arena, "/nodes/%s", name), e);
}
