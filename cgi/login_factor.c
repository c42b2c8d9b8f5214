/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The second factor of the account page: set up with the password, held by a
 * first code, renewed and removed with both. The answers to the POSTs are
 * pages, not redirects: what is secret in them waits nowhere to be fetched.
 */
#include <string.h>

#include "auth/step.h"
#include "login.h"

static int
show_factor(struct web_call *c, const char *error, struct err *e)
{
	struct login *l = c->shared;
	struct auth_factor f;
	char at[TIMES_TEXT];
	json_t *m;

	if (auth_desk_factor(l->desk, c->person->name, &f, e) != 0)
		return -1;
	m = json_object();
	jsn_set_text(m, "title", "Second factor");
	jsn_set_text(m, "error", error);
	jsn_set(m, "on", json_boolean(f.on));
	if (f.on) {
		jsn_set_text(m, "since", times_room(f.made_at, at));
		jsn_set(m, "left", json_integer(f.recovery_left));
	}
	return web_page(c, NULL, m, e);
}

int
login_factor_show(struct web_call *c, struct err *e)
{
	return show_factor(c, NULL, e);
}

/* An outcome that is not AUTH_OK: the page again, with the sentence. */
static int
say(struct web_call *c, enum auth_outcome outcome, int (*page)(struct web_call *, const char *, struct err *), struct err *e)
{
	static const int status[] = {[AUTH_WRONG] = 403, [AUTH_LATER] = 429, [AUTH_DOWN] = 503};

	if (outcome == AUTH_WRONG || outcome == AUTH_LATER || outcome == AUTH_DOWN)
		web_status(c, status[outcome]);
	return e->kind == ERR_INTERNAL ? -1 : page(c, arena_strdup(c->arena, e->text), e);
}

/* ---- what is shown once ---------------------------------------------------------------------- */

static int
add_picture(const char *uri, json_t *m, struct err *e)
{
	struct buf path = BUF(LIMIT_QR);
	int64_t size = 0;
	int rc = auth_qr_path(uri, &path, &size, e);

	jsn_set_str(m, "path", buf_view(&path));
	jsn_set(m, "size", json_integer(size));
	buf_wipe(&path);
	return rc;
}

/* "otpauth://totp/SITE:NAME?secret=...&issuer=SITE": what apps for codes read. Wiped by the caller. */
static void
make_uri(struct web_call *c, const char *seed, struct buf *out)
{
	buf_puts(out, "otpauth://totp/");
	buf_url(out, str_of(c->conf->site));
	buf_char(out, ':');
	buf_url(out, str_of(c->person->name));
	buf_puts(out, "?secret=");
	for (const char *p = seed; *p != '\0'; p++)
		buf_char(out, (char)(*p >= 'a' && *p <= 'z' ? *p - 'a' + 'A' : *p));
	buf_puts(out, "&issuer=");
	buf_url(out, str_of(c->conf->site));
}

/* "ABCD EFGH ...": as it is typed into an app by hand. */
static void
add_seed(json_t *m, const char *seed)
{
	struct buf text = BUF(LIMIT_NAME);

	for (size_t i = 0; seed[i] != '\0'; i++)
		buf_printf(&text, "%s%c", i > 0 && i % 4 == 0 ? " " : "",
		    seed[i] >= 'a' && seed[i] <= 'z' ? seed[i] - 'a' + 'A' : seed[i]);
	jsn_set_str(m, "seed", buf_view(&text));
	buf_wipe(&text);
}

/* ---- handlers ------------------------------------------------------------------------------- */

int
login_factor_begin(struct web_call *c, struct err *e)
{
	const struct auth_answer in = {web_str(c, "code"), web_str(c, "password")};
	struct auth_from from = login_from(c, "form");
	struct buf uri = BUF(LIMIT_URL);
	struct login *l = c->shared;
	enum auth_outcome outcome;
	char *seed = NULL;
	json_t *m;
	int rc;

	outcome = auth_desk_factor_begin(l->desk, c->person, &in, &from, c->arena, &seed, e);
	if (outcome != AUTH_OK)
		return say(c, outcome, show_factor, e);
	m = json_object();
	jsn_set_text(m, "title", "Set up the second factor");
	make_uri(c, seed, &uri);
	add_seed(m, seed);
	jsn_set_str(m, "uri", buf_view(&uri));
	rc = add_picture(uri.p, m, e);
	buf_wipe(&uri);
	explicit_bzero(seed, strlen(seed));
	if (rc != 0) {
		json_decref(m);
		return -1;
	}
	return web_page(c, "login/factor_new", m, e);
}

/* After a wrong first code: the seed is not shown again, but what the app has holds until a new one is begun. */
static int
show_first(struct web_call *c, const char *error, struct err *e)
{
	json_t *m = json_object();

	jsn_set_text(m, "title", "Set up the second factor");
	jsn_set_text(m, "error", error);
	return web_page(c, "login/factor_new", m, e);
}

int
login_factor_confirm(struct web_call *c, struct err *e)
{
	struct auth_from from = login_from(c, "form");
	char recovery[AUTH_RECOVERY][AUTH_RECOVERY_TEXT];
	struct login *l = c->shared;
	enum auth_outcome outcome;
	json_t *m, *codes;

	outcome = auth_desk_factor_confirm(l->desk, c->person, web_str(c, "code"), &from, c->arena, recovery, e);
	if (outcome != AUTH_OK)
		return say(c, outcome, show_first, e);
	m = json_object();
	codes = json_array();
	for (size_t i = 0; i < AUTH_RECOVERY; i++)
		jsn_add(codes, json_string(recovery[i]));
	explicit_bzero(recovery, sizeof(recovery));
	jsn_set_text(m, "title", "Recovery codes");
	jsn_set(m, "codes", codes);
	return web_page(c, NULL, m, e);
}

int
login_factor_remove(struct web_call *c, struct err *e)
{
	const struct auth_answer in = {web_str(c, "code"), web_str(c, "password")};
	struct auth_from from = login_from(c, "form");
	struct login *l = c->shared;
	enum auth_outcome outcome = auth_desk_factor_remove(l->desk, c->person, &in, &from, c->arena, e);

	return outcome != AUTH_OK ? say(c, outcome, show_factor, e) : web_redirect(c, "/account/factor", e);
}
