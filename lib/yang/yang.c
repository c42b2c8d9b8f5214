/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libyang/libyang.h>

#include "yang.h"

#define MODULES 64 /* files of a folder */

struct yang {
	struct ly_ctx *ctx;
};

/* ---- libyang's errors as one sentence ---------------------------------------- */

/* The text between `before` and the next quote of libyang's path, or absent. */
static struct str
quoted(const char *path, const char *before)
{
	const char *p = strstr(path, before), *end;

	if (p == NULL)
		return (struct str){NULL, 0};
	p += strlen(before);
	end = strchr(p, '"');
	/* a data path may hold quotes of its own in a key: [name="x"] */
	for (const char *more = end; more != NULL && more[1] != ',' && more[1] != '.' && more[1] != '\0';
	     more = strchr(more + 1, '"'))
		end = strchr(more + 1, '"');
	return end == NULL ? (struct str){NULL, 0} : (struct str){p, (size_t)(end - p)};
}

/*
 * libyang gives 'Schema location "...", data location "...", line number 7.'
 * in any part; a reader wants "line 7, /path: reason". Of a data file the last
 * error is the one that explains; of a module the first, for what follows it
 * is "Loading failed".
 */
static int
fail(struct yang *y, struct err *e, const char *what, bool first)
{
	const struct ly_err_item *item = first ? ly_err_first(y->ctx) : ly_err_last(y->ctx);
	const char *path = item != NULL && item->path != NULL ? item->path : "";
	const char *msg = item != NULL && item->msg != NULL ? item->msg : "libyang gives no reason.";
	const char *line = strstr(path, "ine number ");
	struct str where = quoted(path, "ata location \"");
	char number[32] = "";
	int rc;

	if (where.p == NULL)
		where = quoted(path, "chema location \"");
	if (line != NULL)
		snprintf(number, sizeof(number), "line %d", (int)strtol(line + 11, NULL, 10));
	rc = err_set(e, ERR_INPUT, "%s: %s%s%.*s%s%s", what, number,
	    number[0] != '\0' && where.n > 0 ? ", " : "", (int)where.n, where.n > 0 ? where.p : "",
	    number[0] != '\0' || where.n > 0 ? ": " : "", msg);
	ly_err_clean(y->ctx, NULL);
	return rc;
}

/* ---- the modules ----------------------------------------------------------------- */

/* Cut "name@2026-11-20.yang" at the '@' and the '.': 0, or -1 for another kind of file. */
static int
split_name(char *file, const char **revision)
{
	char *at = strchr(file, '@'), *end;

	if (at == NULL || strlen(at) != strlen("@2026-11-20.yang") || strcmp(at + 11, ".yang") != 0)
		return -1;
	end = at + 11;
	*at = *end = '\0';
	*revision = at + 1;
	return 0;
}

static int
load_one(struct yang *y, const char *folder, const char *file, struct err *e)
{
	char name[256], what[4096];
	const char *revision;

	snprintf(name, sizeof(name), "%s", file);
	snprintf(what, sizeof(what), "%s/%s", folder, file);
	if (split_name(name, &revision) != 0)
		return err_set(e, ERR_INPUT, "%s: a module's file is named MODULE@YYYY-MM-DD.yang", what);
	if (ly_ctx_load_module(y->ctx, name, revision, NULL) == NULL)
		return fail(y, e, what, true);
	ly_err_clean(y->ctx, NULL); /* warnings are kept beside errors */
	return 0;
}

static int
is_module(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return d->d_name[0] != '.' && n > 5 && n < 200 && strcmp(d->d_name + n - 5, ".yang") == 0;
}

/* Of several revisions of one module the newest is used; they sort behind one another. */
static bool
newest(struct dirent **list, int n, int i)
{
	size_t name = strcspn(list[i]->d_name, "@");

	return i + 1 == n || strcspn(list[i + 1]->d_name, "@") != name ||
	    strncmp(list[i]->d_name, list[i + 1]->d_name, name) != 0;
}

static int
load_all(struct yang *y, const char *folder, struct err *e)
{
	struct dirent **list = NULL;
	int n = scandir(folder, &list, is_module, alphasort), rc = 0;

	if (n < 0)
		return err_set(e, ERR_INPUT, "%s: the folder of the YANG modules: %s", folder, strerror(errno));
	if (n == 0)
		rc = err_set(e, ERR_INPUT, "%s: holds no YANG module (MODULE@YYYY-MM-DD.yang)", folder);
	else if (n > MODULES)
		rc = err_set(e, ERR_LIMIT, "%s: holds %d modules; at most %d are read", folder, n, MODULES);
	for (int i = 0; i < n && rc == 0; i++)
		if (newest(list, n, i))
			rc = load_one(y, folder, list[i]->d_name, e);
	for (int i = 0; i < n; i++)
		free(list[i]);
	free(list);
	return rc;
}

int
yang_create(const char *folder, struct yang **out, struct err *e)
{
	struct yang *y = calloc(1, sizeof(*y));

	if (y == NULL)
		log_die("out of memory loading %s", folder);
	ly_log_level(LY_LLERR);
	ly_log_options(LY_LOSTORE); /* never on standard error: the sentence is the caller's */
	/* no search in the working directory: only our own folder is trusted with modules */
	if (ly_ctx_new(folder, LY_CTX_NO_YANGLIBRARY | LY_CTX_DISABLE_SEARCHDIR_CWD, &y->ctx) != LY_SUCCESS) {
		err_set(e, ERR_INPUT, "%s: is no folder that YANG modules can be read from", folder);
		goto bad;
	}
	if (load_all(y, folder, e) != 0)
		goto bad;
	*out = y;
	return 0;
bad:
	yang_destroy(y);
	return -1;
}

void
yang_destroy(struct yang *y)
{
	if (y == NULL)
		return;
	ly_ctx_destroy(y->ctx);
	free(y);
}

/* ---- what libyang lets pass and we do not ------------------------------------------- */

/* RFC 7952 metadata ("@", "@name") could carry an operation; our files have no use for it. */
static const char *
metadata(const json_t *v)
{
	const char *key, *found = NULL;
	json_t *child;
	size_t i;

	if (json_is_object(v)) {
		json_object_foreach((json_t *)v, key, child)
			if (key[0] == '@')
				return key;
			else if ((found = metadata(child)) != NULL)
				return found;
	} else if (json_is_array(v)) {
		json_array_foreach(v, i, child)
			if ((found = metadata(child)) != NULL)
				return found;
	}
	return found;
}

/* The one member "module:container" of the document, or NULL. */
static json_t *
unwrap(const json_t *doc, const char *module, const char *what, struct err *e)
{
	size_t n = strlen(module);
	const char *key, *meta;
	json_t *child;

	if (!json_is_object(doc) || json_object_size(doc) == 0) {
		err_set(e, ERR_INPUT, "%s: is empty; it must be { \"%s:...\": {...} }", what, module);
		return NULL;
	}
	meta = metadata(doc);
	if (meta != NULL) {
		err_set(e, ERR_INPUT, "%s: \"%s\" is metadata (RFC 7952), which is not taken here", what, meta);
		return NULL;
	}
	json_object_foreach((json_t *)doc, key, child)
		if (json_object_size(doc) == 1 && strncmp(key, module, n) == 0 && key[n] == ':')
			return child;
	err_set(e, ERR_INPUT, "%s: must hold one member \"%s:...\" and nothing beside it; it has \"%s\"", what,
	    module, json_object_iter_key(json_object_iter((json_t *)doc)));
	return NULL;
}

/* ---- checking -------------------------------------------------------------------------- */

static json_t *
filled(struct yang *y, const struct lyd_node *tree, const char *module, const char *what, struct err *e)
{
	json_t *doc = NULL, *inner = NULL;
	char *text = NULL;

	if (lyd_print_mem(&text, tree, LYD_JSON, LYD_PRINT_WD_ALL | LYD_PRINT_WITHSIBLINGS) != LY_SUCCESS ||
	    text == NULL) {
		fail(y, e, what, false);
		goto out;
	}
	doc = jsn_parse(str_of(text), what, e);
	if (doc != NULL && (inner = unwrap(doc, module, what, e)) != NULL)
		json_incref(inner);
out:
	json_decref(doc);
	free(text);
	return inner;
}

static int
check(struct yang *y, const char *module, struct str text, const char *what, bool fill, json_t **out,
    struct err *e)
{
	struct lyd_node *tree = NULL;
	json_t *doc = jsn_parse(text, what, e), *inner = NULL;
	char *copy = NULL;
	int rc = -1;

	if (doc == NULL || (inner = unwrap(doc, module, what, e)) == NULL)
		goto out;
	copy = strndup(text.p, text.n); /* libyang reads up to a NUL */
	if (copy == NULL)
		log_die("out of memory checking %s", what);
	/* State nodes are taken: a list without keys, as a thing's attributes are, can only be one of those
	 * (RFC 7950, section 7.8.2), and no other module of ours has any. */
	if (lyd_parse_data_mem(y->ctx, copy, LYD_JSON, LYD_PARSE_STRICT, LYD_VALIDATE_PRESENT, &tree) != LY_SUCCESS) {
		fail(y, e, what, false);
		goto out;
	}
	if (fill && (*out = filled(y, tree, module, what, e)) == NULL)
		goto out;
	if (!fill && out != NULL)
		*out = json_incref(inner);
	rc = 0;
out:
	lyd_free_all(tree);
	free(copy);
	json_decref(doc);
	return rc;
}

int
yang_check(struct yang *y, const char *module, struct str text, const char *what, json_t **out,
    struct err *e)
{
	return check(y, module, text, what, false, out, e);
}

int
yang_check_filled(struct yang *y, const char *module, struct str text, const char *what, json_t **out,
    struct err *e)
{
	return check(y, module, text, what, true, out, e);
}

int
yang_check_file(struct yang *y, const char *module, const char *path, size_t max, json_t **out,
    struct err *e)
{
	struct buf text;
	int rc;

	if (file_read(path, max, &text, e) != 0)
		return -1;
	rc = yang_check(y, module, buf_view(&text), path, out, e);
	buf_free(&text);
	return rc;
}
