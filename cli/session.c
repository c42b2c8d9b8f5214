/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is logged in, and where: session.json, 0600, in the person's own
 * configuration folder. LARCH_CONFIG names another file; LARCH_SERVER, LARCH_CA
 * and LARCH_KEY_FILE override single values. A key is never sent to a server it
 * was not made by.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"

static const char *
env(const char *name)
{
	const char *v = getenv(name);

	return v != NULL && *v != '\0' ? v : NULL;
}

const char *
session_home(void)
{
	const char *v = env("HOME");
	struct stat st;

	return v != NULL && stat(v, &st) == 0 && S_ISDIR(st.st_mode) ? v : NULL;
}

static char *
session_path(struct arena *a)
{
	const char *v;

	if ((v = env("LARCH_CONFIG")) != NULL)
		return arena_strdup(a, v);
	if ((v = env("XDG_CONFIG_HOME")) != NULL)
		return arena_printf(a, "%s/larch/session.json", v);
	if ((v = session_home()) != NULL)
		return arena_printf(a, "%s/.config/larch/session.json", v);
	return NULL;
}

const char *
session_url(struct cli *c, const char *text, struct err *e)
{
	size_t n = strlen(text);

	while (n > 0 && text[n - 1] == '/')
		n--;
	if (strncmp(text, "https://", 8) != 0 || n <= 8 || strchr(text + 8, '@') != NULL ||
	    memchr(text + 8, '/', n - 8) != NULL || strpbrk(text, " ?#\t\r\n") != NULL) {
		err_set(e, ERR_INPUT, "\"%s\" is no server address; it must be https://NAME or https://NAME:PORT", text);
		return NULL;
	}
	return arena_strndup(c->arena, text, n);
}

/* Nobody else may read or write the file; somebody who could would have the key. */
static int
check_mode(const char *path, struct err *e)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return err_set(e, errno == ENOENT ? ERR_NOT_FOUND : ERR_INPUT, "%s: %s", path, strerror(errno));
	if ((st.st_mode & 077) != 0)
		return err_set(e, ERR_INPUT, "%s: holds a key, but its mode %04o lets others at it; use 'chmod 600'", path,
		    (unsigned)(st.st_mode & 07777));
	if (st.st_uid != geteuid() && geteuid() != 0)
		return err_set(e, ERR_INPUT, "%s: belongs to somebody else", path);
	return 0;
}

static char *
copy_or_null(struct arena *a, const char *s)
{
	return s != NULL ? arena_strdup(a, s) : NULL;
}

static int
read_stored(struct cli *c, struct err *e)
{
	struct session *s = &c->session;
	struct err mode = {0};
	const char *key;
	json_t *o;
	int rc = -1;

	if (s->path == NULL)
		return 0;
	if (check_mode(s->path, &mode) != 0) {
		if (mode.kind == ERR_NOT_FOUND)
			return 0;
		return err_set(e, mode.kind, "%s", mode.text);
	}
	if ((o = jsn_load(s->path, LIMIT_CONFIG_FILE, e)) == NULL)
		return -1;
	s->server = copy_or_null(c->arena, jsn_text_or(o, "server", NULL));
	s->ca = copy_or_null(c->arena, jsn_text_or(o, "ca", NULL));
	s->user = copy_or_null(c->arena, jsn_text_or(o, "user", NULL));
	s->id = copy_or_null(c->arena, jsn_text_or(o, "id", NULL));
	s->expires = copy_or_null(c->arena, jsn_text_or(o, "expires", NULL));
	key = jsn_text_or(o, "key", NULL);
	if (s->server == NULL || key == NULL || strncmp(key, "larch_", 6) != 0) {
		err_set(e, ERR_INPUT, "%s: is no session of larch; remove it and log in again", s->path);
		goto out;
	}
	buf_puts(&s->key, key);
	s->stored = true;
	rc = 0;
out:
	json_decref(o);
	return rc;
}

static int
read_key_file(struct cli *c, const char *path, struct err *e)
{
	struct session *s = &c->session;

	buf_wipe(&s->key);
	s->key = BUF(LIMIT_SECRET_FILE);
	s->stored = false;
	s->id = s->expires = s->user = NULL;
	if (check_mode(path, e) != 0 || file_read_secret(path, &s->key, e) != 0)
		return -1;
	if (!str_starts(buf_view(&s->key), "larch_"))
		return err_set(e, ERR_INPUT, "%s: holds no key of larch (they begin with larch_)", path);
	return 0;
}

int
session_load(struct cli *c, struct err *e)
{
	struct session *s = &c->session;
	const char *server = c->opt.server != NULL ? c->opt.server : env("LARCH_SERVER");
	const char *ca = c->opt.ca != NULL ? c->opt.ca : env("LARCH_CA");

	s->key = BUF(LIMIT_SECRET_FILE);
	s->path = session_path(c->arena);
	if (read_stored(c, e) != 0)
		return -1;
	if (server != NULL && (server = session_url(c, server, e)) == NULL)
		return -1;
	if (server != NULL && (s->server == NULL || strcmp(server, s->server) != 0)) {
		s->server = arena_strdup(c->arena, server);
		s->ca = s->id = s->expires = s->user = NULL;
		buf_wipe(&s->key); /* made by another server */
		s->key = BUF(LIMIT_SECRET_FILE);
		s->stored = false;
	}
	if (ca != NULL)
		s->ca = arena_strdup(c->arena, ca);
	if (env("LARCH_KEY_FILE") != NULL)
		return read_key_file(c, env("LARCH_KEY_FILE"), e);
	return 0;
}

int
session_place(const struct cli *c, struct err *e)
{
	return c->session.path != NULL ? 0 : err_set(e, ERR_INPUT, "no place to keep the key: HOME names no folder that is there,"
	    " and XDG_CONFIG_HOME and LARCH_CONFIG are not set");
}

int
session_make_folder(const struct cli *c, const char *path, struct err *e)
{
	char *folder = arena_strdup(c->arena, path), *p = folder;

	while ((p = strchr(p + 1, '/')) != NULL) {
		*p = '\0';
		if (mkdir(folder, 0700) != 0 && errno != EEXIST)
			return err_set(e, ERR_INPUT, "%s: cannot make the folder: %s", folder, strerror(errno));
		*p = '/';
	}
	return 0;
}

int
session_store(const struct cli *c, struct err *e)
{
	const struct session *s = &c->session;
	json_t *o = json_object();
	struct buf text = BUF(LIMIT_CONFIG_FILE);
	int rc = -1;

	if (session_place(c, e) != 0)
		goto out;
	jsn_set_text(o, "server", s->server);
	jsn_set_text(o, "ca", s->ca);
	jsn_set_text(o, "user", s->user);
	jsn_set_text(o, "id", s->id);
	jsn_set_text(o, "expires", s->expires);
	jsn_set_str(o, "key", buf_view(&s->key));
	jsn_pretty(o, &text);
	if (session_make_folder(c, s->path, e) == 0)
		rc = file_publish(s->path, buf_view(&text), 0600, e);
out:
	buf_wipe(&text);
	json_decref(o);
	return rc;
}

int
session_forget(const struct cli *c, struct err *e)
{
	if (c->session.path != NULL && unlink(c->session.path) != 0 && errno != ENOENT)
		return err_set(e, ERR_INPUT, "%s: cannot remove it: %s", c->session.path, strerror(errno));
	return 0;
}

void
session_finish(struct session *s)
{
	buf_wipe(&s->key);
}
