/* SPDX-License-Identifier: Apache-2.0 */
/* What was kept of each machine before a job cut or reset it. */
#include <string.h>

#include "power_private.h"

#define JOB_MACHINES 3   /* a job of more has it on a page of its own ... */
#define PAGE_MACHINES 16 /* ... so many at a time */

/* The text of a row as JSON, with its row and, for a page, the room's time. */
static json_t *
one(const struct journal_evidence *row, bool room)
{
	char when[TIMES_TEXT];
	struct err e;
	json_t *o = jsn_parse(str_of(row->text), "the evidence", &e);

	if (!json_is_object(o)) { /* larchd writes objects: the file is not as it was */
		json_decref(o);
		o = json_object();
	}
	jsn_set_text(o, "machine", row->machine);
	jsn_set(o, "row", json_integer(row->seq));
	jsn_set_text(o, "at", times_utc(row->at, when));
	if (room)
		jsn_set_text(o, "at_room", times_room(row->at, when));
	return o;
}

/* {job, machines, next: the row behind which there are more, or null}. NULL with the error. */
static json_t *
answer_of(struct web_call *c, struct journal_evidence_ask ask, bool room, struct err *e)
{
	size_t limit = ask.limit++, n = 0;
	struct power_requests *requests;
	struct power_request request;
	struct journal_evidence *rows;
	struct journal *journal;
	json_t *o, *list;

	if (power_need_requests(c, &requests, e) != 0 || power_request_get(requests, ask.job, c->arena, &request, e) != 0 ||
	    power_need_journal(c, &journal, e) != 0 || journal_evidence(journal, &ask, c->arena, &rows, &n, e) != 0)
		return NULL;
	o = json_object();
	list = json_array();
	for (size_t i = 0; i < n && i < limit; i++)
		jsn_add(list, one(&rows[i], room));
	jsn_set(o, "job", json_integer(ask.job));
	jsn_set(o, "machines", list);
	jsn_set(o, "next", n > limit ? json_integer(rows[limit - 1].seq) : json_null());
	return o;
}

/* What the call asks for. */
static struct journal_evidence_ask
asked(struct web_call *c, size_t limit)
{
	return (struct journal_evidence_ask){.job = web_int(c, "id", 0), .after = web_int(c, "after", 0), .machine = web_text(c, "machine"),
	    .limit = limit};
}

int
power_api_evidence(struct web_call *c, struct err *e)
{
	json_t *o = answer_of(c, asked(c, (size_t)web_int(c, "limit", LIMIT_EVIDENCE_SHOWN)), false, e);

	return o == NULL ? -1 : web_json(c, 200, o, e);
}

/* ---- on a page ------------------------------------------------------------------------------- */

static void
add_words(json_t *o, const char *list, const char *key)
{
	size_t n = json_array_size(json_object_get(o, list));

	jsn_set(o, key, n == 0 ? json_null() : json_integer((json_int_t)n));
}

/* A number as it is read: whole where it is, else with two digits. */
static void
say_number(struct web_call *c, json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);
	double d = json_number_value(v);

	if (json_is_number(v))
		jsn_set_text(o, key, d > -1e9 && d < 1e9 && d == (double)(long)d ? arena_printf(c->arena, "%ld", (long)d)
		                                                                 : arena_printf(c->arena, "%.2f", d));
}

static void
say_all(struct web_call *c, const json_t *list, const char *key)
{
	json_t *o;
	size_t i;

	json_array_foreach(list, i, o)
		say_number(c, o, key);
}

static void
say_machines(struct web_call *c, json_t *list)
{
	json_t *o, *bmc;
	size_t i, k;

	json_array_foreach(list, i, o) {
		add_words(o, "checks", "n_checks");
		add_words(o, "outlets", "n_outlets");
		add_words(o, "not_had", "n_not_had");
		say_all(c, json_object_get(o, "outlets"), "amperes");
		say_all(c, json_object_get(o, "outlets"), "watts");
		json_array_foreach(json_object_get(o, "bmc"), k, bmc)
			say_all(c, json_object_get(bmc, "sensors"), "value");
	}
}

int
power_show_evidence(struct web_call *c, struct err *e)
{
	json_t *o = answer_of(c, asked(c, PAGE_MACHINES), c->format == WEB_HTML, e);

	if (o == NULL || c->format == WEB_JSON_FORMAT)
		return o == NULL ? -1 : web_json(c, 200, o, e);
	say_machines(c, json_object_get(o, "machines"));
	jsn_set(o, "title", json_sprintf("Job %lld: before it was cut or reset", (long long)web_int(c, "id", 0)));
	jsn_set(o, "evidence", json_incref(json_object_get(o, "machines")));
	jsn_set(o, "has_evidence", json_boolean(json_array_size(json_object_get(o, "machines")) > 0));
	jsn_set(o, "id", json_integer(web_int(c, "id", 0)));
	return web_show(c, NULL, o, NULL, 0, e);
}

/* A job of a few machines has it on its page, a large one a line that leads to it: its page is read every few seconds. */
void
power_evidence_model(struct web_call *c, int64_t job, json_t *m)
{
	size_t n = 0, partial = 0;
	struct journal *journal;
	json_t *o = NULL, *list;
	struct err e;

	if (power_need_journal(c, &journal, &e) == 0 && journal_evidence_count(journal, job, &n, &partial, &e) == 0 &&
	    n > 0 && n <= JOB_MACHINES)
		o = answer_of(c, (struct journal_evidence_ask){.job = job, .limit = JOB_MACHINES}, true, &e);
	list = json_incref(json_object_get(o, "machines"));
	say_machines(c, list);
	jsn_set(m, "has_evidence", json_boolean(list != NULL));
	if (list != NULL)
		jsn_set(m, "evidence", list);
	jsn_set(m, "n_evidence", n > JOB_MACHINES ? json_integer((json_int_t)n) : json_false());
	jsn_set(m, "n_partial", partial > 0 ? json_integer((json_int_t)partial) : json_false());
	json_decref(o);
}
