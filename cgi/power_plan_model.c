/* SPDX-License-Identifier: Apache-2.0 */
/* A plan as its page has it. */
#include <string.h>

#include "power_private.h"

static json_t *
row_models(const struct power_tell_row *rows, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++) {
		json_t *o = json_object();

		jsn_set_text(o, "label", rows[i].label);
		jsn_set_text(o, "text", rows[i].text);
		jsn_set(o, "dark", json_boolean(rows[i].dark));
		jsn_add(list, o);
	}
	return list;
}

static json_t *
step_models(const struct power_plan *p, const struct power_tell_part *x)
{
	json_t *list = json_array();

	for (size_t i = 0; i < x->n_steps; i++) {
		const struct power_tell_step *s = &x->steps[i];
		json_t *o = json_object();

		jsn_set(o, "n", json_integer((json_int_t)(s->n == 0 ? i + 1 : s->n)));
		jsn_set_text(o, "text", s->text);
		if (p->vlan == NULL) /* its name stands in the text */
			jsn_set_text(o, "device_name", s->name);
		jsn_add(list, o);
	}
	return list;
}

void
power_model_tale(json_t *plan, const struct power_plan *p, struct arena *a)
{
	json_t *groups = json_array();
	struct power_tale tale;

	power_plan_tell(p, a, &tale);
	for (size_t i = 0; i < tale.n_parts; i++) {
		const struct power_tell_part *x = &tale.parts[i];
		json_t *o = json_object();

		jsn_set_text(o, "name", x->names);
		jsn_set(o, "alone", json_boolean(x->n == 1 && !power_verb_is_outlet(p->verb)));
		jsn_set(o, "many", json_boolean(x->n > 1));
		jsn_set_text(o, "about", x->about);
		jsn_set_text(o, "refused", x->refused);
		jsn_set_text(o, "nothing", x->nothing);
		jsn_set(o, "has_rows", json_boolean(x->n_rows > 0));
		jsn_set(o, "rows", row_models(x->rows, x->n_rows));
		jsn_set(o, "has_steps", json_boolean(x->n_steps > 0));
		jsn_set(o, "steps", step_models(p, x));
		jsn_add(groups, o);
	}
	jsn_set(plan, "rows", row_models(tale.rows, tale.n_rows));
	jsn_set(plan, "groups", groups);
}
