/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "desk.h"

#define TITLE_MAX 80
#define AGENT_MAX 200
#define DOWN_MS 30000 /* a directory that failed so lately is taken to be down */

/* ---- opening ------------------------------------------------------------------------ */

int
auth_desk_open(const struct auth_desk_conf *conf, struct auth_desk **out, struct err *e)
{
	struct auth_desk *d = calloc(1, sizeof(*d));
	pthread_condattr_t attr;

	if (d == NULL)
		log_die("out of memory opening %s", conf->auth_db);
	d->conf = *conf;
	d->down_at = times_boot() - DOWN_MS;
	pthread_mutex_init(&d->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&d->wake, &attr);
	pthread_cond_init(&d->local_free, NULL);
	pthread_condattr_destroy(&attr);
	if (auth_rows_open_desk(conf->auth_db, &d->desk, e) != 0 ||
	    auth_rows_open_sessions(conf->sessions_db, &d->sessions, e) != 0 ||
	    auth_throttle_open(d, e) != 0) {
		auth_desk_close(d);
		return -1;
	}
	*out = d;
	return 0;
}

void
auth_desk_close(struct auth_desk *d)
{
	if (d == NULL)
		return;
	if (d->running) {
		pthread_mutex_lock(&d->lock);
		d->stop = true;
		pthread_cond_signal(&d->wake);
		pthread_mutex_unlock(&d->lock);
		pthread_join(d->thread, NULL);
	}
	store_close(d->sessions);
	store_close(d->desk);
	pthread_cond_destroy(&d->wake);
	pthread_cond_destroy(&d->local_free);
	pthread_mutex_destroy(&d->lock);
	free(d);
}

int
auth_desk_write(struct auth_desk *d, const char *who, const char *address, const char *what,
    const char *why, struct err *e)
{
	struct auth_now now;
	struct auth_event v = {.who = who, .address = address, .what = what, .why = why};

	auth_now(&now);
	v.at = now.wall;
	return auth_event_add(d->desk, &v, e);
}

/* What a key has made ends with it: whoever takes back a key that was lost takes back all that came of it. */
static int
end_made(struct auth_desk *d, const char *id, const char *address, struct err *e)
{
	struct arena *a = arena_create();
	struct auth_passes made;
	int rc = auth_pass_list_made(d->sessions, id, a, &made, e);

	for (size_t i = 0; rc == 0 && i < made.n; i++)
		rc = auth_desk_end(d, &made.row[i], arena_printf(a, "ended with %s, which made it", id), address, e);
	arena_destroy(a);
	return rc;
}

int
auth_desk_end(struct auth_desk *d, const struct auth_pass *p, const char *why, const char *address,
    struct err *e)
{
	static const char *const what[] = {
	    [AUTH_PASS_SESSION] = "session-ended",
	    [AUTH_PASS_KEY] = "key-ended",
	    [AUTH_PASS_TOKEN] = "key-ended",
	};
	struct auth_now now;
	char text[256];

	auth_now(&now);
	snprintf(text, sizeof(text), "%s: %s%s%s%s", p->id, why, p->title[0] != '\0' ? " (" : "", p->title,
	    p->title[0] != '\0' ? ")" : "");
	/* the end first: a session that outlives its log row is worse than a row that is missing */
	if (auth_pass_end(d->sessions, p->id, now.wall, why, e) != 0)
		return -1;
	if (auth_desk_write(d, p->who, address, what[p->kind], text, e) != 0)
		return -1;
	return p->kind == AUTH_PASS_SESSION ? 0 : end_made(d, p->id, address, e);
}

/* ---- passwords -------------------------------------------------------------------------- */

/* Address and "how" of an attempt, as the log keeps them. */
static const char *
shown_address(const struct auth_from *from, struct arena *a)
{
	return auth_clean(from->address, 64, a);
}

/* The reason names files, so it is for our own log. */
static enum auth_outcome
unwritten(struct err *e)
{
	log_error("the authentication log cannot be written: %s", e->text);
	err_set(e, ERR_UNAVAILABLE, "The authentication log cannot be written, so nobody gets in.");
	return AUTH_DOWN;
}

/* While the directory does not answer, checks wait for seconds: they may not take every thread. */
static bool
crowded(const struct auth_desk *d)
{
	return d->conf.checks_when_down > 0 && d->checking >= d->conf.checks_when_down &&
	    times_boot() - d->down_at < DOWN_MS;
}

/* Throttle, under the lock; a refusal has its row. AUTH_OK: go on and ask LDAP. */
static enum auth_outcome
before(struct auth_desk *d, const char *account, const struct auth_from *from, struct arena *a,
    struct auth_grant *grant, struct err *e)
{
	char key[64];
	struct err werr;
	int rc;

	auth_address_key(from->address, key);
	pthread_mutex_lock(&d->lock);
	if (!auth_local_is(d, account) && crowded(d)) {
		pthread_mutex_unlock(&d->lock);
		err_set(e, ERR_UNAVAILABLE, "The directory does not answer, and others are waiting for it too; try again in a minute.");
		return AUTH_DOWN;
	}
	rc = auth_throttle_take(d, account, key, grant, e);
	if (rc == 0 && auth_desk_write(d, account, shown_address(from, a), "throttled", grant->why, &werr) != 0)
		log_error("%s", werr.text);
	d->checking += rc == 1 && !auth_local_is(d, account);
	pthread_mutex_unlock(&d->lock);
	if (rc < 0)
		return unwritten(e);
	return rc == 1 ? AUTH_OK : AUTH_LATER;
}

/* What the local account did, in the words of the front page, of how its password came. */
static const char *
used(const char *how)
{
	static const char *const rows[][2] = {{"form", "logged in"}, {"api", "logged in by the API"}, {"the password again", "gave its password again"}};

	for (size_t i = 0; how != NULL && i < LARCH_COUNT(rows); i++)
		if (strcmp(rows[i][0], how) == 0)
			return rows[i][1];
	return "gave its password";
}

/* The use of the local account, where everybody sees it. Under the lock. */
static int
shout(struct auth_desk *d, const char *who, const char *address, const char *what, struct err *e)
{
	const struct auth_local *l = &d->conf.local;

	log_error("BREAK-GLASS: the account %s %s from %s", who, what, address);
	return l->shout == NULL ? 0 : l->shout(l->ctx, who, address, what, e);
}

/* What came of it: counted, and written before anybody is told. */
static int
after(struct auth_desk *d, const char *account, const struct auth_from *from, struct arena *a, int64_t id,
    enum auth_outcome outcome, const struct auth_found *found, struct err *e)
{
	static const char *const what[] = {
	    [AUTH_OK] = "login",
	    [AUTH_WRONG] = "refused",
	    [AUTH_DOWN] = "directory-down",
	};
	const char *why = outcome == AUTH_OK ? from->how : auth_clean(str_of(found->why), 400, a);
	bool local = auth_local_is(d, account);
	char key[64];
	int rc;

	auth_address_key(from->address, key);
	pthread_mutex_lock(&d->lock);
	d->checking -= !local;
	if (outcome == AUTH_DOWN && !local)
		d->down_at = times_boot();
	rc = auth_throttle_settle(d, id, outcome, account, key, e);
	if (auth_desk_write(d, account, shown_address(from, a), local && outcome == AUTH_OK ? "break-glass" : what[outcome],
	        why == NULL ? "" : why, e) != 0)
		rc = -1;
	if (rc == 0 && local && outcome == AUTH_OK)
		rc = shout(d, account, shown_address(from, a), used(from->how), e);
	pthread_mutex_unlock(&d->lock);
	return rc;
}

/* Something that no password could be: not asked, but written. */
static enum auth_outcome
not_asked(struct auth_desk *d, const char *account, const struct auth_from *from, struct arena *a,
    const char *why)
{
	struct err werr;

	pthread_mutex_lock(&d->lock);
	if (auth_desk_write(d, account, shown_address(from, a), "refused", why, &werr) != 0)
		log_error("%s", werr.text);
	pthread_mutex_unlock(&d->lock);
	return AUTH_WRONG;
}

enum auth_outcome
auth_desk_verify(struct auth_desk *d, struct str name, struct str password, const struct auth_from *from,
    struct arena *a, struct auth_found *out, struct err *e)
{
	char account[LIMIT_NAME];
	enum auth_outcome outcome;
	struct err werr = {0};
	struct auth_grant grant = {0};

	*out = (struct auth_found){.why = ""};
	if (auth_login_name(name, account, e) != 0)
		return not_asked(d, "", from, a, "not a login name");
	if (password.n == 0) {
		err_set(e, ERR_INPUT, "The password is empty.");
		return not_asked(d, account, from, a, "the password is empty");
	}
	outcome = before(d, account, from, a, &grant, e);
	out->retry_ms = grant.wait_ms;
	if (outcome != AUTH_OK)
		return outcome;
	outcome = auth_local_is(d, account) ? auth_local_check(d, password, a, out, e)
	                                    : auth_check(d->conf.checker, str_of(account), password, a, out, e);
	if (after(d, account, from, a, grant.id, outcome, out, &werr) != 0) {
		*e = werr;
		return unwritten(e);
	}
	if (outcome == AUTH_DOWN)
		log_warn("%s: %s", auth_local_is(d, account) ? "break-glass" : "the directory", out->why);
	return outcome;
}

int
auth_desk_shout(struct auth_desk *d, const struct auth_person *who, const char *what, const char *why,
    const struct auth_from *from, struct err *e)
{
	struct arena *a = arena_create();
	int rc;

	pthread_mutex_lock(&d->lock);
	rc = auth_desk_write(d, who->name, shown_address(from, a), "break-glass", why, e);
	if (rc == 0)
		rc = shout(d, who->name, shown_address(from, a), what, e);
	pthread_mutex_unlock(&d->lock);
	arena_destroy(a);
	return rc;
}

int64_t
auth_desk_longest(const struct auth_desk *d, struct str name)
{
	char account[LIMIT_NAME];

	if (auth_login_name(name, account, NULL) == 0 && auth_local_is(d, account) && d->conf.session_ms > AUTH_LOCAL_MS)
		return AUTH_LOCAL_MS;
	return d->conf.session_ms;
}

/* ---- making passes ------------------------------------------------------------------------ */

/* At most `most` live passes of this kind of one person: the oldest gives way, or (keys) the new one is refused. */
static int
make_room(struct auth_desk *d, const char *who, enum auth_pass_kind kind, size_t most, struct arena *a,
    struct err *e)
{
	struct auth_passes list;
	size_t n = 0;

	if (auth_pass_list(d->sessions, who, kind != AUTH_PASS_SESSION, a, &list, e) != 0)
		return -1;
	for (size_t i = 0; i < list.n; i++) {
		if (list.row[i].kind != kind || ++n < most)
			continue;
		if (kind == AUTH_PASS_KEY)
			return err_set(e, ERR_LIMIT, "You have %zu API keys; end one before you make another.", n);
		if (auth_desk_end(d, &list.row[i], "too many; the oldest gives way", "", e) != 0)
			return -1;
	}
	return 0;
}

static void
stamp(struct auth_pass *p, int64_t lifetime)
{
	static __thread char boot_id[40];
	struct auth_now now;

	auth_now(&now);
	memcpy(boot_id, now.boot_id, sizeof(boot_id));
	p->span = (struct auth_span){now.wall, now.wall + lifetime, now.boot, now.boot + lifetime, boot_id};
}

int
auth_desk_session_make(struct auth_desk *d, struct str name, const struct auth_found *found,
    const struct auth_from *from, char token[AUTH_TOKEN_TEXT], struct err *e)
{
	struct arena *a = arena_create();
	char id[AUTH_ID_TEXT], account[LIMIT_NAME];
	struct auth_pass p = {.id = id, .kind = AUTH_PASS_SESSION, .who = account,
	    .display = found->display, .groups = found->groups, .n_groups = found->n_groups, .title = ""};
	int rc = -1;

	if (auth_login_name(name, account, e) != 0)
		goto out;
	p.address = shown_address(from, a);
	p.agent = auth_clean(from->agent, AGENT_MAX, a);
	stamp(&p, auth_desk_longest(d, name));
	p.groups_at = p.span.made_at;
	auth_id_new(id);
	auth_token_new(token);
	if (auth_token_hash(str_of(token), p.hash) != 0)
		log_die("a token of ours is none");
	pthread_mutex_lock(&d->lock);
	rc = make_room(d, account, AUTH_PASS_SESSION, AUTH_TOKENS_EACH, a, e);
	if (rc == 0)
		rc = auth_pass_add(d->sessions, &p, e);
	pthread_mutex_unlock(&d->lock);
out:
	arena_destroy(a);
	return rc;
}

/* ---- keys ------------------------------------------------------------------------------------ */

static bool
in_list(const char *const *list, size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], word) == 0)
			return true;
	return false;
}

static int
check_wish(const struct auth_desk *d, const struct auth_person *who, const struct auth_key_wish *w, struct err *e)
{
	enum auth_verb verb;
	char longest[TIMES_TEXT];
	struct auth_now now;

	auth_now(&now);
	if (w->lifetime_ms < 60000 || w->lifetime_ms > AUTH_KEY_LONGEST_MS)
		return err_set(e, ERR_INPUT, "A key lives for one minute to %s.",
		    times_age(AUTH_KEY_LONGEST_MS, longest));
	if (d->conf.checker != NULL && !auth_recheck_possible(d->conf.checker) && w->lifetime_ms > d->conf.session_ms)
		return err_set(e, ERR_INPUT,
		    "A key lives no longer than %s here: the directory cannot be asked again whether you are still there.",
		    times_age(d->conf.session_ms, longest));
	if (auth_person_local(who) && (!w->is_token || w->lifetime_ms > AUTH_LOCAL_MS))
		return err_set(e, ERR_DENIED, "The break-glass account has no API keys, only tokens that live for %s.",
		    times_age(AUTH_LOCAL_MS, longest));
	if (w->n_scope == 0)
		return err_set(e, ERR_INPUT, "A key needs a scope: \"read\", or the verbs it may do.");
	for (size_t i = 0; i < w->n_scope; i++) {
		if (strcmp(w->scope[i], "read") != 0 && auth_verb_find(str_of(w->scope[i]), &verb) != 0)
			return err_set(e, ERR_INPUT, "'%.40s' is not \"read\" and not a verb, so it cannot be in a key's scope.",
			    w->scope[i]);
		if (in_list(w->scope, i, w->scope[i]))
			return err_set(e, ERR_INPUT, "'%s' is in the key's scope twice.", w->scope[i]);
		if (who->source == AUTH_KEY && !in_list(who->scope, who->n_scope, w->scope[i]))
			return err_set(e, ERR_DENIED, "A key cannot make a key that may more: '%s' is not in its own scope.",
			    w->scope[i]);
	}
	if (who->source == AUTH_KEY && now.wall + w->lifetime_ms > who->expires_at)
		return err_set(e, ERR_DENIED, "A key cannot make a key that lives longer than itself.");
	return 0;
}

static void
scope_text(const char *const *scope, size_t n, struct buf *out)
{
	if (n == AUTH_VERB_COUNT + 1) { /* no word stands twice in a scope, so this is "read" and every verb */
		buf_puts(out, "everything");
		return;
	}
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "%s%s", i > 0 ? ", " : "", scope[i]);
}

/* Add it and write the row of it: no key without a row. Under the lock. */
static int
add_key(struct auth_desk *d, const struct auth_pass *p, struct arena *a, struct err *e)
{
	struct buf why = BUF(400);
	int rc = make_room(d, p->who, p->kind, p->kind == AUTH_PASS_KEY ? AUTH_KEYS_EACH : AUTH_TOKENS_EACH, a, e);

	buf_printf(&why, "%s (%s): ", p->id, p->kind == AUTH_PASS_TOKEN ? "token" : p->title);
	scope_text(p->scope, p->n_scope, &why);
	if (p->things != NULL)
		buf_printf(&why, " on %s", p->things);
	if (rc == 0)
		rc = auth_desk_write(d, p->who, p->address, "key-made", why.p, e);
	if (rc == 0)
		rc = auth_pass_add(d->sessions, p, e);
	buf_free(&why);
	return rc;
}

int
auth_desk_key_make(struct auth_desk *d, const struct auth_person *who, const struct auth_key_wish *wish,
    const struct auth_from *from, char bearer[AUTH_BEARER_TEXT], struct err *e)
{
	struct arena *a = arena_create();
	char id[AUTH_ID_TEXT], secret[AUTH_TOKEN_TEXT];
	struct auth_pass p = {.id = id, .kind = wish->is_token ? AUTH_PASS_TOKEN : AUTH_PASS_KEY,
	    .who = who->name, .display = who->display, .groups = who->groups, .n_groups = who->n_groups,
	    .scope = wish->scope, .n_scope = wish->n_scope};
	int rc = -1;

	bearer[0] = '\0';
	if (check_wish(d, who, wish, e) != 0 || auth_things_take(who, wish, a, &p.things, e) != 0)
		goto out;
	p.maker = who->source == AUTH_KEY ? who->id : "";
	p.title = auth_clean(wish->title, TITLE_MAX, a);
	p.address = shown_address(from, a);
	p.agent = auth_clean(from->agent, AGENT_MAX, a);
	stamp(&p, wish->lifetime_ms);
	p.groups_at = who->groups_checked_at > 0 ? who->groups_checked_at : p.span.made_at;
	auth_id_new(id);
	auth_token_new(secret);
	if (auth_token_hash(str_of(secret), p.hash) != 0)
		log_die("a secret of ours is none");
	pthread_mutex_lock(&d->lock);
	rc = add_key(d, &p, a, e);
	pthread_mutex_unlock(&d->lock);
	if (rc == 0)
		snprintf(bearer, AUTH_BEARER_TEXT, "larch_%s.%s", id, secret);
	explicit_bzero(secret, sizeof(secret));
out:
	arena_destroy(a);
	return rc;
}

/* ---- ending and listing one's own ---------------------------------------------------------------- */

/* A key ends itself and keys that may no more than it: one that may read cannot stop those that switch. */
static int
check_end(const struct auth_person *who, const struct auth_pass *p, struct arena *a, struct err *e)
{
	for (size_t i = 0; who->source == AUTH_KEY && strcmp(who->id, p->id) != 0 && i < p->n_scope; i++)
		if (!in_list(who->scope, who->n_scope, p->scope[i]))
			return err_set(e, ERR_DENIED, "A key cannot end one that may more: '%s' is not in its own scope.",
			    p->scope[i]);
	if (who->source == AUTH_KEY && strcmp(who->id, p->id) != 0 && !auth_things_within(p->things, who->things, a))
		return err_set(e, ERR_DENIED, "A key cannot end one that reaches more: its own things are %s.", who->things);
	return 0;
}

static int
end_own(struct auth_desk *d, const struct auth_person *who, struct str id, bool key, const char *why,
    const struct auth_from *from, struct err *e)
{
	struct arena *a = arena_create();
	char text[AUTH_ID_TEXT];
	struct auth_pass p;
	int rc;

	snprintf(text, sizeof(text), "%.*s", (int)(id.n < sizeof(text) ? id.n : sizeof(text) - 1),
	    id.n > 0 ? id.p : "");
	pthread_mutex_lock(&d->lock);
	rc = auth_pass_by_id(d->sessions, text, a, &p, e);
	if (rc == 0 || (rc == 1 && (id.n != AUTH_ID_TEXT - 1 || strcmp(p.who, who->name) != 0 ||
	                               (p.kind != AUTH_PASS_SESSION) != key || p.ended_at != 0)))
		rc = err_set(e, ERR_NOT_FOUND, "You have no %s '%s' that is alive.", key ? "API key" : "session", text);
	else if (rc == 1)
		rc = check_end(who, &p, a, e) != 0 ? -1 : auth_desk_end(d, &p, why, shown_address(from, a), e);
	pthread_mutex_unlock(&d->lock);
	arena_destroy(a);
	return rc;
}

int
auth_desk_session_end(struct auth_desk *d, const struct auth_person *who, struct str id, const char *why,
    const struct auth_from *from, struct err *e)
{
	return end_own(d, who, id, false, why, from, e);
}

int
auth_desk_key_end(struct auth_desk *d, const struct auth_person *who, struct str id,
    const struct auth_from *from, struct err *e)
{
	return end_own(d, who, id, true, "ended by its owner", from, e);
}

static void
list_row(const struct auth_pass *p, struct arena *a, struct auth_row *out)
{
	struct buf scope = BUF(1024);

	scope_text(p->scope, p->n_scope, &scope);
	*out = (struct auth_row){.id = p->id, .title = p->title, .address = p->address, .agent = p->agent,
	    .scope = arena_strndup(a, scope.n > 0 ? scope.p : "", scope.n),
	    .things = p->things == NULL ? "" : p->things,
	    .is_key = p->kind != AUTH_PASS_SESSION, .is_token = p->kind == AUTH_PASS_TOKEN, .alive = true,
	    .made_at = p->span.made_at, .expires_at = p->span.ends_at, .groups_checked_at = p->groups_at,
	    .ended_at = p->ended_at, .ended_why = p->ended_why};
	buf_free(&scope);
}

static int
list(struct auth_desk *d, const char *who, bool keys, struct arena *a, struct auth_rows *out, struct err *e)
{
	struct auth_passes found;
	struct auth_now now;
	int rc;

	pthread_mutex_lock(&d->lock);
	rc = auth_pass_list(d->sessions, who, keys, a, &found, e);
	pthread_mutex_unlock(&d->lock);
	if (rc != 0)
		return -1;
	auth_now(&now);
	*out = (struct auth_rows){.row = arena_array(a, found.n + 1, sizeof(struct auth_row))};
	for (size_t i = 0; i < found.n; i++)
		if (!auth_span_over(&found.row[i].span, &now))
			list_row(&found.row[i], a, &out->row[out->n++]);
	return 0;
}

int
auth_desk_sessions(struct auth_desk *d, const char *who, struct arena *a, struct auth_rows *out,
    struct err *e)
{
	return list(d, who, false, a, out, e);
}

int
auth_desk_keys(struct auth_desk *d, const char *who, struct arena *a, struct auth_rows *out, struct err *e)
{
	return list(d, who, true, a, out, e);
}

int
auth_desk_log(struct auth_desk *d, const char *who, int64_t before_id, size_t limit, struct arena *a,
    struct auth_events *out, struct err *e)
{
	int rc;

	pthread_mutex_lock(&d->lock);
	rc = auth_event_list(d->desk, who, before_id, limit > 1000 ? 1000 : limit, a, out, e);
	pthread_mutex_unlock(&d->lock);
	return rc;
}
