/* SPDX-License-Identifier: Apache-2.0 */
/* What feeds a PDU and the air at it, as a value of status.db: a few words, and all of it as JSON. A pure function. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "probe.h"

/* No finer than anybody means: the last digit of a meter would make a row of each sweep. NAN: null. */
static void
set(json_t *o, const char *key, double v, double step)
{
	jsn_set(o, key, isfinite(v) ? json_real(round(v / step) * step) : json_null());
}

static json_t *
infeed_json(const struct probe_infeed *f)
{
	json_t *o = json_object();

	jsn_set_text(o, "kind", devtype_infeed_name(f->kind));
	jsn_set_text(o, "name", f->name);
	set(o, "amperes", f->amps, 0.01);
	set(o, "watts", f->watts, 1);
	set(o, "volts", f->volts, 1);
	return o;
}

static json_t *
sensor_json(const struct probe_sensor *s)
{
	json_t *o = json_object();

	jsn_set_text(o, "kind", devtype_sensor_name(s->kind));
	jsn_set_text(o, "name", s->name);
	set(o, "value", s->value, 0.1);
	return o;
}

/* The hottest sensor and the dampest one, and how much goes in where one infeed says all of it. */
static const char *
words(const struct probe_pdu *p, struct arena *a)
{
	double most[DEVTYPE_SENSOR_KINDS] = {NAN, NAN};
	const struct probe_infeed *whole = p->n_infeeds == 1 ? &p->infeeds[0] : NULL;
	const char *text = "";

	for (size_t i = 0; i < p->n_infeeds; i++)
		if (p->infeeds[i].kind == DEVTYPE_TOTAL && isfinite(p->infeeds[i].amps))
			whole = &p->infeeds[i];
	for (size_t i = 0; i < p->n_sensors; i++)
		if (!(p->sensors[i].value <= most[p->sensors[i].kind]) && isfinite(p->sensors[i].value))
			most[p->sensors[i].kind] = p->sensors[i].value;
	if (whole != NULL && isfinite(whole->amps))
		text = arena_printf(a, "%.1f A", whole->amps);
	if (isfinite(most[DEVTYPE_TEMPERATURE]))
		text = arena_printf(a, "%s%s%.1f \302\260C", text, *text == '\0' ? "" : ", ", most[DEVTYPE_TEMPERATURE]);
	if (isfinite(most[DEVTYPE_HUMIDITY]))
		text = arena_printf(a, "%s%s%.0f %%", text, *text == '\0' ? "" : ", ", most[DEVTYPE_HUMIDITY]);
	return *text == '\0' ? arena_printf(a, "%zu infeeds", p->n_infeeds) : text;
}

bool
probe_pdu_feeds(const struct probe_pdu *p, struct arena *a, struct probe_feeds *out)
{
	json_t *o = json_object(), *infeeds = json_array(), *sensors = json_array();
	struct buf b = BUF(LIMIT_STATUS_DATA);
	int64_t left_out = 0;

	if (p->n_infeeds + p->n_sensors == 0) {
		json_decref(o);
		json_decref(infeeds);
		json_decref(sensors);
		return false;
	}
	for (size_t i = 0; i < p->n_infeeds && i < LIMIT_PDU_FEEDS; i++)
		jsn_add(infeeds, infeed_json(&p->infeeds[i]));
	for (size_t i = 0; i < p->n_sensors && i < LIMIT_PDU_FEEDS; i++)
		jsn_add(sensors, sensor_json(&p->sensors[i]));
	jsn_set(o, "infeeds", infeeds);
	jsn_set(o, "sensors", sensors);
	left_out = (int64_t)(p->n_infeeds - json_array_size(infeeds) + p->n_sensors - json_array_size(sensors));
	for (;;) {
		json_t *longer = json_array_size(infeeds) > json_array_size(sensors) ? infeeds : sensors;

		jsn_set(o, "left_out", json_integer(left_out));
		jsn_canonical(o, &b);
		if (!b.over)
			break;
		(void)json_array_remove(longer, json_array_size(longer) - 1); /* names are foreign: as long as they may be, so many do not fit */
		left_out++;
		buf_free(&b);
		b = (struct buf)BUF(LIMIT_STATUS_DATA);
	}
	*out = (struct probe_feeds){.text = words(p, a), .data = arena_strndup(a, b.p, b.n)};
	buf_free(&b);
	json_decref(o);
	return true;
}
