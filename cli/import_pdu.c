/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pdu-config: pdu_config.json of PduMaster, one object of name → type, and pdumaster.json,
 * which names it (facts/seeds.md, section 1: P9 to P11).
 */
#include <string.h>

#include "import.h"

/* PduMaster's types and the family of mib/ that drives them; its text names Sentry3 alone. */
static const struct { const char *type, *family; } families[] = {
	{"sentry3", "sentry3"},
	{"apc-rpdu", "apc-rpdu"},
	{"apc-rpdu2", "apc-rpdu2"},
};

static bool
is_master(const json_t *o)
{
	return json_object_get(o, "db_engine") != NULL;
}

const char *
pdu_config_looks(const struct source *s)
{
	struct str text = s->text;
	const char *why = NULL, *key;
	json_t *o, *v;
	struct err e;

	while (text.n > 0 && strchr(" \t\r\n", text.p[0]) != NULL) {
		text.p++;
		text.n--;
	}
	if (text.n == 0 || text.p[0] != '{' || (o = jsn_parse(text, s->name, &e)) == NULL)
		return NULL;
	if (is_master(o))
		why = "it has a db_engine, as pdumaster.json has";
	else if (json_is_object(o) && json_object_size(o) > 0)
		why = "it is one object of names and types";
	json_object_foreach(o, key, v)
		if (!is_master(o) && !json_is_string(v))
			why = NULL;
	json_decref(o);
	return why;
}

static void
one_pdu(struct room *r, const char *name, const char *type)
{
	json_t *pdu = room_thing(r, "", str_of(name));
	char address[64];

	room_type(r, pdu, "pdu");
	if (import_address(str_of(name), address) == 0)
		room_fact(r, pdu, "address", str_of(address));
	else
		room_once(r, "no addresses: these files know PDUs by name alone; give each the attribute address before it is asked");
	for (size_t i = 0; i < LARCH_COUNT(families); i++)
		if (import_same(str_of(type), families[i].type)) {
			room_fact(r, pdu, "family", str_of(families[i].family));
			return;
		}
	room_note(r, "\"%s\" is of the type \"%s\", for which there is no family: the attribute family is missing, the type is in pdumaster_type",
	    name, type);
	room_fact(r, pdu, "pdumaster_type", str_of(type));
}

static int
read_config(struct room *r, const struct source *s, const json_t *o, struct err *e)
{
	const char *name;
	json_t *type;

	json_object_foreach((json_t *)o, name, type) {
		if (!json_is_string(type))
			return err_set(e, ERR_INPUT, "%s: \"%s\" must have a type, as a text: {\"pdu1.example.org\": \"Sentry3\"}",
			    s->name, name);
		if (str_trim(str_of(name)).n == 0)
			return err_set(e, ERR_INPUT, "%s: a PDU has no name", s->name);
		one_pdu(r, name, json_string_value(type));
		if (room_fits(r, e) != 0)
			return -1;
	}
	return 0;
}

/* The file that pdumaster.json names, beside it: no way out of its folder. */
static int
read_named(struct room *r, const struct source *s, const char *name, struct err *e)
{
	const char *slash = s->path == NULL ? NULL : strrchr(s->path, '/');
	struct buf path = BUF(LIMIT_HEADER);
	struct source inner = *s;
	json_t *o;
	int rc = -1;

	if (s->path == NULL || strchr(name, '/') != NULL)
		return err_set(e, ERR_INPUT, "%s: the PDUs are in \"%s\": give that file too", s->name, name);
	buf_add(&path, s->path, slash == NULL ? 0 : (size_t)(slash - s->path) + 1);
	buf_puts(&path, name);
	inner.name = path.p;
	o = path.over ? NULL : jsn_load(path.p, LIMIT_CONFIG_FILE, e);
	if (path.over)
		err_set(e, ERR_INPUT, "%s: the name of the file of its PDUs is too long", s->name);
	else if (o == NULL)
		err_prefix(e, "%s names the file of its PDUs", s->name);
	else if (!json_is_object(o))
		err_set(e, ERR_INPUT, "%s: it must be one object of names and types", inner.name);
	else
		rc = read_config(r, &inner, o, e);
	json_decref(o);
	buf_free(&path);
	return rc;
}

static int
read_master(struct room *r, const struct source *s, size_t n, const json_t *o, struct err *e)
{
	const char *key, *file = "pdu_config.json";
	json_t *v;

	json_object_foreach((json_t *)o, key, v) {
		if (strcmp(key, "db_engine") == 0) {
			if (!json_is_null(v))
				room_note(r, "%s: the database that db_engine names was not read", s->name);
		} else if (json_is_string(v) && import_contains(str_of(json_string_value(v)), ".json")) {
			file = json_string_value(v);
		} else {
			room_note(r, "%s: \"%s\" was not carried over", s->name, key);
		}
	}
	return n > 1 ? 0 : read_named(r, s, file, e); /* given together: the other file is there */
}

int
pdu_config_read(struct room *r, const struct source *s, size_t n, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++) {
		json_t *o = jsn_parse(s[i].text, s[i].name, e);

		if (o == NULL)
			return -1;
		if (!json_is_object(o))
			rc = err_set(e, ERR_INPUT, "%s: it must be one object of names and types", s[i].name);
		else
			rc = is_master(o) ? read_master(r, &s[i], n, o, e) : read_config(r, &s[i], o, e);
		json_decref(o);
	}
	return rc;
}
