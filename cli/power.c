/* SPDX-License-Identifier: Apache-2.0 */
/*
 * power and outlet: show the plan, ask, send what was shown, follow the job.
 * What is sent carries the plan's hash, so that the server refuses when what
 * would be done is no longer what was shown.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

/* ---- status -------------------------------------------------------------------- */

static const struct column machine_columns[] = {
	{"machine", "machine", false}, {"state", "state", true}, {"at", "seen", false},
};
static const struct column outlet_columns[] = {
	{"pdu", "pdu", false}, {"outlet", "outlet", false}, {"state", "state", true},
	{"fault", "fault", false}, {"device_name", "name", false}, {"amperes", "A", false}, {"watts", "W", false}, {"at", "seen", false},
};

/* "PDU:OUTLET" as a list; to look at, a PDU's name alone is all its outlets. */
static const char *
outlets_of(struct cli *c, bool whole_too, struct err *e)
{
	struct buf text = BUF(LIMIT_HOSTS_TEXT);
	struct hosts h = {0};
	const char *list = NULL;

	for (int i = 0; i < c->argc; i++)
		buf_printf(&text, "%s%s", i > 0 ? "," : "", c->argv[i]);
	if (text.over)
		err_set(e, ERR_LIMIT, "the list of outlets is longer than %zu bytes", text.max);
	else if (hosts_parse(buf_view(&text), NULL, c->arena, &h, e) == 0)
		list = arena_strdup(c->arena, text.p);
	for (size_t i = 0; list != NULL && i < h.n; i++) {
		const char *colon = strchr(h.name[i], ':');

		if (whole_too && colon == NULL)
			continue;
		if (colon == NULL || colon == h.name[i] || colon[1] == '\0') {
			err_set(e, ERR_INPUT, "\"%s\" is no outlet; write PDU:OUTLET", h.name[i]);
			list = NULL;
		}
	}
	buf_free(&text);
	return list;
}

static bool
selects(const struct cli *c)
{
	return c->argc > 0 || c->opt.list != NULL || c->opt.group != NULL || c->opt.exclude != NULL;
}

int
cmd_status(struct cli *c)
{
	static const char *const states[] = {"on", "off", "unknown"};
	bool outlets = strcmp(c->command->verb, "outlet") == 0;
	enum format f = out_format(c, outlets ? FORMAT_TABLE : FORMAT_TEXT);
	struct buf path = BUF(2 * LIMIT_HOSTS_TEXT);
	const char *list = NULL;
	struct api_answer a = {0};
	struct err e = {0};
	const json_t *rows;
	int code = EXIT_OK;

	if (selects(c) && (list = outlets ? outlets_of(c, true, &e) : select_nodes(c, &e)) == NULL)
		return cli_fail(c, &e);
	buf_puts(&path, outlets ? "/api/v1/outlets/status" : "/api/v1/power/status");
	if (list != NULL) {
		buf_puts(&path, outlets ? "?outlets=" : "?nodes=");
		buf_url(&path, str_of(list));
	}
	if (api_get(c, path.p, &a, &code) != 0)
		goto out;
	rows = out_list(a.body);
	if (outlets)
		out_rows(c, f, a.body, rows, outlet_columns, LARCH_COUNT(outlet_columns));
	else if (f == FORMAT_TEXT)
		out_by_state(c, rows, "machine", states, LARCH_COUNT(states));
	else
		out_rows(c, f, a.body, rows, machine_columns, LARCH_COUNT(machine_columns));
out:
	buf_free(&path);
	api_answer_finish(&a);
	return code;
}

/* ---- the plan ---------------------------------------------------------------------- */

static int
fetch_plan(struct cli *c, const struct wish *w, struct api_answer *a, int *code)
{
	struct buf path = BUF(4 * LIMIT_HOSTS_TEXT);
	int rc;

	buf_printf(&path, "%s/plan?verb=%s&%s=", w->base, w->verb, w->noun);
	buf_url(&path, str_of(w->list));
	if (c->opt.via != NULL)
		buf_printf(&path, "&via=%s", c->opt.via);
	if (w->port != NULL) {
		buf_puts(&path, "&port=");
		buf_url(&path, str_of(w->port));
		buf_printf(&path, "&vlan=%lld", (long long)w->vlan);
	}
	if (w->boot != NULL)
		buf_printf(&path, "&boot=%s", w->boot);
	if (c->opt.even != NULL) {
		buf_puts(&path, "&even=");
		buf_url(&path, str_of(c->opt.even));
	}
	rc = api_get(c, path.p, a, code);
	buf_free(&path);
	return rc;
}

/* The plan for the person: on stderr, as it is no answer to what was asked. */
static void
show_plan(const struct cli *c, const json_t *plan)
{
	struct str rest = str_of(jsn_text_or(plan, "text", ""));

	if (c->opt.quiet && c->opt.yes)
		return;
	while (rest.p != NULL) {
		struct buf b = BUF(LIMIT_PAGE);
		struct str line = str_cut(&rest, '\n');

		buf_plain(&b, line);
		if (rest.p != NULL || line.n > 0)
			fprintf(stderr, "%s\n", b.n > 0 ? b.p : "");
		buf_free(&b);
	}
}

static bool
is_refused(const json_t *plan)
{
	return json_array_size(jsn_array(plan, "refused")) > 0;
}

/* "reason; reason": what stands in refused[], texts or objects with a text. */
static int
say_refused(const struct cli *c, const json_t *plan)
{
	struct err e = {0};
	struct buf b = BUF(LIMIT_ERR_TEXT);
	size_t i;
	const json_t *row;

	json_array_foreach(jsn_array(plan, "refused"), i, row) {
		const char *machine = jsn_text_or(row, "machine", "");
		const char *text = json_is_string(row) ? json_string_value(row)
		    : jsn_text_or(row, "reason", jsn_text_or(row, "text", "refused"));

		buf_printf(&b, "%s%s%s%s", i > 0 ? "; " : "", machine, *machine != '\0' ? ": " : "", text);
	}
	err_set(&e, ERR_REFUSED, "nothing was sent: %s", b.n > 0 ? b.p : "refused");
	buf_free(&b);
	return cli_fail(c, &e);
}

/* ---- sending it ----------------------------------------------------------------------- */

static void
make_body(const struct cli *c, const struct wish *w, const json_t *plan, struct buf *out)
{
	json_t *o = json_object();

	jsn_set_text(o, "verb", w->verb);
	jsn_set_text(o, w->noun, w->list);
	if (c->opt.via != NULL)
		jsn_set_text(o, "via", c->opt.via);
	if (w->port != NULL) {
		jsn_set_text(o, "port", w->port);
		jsn_set(o, "vlan", json_integer(w->vlan));
	}
	if (w->boot != NULL)
		jsn_set_text(o, "boot", w->boot);
	if (c->opt.reason != NULL)
		jsn_set_text(o, "reason", c->opt.reason);
	if (c->opt.even != NULL)
		jsn_set_text(o, "even", c->opt.even);
	if (c->opt.count != NULL)
		jsn_set_text(o, "count", c->opt.count);
	jsn_set_text(o, "plan", jsn_text_or(plan, "hash", ""));
	jsn_canonical(o, out);
	json_decref(o);
}

/* The id at the end of Location: /api/v1/jobs/ID; else of the body. */
static const char *
job_of(const struct cli *c, const struct api_answer *a)
{
	const char *slash = a->location != NULL ? strrchr(a->location, '/') : NULL;

	if (slash != NULL && slash[1] != '\0')
		return arena_strdup(c->arena, slash + 1);
	if (json_object_get(a->body, "id") != NULL)
		return out_scalar(c, json_object_get(a->body, "id"));
	return NULL;
}

static int
changed_plan(const struct cli *c, const struct api_answer *a)
{
	const json_t *plan = json_object_get(a->body, "plan");

	if (json_is_object(plan)) {
		cli_say(c, "The room has changed since the plan was shown. The plan is now:");
		show_plan(c, plan);
	}
	return api_fail(c, a);
}

static int
no_answer(const struct cli *c, bool sent, struct err *e)
{
	if (!sent)
		return cli_fail(c, e);
	e->kind = ERR_TIMEOUT;
	err_prefix(e, "it is not known whether the request was taken; look with `larch jobs`");
	return cli_fail(c, e);
}

/* Under the grant that is kept; where another is needed, and somebody is there to be asked, one is opened: once. */
static int
post_plan(struct cli *c, struct api_request *q, struct api_answer *a, int *code, struct err *e)
{
	struct grant_wish w = {.minutes = 15, .uses = 1};
	struct buf grant;
	const json_t *needs;
	int rc;

	for (int tries = 0;; tries++) {
		grant_kept(c, &grant);
		q->grant = &grant;
		rc = api_call(c, q, a, e);
		q->grant = NULL;
		buf_wipe(&grant);
		needs = rc == 0 && a->status == 403 ? json_object_get(a->body, "needs") : NULL;
		if (needs == NULL || tries > 0 || !grant_can_ask(c))
			return rc;
		w.verbs = arena_strdup(c->arena, jsn_text_or(needs, "verbs", ""));
		w.things = arena_strdup(c->arena, jsn_text_or(needs, "things", ""));
		api_answer_finish(a);
		if ((*code = grant_open(c, &w)) != EXIT_OK)
			return 1;
	}
}

static int
submit(struct cli *c, const struct wish *w, const json_t *plan)
{
	unsigned char random[16];
	char key[2 * sizeof(random) + 1];
	struct buf body = BUF(LIMIT_JSON_BODY);
	struct api_request q = {.method = "POST", .path = w->base, .idempotency_key = key, .retry = true};
	struct api_answer a = {0};
	struct err e = {0};
	const char *id;
	int code = EXIT_OK, rc;

	file_random(random, sizeof(random));
	hex_encode(random, sizeof(random), key);
	make_body(c, w, plan, &body);
	q.body = buf_view(&body);
	rc = post_plan(c, &q, &a, &code, &e);
	if (rc < 0)
		code = no_answer(c, a.sent, &e);
	else if (rc > 0)
		; /* no grant: the reason was printed */
	else if (a.status == 412)
		code = changed_plan(c, &a);
	else if (a.status < 200 || a.status > 299)
		code = api_fail(c, &a);
	else if ((id = job_of(c, &a)) == NULL)
		code = no_answer(c, true, (err_set(&e, ERR_UNAVAILABLE, "the server named no job"), &e));
	else
		code = job_follow(c, id, false);
	buf_free(&body);
	api_answer_finish(&a);
	return code;
}

static int
confirm(const struct cli *c, const struct wish *w)
{
	struct err e = {0};

	if (c->opt.yes)
		return EXIT_OK;
	switch (ask_yes(c, w->port == NULL ? arena_printf(c->arena, "%s %s%s%s?", w->verb, w->list,
	        w->boot == NULL ? "" : " ", w->boot == NULL ? "" : w->boot)
	    : arena_printf(c->arena, "%s %s %s %lld?", w->verb, w->list, w->port, (long long)w->vlan))) {
	case 1:
		return EXIT_OK;
	case 0:
		if (interrupted)
			fprintf(stderr, "\n");
		cli_say(c, "Nothing was sent.");
		return interrupted ? EXIT_INTERRUPTED : EXIT_REFUSED;
	default:
		err_set(&e, ERR_REFUSED, "nothing was sent: there is no terminal to ask; --yes says yes");
		return cli_fail(c, &e);
	}
}

/* Many machines at once: the person types how many they are. --yes is said before anything is seen, so it is not enough. */
static int
confirm_count(struct cli *c, const struct wish *w, const json_t *plan)
{
	const char *what = strcmp(w->noun, "outlets") == 0 ? "outlets" : "machines";
	struct buf line;
	struct err e = {0};

	if (!jsn_bool_or(plan, "count_needed", false) || c->opt.count != NULL)
		return confirm(c, w);
	if (ask_line(arena_printf(c->arena, "%s %s\nType how many %s this is, or the one rack they stand in: ", w->verb, w->list, what), &line,
	        &e) != 0) {
		buf_free(&line);
		if (interrupted) {
			fprintf(stderr, "\n");
			cli_say(c, "Nothing was sent.");
			return EXIT_INTERRUPTED;
		}
		err_set(&e, ERR_REFUSED, "nothing was sent: so many %s need --count N, the right number, or the one rack they stand in; --yes"
		    " is not enough", what);
		return cli_fail(c, &e);
	}
	c->opt.count = arena_strndup(c->arena, line.n == 0 ? "" : line.p, line.n);
	buf_free(&line);
	if (c->opt.count[0] != '\0')
		return EXIT_OK;
	cli_say(c, "Nothing was sent.");
	return EXIT_REFUSED;
}

static int
dry_run(const struct cli *c, const json_t *plan)
{
	enum format f = out_format(c, FORMAT_TEXT);

	if (f == FORMAT_JSON)
		out_json(plan);
	else
		out_text(jsn_text_or(plan, "text", ""));
	return is_refused(plan) ? say_refused(c, plan) : EXIT_OK;
}

int
power_carry_out(struct cli *c, const struct wish *w)
{
	struct api_answer plan = {0};
	int code = EXIT_OK;

	if (c->opt.reason != NULL && strlen(c->opt.reason) > LIMIT_REASON)
		return cli_usage(c, "--reason: at most %d bytes", LIMIT_REASON);
	if (fetch_plan(c, w, &plan, &code) == 0) {
		if (c->opt.dry_run) {
			code = dry_run(c, plan.body);
		} else {
			show_plan(c, plan.body);
			code = is_refused(plan.body) ? say_refused(c, plan.body) : confirm_count(c, w, plan.body);
			if (code == EXIT_OK)
				code = submit(c, w, plan.body);
		}
	}
	api_answer_finish(&plan);
	return code;
}

int
cmd_power(struct cli *c)
{
	bool outlets = strncmp(c->command->verb, "outlet ", 7) == 0;
	struct wish w = {
		.verb = outlets ? c->command->verb + 7 : c->command->verb,
		.noun = outlets ? "outlets" : "nodes",
		.base = outlets ? "/api/v1/outlets" : "/api/v1/power",
	};
	struct err e = {0};

	if ((w.list = outlets ? outlets_of(c, false, &e) : select_nodes(c, &e)) == NULL)
		return cli_fail(c, &e);
	return power_carry_out(c, &w);
}

/* The last word is the boot device, the others are machines. */
int
cmd_bootdev(struct cli *c)
{
	static const char *const boots[] = {"pxe", "disk", "bios"};
	struct wish w = {.verb = "bootdev", .noun = "nodes", .base = "/api/v1/power"};
	struct err e = {0};

	for (size_t i = 0; c->argc > 0 && i < LARCH_COUNT(boots); i++)
		if (strcmp(c->argv[c->argc - 1], boots[i]) == 0)
			w.boot = boots[i];
	if (w.boot == NULL)
		return cli_usage(c, "the last word is the boot device: pxe, disk or bios");
	c->argc--;
	if ((w.list = select_nodes(c, &e)) == NULL)
		return cli_fail(c, &e);
	return power_carry_out(c, &w);
}
