/* SPDX-License-Identifier: Apache-2.0 */
/* What goes into a PDU, and the air at it: two tables made of the value "feeds". */
#include <math.h>
#include <string.h>

#include "pages.h"

struct feeds {
	const json_t *rows;
	const struct status_value *value;
	int64_t now;
	const struct web_column *columns;
};

static const struct web_column infeed_columns[] = {
    {.key = "kind", .title = "Infeed"},
    {.key = "name", .title = "Name"},
    {.key = "amperes", .title = "Load", .kind = WEB_COL_NUMBER, .unit = "A"},
    {.key = "watts", .title = "Power", .kind = WEB_COL_NUMBER, .unit = "W"},
    {.key = "volts", .title = "Voltage", .kind = WEB_COL_NUMBER, .unit = "V"},
    {.key = "age", .title = "Age", .kind = WEB_COL_AGE},
};
static const struct web_column sensor_columns[] = {
    {.key = "name", .title = "Sensor"},
    {.key = "temperature", .title = "Temperature", .kind = WEB_COL_NUMBER, .unit = "\302\260C"},
    {.key = "humidity", .title = "Humidity", .kind = WEB_COL_NUMBER, .unit = "%"},
    {.key = "age", .title = "Age", .kind = WEB_COL_AGE},
};

/* Temperature and humidity of one name are one sensor: one row. */
static json_t *
by_name(const json_t *sensors)
{
	json_t *rows = json_array(), *row = NULL, *s;
	size_t i, k;

	json_array_foreach(sensors, i, s) {
		const char *kind = jsn_text_or(s, "kind", ""), *name = jsn_text_or(s, "name", "");

		json_array_foreach(rows, k, row)
			if (strcmp(jsn_text_or(row, "name", ""), name) == 0 && json_object_get(row, kind) == NULL)
				break;
		if (k == json_array_size(rows)) {
			row = json_object();
			jsn_set_text(row, "name", name);
			jsn_add(rows, row);
		}
		jsn_set(row, kind, json_incref(json_object_get(s, "value")));
	}
	return rows;
}

/* What a row does not have at all is empty; what is there and not available is unknown. */
static struct web_cell
number(const json_t *row, const char *key)
{
	const json_t *v = json_object_get(row, key);

	return v == NULL ? web_cell_text("") : web_cell_number(json_is_number(v) ? json_number_value(v) : (double)NAN);
}

static struct web_cell
cell(void *ctx, size_t row, size_t column)
{
	const struct feeds *f = ctx;
	const struct web_column *col = &f->columns[column];
	const json_t *o = json_array_get(f->rows, row);

	if (col->kind == WEB_COL_AGE)
		return (struct web_cell){.at = f->value->at, .stale = status_stale(f->value->at, f->value->interval, f->now)};
	return col->kind == WEB_COL_NUMBER ? number(o, col->key) : web_cell_text(jsn_text_or(o, col->key, ""));
}

static struct web_table
table(struct web_call *c, const struct pages_pdu *pdu, const json_t *rows, const struct web_table *as)
{
	struct feeds *f = arena_alloc(c->arena, sizeof(*f));
	struct web_table t = *as;

	*f = (struct feeds){rows, pdu->feeds, c->now, as->columns};
	t.n = json_array_size(rows);
	t.cell = cell;
	t.ctx = f;
	return t;
}

json_t *
pages_pdu_feeds(struct web_call *c, const struct pages_pdu *pdu, struct web_table *infeeds, struct web_table *sensors)
{
	json_t *told = pdu->feeds == NULL || pdu->feeds->data == NULL ? NULL : jsn_parse(str_of(pdu->feeds->data), "feeds", NULL);
	json_t *o = json_object();

	jsn_set(o, "infeeds", json_is_array(json_object_get(told, "infeeds")) ? json_incref(json_object_get(told, "infeeds")) : json_array());
	jsn_set(o, "sensors", by_name(jsn_array(told, "sensors")));
	json_decref(told);
	*infeeds = table(c, pdu, jsn_array(o, "infeeds"), &(struct web_table){.name = "infeeds", .caption = "Infeeds",
	        .empty = "It tells of no infeed.", .columns = infeed_columns, .n_columns = LARCH_COUNT(infeed_columns)});
	*sensors = table(c, pdu, jsn_array(o, "sensors"), &(struct web_table){.name = "sensors", .caption = "Temperature and humidity",
	        .empty = "It tells of no sensor.", .columns = sensor_columns, .n_columns = LARCH_COUNT(sensor_columns)});
	return o;
}
