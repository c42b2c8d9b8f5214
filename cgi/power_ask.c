/* SPDX-License-Identifier: Apache-2.0 */
/* Questions to larchd that only read: what is at an address, what a BMC tells; and their answers. */
#include <string.h>

#include "power_ask.h"

#define LATE_MS 15000 /* larchd looks twice a second: later it is not running */

/* ---- filing ------------------------------------------------------------------------------------ */

static int
file(struct web_call *c, const char *what, const char *about, const char *thing, int64_t *id_out, struct err *e)
{
	struct power_shared *shared = c->shared;
	struct power_order order = {.what = what, .verb = "check", .things = about};
	char *name = arena_strdup(c->arena, thing);
	const struct hosts things = {.name = &name, .n = 1};
	struct permit *permit;
	int rc;

	if (power_permit(c, "check", &things, &permit, e) != 0)
		return -1;
	pthread_mutex_lock(&shared->lock);
	rc = power_order(shared->requests, permit, &order, id_out, e);
	pthread_mutex_unlock(&shared->lock);
	if (rc == 0)
		power_wake(c);
	return rc;
}

/* An address that is no thing yet is reached by who may check everything: the name of a permit is the address then. */
static int
file_probe(struct web_call *c, int64_t *id_out, struct err *e)
{
	const char *typed = arena_strndup(c->arena, str_trim(web_str(c, "address")).p, str_trim(web_str(c, "address")).n);
	struct power_place place;
	struct inv *inv;

	if (power_need_inv(c, &inv, e) != 0 || power_place(inv, c->conf, typed, c->arena, &place, e) != 0)
		return -1;
	return file(c, "probe", typed, place.name, id_out, e);
}

static int
file_bmc(struct web_call *c, int64_t *id_out, struct err *e)
{
	const char *node = web_text(c, "node");
	struct inv_thing thing, bmc;
	struct inv *inv;

	if (power_need_inv(c, &inv, e) != 0 || inv_get(inv, node, c->arena, &thing, e) != 0 ||
	    inv_bmc(inv, thing.name, c->arena, &bmc, e) != 0)
		return -1;
	return file(c, "bmc", thing.name, thing.name, id_out, e);
}

static int
lead_to_answer(struct web_call *c, int64_t id, struct err *e)
{
	return web_redirect(c, web_link(c->arena, "/power/answers/%d", id), e);
}

int
power_post_probe(struct web_call *c, struct err *e)
{
	int64_t id;

	return file_probe(c, &id, e) != 0 ? -1 : lead_to_answer(c, id, e);
}

int
power_post_bmc(struct web_call *c, struct err *e)
{
	int64_t id;

	return file_bmc(c, &id, e) != 0 ? -1 : lead_to_answer(c, id, e);
}

static int
filed(struct web_call *c, int64_t id, struct err *e)
{
	const char *at = web_link(c->arena, "/api/v1/power/answers/%d", id);
	json_t *o = json_object();

	jsn_set(o, "id", json_integer(id));
	jsn_set_text(o, "answer", at);
	return web_created(c, 202, at, o, e);
}

int
power_api_probe(struct web_call *c, struct err *e)
{
	int64_t id;

	return file_probe(c, &id, e) != 0 ? -1 : filed(c, id, e);
}

int
power_api_bmc(struct web_call *c, struct err *e)
{
	int64_t id;

	return file_bmc(c, &id, e) != 0 ? -1 : filed(c, id, e);
}

/* ---- an answer --------------------------------------------------------------------------------------- */

static const char *
phase_of(struct web_call *c, const struct power_asked *x)
{
	if (x->answered)
		return x->answer.phase;
	if (c->now - x->order.at < LATE_MS)
		return "larchd has not taken it up yet";
	return "larchd has not taken it up: it does not run, or was away when this was asked; ask again";
}

/* The question with this number, and what came of it so far. The JSON is the caller's. */
static int
look_up(struct web_call *c, int64_t id, struct power_asked *out, struct err *e)
{
	struct power_requests *requests;
	struct journal *journal;
	struct err none;
	int rc;

	*out = (struct power_asked){0};
	if (power_need_requests(c, &requests, e) != 0 || power_order_get(requests, id, c->arena, &out->order, e) != 0)
		return -1;
	if (out->order.job != 0 || (strcmp(out->order.what, "probe") != 0 && strcmp(out->order.what, "bmc") != 0))
		return err_set(e, ERR_NOT_FOUND, "there is no question %lld", (long long)id);
	if (power_need_journal(c, &journal, &none) == 0) {
		rc = journal_answer(journal, id, out->order.at, c->arena, &out->answer, e);
		if (rc < 0)
			return -1;
		out->answered = rc == 1;
	}
	out->state = !out->answered ? "waiting" : out->answer.ended == 0 ? "asking" : "done";
	out->phase = phase_of(c, out);
	if (out->answered && out->answer.text[0] != '\0')
		out->found = jsn_parse(str_of(out->answer.text), "the answer", &none);
	return 0;
}

static json_t *
asked_json(struct web_call *c, struct power_asked *x)
{
	json_t *o = json_object();
	char when[TIMES_TEXT];

	jsn_set(o, "id", json_integer(x->order.id));
	jsn_set_text(o, "what", x->order.what);
	jsn_set_text(o, "about", x->order.things);
	jsn_set_text(o, "who", x->order.who);
	jsn_set_text(o, "asked_at", times_utc(x->order.at, when));
	jsn_set_text(o, "state", x->state);
	jsn_set_text(o, "phase", x->phase);
	jsn_set(o, "waited_s", json_integer(((x->answered && x->answer.ended != 0 ? x->answer.ended : c->now) - x->order.at) / 1000));
	jsn_set_text(o, "next", power_asked_next(x, c->arena));
	jsn_set(o, "found", x->found == NULL ? json_null() : json_incref(x->found));
	return o;
}

static int
plain(struct web_call *c, const struct power_asked *x, struct err *e)
{
	struct buf text = BUF(LIMIT_PAGE);
	int rc;

	power_asked_text(x, c->arena, &text);
	rc = web_plain(c, 200, buf_view(&text), e);
	buf_free(&text);
	return rc;
}

int
power_api_answer(struct web_call *c, struct err *e)
{
	struct power_asked x;
	int rc;

	if (look_up(c, web_int(c, "id", 0), &x, e) != 0)
		return -1;
	rc = c->format == WEB_TXT ? plain(c, &x, e) : web_json(c, 200, asked_json(c, &x), e);
	json_decref(x.found);
	return rc;
}

int
power_show_answer(struct web_call *c, struct err *e)
{
	struct power_asked x;
	int rc;

	if (look_up(c, web_int(c, "id", 0), &x, e) != 0)
		return -1;
	if (c->format == WEB_TXT)
		rc = plain(c, &x, e);
	else if (c->format == WEB_JSON_FORMAT)
		rc = web_json(c, 200, asked_json(c, &x), e);
	else
		rc = power_asked_page(c, &x, asked_json(c, &x), e);
	json_decref(x.found);
	return rc;
}

/* ---- the pages that ask --------------------------------------------------------------------------------- */

static void
model_networks(struct web_call *c, json_t *m)
{
	json_t *list = json_array();

	for (size_t i = 0; i < c->conf->n_networks; i++) {
		json_t *o = json_object();

		jsn_set_text(o, "prefix", c->conf->networks[i].prefix);
		jsn_add(list, o);
	}
	jsn_set(m, "networks", list);
}

static void
model_answers(struct web_call *c, const char *what, json_t *m)
{
	struct journal_answer *rows;
	struct journal *journal;
	json_t *list = json_array();
	char when[TIMES_TEXT];
	struct err e;
	size_t n = 0;

	if (power_need_journal(c, &journal, &e) != 0 || journal_answers(journal, what, c->arena, &rows, &n, &e) != 0)
		n = 0;
	for (size_t i = 0; i < n; i++) {
		json_t *o = json_object();

		jsn_set_text(o, "href", web_link(c->arena, "/power/answers/%d", rows[i].question));
		jsn_set_text(o, "about", rows[i].about);
		jsn_set_text(o, "who", rows[i].who);
		jsn_set_text(o, "at", times_room(rows[i].at, when));
		jsn_set_text(o, "phase", rows[i].phase);
		jsn_add(list, o);
	}
	jsn_set(m, "has_answers", json_boolean(n > 0));
	jsn_set(m, "answers", list);
}

int
power_show_probe(struct web_call *c, struct err *e)
{
	json_t *m = json_object();

	jsn_set_text(m, "title", "What is at an address");
	jsn_set_text(m, "address", web_has(c, "address") ? web_text(c, "address") : "");
	model_networks(c, m);
	model_answers(c, "probe", m);
	return web_page(c, NULL, m, e);
}

/* The newest answer about a machine's BMC, or the page that asks for one. */
int
power_show_bmc(struct web_call *c, struct err *e)
{
	struct power_asked x = {.state = "done"};
	const char *node = web_text(c, "node");
	struct inv_thing thing;
	struct journal *journal;
	struct inv *inv;
	int rc;

	if (power_need_inv(c, &inv, e) != 0 || inv_get(inv, node, c->arena, &thing, e) != 0 || power_need_journal(c, &journal, e) != 0)
		return -1;
	rc = journal_answer_about(journal, "bmc", thing.name, c->arena, &x.answer, e);
	if (rc < 0)
		return -1;
	x.answered = rc == 1;
	x.order = (struct power_order){.id = x.answer.question, .at = x.answered ? x.answer.at : c->now, .who = x.answered ? x.answer.who : "",
	    .what = "bmc", .things = thing.name};
	x.phase = x.answered ? x.answer.phase : "nobody has asked yet";
	x.found = x.answered ? jsn_parse(str_of(x.answer.text), "the answer", NULL) : NULL;
	if (c->format == WEB_TXT)
		rc = plain(c, &x, e);
	else if (c->format == WEB_JSON_FORMAT)
		rc = web_json(c, 200, asked_json(c, &x), e);
	else
		rc = power_asked_page(c, &x, asked_json(c, &x), e);
	json_decref(x.found);
	return rc;
}
