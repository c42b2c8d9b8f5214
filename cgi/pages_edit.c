/* SPDX-License-Identifier: Apache-2.0 */
/* Changes of the inventory: one way for the API and for forms. The policy is asked before and after, in the edit. */
#include <string.h>

#include "inv/query.h"
#include "pages.h"

/* ---- what the policy's queries make wiring ------------------------------------------- */

struct wire {
	const char **keys;
	size_t n, cap;
	bool places, cables;
};

static void
key_add(struct wire *w, struct arena *a, const char *key)
{
	for (size_t i = 0; i < w->n; i++)
		if (strcmp(w->keys[i], key) == 0)
			return;
	if (w->n == w->cap) {
		const char **grown;

		w->cap = w->cap == 0 ? 16 : w->cap * 2;
		grown = arena_array(a, w->cap, sizeof(*grown));
		if (w->n > 0)
			memcpy(grown, w->keys, w->n * sizeof(*grown));
		w->keys = grown;
	}
	w->keys[w->n++] = key;
}

/* A query that cannot be parsed lets nobody do anything (auth_may says so), so it makes nothing wiring. */
static void
wire_of(const struct auth_policy *p, struct arena *a, struct wire *out)
{
	size_t n;
	const char *const *queries = auth_policy_queries(p, a, &n);

	*out = (struct wire){0};
	for (size_t i = 0; i < n; i++) {
		struct inv_query_keys keys;
		struct inv_query *q;

		if (inv_query_parse(str_of(queries[i]), a, &q, NULL) != 0)
			continue;
		inv_query_keys(q, a, &keys);
		out->places |= keys.places;
		out->cables |= keys.connections;
		if (keys.changes) { /* who changed it last, or when: every change does that */
			key_add(out, a, "*");
			out->places = true;
		}
		for (size_t k = 0; k < keys.keys.n; k++)
			key_add(out, a, keys.keys.name[k]);
	}
}

/* ---- the policy ------------------------------------------------------------------------- */

struct judge {
	struct web_call *call;
	struct inv *writer; /* only it sees the edit before it is committed */
	struct hosts *was;  /* what each query of the policy reached before the edit */
};

int
pages_match(void *ctx, const char *query, const char *thing, struct err *e)
{
	return inv_match(ctx, query, thing, e);
}

static int
may(void *ctx, const char *verb, const struct hosts *things, struct err *e)
{
	const struct judge *j = ctx;
	const struct auth_ask ask = {.who = j->call->person, .verb = verb, .things = things, .match = pages_match,
	    .match_ctx = j->writer, .arena = j->call->arena, .uncounted = true};
	struct permit *permit;

	return auth_may(j->call->policy, &ask, &permit, e);
}

/* What a query reaches; nothing when it cannot be answered, as it lets nobody do anything then. */
static int
reached(struct judge *j, const char *query, struct hosts *out, struct err *e)
{
	struct inv_query *q;
	struct err why = {.kind = ERR_INPUT};

	*out = (struct hosts){0};
	if (inv_query_parse(str_of(query), j->call->arena, &q, &why) == 0 &&
	    inv_query_find_lasting(j->writer, q, j->call->arena, out, &why) == 0)
		return 0;
	*out = (struct hosts){0};
	if (why.kind == ERR_UNAVAILABLE || why.kind == ERR_INTERNAL)
		return err_set(e, why.kind, "%s", why.text);
	return 0;
}

static int
reach(void *ctx, bool after, struct arena *a, struct hosts *come, struct err *e)
{
	struct judge *j = ctx;
	struct hosts now;
	size_t n, cap = 0;
	const char *const *queries = auth_policy_queries(j->call->policy, j->call->arena, &n);

	if (!after)
		j->was = arena_array(j->call->arena, n + 1, sizeof(*j->was));
	for (size_t i = 0; i < n; i++) {
		if (reached(j, queries[i], after ? &now : &j->was[i], e) != 0)
			return -1;
		for (size_t k = 0; after && k < now.n; k++) {
			if (hosts_has(&j->was[i], now.name[k]))
				continue;
			if (come->n == cap) {
				char **grown = arena_array(a, 2 * cap + 64, sizeof(*grown));

				cap = 2 * cap + 64;
				if (come->n > 0)
					memcpy(grown, come->name, come->n * sizeof(*grown));
				come->name = grown;
			}
			come->name[come->n++] = now.name[k];
		}
	}
	hosts_sort(come);
	return 0;
}

/* ---- what somebody else was first with -------------------------------------------------- */

/* May this person see what stands there? A key may be for changing alone. */
static bool
may_see(struct web_call *c)
{
	return auth_may_read(c->person) && auth_may_some(c->policy, c->person, "see", NULL) == 0;
}

/* 412 with both versions; 428 when the author did not say what they had seen. */
static void
stale(struct web_call *c, struct inv *inv, const json_t *result, json_t *ops, const json_t *expect)
{
	const json_t *names = jsn_array(result, "stale");
	json_t *current = json_array(), *name, *doc;
	bool unsaid = names == NULL;
	size_t i;

	json_array_foreach(names, i, name) {
		if (json_object_get(expect, json_string_value(name)) == NULL)
			unsaid = true;
		else if (may_see(c) && inv_doc(inv, json_string_value(name), c->arena, &doc, NULL) == 0)
			jsn_add(current, doc);
	}
	web_status(c, unsaid ? 428 : 412);
	if (names != NULL)
		web_problem_add(c, "stale", json_incref((json_t *)(uintptr_t)names));
	if (unsaid) {
		json_decref(current);
		return;
	}
	web_problem_add(c, "current", current);
	web_problem_add(c, "yours", json_incref(ops));
}

/* ---- the edit ---------------------------------------------------------------------------- */

int
pages_apply(struct web_call *c, json_t *ops, json_t *expect, const char *why, bool dry_run, json_t **result_out,
    struct err *e)
{
	const struct inv_author author = {c->person->name, why, c->request->request_id};
	struct judge judge = {.call = c};
	struct inv_change change = {.ops = ops, .author = &author, .expect = expect, .may = may, .ctx = &judge, .reach = reach,
	    .dry_run = dry_run};
	struct yang *yang;
	struct wire wire;
	int rc;

	*result_out = NULL;
	wire_of(c->policy, c->arena, &wire);
	change.wire_keys = wire.keys;
	change.n_wire_keys = wire.n;
	change.wire_places = wire.places;
	change.wire_cables = wire.cables;
	judge.writer = pages_writer_lock(c, &yang);
	rc = inv_apply(judge.writer, &change, result_out, e);
	if (rc != 0 && e->kind == ERR_STALE)
		stale(c, judge.writer, *result_out, ops, expect);
	pages_writer_unlock(c);
	if (rc != 0) {
		if (e->kind == ERR_LIMIT)
			web_status(c, 413);
		json_decref(*result_out);
		*result_out = NULL;
		return -1;
	}
	if (!json_is_null(json_object_get(*result_out, "edit")))
		log_info("%s changed the inventory in %zu places (edit %lld, request %s)", author.who,
		    json_array_size(jsn_array(*result_out, "changes")), (long long)jsn_integer_or(*result_out, "edit", 0),
		    author.request_id);
	return 0;
}

/* ---- If-Match ------------------------------------------------------------------------------ */

/* The members of an operation that name a thing which may be there before it. */
static const char *const name_members[] = {"thing", "a", "b", "container", "pool", "other", "to"};

static void
name_add(struct hosts *h, struct arena *a, const char *name, struct inv *inv)
{
	struct inv_thing t;
	char **grown;

	for (size_t i = 0; i < h->n; i++)
		if (strcmp(h->name[i], name) == 0)
			return;
	if (h->n > 1 || inv_get(inv, name, a, &t, NULL) != 0)
		return; /* two are too many already */
	grown = arena_array(a, h->n + 1, sizeof(*grown));
	if (h->n > 0)
		memcpy(grown, h->name, h->n * sizeof(*grown));
	grown[h->n++] = arena_strdup(a, name);
	h->name = grown;
}

/* The things that are there and that the operations name; no more than two of them. */
static void
named(const json_t *ops, struct inv *inv, struct arena *a, struct hosts *out)
{
	struct hosts list;
	const char *text;
	json_t *op;
	size_t i;

	*out = (struct hosts){0};
	json_array_foreach((json_t *)(uintptr_t)ops, i, op) {
		for (size_t k = 0; k < LARCH_COUNT(name_members); k++) {
			text = jsn_text_or(op, name_members[k], NULL);
			if (text != NULL)
				name_add(out, a, text, inv);
		}
		text = jsn_text_or(op, "things", NULL);
		if (text != NULL && inv_select(inv, str_of(text), a, &list, NULL) == 0)
			for (size_t k = 0; k < list.n; k++)
				name_add(out, a, list.name[k], inv);
	}
}

/* The revision a tag like "7" means; -1: none of ours. A weak tag is never the same (RFC 9110, section 13.1.1). */
static int64_t
tag_revision(struct str tag)
{
	int64_t n;

	if (tag.n < 3 || tag.p[0] != '"' || tag.p[tag.n - 1] != '"')
		return -1;
	return str_int((struct str){tag.p + 1, tag.n - 2}, 1, INT64_MAX, &n) == 0 ? n : -1;
}

/* *expect_out (the caller's): what If-Match says of the one thing that the edit is about. */
static int
expect_match(struct web_call *c, const json_t *ops, json_t **expect_out, struct err *e)
{
	struct str rest = str_of(c->request->if_match);
	struct inv *inv = pages_inv(c, e);
	struct hosts things;
	struct inv_thing t;
	int64_t said = 0;

	if (inv == NULL)
		return -1;
	named(ops, inv, c->arena, &things);
	if (things.n != 1)
		return err_set(e, ERR_INPUT, "If-Match speaks of one thing, and these operations name %s; send \"expect\" with the "
		    "revision of each.", things.n == 0 ? "none that is there" : "several");
	if (inv_get(inv, things.name[0], c->arena, &t, e) != 0)
		return -1;
	while (rest.p != NULL && said != t.revision) {
		int64_t n = tag_revision(str_trim(str_cut(&rest, ',')));

		said = n == t.revision || said == 0 ? n : said;
	}
	*expect_out = json_object();
	jsn_set(*expect_out, things.name[0], json_integer(said < 0 ? 0 : said));
	return 0;
}

/* What the author saw: "expect", If-Match, or nothing: then it can only be about things that are not there yet. */
static int
expect_of(struct web_call *c, const json_t *ops, json_t **expect_out, struct err *e)
{
	json_t *sent = web_value(c, "expect");

	*expect_out = NULL;
	if (sent != NULL && *c->request->if_match != '\0')
		return err_set(e, ERR_INPUT, "Send \"expect\" or If-Match, not both.");
	if (sent != NULL && !json_is_object(sent))
		return err_set(e, ERR_INPUT, "\"expect\" must be an object with the revision of each thing: {\"n0001\": 5}.");
	if (sent != NULL)
		*expect_out = json_incref(sent);
	else if (*c->request->if_match == '\0')
		*expect_out = json_object();
	else if (strcmp(c->request->if_match, "*") != 0)
		return expect_match(c, ops, expect_out, e);
	return 0;
}

/* ---- POST /api/v1/edit ----------------------------------------------------------------------- */

#define CHANGES_IN_MEMORY 500 /* of an answer that is made before it is sent */

static int
sink(const char *p, size_t n, void *data)
{
	return http_write(data, (struct str){p, n});
}

static int
write_result(struct http_out *out, void *ctx, struct err *e)
{
	json_t *result = ctx;
	int rc = json_dump_callback(result, sink, out, JSON_INDENT(1));

	(void)e;
	json_decref(result);
	return rc;
}

/* The edit is done: however much there is to tell, it must not become a failure for want of room. */
static int
answer(struct web_call *c, json_t *result, struct err *e)
{
	const json_t *revisions = json_object_get(result, "revisions");
	const char *name = json_object_iter_key(json_object_iter((json_t *)(uintptr_t)revisions));

	if (json_object_size(revisions) == 1 &&
	    web_header(c, "ETag", arena_printf(c->arena, "\"%lld\"", (long long)jsn_integer_or(revisions, name, 0)), e) != 0) {
		json_decref(result);
		return -1;
	}
	if (json_array_size(jsn_array(result, "changes")) > CHANGES_IN_MEMORY)
		return web_stream(c, "application/json", write_result, result, e);
	return web_json(c, 200, result, e);
}

int
pages_edit(struct web_call *c, struct err *e)
{
	json_t *ops = web_value(c, "ops"), *expect = NULL, *result = NULL;
	int rc;

	if (!json_is_array(ops))
		return err_set(e, ERR_INPUT, "\"ops\" must be a list of operations: [{\"op\": \"attr-set\", ...}].");
	if (expect_of(c, ops, &expect, e) != 0)
		return -1;
	rc = pages_apply(c, ops, expect, web_text(c, "why"), web_flag(c, "dry_run"), &result, e);
	json_decref(expect);
	return rc == 0 ? answer(c, result, e) : -1;
}
