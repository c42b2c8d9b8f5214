/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "template.h"

static struct symbol **
bucket(const struct mustache_set *set, struct str text)
{
	uint32_t h = 2166136261u; /* FNV-1a: the names are our own, nobody else's */

	for (size_t i = 0; i < text.n; i++)
		h = (h ^ (unsigned char)text.p[i]) * 16777619u;
	return (struct symbol **)(uintptr_t)&set->bucket[h % BUCKETS];
}

static struct symbol *
lookup(const struct mustache_set *set, struct str text)
{
	struct symbol *s = *bucket(set, text);

	while (s != NULL && !str_eq(s->text, text))
		s = s->next;
	return s;
}

struct symbol *
mustache_intern(struct mustache_set *set, struct str text)
{
	struct symbol *s = lookup(set, text), **head = bucket(set, text);

	if (s != NULL)
		return s;
	s = arena_alloc(set->arena, sizeof(*s));
	s->text = (struct str){arena_strndup(set->arena, text.p, text.n), text.n};
	s->next = *head;
	*head = s;
	return s;
}

const struct template *
mustache_find(const struct mustache_set *set, struct str name)
{
	const struct symbol *s = lookup(set, name);

	return s == NULL ? NULL : s->template;
}

static struct mustache_set *
create(void)
{
	struct mustache_set *set = calloc(1, sizeof(*set));

	if (set == NULL)
		log_die("out of memory: a set of templates");
	set->arena = arena_create();
	return set;
}

void
mustache_destroy(struct mustache_set *set)
{
	if (set == NULL)
		return;
	arena_destroy(set->arena);
	free(set);
}

static bool
ends_in(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n > m && strcmp(s + n - m, end) == 0;
}

/* `shown` stands in errors: the file's path, or the template's name. */
static int
put(struct mustache_set *set, const char *name, const char *shown, struct str text, struct err *e)
{
	struct template *t;
	struct symbol *s;

	if (text.n > LIMIT_TEMPLATE)
		return err_set(e, ERR_LIMIT, "%s: a template of more than %u bytes", shown, LIMIT_TEMPLATE);
	if (set->n == LIMIT_TEMPLATES)
		return err_set(e, ERR_LIMIT, "%s: there are more than %d templates", shown, LIMIT_TEMPLATES);
	s = mustache_intern(set, str_of(name));
	if (s->template != NULL)
		return err_set(e, ERR_CONFLICT, "%s: there is a template of this name already", shown);
	t = arena_alloc(set->arena, sizeof(*t));
	t->name = arena_strdup(set->arena, shown);
	t->plain = ends_in(name, ".txt");
	t->text = (struct str){arena_strndup(set->arena, text.p, text.n), text.n};
	if (mustache_parse(set, t, e) != 0)
		return -1;
	s->template = t;
	set->n++;
	return 0;
}

int
mustache_add(struct mustache_set **set, const char *name, struct str text, struct err *e)
{
	struct mustache_set *s = *set != NULL ? *set : create();

	if (put(s, name, name, text, e) != 0) {
		if (*set == NULL)
			mustache_destroy(s);
		return -1;
	}
	*set = s;
	return 0;
}

static int
load_file(struct mustache_set *set, const char *path, size_t root, struct err *e)
{
	const char *name = path + root;
	char *stem = arena_strdup(set->arena, name);
	struct buf text;
	int rc;

	if (ends_in(stem, ".html"))
		stem[strlen(stem) - 5] = '\0';
	if (file_read(path, LIMIT_TEMPLATE, &text, e) != 0)
		return -1;
	rc = put(set, stem, path, buf_view(&text), e);
	buf_free(&text);
	return rc;
}

static int
is_shown(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

/* Calls itself for a folder within, LIMIT_TEMPLATE_FOLDERS deep at most. */
static int
load_folder(struct mustache_set *set, const char *folder, size_t root, int depth, struct err *e)
{
	struct dirent **list = NULL;
	int n = scandir(folder, &list, is_shown, alphasort), rc = 0;

	if (n < 0)
		return err_set(e, errno == ENOENT ? ERR_NOT_FOUND : ERR_INPUT,
		    "%s: cannot read the folder of templates: %s", folder, strerror(errno));
	if (depth > LIMIT_TEMPLATE_FOLDERS)
		rc = err_set(e, ERR_LIMIT, "%s: folders of templates more than %d deep", folder,
		    LIMIT_TEMPLATE_FOLDERS);
	for (int i = 0; i < n; i++) {
		char *path = arena_printf(set->arena, "%s/%s", folder, list[i]->d_name);
		struct stat st;

		free(list[i]);
		if (rc != 0)
			continue;
		if (stat(path, &st) != 0)
			rc = err_set(e, ERR_INPUT, "%s: %s", path, strerror(errno));
		else if (S_ISDIR(st.st_mode))
			rc = load_folder(set, path, root, depth + 1, e);
		else if (ends_in(path, ".html") || ends_in(path, ".txt"))
			rc = load_file(set, path, root, e);
	}
	free(list);
	return rc;
}

/* Every partial that a template names is there: a typing mistake must not be an empty place in a page. */
static int
check_partials(const struct mustache_set *set, struct err *e)
{
	for (size_t i = 0; i < BUCKETS; i++)
		for (const struct symbol *s = set->bucket[i]; s != NULL; s = s->next) {
			const struct template *t = s->template;

			for (size_t k = 0; t != NULL && k < t->n; k++)
				if (t->node[k].kind == NODE_PARTIAL && t->node[k].partial->template == NULL)
					return mustache_bad(t, t->node[k].offset, e,
					    "there is no partial '%s'", t->node[k].partial->text.p);
		}
	return 0;
}

int
mustache_load(const char *folder, struct mustache_set **out, struct err *e)
{
	struct mustache_set *set = create();
	int rc = load_folder(set, folder, strlen(folder) + 1, 1, e);

	*out = NULL;
	if (rc == 0 && set->n == 0)
		rc = err_set(e, ERR_NOT_FOUND, "%s: there is no template (*.html, *.txt) below it", folder);
	if (rc == 0)
		rc = check_partials(set, e);
	if (rc != 0) {
		mustache_destroy(set);
		return -1;
	}
	*out = set;
	return 0;
}
