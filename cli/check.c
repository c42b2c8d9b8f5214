/* SPDX-License-Identifier: Apache-2.0 */
/* check-config: larch.json and every file it names, as `nginx -t` does. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "auth/auth.h"
#include "cli.h"
#include "conf/conf.h"
#include "inv/query.h"
#include "yang/yang.h"

#define DEFAULT_CONFIG "/etc/larch/larch.json"

struct check {
	const struct cli *c;
	struct yang *yang;
	json_t *rows;          /* {file, state, text} */
	bool failed;
};

static void
add_row(struct check *k, const char *file, const char *state, const char *text)
{
	json_t *o = json_object();

	jsn_set_text(o, "file", file);
	jsn_set_text(o, "state", state);
	jsn_set_text(o, "text", text);
	jsn_add(k->rows, o);
	k->failed = k->failed || strcmp(state, "failed") == 0;
}

/* A file this person may not read is not wrong: larchd alone reads the credentials. */
static void
check_file(struct check *k, const char *path, const char *module)
{
	struct err e = {0};

	if (path == NULL || *path == '\0')
		return;
	if (access(path, R_OK) != 0 && errno == EACCES)
		add_row(k, path, "unknown", "not checked: you may not read it");
	else if (yang_check_file(k->yang, module, path, LIMIT_CONFIG_FILE, NULL, &e) != 0)
		add_row(k, path, "failed", e.text);
	else
		add_row(k, path, "ok", NULL);
}

/* One that need not be there; `without` says what its absence means. */
static void
check_if_there(struct check *k, const char *path, const char *module, const char *without)
{
	if (path != NULL && access(path, F_OK) != 0 && errno == ENOENT)
		add_row(k, path, "ok", without);
	else
		check_file(k, path, module);
}

/* The roles of a file that is one: their queries, and what they say that nobody means. */
static void
check_roles(struct check *k, const struct conf *conf)
{
	const char *path = conf->policy;
	struct arena *a = k->c->arena;
	struct auth_person local = {.source = AUTH_SESSION, .groups = (const char *[]){AUTH_LOCAL_GROUP}, .n_groups = 1};
	struct auth_policy *p = NULL;
	const char *const *list;
	struct inv_query *q;
	struct err e = {0};
	size_t n;

	if (auth_policy_load(path, k->yang, &p, &e) != 0) {
		add_row(k, path, "failed", e.text);
		return;
	}
	list = auth_policy_queries(p, a, &n);
	for (size_t i = 0; i < n; i++)
		if (inv_query_parse(str_of(list[i]), a, &q, &e) != 0)
			add_row(k, path, "failed", arena_printf(a, "%s: things '%s': %s", path, list[i], e.text));
		else if (!inv_query_is_lasting(q))
			add_row(k, path, "failed", arena_printf(a, "%s: things '%s': who may do what rests on the inventory alone", path, list[i]));
	list = auth_policy_doubts(p, a, &n);
	for (size_t i = 0; i < n; i++)
		add_row(k, path, "warn", list[i]);
	(void)auth_roles(p, &local, a, &n);
	if (conf->break_glass.name != NULL && n == 0)
		add_row(k, path, "warn", "no role is for the group " AUTH_LOCAL_GROUP ": the account in break_glass opens no door");
	auth_policy_destroy(p);
}

static void
check_policy(struct check *k, const struct conf *conf)
{
	const char *path = conf->policy;
	size_t before = json_array_size(k->rows);

	check_if_there(k, path, "larch-policy",
	    conf->break_glass.name == NULL ? "not there: nobody may do anything"
	                                   : "not there: nobody may do anything, but the break-glass account may add it");
	if (json_array_size(k->rows) > before && strcmp(jsn_text_or(json_array_get(k->rows, before), "state", ""), "ok") == 0 &&
	    access(path, F_OK) == 0)
		check_roles(k, conf);
}

/* The hash of the break-glass account, which login alone may read. */
static void
check_glass(struct check *k, const struct conf *conf)
{
	const char *path = conf->break_glass.hash_file;
	struct buf hash = {0};
	struct err e = {0};

	if (conf->break_glass.name == NULL)
		return;
	if (access(path, R_OK) != 0 && errno == EACCES)
		add_row(k, path, "unknown", "not checked: you may not read it");
	else if (conf_glass_hash(conf, &hash, &e) != 0)
		add_row(k, path, "failed", e.text);
	else
		add_row(k, path, "ok", NULL);
	buf_wipe(&hash);
}

static void
check_folder(struct check *k, const char *path)
{
	struct stat st;

	if (path != NULL && (stat(path, &st) != 0 || !S_ISDIR(st.st_mode)))
		add_row(k, path, "failed", arena_printf(k->c->arena, "%s: there is no such folder", path));
}

static void
check_device_types(struct check *k, const char *folder)
{
	DIR *d = opendir(folder);
	struct dirent *entry;

	if (d == NULL) {
		check_folder(k, folder);
		return;
	}
	while ((entry = readdir(d)) != NULL) {
		size_t n = strlen(entry->d_name);

		if (n > 5 && strcmp(entry->d_name + n - 5, ".json") == 0)
			check_file(k, arena_printf(k->c->arena, "%s/%s", folder, entry->d_name), "larch-device-type");
	}
	closedir(d);
}

static void
check_all(struct check *k, const char *path)
{
	struct conf *conf = NULL;
	struct err e = {0};

	if (conf_load(path, k->c->opt.yang, &conf, &e) != 0) {
		add_row(k, path, "failed", e.text);
		return;
	}
	add_row(k, path, "ok", NULL);
	if (yang_create(k->c->opt.yang != NULL ? k->c->opt.yang : conf->yang, &k->yang, &e) != 0) {
		add_row(k, conf->yang, "failed", e.text);
	} else {
		check_policy(k, conf);
		check_glass(k, conf);
		check_file(k, conf->credentials, "larch-credentials");
		check_if_there(k, conf->types, "larch-types", "not there: things have no ports but those that they are given");
		check_if_there(k, conf->advice, "larch-advice", "not there: nothing is advised");
		check_device_types(k, conf->mib);
		check_folder(k, conf->templates);
		check_folder(k, conf->assets);
	}
	yang_destroy(k->yang);
	conf_destroy(conf);
}

int
cmd_check_config(struct cli *c)
{
	static const struct column columns[] = {
		{"file", "file", false}, {"state", "state", true}, {"text", "text", false},
	};
	struct check k = {.c = c, .rows = json_array()};
	enum format f = out_format(c, FORMAT_TEXT);
	json_t *whole = json_object(), *row;
	size_t i;

	check_all(&k, c->argc > 0 ? c->argv[0] : DEFAULT_CONFIG);
	jsn_set(whole, "items", json_incref(k.rows));
	if (f != FORMAT_TEXT)
		out_rows(c, f, whole, k.rows, columns, LARCH_COUNT(columns));
	else
		json_array_foreach(k.rows, i, row) {
			if (strcmp(jsn_text_or(row, "state", ""), "failed") == 0)
				out_text(jsn_text_or(row, "text", ""));
			else
				printf("%s: %s%s\n", out_scalar(c, json_object_get(row, "file")),
				    strcmp(jsn_text_or(row, "state", ""), "warn") == 0 ? "warning: " : "", jsn_text_or(row, "text", "ok"));
		}
	json_decref(whole);
	json_decref(k.rows);
	return k.failed ? EXIT_USAGE : EXIT_OK;
}
