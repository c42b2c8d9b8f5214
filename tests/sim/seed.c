/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seed: the `login` and `larchd` programs' hands for tests that look at pages
 * alone: makes sessions and keys, and writes what a sweep would have seen.
 *
 *	seed -c larch.json session NAME GROUP...    prints the cookie's value
 *	seed -c larch.json key NAME SCOPE GROUP...  prints the bearer; SCOPE is words with commas
 *	seed -c larch.json import room.json
 *	seed -c larch.json status < FILE            one JSON object:
 *		{"groups":[{"source","name","members"}],
 *		 "values":[{"thing","check","level","text","detail","number","data":{},"age","interval"}],
 *		 "outlets":[{"pdu","outlet","device_name","state","word","amps","watts","age","interval"}],
 *		 "jobs":[{"id","who","verb","way","reason","machines","state","age","ended_age","done","total"}],
 *		 "actions":[{"age","job","machine","who","verb","way","outcome","text","why"}],
 *		 "events":[{"age","kind","thing","text"}],
 *		 "states":[{"seq","age","job","thing","state","who","why"}],
 *		 "lanes":[{"name","interval","began_age","ended_age","rounds","late","asked","answered","rested"}],
 *		 "told":[{"rule","trouble","age","tried_age"}],
 *		 "pulse":{"age","things","notice"}, "unsettled":[{"seq","age","job","step","who","machine","what"}]}
 *	ages and intervals in seconds; a status.db that is there is added to.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth/auth.h"
#include "conf/conf.h"
#include "inv/inv.h"
#include "probe/probe.h"
#include "status/status.h"

struct seed {
	struct arena *a;
	struct conf *conf;
	int argc;
	char **argv;
};

static void
must(int rc, const struct err *e)
{
	if (rc != 0)
		log_die("%s", e->text);
}

/* ---- who ------------------------------------------------------------------------------ */

static struct auth_desk *
desk(struct seed *s)
{
	struct auth_desk_conf conf = {
	    .auth_db = conf_db(s->conf, "auth", s->a),
	    .sessions_db = conf_db(s->conf, "sessions", s->a),
	    .session_ms = s->conf->session_ms,
	    .group_recheck_ms = s->conf->group_recheck_ms,
	};
	struct auth_desk *d = NULL;
	struct err e = {0};

	must(auth_desk_open(&conf, &d, &e), &e);
	return d;
}

static void
do_session(struct seed *s)
{
	const struct auth_from from = {.address = STR("127.0.0.1"), .agent = STR("seed"), .how = "form"};
	struct auth_found found = {.dn = "", .display = s->argv[0], .groups = (const char **)&s->argv[1],
	    .n_groups = (size_t)s->argc - 1};
	struct auth_desk *d = desk(s);
	char token[AUTH_TOKEN_TEXT];
	struct err e = {0};

	must(auth_desk_session_make(d, str_of(s->argv[0]), &found, &from, token, &e), &e);
	puts(token);
	auth_desk_close(d);
}

static void
do_key(struct seed *s)
{
	const struct auth_from from = {.address = STR("127.0.0.1"), .agent = STR("seed"), .how = "api"};
	struct auth_found found = {.dn = "", .display = s->argv[0], .groups = (const char **)&s->argv[2],
	    .n_groups = (size_t)s->argc - 2};
	struct auth_key_wish wish = {.title = STR("seed"), .lifetime_ms = 3600000};
	const char *scope[16];
	struct str rest = str_of(s->argv[1]);
	struct auth_desk *d = desk(s);
	struct auth_person who;
	char bearer[AUTH_BEARER_TEXT];
	struct err e = {0};

	while (rest.p != NULL && wish.n_scope < LARCH_COUNT(scope)) {
		struct str one = str_cut(&rest, ',');

		scope[wish.n_scope++] = arena_strndup(s->a, one.p, one.n);
	}
	wish.scope = scope;
	auth_person_of(str_of(s->argv[0]), &found, s->a, &who);
	must(auth_desk_key_make(d, &who, &wish, &from, bearer, &e), &e);
	puts(bearer);
	auth_desk_close(d);
}

/* ---- what ----------------------------------------------------------------------------- */

static void
do_import(struct seed *s)
{
	const struct inv_author author = {.who = "seed", .why = "a test", .request_id = "seed"};
	struct inv_import_result r;
	struct yang *y = NULL;
	struct inv *i = NULL;
	struct buf text;
	struct err e = {0};

	must(file_read(s->argv[0], LIMIT_ROOM_FILE, &text, &e), &e);
	must(yang_create(s->conf->yang, &y, &e), &e);
	must(inv_open(conf_db(s->conf, "inventory", s->a), &i, &e), &e);
	must(inv_import(i, y, buf_view(&text), &author, false, &r, &e), &e);
	inv_close(i);
	yang_destroy(y);
	buf_free(&text);
}

static double
real(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	return json_is_number(v) ? json_number_value(v) : NAN;
}

static int64_t
ago(const json_t *o, const char *key)
{
	return times_now() - jsn_integer_or(o, key, 0) * 1000;
}

static const char *
data_of(const json_t *r, struct arena *a)
{
	const json_t *data = json_object_get(r, "data");
	struct buf text = BUF(LIMIT_JSON_BODY);
	const char *made;

	if (data == NULL)
		return NULL;
	jsn_canonical(data, &text);
	made = arena_strndup(a, text.p, text.n);
	buf_free(&text);
	return made;
}

/* The columns that larchd would publish with this configuration. */
static void
put_columns(struct seed *s, struct status *st)
{
	struct status_column *columns;
	size_t n;
	struct err e = {0};

	probe_columns(s->conf, s->a, &columns, &n);
	must(status_put_columns(st, columns, n, &e), &e);
}

static void
put_groups(struct status *st, struct arena *a, const json_t *doc)
{
	const json_t *groups = jsn_array(doc, "groups"), *r;
	struct err e = {0};
	size_t i;

	json_array_foreach(groups, i, r)
	{
		struct status_group *g = arena_array(a, json_array_size(groups), sizeof(*g));
		const char *source = jsn_text_or(r, "source", "");
		size_t n = 0;

		for (size_t k = 0; k < json_array_size(groups); k++) {
			const json_t *o = json_array_get(groups, k);

			if (strcmp(jsn_text_or(o, "source", ""), source) == 0)
				g[n++] = (struct status_group){source, jsn_text_or(o, "name", ""), jsn_text_or(o, "members", ""), times_now()};
		}
		must(status_put_groups(st, source, g, n, &e), &e);
	}
}

static void
put_seen(struct status *st, struct arena *a, const json_t *doc)
{
	const json_t *values = jsn_array(doc, "values"), *outlets = jsn_array(doc, "outlets");
	size_t nv = json_array_size(values), no = json_array_size(outlets);
	struct status_value *v = arena_array(a, nv + 1, sizeof(*v));
	struct status_outlet *o = arena_array(a, no + 1, sizeof(*o));
	struct err e = {0};

	for (size_t i = 0; i < nv; i++) {
		const json_t *r = json_array_get(values, i);

		v[i] = (struct status_value){.thing = jsn_text_or(r, "thing", ""), .check = jsn_text_or(r, "check", ""),
		    .level = (enum status_level)jsn_integer_or(r, "level", 3), .text = jsn_text_or(r, "text", ""),
		    .detail = jsn_text_or(r, "detail", NULL), .number = real(r, "number"), .data = data_of(r, a),
		    .at = ago(r, "age"), .interval = 1000 * jsn_integer_or(r, "interval", 30)};
	}
	for (size_t i = 0; i < no; i++) {
		const json_t *r = json_array_get(outlets, i);

		o[i] = (struct status_outlet){.pdu = jsn_text_or(r, "pdu", ""), .outlet = jsn_text_or(r, "outlet", ""),
		    .device_name = jsn_text_or(r, "device_name", ""), .state = jsn_text_or(r, "state", "unknown"),
		    .word = jsn_text_or(r, "word", ""), .amps = real(r, "amps"), .watts = real(r, "watts"), .at = ago(r, "age"),
		    .interval = 1000 * jsn_integer_or(r, "interval", 30)};
	}
	must(status_put(st, v, nv, o, no, &e), &e);
}

static void
put_power(struct status *st, const json_t *doc)
{
	struct err e = {0};
	const json_t *r;
	size_t i;

	json_array_foreach(jsn_array(doc, "jobs"), i, r)
	{
		struct status_job j = {jsn_integer_or(r, "id", 1), jsn_text_or(r, "who", ""), jsn_text_or(r, "verb", ""),
		    jsn_text_or(r, "way", ""), jsn_text_or(r, "reason", ""), jsn_text_or(r, "machines", ""),
		    jsn_text_or(r, "state", "running"), ago(r, "age"),
		    json_object_get(r, "ended_age") == NULL ? 0 : ago(r, "ended_age"), jsn_integer_or(r, "done", 0),
		    jsn_integer_or(r, "total", 0)};

		must(status_put_job(st, &j, &e), &e);
	}
	json_array_foreach(jsn_array(doc, "actions"), i, r)
	{
		struct status_action x = {ago(r, "age"), jsn_integer_or(r, "job", 1), jsn_text_or(r, "machine", ""),
		    jsn_text_or(r, "who", ""), jsn_text_or(r, "verb", ""), jsn_text_or(r, "way", ""),
		    jsn_text_or(r, "outcome", ""), jsn_text_or(r, "text", ""), jsn_text_or(r, "why", "")};

		must(status_add_action(st, &x, &e), &e);
	}
}

static void
put_events(struct status *st, const json_t *doc)
{
	struct err e = {0};
	json_t *r;
	size_t i;

	json_array_foreach(jsn_array(doc, "events"), i, r)
	{
		struct status_event x = {0, ago(r, "age"), jsn_text_or(r, "kind", ""), jsn_text_or(r, "thing", ""),
		    jsn_text_or(r, "text", "")};

		must(status_add_event(st, &x, &e), &e);
	}
}

static void
put_unsettled(struct status *st, const json_t *list)
{
	struct status_unsettled row[16];
	json_t *o;
	size_t i, n = json_array_size(list);
	struct err e;

	json_array_foreach(list, i, o)
		if (i < LARCH_COUNT(row))
			row[i] = (struct status_unsettled){jsn_integer_or(o, "seq", (int64_t)i + 1), ago(o, "age"), jsn_integer_or(o, "job", 0),
			    jsn_integer_or(o, "step", 1), jsn_text_or(o, "who", "ana"), jsn_text_or(o, "machine", ""), jsn_text_or(o, "what", "")};
	must(status_put_unsettled(st, row, n < LARCH_COUNT(row) ? n : LARCH_COUNT(row), (int64_t)n, &e), &e);
}

static void
put_states(struct status *st, const json_t *doc)
{
	struct err e = {0};
	json_t *r;
	size_t i;

	json_array_foreach(jsn_array(doc, "states"), i, r)
	{
		struct status_state x = {jsn_integer_or(r, "seq", 1), ago(r, "age"), jsn_integer_or(r, "job", 1),
		    jsn_text_or(r, "thing", ""), jsn_text_or(r, "state", ""), jsn_text_or(r, "who", ""), jsn_text_or(r, "why", "")};

		must(status_put_state(st, &x, &e), &e);
	}
}

static void
put_lanes(struct status *st, struct arena *a, const json_t *doc)
{
	const json_t *lanes = jsn_array(doc, "lanes"), *told = jsn_array(doc, "told");
	struct status_lane *l = arena_array(a, json_array_size(lanes) + 1, sizeof(*l));
	struct err e = {0};
	const json_t *r;
	size_t i;

	json_array_foreach(lanes, i, r)
		l[i] = (struct status_lane){.name = jsn_text_or(r, "name", ""), .interval = 1000 * jsn_integer_or(r, "interval", 30),
		    .began = ago(r, "began_age"), .ended = json_object_get(r, "ended_age") == NULL ? 0 : ago(r, "ended_age"),
		    .rounds = jsn_integer_or(r, "rounds", 1), .late = jsn_integer_or(r, "late", 0), .asked = jsn_integer_or(r, "asked", 0),
		    .answered = jsn_integer_or(r, "answered", 0), .rested = jsn_integer_or(r, "rested", 0)};
	if (lanes != NULL)
		must(status_put_lanes(st, l, json_array_size(lanes), &e), &e);
	json_array_foreach(told, i, r)
	{
		const struct status_told t = {.rule = jsn_text_or(r, "rule", ""), .trouble = jsn_text_or(r, "trouble", ""),
		    .at = json_object_get(r, "age") == NULL ? 0 : ago(r, "age"), .tried = ago(r, "tried_age")};

		must(status_put_told(st, &t, &e), &e);
	}
}

static void
do_status(struct seed *s)
{
	struct buf text = BUF(LIMIT_ROOM_FILE);
	struct status *st = NULL;
	const json_t *pulse;
	json_t *doc;
	struct err e = {0};
	int c;

	while ((c = getchar()) != EOF)
		buf_char(&text, (char)c);
	doc = jsn_parse(buf_view(&text), "standard input", &e);
	must(doc == NULL ? -1 : 0, &e);
	must(status_open(conf_db(s->conf, "status", s->a), &st, &e), &e);
	put_columns(s, st);
	put_groups(st, s->a, doc);
	put_seen(st, s->a, doc);
	put_power(st, doc);
	put_states(st, doc);
	put_events(st, doc);
	put_lanes(st, s->a, doc);
	pulse = json_object_get(doc, "pulse");
	if (pulse != NULL) {
		struct status_pulse p = {ago(pulse, "age"), ago(pulse, "age") - 900, ago(pulse, "age"),
		    jsn_integer_or(pulse, "things", 0), jsn_text_or(pulse, "notice", ""), "0.1.0"};

		must(status_set_pulse(st, &p, &e), &e);
	}
	if (json_object_get(doc, "unsettled") != NULL)
		put_unsettled(st, json_object_get(doc, "unsettled"));
	status_close(st);
	json_decref(doc);
	buf_free(&text);
}

/* ---- the command line ------------------------------------------------------------------ */

static const struct {
	const char *name;
	int least;
	void (*run)(struct seed *s);
} commands[] = {{"session", 2, do_session}, {"key", 3, do_key}, {"import", 1, do_import}, {"status", 0, do_status}};

int
main(int argc, char **argv)
{
	struct seed s = {.a = arena_create()};
	struct err e = {0};

	log_name("seed");
	if (argc < 4 || strcmp(argv[1], "-c") != 0)
		log_die("usage: seed -c larch.json session|key|import|status ...");
	must(conf_load(argv[2], NULL, &s.conf, &e), &e);
	s.argc = argc - 4;
	s.argv = argv + 4;
	for (size_t i = 0; i < LARCH_COUNT(commands); i++)
		if (strcmp(commands[i].name, argv[3]) == 0 && s.argc >= commands[i].least) {
			commands[i].run(&s);
			conf_destroy(s.conf);
			arena_destroy(s.a);
			return 0;
		}
	log_die("seed: no command \"%s\", or too few words after it", argv[3]);
}
