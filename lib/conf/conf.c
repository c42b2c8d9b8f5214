/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "inner.h"

#define MODULE CONF_MODULE

/* ---- one row a setting: types, defaults and patterns are the YANG module's ------ */

enum kind { TEXT, PATH, BOOL, SPAN, SPAN_INT, INTEGER, DECIMAL };

struct setting {
	const char *group; /* the container it stands in; NULL: the top */
	const char *name;
	enum kind kind;
	size_t at;         /* offset in struct conf */
	int64_t min, max;  /* of a span, ms: YANG cannot look into "8h30m" */
};

#define AT(field) offsetof(struct conf, field)

static const struct setting settings[] = {
    {NULL, "site", TEXT, AT(site), 0, 0},
    {NULL, "origin", TEXT, AT(origin), 0, 0},
    {NULL, "data", PATH, AT(data), 0, 0},
    {NULL, "run", PATH, AT(run), 0, 0},
    {NULL, "templates", PATH, AT(templates), 0, 0},
    {NULL, "assets", PATH, AT(assets), 0, 0},
    {NULL, "mib", PATH, AT(mib), 0, 0},
    {NULL, "yang", PATH, AT(yang), 0, 0},
    {NULL, "policy", PATH, AT(policy), 0, 0},
    {NULL, "credentials", PATH, AT(credentials), 0, 0},
    {NULL, "types", PATH, AT(types), 0, 0},
    {NULL, "advice", PATH, AT(advice), 0, 0},
    {NULL, "threads", INTEGER, AT(threads), 0, 0},
    {NULL, "sweep", SPAN, AT(sweep_ms), SECOND, HOUR},
    {"sessions", "lifetime", SPAN, AT(session_ms), MINUTE, 7 * 24 * HOUR},
    {"sessions", "group_recheck", SPAN, AT(group_recheck_ms), 10 * SECOND, HOUR},
    {"ldap", "starttls", BOOL, AT(ldap.starttls), 0, 0},
    {"ldap", "ca_file", PATH, AT(ldap.ca_file), 0, 0},
    {"ldap", "bind_dn", TEXT, AT(ldap.bind_dn), 0, 0},
    {"ldap", "bind_secret_file", PATH, AT(ldap.bind_secret_file), 0, 0},
    {"ldap", "dn_template", TEXT, AT(ldap.dn_template), 0, 0},
    {"ldap", "user_base", TEXT, AT(ldap.user_base), 0, 0},
    {"ldap", "user_filter", TEXT, AT(ldap.user_filter), 0, 0},
    {"ldap", "group_base", TEXT, AT(ldap.group_base), 0, 0},
    {"ldap", "group_filter", TEXT, AT(ldap.group_filter), 0, 0},
    {"ldap", "group_name", TEXT, AT(ldap.group_name), 0, 0},
    {"ldap", "timeout", SPAN_INT, AT(ldap.timeout_ms), SECOND, 30 * SECOND},
    {"break_glass", "name", TEXT, AT(break_glass.name), 0, 0},
    {"break_glass", "hash_file", PATH, AT(break_glass.hash_file), 0, 0},
    {"power", "dwell", SPAN, AT(dwell_ms), SECOND / 10, 10 * MINUTE},
    {"power", "off_limit", SPAN, AT(off_limit_ms), SECOND, 10 * MINUTE},
    {"power", "on_limit", SPAN, AT(on_limit_ms), SECOND, 10 * MINUTE},
    {"power", "boot_limit", SPAN, AT(boot_limit_ms), SECOND, HOUR},
    {"power", "silent_limit", SPAN, AT(silent_limit_ms), SECOND, 10 * MINUTE},
    {"power", "soft_limit", SPAN, AT(soft_limit_ms), SECOND, HOUR},
    {"power", "ping_limit", SPAN, AT(ping_limit_ms), SECOND, HOUR},
    {"power", "rebuild_limit", SPAN, AT(rebuild_limit_ms), SECOND, 24 * HOUR},
    {"power", "stagger", SPAN, AT(stagger_ms), SECOND / 10, 5 * MINUTE},
    {"power", "start_amps", DECIMAL, AT(start_amps), 0, 0},
    {"power", "start_time", SPAN, AT(start_ms), SECOND / 10, 10 * MINUTE},
    {"power", "load_floor_a", DECIMAL, AT(load_floor_a), 0, 0},
    {"status", "sinfo", TEXT, AT(status.sinfo), 0, 0},
    {"status", "squeue", TEXT, AT(status.squeue), 0, 0},
    {"status", "genders", PATH, AT(status.genders), 0, 0},
    {"status", "dsh_groups", PATH, AT(status.dsh_groups), 0, 0},
    {"status", "pdsh_groups", PATH, AT(status.pdsh_groups), 0, 0},
    {"status", "ssh", TEXT, AT(status.ssh), 0, 0},
    {"status", "ssh_config", PATH, AT(status.ssh_config), 0, 0},
    {"status", "ssh_masters", INTEGER, AT(status.ssh_masters), 0, 0},
    {"status", "ssh_logins", INTEGER, AT(status.ssh_logins), 0, 0},
    {"status", "packets", INTEGER, AT(status.packets), 0, 0},
    {"status", "sockets", INTEGER, AT(status.sockets), 0, 0},
    {"notify", "sendmail", PATH, AT(notify.sendmail), 0, 0},
    {"notify", "from", TEXT, AT(notify.from), 0, 0},
};

const char *
conf_absolute(const struct conf *c, const char *path)
{
	const char *slash = strrchr(c->path, '/');

	if (path[0] == '/' || slash == NULL)
		return arena_strdup(c->arena, path);
	return arena_printf(c->arena, "%.*s/%s", (int)(slash - c->path), c->path, path);
}

int
conf_span(struct conf *c, const char *path, const char *text, const struct conf_span *of, struct err *e)
{
	char low[TIMES_TEXT], high[TIMES_TEXT];

	if (times_duration(str_of(text), of->out, e) == 0 && *of->out >= of->min && *of->out <= of->max)
		return 0;
	return err_set(e, ERR_INPUT, "%s: /%s:larch/%s: '%s' is outside %s to %s", c->path, MODULE, path, text,
	    times_age(of->min, low), times_age(of->max, high));
}

static int
span(struct conf *c, const struct setting *s, const char *text, int64_t *out, struct err *e)
{
	const struct conf_span of = {out, s->min, s->max};
	const char *path = s->group == NULL ? s->name : arena_printf(c->arena, "%s/%s", s->group, s->name);

	return conf_span(c, path, text, &of, e);
}

/* Put one value where its row says. The module has checked its type. */
static int
take(struct conf *c, const struct setting *s, const json_t *v, struct err *e)
{
	char *at = (char *)c + s->at;
	int64_t ms;

	switch (s->kind) {
	case TEXT:
		*(const char **)(void *)at = arena_strdup(c->arena, json_string_value(v));
		return 0;
	case PATH:
		*(const char **)(void *)at = conf_absolute(c, json_string_value(v));
		return 0;
	case BOOL:
		*(bool *)(void *)at = json_is_true(v);
		return 0;
	case SPAN:
		return span(c, s, json_string_value(v), (int64_t *)(void *)at, e);
	case SPAN_INT:
		if (span(c, s, json_string_value(v), &ms, e) != 0)
			return -1;
		*(int *)(void *)at = (int)ms;
		return 0;
	case INTEGER:
		*(int *)(void *)at = (int)json_integer_value(v);
		return 0;
	case DECIMAL:
		return str_double(str_of(json_string_value(v)), 0, 100, (double *)(void *)at);
	}
	return -1;
}

const char *
conf_text(struct conf *c, const json_t *o, const char *key)
{
	const char *t = jsn_text_or(o, key, NULL);

	return t == NULL ? NULL : arena_strdup(c->arena, t);
}

void
conf_texts(struct conf *c, const json_t *list, const char ***out, size_t *n)
{
	const char **p = arena_array(c->arena, json_array_size(list) + 1, sizeof(*p));
	json_t *v;
	size_t i;

	json_array_foreach(list, i, v)
		p[i] = arena_strdup(c->arena, json_string_value(v));
	*out = p;
	*n = json_array_size(list);
}

static int
take_all(struct conf *c, const json_t *o, struct err *e)
{
	for (size_t i = 0; i < LARCH_COUNT(settings); i++) {
		const struct setting *s = &settings[i];
		const json_t *v = json_object_get(s->group == NULL ? o : json_object_get(o, s->group), s->name);

		if (v != NULL && take(c, s, v, e) != 0)
			return -1;
	}
	conf_texts(c, jsn_array(json_object_get(o, "ldap"), "uri"), &c->ldap.uri, &c->ldap.n_uri);
	conf_texts(c, jsn_array(json_object_get(o, "power"), "protected"), &c->protected_things,
	    &c->n_protected);
	conf_texts(c, jsn_array(json_object_get(o, "power"), "stands_on"), &c->stands_on, &c->n_stands_on);
	if (conf_take_budgets(c, json_object_get(o, "power"), e) != 0 ||
	    conf_take_status(c, json_object_get(o, "status"), e) != 0 || conf_take_notify(c, json_object_get(o, "notify"), e) != 0)
		return -1;
	return conf_take_probe(c, json_object_get(o, "probe"), e);
}

/* A password must not travel in the clear, whatever the file says. */
static int
check_ldap(const struct conf *c, struct err *e)
{
	for (size_t i = 0; i < c->ldap.n_uri; i++)
		if (strncmp(c->ldap.uri[i], "ldap://", 7) == 0 && !c->ldap.starttls)
			return err_set(e, ERR_INPUT,
			    "%s: /%s:larch/ldap/uri: '%s' would carry passwords in the clear; use ldaps://, or "
			    "\"starttls\": true",
			    c->path, MODULE, c->ldap.uri[i]);
	return 0;
}

/* ---- db_engine: the one null of our files --------------------------------------------- */

/*
 * RFC 7951 writes YANG's empty type as [null], people write null. The text is
 * changed in place, so that lines in errors stay true. `"db_engine"` cannot
 * stand inside a JSON text: its last quote would have a backslash before it.
 */
static void
empty_as_yang_writes_it(struct str in, struct buf *out)
{
	static const char key[] = "\"db_engine\"";
	const char *hit = memmem(in.p, in.n, key, sizeof(key) - 1), *p;

	*out = BUF(LIMIT_CONFIG_FILE + 2);
	if (hit == NULL) {
		buf_str(out, in);
		return;
	}
	for (p = hit + sizeof(key) - 1; p < in.p + in.n && strchr(" \t\r\n:", *p) != NULL && *p != '\0'; p++)
		;
	buf_add(out, in.p, (size_t)(p - in.p));
	if ((size_t)(in.p + in.n - p) >= 4 && memcmp(p, "null", 4) == 0) {
		buf_puts(out, "[null]");
		p += 4;
	}
	buf_add(out, p, (size_t)(in.p + in.n - p));
}

static int
check_engine(const json_t *larch, const char *path, struct err *e)
{
	const json_t *v = json_object_get(larch, "db_engine");
	char *shown;
	int rc;

	if (v == NULL || json_is_null(v))
		return 0;
	shown = json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT);
	rc = err_set(e, ERR_INPUT,
	    "%s: /%s:larch/db_engine: %.60s is not built in: this Larch keeps its data in SQLite, and other "
	    "engines are later work; write null or leave the line out",
	    path, MODULE, shown == NULL ? "this" : shown);
	free(shown);
	return rc;
}

/* ---- loading ------------------------------------------------------------------------------ */

/* The folder of the modules, before the modules can check the file that names it. */
static const char *
modules(const struct conf *c, const char *given, const json_t *larch)
{
	return given != NULL ? given : conf_absolute(c, jsn_text_or(larch, "yang", "/usr/share/yang/modules/larch"));
}

static int
load(struct conf *c, const char *yang_folder, struct str text, struct err *e)
{
	json_t *raw = jsn_parse(text, c->path, e), *o = NULL;
	const json_t *larch = json_object_get(raw, MODULE ":larch");
	struct buf adapted = BUF(LIMIT_CONFIG_FILE + 2);
	struct yang *y = NULL;
	int rc = -1;

	if (raw == NULL || check_engine(larch, c->path, e) != 0 ||
	    yang_create(modules(c, yang_folder, larch), &y, e) != 0)
		goto out;
	empty_as_yang_writes_it(text, &adapted);
	if (yang_check_filled(y, MODULE, buf_view(&adapted), c->path, &o, e) != 0 || take_all(c, o, e) != 0 ||
	    check_ldap(c, e) != 0)
		goto out;
	if (yang_folder != NULL)
		c->yang = arena_strdup(c->arena, yang_folder);
	rc = 0;
out:
	json_decref(o);
	json_decref(raw);
	buf_free(&adapted);
	yang_destroy(y);
	return rc;
}

int
conf_load(const char *path, const char *yang_folder, struct conf **out, struct err *e)
{
	struct arena *a = arena_create();
	struct conf *c = arena_alloc(a, sizeof(*c));
	struct buf text;
	int rc;

	c->arena = a;
	c->path = arena_strdup(a, path);
	if (file_read(path, LIMIT_CONFIG_FILE, &text, e) != 0) {
		conf_destroy(c);
		return -1;
	}
	rc = load(c, yang_folder, buf_view(&text), e);
	buf_free(&text);
	if (rc != 0)
		conf_destroy(c);
	else
		*out = c;
	return rc;
}

void
conf_destroy(struct conf *c)
{
	if (c != NULL)
		arena_destroy(c->arena);
}

const char *
conf_db(const struct conf *c, const char *name, struct arena *a)
{
	return arena_printf(a, "%s/%s/%s.db", c->data, name, name);
}

const char *
conf_used(const struct conf *c, const char *name, struct arena *a)
{
	return arena_printf(a, "%s/used/%s/keys", c->data, name);
}

const char *
conf_socket(const struct conf *c, const char *name, struct arena *a)
{
	return arena_printf(a, "%s/%s/%s.sock", c->run, name, name);
}
