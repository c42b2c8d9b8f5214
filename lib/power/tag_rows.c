/* SPDX-License-Identifier: Apache-2.0 */
/* Tags in power.db: hanging, extending, lifting, and what became of each. */
#include <string.h>

#include "request_private.h"
#include "tag_private.h"

#define COLUMNS \
	"id,who,thing,number,outlet,type,reason,contact,made,until,asked_at,asked_by,lifted_at,lifted_by"

/* Tags, and what became of each, a row a time. A tag that is lifted stays as it was. */
const char power_tag_schema[] =
    "CREATE TABLE tag (id INTEGER PRIMARY KEY AUTOINCREMENT, who TEXT NOT NULL, thing TEXT NOT NULL,"
    " number INTEGER NOT NULL, outlet TEXT NOT NULL, type TEXT NOT NULL, reason TEXT NOT NULL, contact TEXT NOT NULL,"
    " made INTEGER NOT NULL, until INTEGER NOT NULL, asked_at INTEGER NOT NULL DEFAULT 0,"
    " asked_by TEXT NOT NULL DEFAULT '', lifted_at INTEGER NOT NULL DEFAULT 0, lifted_by TEXT NOT NULL DEFAULT '') STRICT;"
    "CREATE INDEX tag_thing ON tag(thing) WHERE lifted_at=0;"
    "CREATE INDEX tag_number ON tag(number) WHERE lifted_at=0;"
    "CREATE INDEX tag_who ON tag(who) WHERE lifted_at=0;"
    "CREATE TRIGGER tag_kept BEFORE DELETE ON tag BEGIN SELECT RAISE(ABORT,'a tag is lifted, never removed'); END;"
    "CREATE TABLE tag_turn (id INTEGER PRIMARY KEY CHECK(id=1), n INTEGER NOT NULL) STRICT;"
    "INSERT INTO tag_turn VALUES(1,0);"
    "CREATE TRIGGER tag_new AFTER INSERT ON tag BEGIN UPDATE tag_turn SET n=n+1; END;"
    "CREATE TRIGGER tag_other AFTER UPDATE ON tag BEGIN UPDATE tag_turn SET n=n+1; END;"
    "CREATE TABLE tag_event (id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL,"
    " tag INTEGER NOT NULL REFERENCES tag(id), who TEXT NOT NULL, address TEXT NOT NULL, what TEXT NOT NULL,"
    " text TEXT NOT NULL) STRICT;";

/* A row that is no good holds back all the same: what cannot be read is left out, and the reason says so. */
static struct power_tag
take_tag(struct store_query *q, struct arena *a)
{
	const char *bad = NULL;
	struct power_tag t = {
	    .id = store_int(q, 0),
	    .who = power_text_of(q, 1, LIMIT_NAME, "who", a, &bad),
	    .thing = power_text_of(q, 2, LIMIT_NAME, "thing", a, &bad),
	    .number = store_int(q, 3),
	    .outlet = power_text_of(q, 4, LIMIT_NAME, "outlet", a, &bad),
	    .type = power_text_of(q, 5, LIMIT_NAME, "type", a, &bad),
	    .reason = power_text_of(q, 6, LIMIT_REASON, "reason", a, &bad),
	    .contact = power_text_of(q, 7, LIMIT_NAME, "contact", a, &bad),
	    .made = store_int(q, 8),
	    .until = store_int(q, 9),
	    .asked_at = store_int(q, 10),
	    .asked_by = power_text_of(q, 11, LIMIT_NAME, "asked_by", a, &bad),
	    .lifted_at = store_int(q, 12),
	    .lifted_by = power_text_of(q, 13, 2 * LIMIT_NAME + 5, "lifted_by", a, &bad),
	};

	if (bad != NULL)
		t.reason = bad;
	return t;
}

/* ---- what is refused ------------------------------------------------------------------------ */

static int
check_permit(const struct permit *permit, const char *thing, struct err *e)
{
	if (!permit_covers(permit, "tag", thing, times_now()))
		return err_set(e, ERR_DENIED, "the permit does not cover 'tag' on %s", thing);
	return 0;
}

static int
check_until(int64_t until, int64_t now, struct err *e)
{
	if (until <= now)
		return err_set(e, ERR_INPUT, "the end of a tag is to come, and this one has passed");
	if (until > now + POWER_TAG_MS)
		return err_set(e, ERR_INPUT, "a tag lasts for 90 days at most; it can be extended");
	return 0;
}

static int
check_words(const struct power_tag_wish *w, struct err *e)
{
	struct str reason = str_of(w->reason), contact = str_of(w->contact);

	if (str_trim(reason).n == 0)
		return err_set(e, ERR_INPUT, "a tag says why it hangs: give a reason");
	if (reason.n > LIMIT_REASON || contact.n > LIMIT_NAME)
		return err_set(e, ERR_INPUT, "the %s is longer than %d bytes", reason.n > LIMIT_REASON ? "reason" : "contact",
		    reason.n > LIMIT_REASON ? LIMIT_REASON : LIMIT_NAME);
	if (!str_is_text(reason) || !str_is_text(contact))
		return err_set(e, ERR_INPUT, "the %s is no plain text", str_is_text(reason) ? "contact" : "reason");
	return 0;
}

static int
check_room(struct power_requests *r, const char *who, struct err *e)
{
	struct store_query *q = store_ask(r->s, e,
	    "SELECT (SELECT count(*) FROM tag WHERE lifted_at=0),(SELECT count(*) FROM tag WHERE lifted_at=0 AND who=?)", "s", who);
	int rc = store_next(q, e) == 1 ? 0 : -1;
	int64_t all = rc == 0 ? store_int(q, 0) : 0, own = rc == 0 ? store_int(q, 1) : 0;

	store_done(q);
	if (rc == 0 && all >= LIMIT_TAGS)
		return err_set(e, ERR_LIMIT, "%lld tags hang already, the most there can be: lift those that are over", (long long)all);
	if (rc == 0 && own >= LIMIT_TAGS_OF_ONE)
		return err_set(e, ERR_LIMIT, "%lld tags of %s hang already, the most one person can have", (long long)own, who);
	return rc;
}

/* ---- hanging and lifting ---------------------------------------------------------------------- */

static int
note(struct power_requests *r, const struct power_tag_event *x, struct err *e)
{
	return store_run(r->s, e, "INSERT INTO tag_event(at,tag,who,address,what,text) VALUES(?,?,?,?,?,?)", "iissss", times_now(),
	    x->tag, x->who, x->address, x->what, x->text);
}

/* Both or neither: 0 commits, anything else takes back. */
static int
end(struct power_requests *r, int rc, struct err *e)
{
	if (rc == 0)
		return store_commit(r->s, e);
	store_rollback(r->s);
	return -1;
}

static int
insert(struct power_requests *r, const char *who, const struct power_tag_wish *w, struct arena *a, int64_t *id, struct err *e)
{
	struct power_tag_event x = {.who = who, .address = w->address, .what = "put"};
	char when[TIMES_TEXT];

	if (check_room(r, who, e) != 0 ||
	    store_run(r->s, e,
	        "INSERT INTO tag(who,thing,number,outlet,type,reason,contact,made,until) VALUES(?,?,?,?,?,?,?,?,?)", "ssissssii", who,
	        w->thing, w->number, w->outlet, w->type, w->reason, w->contact, times_now(), w->until) != 0)
		return -1;
	x.tag = *id = store_last_id(r->s);
	x.text = arena_printf(a, "tagged until %s: %s%s%s%s", times_room(w->until, when), w->reason, w->contact[0] == '\0' ? "" : " (",
	    w->contact, w->contact[0] == '\0' ? "" : ")");
	return note(r, &x, e);
}

int
power_tag_put(struct power_requests *r, const struct permit *permit, const struct power_tag_wish *w, int64_t *id_out,
    struct err *e)
{
	struct arena *a;
	int rc;

	if (check_permit(permit, w->thing, e) != 0 || check_words(w, e) != 0 || check_until(w->until, times_now(), e) != 0 ||
	    store_begin(r->s, e) != 0)
		return -1;
	a = arena_create();
	rc = end(r, insert(r, permit_who(permit), w, a, id_out, e), e);
	arena_destroy(a);
	return rc;
}

/* The tag as it hangs; one that is lifted is no more. */
static int
get_hanging(struct power_requests *r, int64_t id, struct arena *a, struct power_tag *t, struct err *e)
{
	if (power_tag_get(r, id, a, t, e) != 0)
		return -1;
	if (t->lifted_at != 0)
		return err_set(e, ERR_CONFLICT, "tag %lld was lifted already, by %s", (long long)id, t->lifted_by);
	return 0;
}

static int
extend(struct power_requests *r, const char *who, const struct power_tag_act *x, struct arena *a, struct err *e)
{
	struct power_tag_event event = {.tag = x->id, .who = who, .address = x->address, .what = "extend"};
	char when[TIMES_TEXT];
	struct power_tag t;

	if (get_hanging(r, x->id, a, &t, e) != 0)
		return -1;
	if (strcmp(t.who, who) != 0)
		return err_set(e, ERR_DENIED, "tag %lld is %s's, who alone can give it another end; hang one of your own", (long long)x->id,
		    t.who);
	event.text = arena_printf(a, "until %s from now on", times_room(x->until, when));
	return store_run(r->s, e, "UPDATE tag SET until=?,asked_at=0,asked_by='' WHERE id=?", "ii", x->until, x->id) != 0
	    ? -1 : note(r, &event, e);
}

int
power_tag_extend(struct power_requests *r, const struct permit *permit, const struct power_tag_act *x, struct err *e)
{
	struct arena *a;
	int rc;

	if (check_permit(permit, x->name, e) != 0 || check_until(x->until, times_now(), e) != 0 || store_begin(r->s, e) != 0)
		return -1;
	a = arena_create();
	rc = end(r, extend(r, permit_who(permit), x, a, e), e);
	arena_destroy(a);
	return rc;
}

/* The first of two: it is kept who asked, and when. */
static int
ask(struct power_requests *r, const struct power_tag *t, struct power_tag_event *event, struct err *e)
{
	event->what = "ask";
	event->text = "asked to lift it: a second person is needed, within a quarter of an hour";
	return store_run(r->s, e, "UPDATE tag SET asked_at=?,asked_by=? WHERE id=?", "isi", times_now(), event->who, t->id) != 0
	    ? -1 : note(r, event, e);
}

static int
lift(struct power_requests *r, const char *who, const struct power_tag_act *x, struct arena *a, bool *lifted, struct err *e)
{
	struct power_tag_event event = {.tag = x->id, .who = who, .address = x->address, .what = "lift"};
	int64_t now = times_now(), ago;
	struct power_tag t;

	if (get_hanging(r, x->id, a, &t, e) != 0)
		return -1;
	ago = now - t.asked_at;
	*lifted = strcmp(t.who, who) == 0;
	event.text = "lifted by its owner";
	if (!*lifted && t.asked_at != 0 && ago >= 0 && ago <= POWER_TAG_TOGETHER_MS) {
		if (strcmp(t.asked_by, who) == 0)
			return err_set(e, ERR_REFUSED, "you have asked to lift it already: somebody else lifts it with you, or %s alone", t.who);
		*lifted = true;
		event.text = arena_printf(a, "lifted by two others than %s: %s asked first", t.who, t.asked_by);
		who = arena_printf(a, "%s and %s", t.asked_by, who);
	}
	if (!*lifted)
		return ask(r, &t, &event, e);
	return store_run(r->s, e, "UPDATE tag SET lifted_at=?,lifted_by=? WHERE id=?", "isi", now, who, x->id) != 0
	    ? -1 : note(r, &event, e);
}

int
power_tag_lift(struct power_requests *r, const struct permit *permit, const struct power_tag_act *x, bool *lifted_out,
    struct err *e)
{
	struct arena *a;
	int rc;

	if (check_permit(permit, x->name, e) != 0 || store_begin(r->s, e) != 0)
		return -1;
	a = arena_create();
	rc = end(r, lift(r, permit_who(permit), x, a, lifted_out, e), e);
	arena_destroy(a);
	return rc;
}

/* ---- reading -------------------------------------------------------------------------------------- */

int
power_tag_get(struct power_requests *r, int64_t id, struct arena *a, struct power_tag *out, struct err *e)
{
	struct store_query *q = store_ask(r->s, e, "SELECT " COLUMNS " FROM tag WHERE id=?", "i", id);
	int more = store_next(q, e);

	if (more == 1)
		*out = take_tag(q, a);
	store_done(q);
	if (more == 1)
		return 0;
	return more < 0 ? -1 : err_set(e, ERR_NOT_FOUND, "there is no tag %lld", (long long)id);
}

static int
take_tags(struct store_query *q, struct arena *a, struct power_tag **out, size_t *n_out, struct err *e)
{
	size_t cap = 0;
	int more;

	*out = NULL;
	*n_out = 0;
	while ((more = store_next(q, e)) == 1) {
		*out = power_plan_grown(a, *out, *n_out, &cap, sizeof(**out));
		(*out)[(*n_out)++] = take_tag(q, a);
	}
	store_done(q);
	return more < 0 ? -1 : 0;
}

int
power_tags(struct power_requests *r, struct arena *a, struct power_tag **out, size_t *n_out, struct err *e)
{
	return take_tags(store_ask(r->s, e, "SELECT " COLUMNS " FROM tag WHERE lifted_at=0 ORDER BY id LIMIT ?", "i",
	                     (int64_t)LIMIT_TAGS), a, out, n_out, e);
}

int64_t
power_tags_turn(struct power_requests *r)
{
	struct err e;
	struct store_query *q = store_ask(r->s, &e, "SELECT n FROM tag_turn", "");
	int64_t n = store_next(q, &e) == 1 ? store_int(q, 0) : -1;

	store_done(q);
	return n;
}

int
power_tags_any(struct power_requests *r, bool *any, struct err *e)
{
	struct store_query *q = store_ask(r->s, e, "SELECT EXISTS(SELECT 1 FROM tag WHERE lifted_at=0)", "");
	int more = store_next(q, e);

	*any = more == 1 && store_int(q, 0) != 0;
	store_done(q);
	return more == 1 ? 0 : -1;
}

int
power_tags_of(struct power_requests *r, const char *thing, int64_t number, struct arena *a, struct power_tag **out, size_t *n_out,
    struct err *e)
{
	return take_tags(store_ask(r->s, e,
	                     "SELECT " COLUMNS " FROM tag WHERE lifted_at=0 AND thing=?1"
	                     " UNION SELECT " COLUMNS " FROM tag WHERE lifted_at=0 AND number=?2 AND ?2>0 ORDER BY id LIMIT ?3",
	                     "sii", thing, number, (int64_t)LIMIT_TAGS), a, out, n_out, e);
}

int
power_tag_events(struct power_requests *r, int64_t after, struct arena *a, struct power_tag_event **out, size_t *n_out,
    struct err *e)
{
	struct power_tag_event *rows = arena_array(a, LIMIT_ORDERS, sizeof(*rows));
	struct store_query *q = store_ask(r->s, e,
	    "SELECT x.id,x.at,x.tag,x.who,x.address,x.what,x.text,t.thing,t.outlet FROM tag_event x JOIN tag t ON t.id=x.tag"
	    " WHERE x.id>? ORDER BY x.id LIMIT ?", "ii", after, (int64_t)LIMIT_ORDERS);
	const char *bad = NULL;
	size_t n = 0;
	int more;

	while ((more = store_next(q, e)) == 1 && n < LIMIT_ORDERS)
		rows[n++] = (struct power_tag_event){
		    .id = store_int(q, 0),
		    .at = store_int(q, 1),
		    .tag = store_int(q, 2),
		    .who = power_text_of(q, 3, LIMIT_NAME, "who", a, &bad),
		    .address = power_text_of(q, 4, LIMIT_NAME, "address", a, &bad),
		    .what = power_text_of(q, 5, LIMIT_NAME, "what", a, &bad),
		    .text = power_text_of(q, 6, 2 * LIMIT_REASON, "text", a, &bad),
		    .thing = power_text_of(q, 7, LIMIT_NAME, "thing", a, &bad),
		    .outlet = power_text_of(q, 8, LIMIT_NAME, "outlet", a, &bad),
		};
	store_done(q);
	*out = rows;
	*n_out = n;
	return more < 0 ? -1 : 0;
}

int64_t
power_tag_events_last(struct power_requests *r)
{
	struct err e;
	struct store_query *q = store_ask(r->s, &e, "SELECT coalesce(max(id),0) FROM tag_event", "");
	int64_t last = store_next(q, &e) == 1 ? store_int(q, 0) : -1;

	store_done(q);
	return last;
}
