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

/* What is being read: for errors, and the arena that keeps it. */
struct reading {
	const char *path;
	struct arena *arena;
	struct err *e;
};

/* ---- members ------------------------------------------------------------------------ */

/* An optional member with an OID; leaves n == 0 when it is absent. */
static int
read_oid(const struct reading *r, const json_t *o, const char *key, const char *where, struct devtype_oid *out)
{
	const char *text = jsn_text_or(o, key, NULL);

	out->n = 0;
	if (text == NULL)
		return 0;
	if (devtype_parse_oid(str_of(text), out, r->e) != 0)
		return err_prefix(r->e, "%s: %s/%s", r->path, where, key);
	return 0;
}

static int
read_column(const struct reading *r, const json_t *o, const char *where, struct devtype_oid *out)
{
	if (read_oid(r, o, "column", where, out) != 0)
		return -1;
	if (out->n + 3 > DEVTYPE_OID)
		return err_set(r->e, ERR_INPUT, "%s: %s/column: leaves no room for a row's index", r->path, where);
	return 0;
}

static int
read_measure(const struct reading *r, const json_t *o, const char *where, struct devtype_measure *out)
{
	const char *scale = jsn_text_or(o, "scale", "1"); /* decimal64: a text, RFC 7951 section 6.1 */

	*out = (struct devtype_measure){.scale = 1};
	if (o == NULL)
		return 0;
	if (read_column(r, o, where, &out->oid) != 0)
		return -1;
	if (str_double(str_of(scale), 0.000001, 1000000, &out->scale) != 0)
		return err_set(r->e, ERR_INPUT, "%s: %s/scale: \"%s\" is no scale", r->path, where, scale);
	out->absent_below = jsn_integer_or(o, "absent_below", 0);
	return 0;
}

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
read_pending(const struct reading *r, const json_t *o, struct devtype *t)
{
	const json_t *values = jsn_array(o, "values");
	size_t n = json_array_size(values);
	int64_t *numbers = arena_array(r->arena, n, sizeof(*numbers));

	if (read_column(r, o, "outlets/pending", &t->pending) != 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		numbers[i] = json_integer_value(json_array_get(values, i));
	t->pending_values = numbers;
	t->n_pending = n;
	return 0;
}

static int
read_outlets(const struct reading *r, const json_t *o, struct devtype *t)
{
	const json_t *control = json_object_get(o, "control");

	t->index_length = (size_t)jsn_integer_or(o, "index_length", 1);
	t->control_on = jsn_integer_or(control, "on", 0);
	t->control_off = jsn_integer_or(control, "off", 0);
	if (read_column(r, json_object_get(o, "id"), "outlets/id", &t->outlet_id) != 0 ||
	    read_column(r, json_object_get(o, "name"), "outlets/name", &t->outlet_name) != 0 ||
	    read_state(r, json_object_get(o, "state"), t) != 0 ||
	    read_pending(r, json_object_get(o, "pending"), t) != 0 ||
	    read_column(r, control, "outlets/control", &t->control) != 0 ||
	    read_measure(r, json_object_get(o, "current"), "outlets/current", &t->current) != 0 ||
	    read_measure(r, json_object_get(o, "watts"), "outlets/watts", &t->watts) != 0)
		return -1;
	return 0;
}

/* ---- one file ------------------------------------------------------------------------- */

static int
read_type(const struct reading *r, const json_t *o, struct devtype *t)
{
	const json_t *recognise = json_object_get(o, "recognise"), *infeeds = json_object_get(o, "infeeds");

	t->family = arena_strdup(r->arena, jsn_text_or(o, "family", ""));
	t->title = arena_strdup(r->arena, jsn_text_or(o, "title", ""));
	t->settle_ms = jsn_integer_or(o, "settle_ms", 0);
	t->max_varbinds = (int)jsn_integer_or(o, "max_varbinds", 1);
	t->version1 = jsn_bool_or(o, "version1", false);
	if (read_oid(r, recognise, "sys_object_id", "recognise", &t->sys_object_id) != 0 ||
	    read_oid(r, recognise, "confirm", "recognise", &t->confirm) != 0 ||
	    read_oid(r, recognise, "unless", "recognise", &t->unless) != 0 ||
	    read_outlets(r, json_object_get(o, "outlets"), t) != 0 ||
	    read_measure(r, json_object_get(infeeds, "current"), "infeeds/current", &t->infeed_current) != 0)
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
