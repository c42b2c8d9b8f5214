/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mib/FAMILY.json to a struct devtype. The YANG module has checked shape,
 * types, ranges and what belongs together, and filled in its defaults, before
 * a value is taken here; what is left for C is what a schema cannot say.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "devtype.h"

#define MODULE "larch-device-type"
#define INDEX_ROOM 5 /* numbers behind a column: an index of four and a suffix */

/* What is being read: for errors, and the arena that keeps it. */
struct reading {
	const char *path;
	struct arena *arena;
	struct err *e;
};

/* ---- members ------------------------------------------------------------------------ */

static int
parse_oid(const struct reading *r, const char *text, const char *where, const char *key, struct devtype_oid *out)
{
	if (devtype_parse_oid(str_of(text), out, r->e) != 0)
		return err_prefix(r->e, "%s: %s/%s", r->path, where, key);
	return 0;
}

/* An optional member with an OID; leaves n == 0 when it is absent. */
static int
read_oid(const struct reading *r, const json_t *o, const char *key, const char *where, struct devtype_oid *out)
{
	const char *text = jsn_text_or(o, key, NULL);

	out->n = 0;
	return text == NULL ? 0 : parse_oid(r, text, where, key, out);
}

/* The same, of a column: a row's index and a suffix must fit behind it. */
static int
read_column_at(const struct reading *r, const json_t *o, const char *key, const char *where, struct devtype_oid *out)
{
	if (read_oid(r, o, key, where, out) != 0)
		return -1;
	if (out->n + INDEX_ROOM > DEVTYPE_OID)
		return err_set(r->e, ERR_INPUT, "%s: %s/%s: leaves no room for a row's index", r->path, where, key);
	return 0;
}

static int
read_column(const struct reading *r, const json_t *o, const char *where, struct devtype_oid *out)
{
	return read_column_at(r, o, "column", where, out);
}

static struct devtype_numbers
read_numbers(const struct reading *r, const json_t *o, const char *key)
{
	const json_t *values = jsn_array(o, key);
	size_t n = json_array_size(values);
	int64_t *numbers = arena_array(r->arena, n, sizeof(*numbers));

	for (size_t i = 0; i < n; i++)
		numbers[i] = json_integer_value(json_array_get(values, i));
	return (struct devtype_numbers){numbers, n};
}

static int
read_measure(const struct reading *r, const json_t *o, const char *where, struct devtype_measure *out)
{
	const char *scale = jsn_text_or(o, "scale", "1"); /* decimal64: a text, RFC 7951 section 6.1 */

	*out = (struct devtype_measure){.scale = 1};
	if (o == NULL)
		return 0;
	if (read_column(r, o, where, &out->oid) != 0 || read_column_at(r, o, "digits", where, &out->digits) != 0)
		return -1;
	if (str_double(str_of(scale), 0.000001, 1000000, &out->scale) != 0)
		return err_set(r->e, ERR_INPUT, "%s: %s/scale: \"%s\" is no scale", r->path, where, scale);
	out->has_suffix = json_object_get(o, "suffix") != NULL;
	out->suffix = (uint32_t)jsn_integer_or(o, "suffix", 0);
	out->absent_below = jsn_integer_or(o, "absent_below", 0);
	out->absent_above = jsn_integer_or(o, "absent_above", INT32_MAX);
	return 0;
}

/* ---- outlets ------------------------------------------------------------------------ */

static enum devtype_state
state_of_word(const char *word)
{
	int s = 0;

	while (s < DEVTYPE_STATE_COUNT && strcmp(devtype_state_name((enum devtype_state)s), word) != 0)
		s++;
	return s < DEVTYPE_STATE_COUNT ? (enum devtype_state)s : DEVTYPE_UNKNOWN;
}

static int
read_state(const struct reading *r, const json_t *o, struct devtype *t)
{
	const json_t *values = jsn_array(o, "value");
	size_t n = json_array_size(values);
	struct devtype_state_row *rows = arena_array(r->arena, n, sizeof(*rows));

	if (read_column(r, o, "outlets/state", &t->state) != 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		const json_t *v = json_array_get(values, i);

		rows[i].value = jsn_integer_or(v, "number", 0);
		rows[i].state = state_of_word(jsn_text_or(v, "state", ""));
		rows[i].word = arena_strdup(r->arena, jsn_text_or(v, "word", ""));
		rows[i].fault = jsn_bool_or(v, "fault", false);
	}
	t->states = rows;
	t->n_states = n;
	return 0;
}

static int
read_health(const struct reading *r, const json_t *o, struct devtype *t)
{
	const json_t *values = jsn_array(o, "value");
	size_t n = json_array_size(values);
	struct devtype_health_row *rows = arena_array(r->arena, n, sizeof(*rows));

	for (size_t i = 0; i < n; i++) {
		const json_t *v = json_array_get(values, i);

		rows[i].value = jsn_integer_or(v, "number", 0);
		rows[i].word = arena_strdup(r->arena, jsn_text_or(v, "word", ""));
		rows[i].lost = jsn_bool_or(v, "lost", false);
	}
	t->healths = rows;
	t->n_healths = n;
	return read_column(r, o, "outlets/health", &t->health);
}

static int
read_switchable(const struct reading *r, const json_t *o, struct devtype *t)
{
	t->switchable_values = read_numbers(r, o, "values");
	t->switchable_by_bit = json_object_get(o, "bit") != NULL;
	t->switchable_bit = (unsigned)jsn_integer_or(o, "bit", 0);
	return read_column(r, o, "outlets/switchable", &t->switchable);
}

static int
read_control(const struct reading *r, const json_t *o, struct devtype *t)
{
	t->control_on = jsn_integer_or(o, "on", 0);
	t->control_off = jsn_integer_or(o, "off", 0);
	if (read_column(r, o, "outlets/control", &t->control) != 0 ||
	    read_column_at(r, o, "off_column", "outlets/control", &t->control_off_column) != 0)
		return -1;
	if (t->control_off_column.n == 0)
		t->control_off_column = t->control;
	return 0;
}

static int
read_outlets(const struct reading *r, const json_t *o, struct devtype *t)
{
	const json_t *pending = json_object_get(o, "pending");

	t->index_length = (size_t)jsn_integer_or(o, "index_length", 0);
	t->has_units = json_object_get(o, "first_unit") != NULL;
	t->first_unit = (uint32_t)jsn_integer_or(o, "first_unit", 0);
	t->pending_values = read_numbers(r, pending, "values");
	if (read_column(r, json_object_get(o, "id"), "outlets/id", &t->outlet_id) != 0 ||
	    read_column(r, json_object_get(o, "name"), "outlets/name", &t->outlet_name) != 0 ||
	    read_state(r, json_object_get(o, "state"), t) != 0 ||
	    read_column(r, pending, "outlets/pending", &t->pending) != 0 ||
	    read_health(r, json_object_get(o, "health"), t) != 0 ||
	    read_switchable(r, json_object_get(o, "switchable"), t) != 0 ||
	    read_control(r, json_object_get(o, "control"), t) != 0 ||
	    read_measure(r, json_object_get(o, "current"), "outlets/current", &t->current) != 0 ||
	    read_measure(r, json_object_get(o, "watts"), "outlets/watts", &t->watts) != 0)
		return -1;
	return 0;
}

/* ---- infeeds and sensors ------------------------------------------------------------- */

static int
read_rows(const struct reading *r, const json_t *o, const char *where, struct devtype_rows *out)
{
	const json_t *list = jsn_array(o, "where");
	size_t n = json_array_size(list);
	struct devtype_where *w = arena_array(r->arena, n, sizeof(*w));

	*out = (struct devtype_rows){
	    .index_length = (size_t)jsn_integer_or(o, "index_length", 1), .where = w, .n_where = n};
	for (size_t i = 0; i < n; i++) {
		const json_t *one = json_array_get(list, i);

		w[i].values = read_numbers(r, one, "values");
		w[i].position = (size_t)jsn_integer_or(one, "position", 1) - 1;
		w[i].not = jsn_bool_or(one, "not", false);
		if (read_column(r, one, where, &w[i].column) != 0)
			return -1;
	}
	return read_column(r, json_object_get(o, "name"), where, &out->name);
}

/* The place in a list of words; the module admits no other. */
static int
word_at(const char *word, int n, const char *(*name)(int))
{
	int i = 0;

	while (i < n - 1 && strcmp(name(i), word) != 0)
		i++;
	return i;
}

static const char *
infeed_word(int i)
{
	return devtype_infeed_name((enum devtype_infeed_kind)i);
}

static const char *
sensor_word(int i)
{
	return devtype_sensor_name((enum devtype_sensor_kind)i);
}

static int
read_infeeds(const struct reading *r, const json_t *list, struct devtype *t)
{
	size_t n = json_array_size(list);
	struct devtype_infeed *rows = arena_array(r->arena, n, sizeof(*rows));

	for (size_t i = 0; i < n; i++) {
		const json_t *o = json_array_get(list, i);
		const char *kind = jsn_text_or(o, "kind", "");
		const char *where = arena_printf(r->arena, "infeeds[kind='%s']", kind);

		rows[i].kind = (enum devtype_infeed_kind)word_at(kind, DEVTYPE_INFEED_KINDS, infeed_word);
		if (read_rows(r, o, where, &rows[i].rows) != 0 ||
		    read_measure(r, json_object_get(o, "current"), where, &rows[i].current) != 0 ||
		    read_measure(r, json_object_get(o, "watts"), where, &rows[i].watts) != 0 ||
		    read_measure(r, json_object_get(o, "volts"), where, &rows[i].volts) != 0)
			return -1;
	}
	t->infeeds = rows;
	t->n_infeeds = n;
	return 0;
}

static int
read_sensors(const struct reading *r, const json_t *list, struct devtype *t)
{
	size_t n = json_array_size(list);
	struct devtype_sensor *rows = arena_array(r->arena, n, sizeof(*rows));

	for (size_t i = 0; i < n; i++) {
		const json_t *o = json_array_get(list, i), *scale = json_object_get(o, "fahrenheit");
		const char *where = arena_printf(r->arena, "sensors[key='%s']", jsn_text_or(o, "key", ""));

		rows[i].kind = (enum devtype_sensor_kind)word_at(jsn_text_or(o, "kind", ""), DEVTYPE_SENSOR_KINDS, sensor_word);
		rows[i].always_fahrenheit = jsn_bool_or(o, "always_fahrenheit", false);
		rows[i].fahrenheit_values = read_numbers(r, scale, "values");
		if (read_rows(r, o, where, &rows[i].rows) != 0 ||
		    read_measure(r, json_object_get(o, "value"), where, &rows[i].value) != 0 ||
		    read_column(r, scale, where, &rows[i].fahrenheit) != 0)
			return -1;
	}
	t->sensors = rows;
	t->n_sensors = n;
	return 0;
}

/* ---- one file ------------------------------------------------------------------------- */

static int
read_recognise(const struct reading *r, const json_t *o, struct devtype *t)
{
	const json_t *ids = jsn_array(o, "sys_object_id");

	t->n_sys_object_ids = json_array_size(ids);
	for (size_t i = 0; i < t->n_sys_object_ids; i++)
		if (parse_oid(r, json_string_value(json_array_get(ids, i)), "recognise", "sys_object_id",
		    &t->sys_object_ids[i]) != 0)
			return -1;
	t->has_confirm_least = json_object_get(o, "confirm_least") != NULL;
	t->confirm_least = jsn_integer_or(o, "confirm_least", 0);
	if (read_oid(r, o, "confirm", "recognise", &t->confirm) != 0 ||
	    read_oid(r, o, "unless", "recognise", &t->unless) != 0)
		return -1;
	return 0;
}

static int
read_type(const struct reading *r, const json_t *o, struct devtype *t)
{
	t->family = arena_strdup(r->arena, jsn_text_or(o, "family", ""));
	t->title = arena_strdup(r->arena, jsn_text_or(o, "title", ""));
	t->settle_ms = jsn_integer_or(o, "settle_ms", 0);
	t->max_varbinds = (int)jsn_integer_or(o, "max_varbinds", 1);
	t->version1 = jsn_bool_or(o, "version1", false);
	if (read_recognise(r, json_object_get(o, "recognise"), t) != 0 ||
	    read_outlets(r, json_object_get(o, "outlets"), t) != 0 ||
	    read_infeeds(r, jsn_array(o, "infeeds"), t) != 0 ||
	    read_sensors(r, jsn_array(o, "sensors"), t) != 0)
		return -1;
	return 0;
}

int
devtype_parse(struct str text, const char *what, struct yang *y, struct arena *a, struct devtype *out,
    struct err *e)
{
	const struct reading r = {.path = what, .arena = a, .e = e};
	json_t *o = NULL;
	int rc;

	*out = (struct devtype){0};
	if (yang_check_filled(y, MODULE, text, what, &o, e) != 0)
		return -1;
	rc = read_type(&r, o, out);
	json_decref(o);
	return rc;
}

static int
load_one(const char *folder, const char *file, struct yang *y, struct devtype *out, const struct reading *r)
{
	char path[4096], name[LIMIT_NAME];
	struct buf text = BUF(LIMIT_CONFIG_FILE);
	int rc = -1;

	if (snprintf(path, sizeof(path), "%s/%s", folder, file) >= (int)sizeof(path))
		return err_set(r->e, ERR_INPUT, "%s: the path of %s is too long", folder, file);
	if (file_read(path, LIMIT_CONFIG_FILE, &text, r->e) != 0 ||
	    devtype_parse(buf_view(&text), path, y, r->arena, out, r->e) != 0)
		goto out;
	(void)snprintf(name, sizeof(name), "%s.json", out->family);
	rc = strcmp(name, file) == 0 ? 0 : err_set(r->e, ERR_INPUT,
	    "%s: family is \"%s\"; the file of that family is %s", path, out->family, name);
out:
	buf_free(&text);
	return rc;
}

/* ---- the folder ----------------------------------------------------------------------- */

static int
is_json(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return d->d_name[0] != '.' && n > 5 && strcmp(d->d_name + n - 5, ".json") == 0;
}

int
devtype_load(const char *folder, struct yang *y, struct devtype_set **out, struct err *e)
{
	struct dirent **list = NULL;
	struct devtype_set *s = NULL;
	struct devtype *types;
	struct reading r = {.arena = arena_create(), .e = e};
	int n = scandir(folder, &list, is_json, alphasort), rc = 0;

	if (n < 0)
		rc = err_set(e, ERR_INPUT, "%s: the folder of device types: %s", folder, strerror(errno));
	else if (n == 0)
		rc = err_set(e, ERR_INPUT, "%s: holds no device type (FAMILY.json)", folder);
	else if (n > LIMIT_DEVTYPES)
		rc = err_set(e, ERR_LIMIT, "%s: holds %d device types; at most %d are read", folder, n, LIMIT_DEVTYPES);
	if (rc == 0) {
		s = arena_alloc(r.arena, sizeof(*s));
		types = arena_array(r.arena, (size_t)n, sizeof(*types));
		*s = (struct devtype_set){.types = types, .n = (size_t)n, .arena = r.arena};
		for (int i = 0; i < n && rc == 0; i++)
			rc = load_one(folder, list[i]->d_name, y, &types[i], &r);
	}
	for (int i = 0; i < n; i++)
		free(list[i]);
	free(list);
	if (rc != 0)
		arena_destroy(r.arena);
	else
		*out = s;
	return rc;
}

void
devtype_destroy(struct devtype_set *s)
{
	if (s != NULL)
		arena_destroy(s->arena);
}
