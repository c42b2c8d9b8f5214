/* SPDX-License-Identifier: Apache-2.0 */
/* What form and API have in common about keys: their things, and when they were last used. */
#include "inv/query.h"
#include "login.h"

int
login_take_things(struct web_call *c, struct auth_key_wish *wish, struct err *e)
{
	struct inv_query *q;

	wish->things = web_str(c, "things");
	while (wish->things.n > 0 && wish->things.p[0] == ' ')
		wish->things = (struct str){wish->things.p + 1, wish->things.n - 1};
	while (wish->things.n > 0 && wish->things.p[wish->things.n - 1] == ' ')
		wish->things.n--;
	if (wish->things.n == 0 || !auth_things_are_query(web_text(c, "things")))
		return 0;
	if (inv_query_parse(wish->things, c->arena, &q, e) != 0)
		return err_prefix(e, "The key's things");
	return inv_query_is_lasting(q) ? 0 : err_set(e, ERR_INPUT, "A key's things rest on the inventory alone; this query asks more.");
}

void
login_used(struct web_call *c, struct auth_used_list *out)
{
	const char *const paths[] = {conf_used(c->conf, "login", c->arena), conf_used(c->conf, "pages", c->arena),
	    conf_used(c->conf, "power", c->arena)};

	auth_used_read(paths, LARCH_COUNT(paths), c->arena, out);
}
