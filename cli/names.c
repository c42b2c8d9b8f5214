/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The names of the room, kept on the person's machine so that a shell can
 * complete them at once: one file a server, mode 0600, below ~/.cache/larch.
 * Its first line names the server and the version of the list (ETag), then a
 * line a thing: NAME, a tab, TYPE. A command that has talked to the server
 * asks for a newer list when this one is some minutes old; nothing runs in the
 * background. LARCH_CACHE names another folder; empty, nothing is kept.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"

#define KEPT_S 300         /* older than this is asked for again */
#define ASK_LIMIT_S 5L
#define HEAD "larch-names 1 "

static const char *
folder(struct cli *c)
{
	const char *v = getenv("LARCH_CACHE");

	if (v != NULL)
		return *v != '\0' ? v : NULL;
	if ((v = getenv("XDG_CACHE_HOME")) != NULL && *v != '\0')
		return arena_printf(c->arena, "%s/larch", v);
	if ((v = session_home()) != NULL)
		return arena_printf(c->arena, "%s/.cache/larch", v);
	return NULL;
}

/* "names-larch.example.org_8443": NULL when nothing is to be kept. */
static const char *
kept_in(struct cli *c)
{
	const char *dir = folder(c);
	char *host;

	if (dir == NULL || c->session.server == NULL)
		return NULL;
	host = arena_strdup(c->arena, c->session.server + strlen("https://"));
	for (char *p = host; *p != '\0'; p++)
		if (strchr("./:[]", *p) != NULL && *p != '.')
			*p = '_';
	return arena_printf(c->arena, "%s/names-%s", dir, host);
}

/* The file's text, when it is this server's; *etag_out of its first line. false: there is none. */
static bool
read_kept(struct cli *c, const char *path, struct buf *text, struct str *rest, const char **etag_out)
{
	struct str line;
	size_t n = strlen(HEAD);

	if (file_read(path, LIMIT_ROOM_FILE, text, NULL) != 0)
		return false;
	*rest = buf_view(text);
	line = str_cut(rest, '\n');
	if (rest->p == NULL || !str_starts(line, HEAD))
		return false;
	line = (struct str){line.p + n, line.n - n};
	if (!str_is(str_cut(&line, ' '), c->session.server) || line.p == NULL)
		return false;
	if (etag_out != NULL)
		*etag_out = arena_strndup(c->arena, line.p, line.n);
	return true;
}

size_t
names_load(struct cli *c, struct name_row **out)
{
	const char *path = kept_in(c);
	struct buf text = {0};
	struct str rest;
	size_t n = 0, max = 0;

	*out = NULL;
	if (path == NULL || !read_kept(c, path, &text, &rest, NULL))
		goto out;
	for (size_t i = 0; i < rest.n; i++)
		max += rest.p[i] == '\n';
	*out = arena_array(c->arena, max + 1, sizeof(**out));
	while (rest.p != NULL && n < max) {
		struct str type = str_cut(&rest, '\n'), name = str_cut(&type, '\t');

		if (!str_is_name(name))
			continue; /* it would be typed into a shell */
		(*out)[n].name = arena_strndup(c->arena, name.p, name.n);
		(*out)[n++].type = type.p != NULL && str_is_name(type) ? arena_strndup(c->arena, type.p, type.n) : "";
	}
out:
	buf_free(&text);
	return n;
}

static void
keep(struct cli *c, const char *path, const struct api_answer *a)
{
	struct buf text = BUF(LIMIT_ROOM_FILE);

	if (session_make_folder(c, path, NULL) != 0)
		return;
	buf_printf(&text, "%s%s %s\n", HEAD, c->session.server, a->etag != NULL ? a->etag : "-");
	if (a->status == 200)
		buf_str(&text, buf_view(&a->text)); /* else an empty list: a server that has none is not asked each time */
	if (!text.over)
		file_publish(path, buf_view(&text), 0600, NULL);
	buf_free(&text);
}

void
names_refresh(struct cli *c)
{
	const char *path = kept_in(c), *etag = NULL;
	struct buf text = {0};
	struct str rest;
	struct stat st;
	struct api_request q = {.method = "GET", .path = "/api/v1/names", .limit_s = ASK_LIMIT_S, .max = LIMIT_ROOM_FILE - LIMIT_URL};
	struct api_answer a = {0};
	bool had;

	if (!c->talked || interrupted || path == NULL || c->session.key.n == 0)
		return;
	had = read_kept(c, path, &text, &rest, &etag);
	buf_free(&text);
	if (had && !c->names_changed && stat(path, &st) == 0 && times_now() / 1000 - st.st_mtime < KEPT_S && times_now() / 1000 >= st.st_mtime)
		return;
	q.if_none_match = had && strcmp(etag, "-") != 0 ? etag : NULL;
	if (api_call(c, &q, &a, NULL) == 0) {
		if (a.status == 200 || (!had && a.status != 401))
			keep(c, path, &a);
		else if (a.status != 401) /* the same still, or a server that cannot say now */
			utimensat(AT_FDCWD, path, NULL, 0);
	}
	api_answer_finish(&a);
}

void
names_forget(struct cli *c)
{
	const char *path = kept_in(c);

	c->talked = false;
	if (path != NULL)
		unlink(path);
}

/* __names PREFIX [TYPE]: for shells and scripts, from the file alone. */
int
cmd_names(struct cli *c)
{
	const char *prefix = c->argc > 0 ? c->argv[0] : "", *type = c->argc > 1 ? c->argv[1] : NULL;
	struct name_row *rows;
	size_t n = names_load(c, &rows);

	for (size_t i = 0; i < n; i++)
		if (strncmp(rows[i].name, prefix, strlen(prefix)) == 0 && (type == NULL || strcmp(rows[i].type, type) == 0))
			printf("%s\n", rows[i].name);
	return EXIT_OK;
}
