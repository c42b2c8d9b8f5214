/* SPDX-License-Identifier: Apache-2.0 */
/* What is on, off or unknown now: machines and outlets, for scripts. */
#include <math.h>
#include <string.h>

#include "power_private.h"

/* The chassis where the BMC says it, else the outlets: off without power, unknown with it. */
static const char *
machine_state(struct web_call *c, struct status *status, const char *name, int64_t *at)
{
	struct status_value v;
	struct err e;

	if (status_value(status, name, "chassis", c->arena, &v, &e) == 0) {
		*at = v.at;
		if (!status_stale(v.at, v.interval, c->now) && strcmp(v.text, "unknown") != 0)
			return v.text;
	}
	if (status_value(status, name, "outlets", c->arena, &v, &e) == 0) {
		*at = v.at;
		if (!status_stale(v.at, v.interval, c->now) && strcmp(v.text, "off") == 0)
			return "off"; /* a switched-on outlet is not a running server */
	}
	return "unknown";
}

/* Named machines, or every server. */
static int
status_names(struct web_call *c, struct hosts *out, struct err *e)
{
	struct inv_thing *things;
	struct inv *inv;
	size_t n;

	if (power_need_inv(c, &inv, e) != 0)
		return -1;
	if (web_has(c, "nodes"))
		return inv_select(inv, web_str(c, "nodes"), c->arena, out, e) != 0
		    ? -1 : power_keep_machines(c, web_str(c, "nodes"), out, e);
	if (inv_list(inv, "server", c->arena, &things, &n, e) != 0)
		return -1;
	*out = (struct hosts){.name = arena_array(c->arena, n, sizeof(*out->name)), .n = n};
	for (size_t i = 0; i < n; i++)
		out->name[i] = arena_strdup(c->arena, things[i].name);
	return 0;
}

int
power_api_status(struct web_call *c, struct err *e)
{
	char when[TIMES_TEXT];
	struct status *status;
	struct hosts names;
	json_t *list, *o;

	if (power_need_status(c, &status, e) != 0 || status_names(c, &names, e) != 0)
		return -1;
	list = json_array();
	for (size_t i = 0; i < names.n; i++) {
		int64_t at = 0;

		o = json_object();
		jsn_set_text(o, "machine", names.name[i]);
		jsn_set_text(o, "state", machine_state(c, status, names.name[i], &at));
		jsn_set_text(o, "at", at == 0 ? NULL : times_utc(at, when));
		jsn_add(list, o);
	}
	o = json_object();
	jsn_set(o, "items", list);
	return web_json(c, 200, o, e);
}

static bool
outlet_wanted(const struct hosts *names, const struct status_outlet *o, struct arena *a)
{
	return names->n == 0 || hosts_has(names, o->pdu) ||
	    hosts_has(names, arena_printf(a, "%s:%s", o->pdu, o->outlet));
}

static json_t *
outlet_json(const struct status_outlet *o)
{
	char when[TIMES_TEXT];
	json_t *j = json_object();

	jsn_set_text(j, "pdu", o->pdu);
	jsn_set_text(j, "outlet", o->outlet);
	jsn_set_text(j, "device_name", o->device_name);
	jsn_set_text(j, "state", o->state);
	jsn_set_text(j, "word", o->word);
	jsn_set_text(j, "fault", o->fault);
	jsn_set(j, "switchable", json_boolean(!o->fixed));
	jsn_set(j, "amperes", isnan(o->amps) ? json_null() : json_real(o->amps));
	jsn_set(j, "watts", isnan(o->watts) ? json_null() : json_real(o->watts));
	jsn_set_text(j, "at", times_utc(o->at, when));
	return j;
}

int
power_api_outlet_status(struct web_call *c, struct err *e)
{
	struct hosts names = {0};
	struct status_outlet *rows;
	struct status *status;
	json_t *list, *o;
	size_t n;

	if (web_has(c, "outlets") && hosts_parse(web_str(c, "outlets"), NULL, c->arena, &names, e) != 0)
		return -1;
	if (power_need_status(c, &status, e) != 0 || status_outlets(status, NULL, c->arena, &rows, &n, e) != 0)
		return -1;
	list = json_array();
	for (size_t i = 0; i < n; i++)
		if (outlet_wanted(&names, &rows[i], c->arena))
			jsn_add(list, outlet_json(&rows[i]));
	if (names.n > 0 && json_array_size(list) == 0) {
		json_decref(list);
		return err_set(e, ERR_NOT_FOUND, "no PDU has been seen with an outlet of that name");
	}
	o = json_object();
	jsn_set(o, "items", list);
	return web_json(c, 200, o, e);
}
