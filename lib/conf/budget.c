/* SPDX-License-Identifier: Apache-2.0 */
/* power.budget: how fast what hangs on one PDU, infeed or line of a feed may go on. */
#include "inner.h"

static int
take_budget(struct conf *c, const json_t *row, struct conf_budget *out, struct err *e)
{
	const struct conf_span within = {&out->within_ms, SECOND / 10, 10 * MINUTE};
	const char *span = jsn_text_or(row, "within", NULL), *amperes = jsn_text_or(row, "amperes", NULL);

	*out = (struct conf_budget){.match = conf_text(c, row, "match"), .outlets = jsn_integer_or(row, "outlets", 0)};
	if (amperes != NULL && str_double(str_of(amperes), 0, 100000, &out->amperes) != 0)
		return err_set(e, ERR_INPUT, "%s: /" CONF_MODULE ":larch/power/budget[match='%s']/amperes: '%s' is no number of amperes",
		    c->path, out->match, amperes);
	return span == NULL ? 0 : conf_span(c, arena_printf(c->arena, "power/budget[match='%s']/within", out->match), span, &within, e);
}

int
conf_take_budgets(struct conf *c, const json_t *power, struct err *e)
{
	const json_t *rows = jsn_array(power, "budget");

	c->n_budgets = json_array_size(rows);
	c->budgets = arena_array(c->arena, c->n_budgets + 1, sizeof(*c->budgets));
	for (size_t i = 0; i < c->n_budgets; i++)
		if (take_budget(c, json_array_get(rows, i), &c->budgets[i], e) != 0)
			return -1;
	return 0;
}
