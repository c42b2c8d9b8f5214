/* SPDX-License-Identifier: Apache-2.0 */
/* Plans: shown, confirmed, filed. */
#include <stdio.h>
#include <string.h>

#include "power_private.h"

/* ---- what was asked -------------------------------------------------------------------- */

struct asked {
	enum power_verb verb;
	enum power_way way;
	struct hosts names;
	const char *port;       /* setvlan */
	int64_t vlan;
	enum power_boot boot;   /* bootdev */
	struct hosts even;      /* n 0: nothing */
	struct power_plan plan;
	struct permit *permit;  /* NULL: not allowed, `denied` says why */
	struct err denied;
};

/* The API's outlet routes say "on" where the plan says "outlet-on". */
static bool
is_outlet_route(const struct web_call *c)
{
	return strncmp(c->route->path, "/api/v1/outlets", 15) == 0;
}

/* POST /api/v2/reboot names its machines "h", and has one verb. */
static bool
is_reboot(const struct web_call *c)
{
	return strcmp(c->route->path, "/api/v2/reboot") == 0;
}

static int
read_verb(struct web_call *c, enum power_verb *out, struct err *e)
{
	const char *verb = web_has(c, "verb") ? web_text(c, "verb") : "cycle";

	if (is_outlet_route(c))
		verb = arena_printf(c->arena, "outlet-%s", verb);
	return power_verb_parse(str_of(verb), out, e);
}

static int
make_plan(struct web_call *c, struct asked *q, struct err *e)
{
	struct power_room room = {.conf = c->conf, .revision = auth_policy_revision(c->policy)};

	if (power_need_inv(c, &room.inv, e) != 0 || power_need_status(c, &room.status, e) != 0 ||
	    power_need_requests(c, &room.requests, e) != 0)
		return -1;
	if (power_plan_wish(&room, &(struct power_wish){.verb = q->verb, .way = q->way, .names = &q->names, .port = q->port,
	    .vlan = q->vlan, .boot = q->boot, .even = q->even.n > 0 ? &q->even : NULL}, c->arena, &q->plan, e) != 0)
		return -1;
	q->plan.takes_ms = power_plan_estimate(room.inv, c->conf, &q->plan, c->arena);
	return 0;
}

/* Port and VLAN: both for setvlan, and for nothing else. */
static int
read_vlan(struct web_call *c, struct asked *q, struct err *e)
{
	bool asks = !is_outlet_route(c) && !is_reboot(c);
	bool port = asks && web_has(c, "port"), vlan = asks && web_has(c, "vlan");

	if (q->verb != POWER_SETVLAN)
		return port || vlan ? err_set(e, ERR_INPUT, "port and vlan are for setvlan alone") : 0;
	if (!port || !vlan)
		return err_set(e, ERR_INPUT, "setvlan needs a port of the machine and a VLAN, as in port=eth1 and vlan=20");
	q->port = web_text(c, "port");
	q->vlan = web_int(c, "vlan", 0);
	return 0;
}

/* The boot device: for bootdev, and for nothing else. */
static int
read_boot(struct web_call *c, struct asked *q, struct err *e)
{
	bool has = !is_outlet_route(c) && !is_reboot(c) && web_has(c, "boot");

	if (q->verb != POWER_BOOTDEV)
		return has ? err_set(e, ERR_INPUT, "a boot device is for bootdev alone") : 0;
	if (!has)
		return err_set(e, ERR_INPUT, "bootdev needs a boot device, as in boot=pxe; there are pxe, disk and bios");
	return power_boot_parse(web_str(c, "boot"), &q->boot, e);
}

/* The extra word. An empty field is none: a form sends it so. */
static int
read_even(struct web_call *c, struct asked *q, struct err *e)
{
	if (!web_has(c, "even") || web_str(c, "even").n == 0)
		return 0;
	if (hosts_parse(web_str(c, "even"), NULL, c->arena, &q->even, e) != 0)
		return -1;
	return q->even.n <= LIMIT_PLAN_THINGS ? 0
	    : err_set(e, ERR_LIMIT, "even names %zu things; the most is %d", q->even.n, LIMIT_PLAN_THINGS);
}

/* Fields to plan and permit. A refusal by the policy is kept in q, not returned: a plan may be looked at. */
static int
ask(struct web_call *c, struct asked *q, struct err *e)
{
	const char *field = is_outlet_route(c) ? "outlets" : is_reboot(c) ? "h" : "nodes";
	const char *via = is_outlet_route(c) ? "pdu" : web_text(c, "via");

	if (read_verb(c, &q->verb, e) != 0 || power_way_parse(str_of(via), &q->way, e) != 0 ||
	    read_vlan(c, q, e) != 0 || read_boot(c, q, e) != 0 || read_even(c, q, e) != 0 ||
	    power_names(c, field, q->verb, &q->names, e) != 0 || make_plan(c, q, e) != 0)
		return -1;
	if (power_permit_plan(c, &q->plan, &q->permit, &q->denied) != 0) {
		q->permit = NULL;
		if (q->denied.kind == ERR_UNAVAILABLE) {
			*e = q->denied;
			return -1;
		}
	}
	return 0;
}

/* ---- the page ---------------------------------------------------------------------------- */

/* What else goes dark, for the button: "kvm-b02", or NULL. */
static const char *
cut_names(struct web_call *c, const struct power_plan *p)
{
	struct hosts names = {.name = arena_array(c->arena, p->n_cut, sizeof(*names.name))};

	for (size_t i = 0; i < p->n_cut; i++)
		if (!p->cut[i].other_feed)
			names.name[names.n++] = arena_strdup(c->arena, p->cut[i].thing);
	hosts_sort(&names);
	return names.n == 0 ? NULL : hosts_fold(&names, c->arena);
}

static bool
any_bmc(const struct power_plan *p)
{
	for (size_t i = 0; i < p->n_machines; i++)
		if (p->machines[i].bmc != NULL)
			return true;
	return false;
}

static json_t *
way_links(struct web_call *c, const struct asked *q)
{
	json_t *list = json_array();

	for (enum power_way w = POWER_WAY_BMC; w <= POWER_WAY_PDU && !power_verb_is_outlet(q->verb) &&
	    q->verb != POWER_SETVLAN && !power_verb_is_bmc(q->verb); w++) {
		json_t *o = json_object();
		struct buf url = BUF(LIMIT_URL);

		if (w == POWER_WAY_BMC && !any_bmc(&q->plan)) {
			json_decref(o);
			continue;
		}
		buf_printf(&url, "/power?verb=%s&nodes=", power_verb_name(q->verb));
		buf_url(&url, str_of(hosts_fold(&q->names, c->arena)));
		buf_printf(&url, "&via=%s", power_way_name(w));
		if (q->plan.even != NULL) {
			buf_puts(&url, "&even=");
			buf_url(&url, str_of(q->plan.even));
		}
		jsn_set_str(o, "href", buf_view(&url));
		jsn_set_text(o, "name", power_way_name(w));
		jsn_set(o, "current", json_boolean(q->plan.way == w));
		jsn_add(list, o);
		buf_free(&url);
	}
	return list;
}

static const char *
plan_page(struct web_call *c, const struct asked *q)
{
	return power_plan_page(c, &(struct power_wish){.verb = q->verb, .way = q->plan.way, .names = &q->names, .port = q->port,
	    .vlan = q->vlan, .boot = q->boot, .even = q->even.n > 0 ? &q->even : NULL});
}

static void
model_plan(struct web_call *c, json_t *m, const struct asked *q)
{
	json_t *plan = power_plan_json(&q->plan);
	bool may = q->permit != NULL && !q->plan.refused && q->plan.n_steps > 0;

	power_model_tale(plan, &q->plan, c->arena);
	jsn_set(plan, "has_warnings", json_boolean(q->plan.n_warnings > 0));
	jsn_set(plan, "has_notes", json_boolean(q->plan.n_notes > 0));
	jsn_set(plan, "short_hash", json_stringn(q->plan.hash, 16));
	jsn_set(plan, "is_refused", json_boolean(q->plan.refused));
	may = may && power_model_grant(c, plan, &q->plan, q->permit, plan_page(c, q));
	jsn_set(plan, "may_confirm", json_boolean(may));
	jsn_set(plan, "nothing_to_do", json_boolean(q->plan.n_steps == 0 && !q->plan.refused));
	jsn_set(plan, "safe", json_boolean(q->plan.n_cut == 0 && q->plan.way == POWER_WAY_PDU && q->plan.n_steps > 0));
	jsn_set_text(plan, "vlan_text", power_plan_vlan_text(&q->plan, c->arena));
	jsn_set_text(plan, "denied", q->permit == NULL ? q->denied.text : NULL);
	jsn_set(plan, "ways", way_links(c, q));
	jsn_set_text(plan, "also", cut_names(c, &q->plan));
	jsn_set_text(plan, "nodes", hosts_fold(&q->names, c->arena));
	jsn_set(plan, "count", json_integer((json_int_t)q->plan.n_machines));
	jsn_set(plan, "count_needed", json_boolean(may && power_count_over(c, &q->plan, q->permit) >= 0));
	jsn_set_text(plan, "what", power_verb_is_outlet(q->verb) ? "outlets" : "machines");
	jsn_set(m, "plan", plan);
}

static void
model_choices(json_t *m, const char *key, const char *const *names, size_t n, const char *chosen)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++) {
		json_t *o = json_object();

		jsn_set_text(o, "name", names[i]);
		jsn_set(o, "chosen", json_boolean(chosen != NULL && strcmp(chosen, names[i]) == 0));
		jsn_add(list, o);
	}
	jsn_set(m, key, list);
}

static json_t *
model_form(struct web_call *c)
{
	static const char *const verbs[] = {"on", "off", "cycle", "reset", "soft", "nmi", "identify", "bootdev", "rebuild",
	    "setvlan", "outlet-on", "outlet-off", "outlet-cycle"};
	static const char *const boots[] = {"pxe", "disk", "bios"};
	static const char *const vias[] = {"auto", "bmc", "pdu"};
	const char *verb = web_text(c, "verb"), *via = web_text(c, "via");
	json_t *m = json_object();

	jsn_set_text(m, "title", "Power");
	jsn_set_text(m, "nodes", web_text(c, "nodes"));
	jsn_set_text(m, "reason", web_text(c, "reason"));
	jsn_set_text(m, "port", web_text(c, "port"));
	jsn_set_text(m, "even", web_text(c, "even"));
	if (web_has(c, "vlan"))
		jsn_set(m, "to_vlan", json_integer(web_int(c, "vlan", 0)));
	jsn_set_text(m, "verb", verb);
	jsn_set_text(m, "via", via == NULL ? "auto" : via);
	model_choices(m, "verbs", verbs, LARCH_COUNT(verbs), verb == NULL ? "cycle" : verb);
	model_choices(m, "boots", boots, LARCH_COUNT(boots), web_text(c, "boot"));
	model_choices(m, "vias", vias, LARCH_COUNT(vias), via == NULL ? "auto" : via);
	return m;
}

static int
plan_plain(struct web_call *c, int status, const struct power_plan *p, struct err *e)
{
	struct buf text = BUF(LIMIT_PAGE);
	int rc;

	power_plan_text(p, &text);
	rc = web_plain(c, status, buf_view(&text), e);
	buf_free(&text);
	return rc;
}

/* The plan as scripts get it, from the page's address and from the API's. */
static json_t *
plan_answer(struct web_call *c, const struct asked *q)
{
	json_t *o = power_plan_show_json(&q->plan);

	jsn_set_text(o, "denied", q->permit == NULL ? q->denied.text : NULL);
	jsn_set(o, "count_needed", json_boolean(power_count_over(c, &q->plan, q->permit) >= 0));
	return o;
}

int
power_show_form(struct web_call *c, struct err *e)
{
	struct asked q = {0};
	json_t *m;

	bool asks = web_has(c, "nodes") && web_has(c, "verb");

	/* a table's checkboxes know no port and no boot device: the form asks for it */
	if (asks && strcmp(web_text(c, "verb"), "setvlan") == 0 && c->format == WEB_HTML)
		asks = web_has(c, "port") && web_has(c, "vlan");
	if (asks && strcmp(web_text(c, "verb"), "bootdev") == 0 && c->format == WEB_HTML)
		asks = web_has(c, "boot");
	if (!asks) {
		if (c->format != WEB_HTML)
			return err_set(e, ERR_INPUT, "name a verb and nodes, as in /power.txt?verb=cycle&nodes=n0001");
		return web_page(c, NULL, model_form(c), e);
	}
	if (ask(c, &q, e) != 0)
		return -1;
	if (c->format == WEB_TXT)
		return plan_plain(c, 200, &q.plan, e);
	if (c->format == WEB_JSON_FORMAT)
		return web_json(c, 200, plan_answer(c, &q), e);
	m = model_form(c);
	model_plan(c, m, &q);
	return web_page(c, NULL, m, e);
}

/* ---- filing --------------------------------------------------------------------------------- */

static bool
job_ended(void *ctx, int64_t job)
{
	struct web_call *c = ctx;
	struct journal *journal;
	struct journal_job state;
	struct power_requests *requests;
	struct power_request request;
	struct err e = {0};

	if (power_need_journal(c, &journal, &e) != 0)
		return false; /* not known: treat it as open */
	if (journal_job(journal, job, c->arena, &state, &e) == 0)
		return state.ended > 0;
	/* Never taken up: over once its permit has run out and larchd would refuse it. */
	return e.kind == ERR_NOT_FOUND && power_need_requests(c, &requests, &e) == 0 &&
	    power_request_get(requests, job, c->arena, &request, &e) == 0 && c->now > request.until + 5000;
}

/* The plan that was confirmed is the plan that is now, or nothing is filed. A prefix of 16 digits will do. */
static bool
same_plan(const char *given, const char *now)
{
	size_t n = strlen(given);

	return n >= 16 && n <= 64 && strncmp(given, now, n) == 0;
}

static const char *
source(const struct web_call *c)
{
	return arena_printf(c->arena, "%s %s", c->person->source == AUTH_KEY ? "key" : "session", c->person->id);
}

static int
file_plan(struct web_call *c, const struct asked *q, int64_t *job, bool *again, struct err *e)
{
	struct power_shared *shared = c->shared;
	const char *key = c->request->idempotency_key;
	struct power_filing f = {
	    .permit = q->permit,
	    .plan = &q->plan,
	    .source = source(c),
	    .address = c->request->remote,
	    .reason = web_has(c, "reason") ? web_text(c, "reason") : "",
	    .idempotency = key[0] == '\0' ? NULL : key,
	    .request_id = c->request->request_id,
	    .ended = job_ended,
	    .ctx = c,
	};
	struct journal *journal;
	int rc;

	if (key[0] != '\0' && (strlen(key) > LIMIT_NAME || !str_is_text(str_of(key))))
		return err_set(e, ERR_INPUT, "the Idempotency-Key is longer than %d bytes, or is no text", LIMIT_NAME);
	if (power_need_journal(c, &journal, e) == 0) {
		f.after = journal_last_job(journal);
		(void)journal_read_head(journal, &f.journal, f.journal_hash, NULL); /* what was not seen is not cited */
	}
	if (power_allow(c, &f, plan_page(c, q), e) != 0)
		return -1;
	pthread_mutex_lock(&shared->lock);
	rc = power_file(shared->requests, &f, job, again, e);
	if (rc == 0 && !*again)
		power_anchor(c, shared->requests, *job);
	pthread_mutex_unlock(&shared->lock);
	if (rc == 0)
		power_wake(c);
	return rc;
}

/* Was this very request filed before? 1 and its job, 0 no, -1. */
static int
filed(struct web_call *c, int64_t *job, bool *again, struct err *e)
{
	const char *key = c->request->idempotency_key;
	struct power_requests *requests;

	*again = true;
	if (key[0] == '\0')
		return 0;
	return power_need_requests(c, &requests, e) != 0
	    ? -1 : power_filed(requests, c->person->name, key, web_text(c, "plan"), job, e);
}

/* 0 filed; 1 the plan has changed; 2 the number that was typed is not its, or none was, which *e says; -1 an error. */
static int
confirm(struct web_call *c, struct asked *q, int64_t *job, bool *again, struct err *e)
{
	int before = filed(c, job, again, e);

	if (before != 0)
		return before == 1 ? 0 : -1;
	if (ask(c, q, e) != 0)
		return -1;
	if (q->permit == NULL) {
		*e = q->denied;
		return -1;
	}
	if (!same_plan(web_text(c, "plan"), q->plan.hash))
		return 1;
	if (q->plan.refused)
		return err_set(e, ERR_REFUSED, "the plan has refusals in it: leave those machines out, or choose another way");
	return power_count_check(c, &q->plan, q->permit, e) != 0 ? 2 : file_plan(c, q, job, again, e);
}

int
power_post(struct web_call *c, struct err *e)
{
	struct asked q = {0};
	int64_t job;
	bool again;
	json_t *m;
	int rc = confirm(c, &q, &job, &again, e);

	if (rc == 0)
		return web_redirect(c, arena_printf(c->arena, "/jobs/%lld", (long long)job), e);
	if (rc < 0)
		return -1;
	web_status(c, rc == 1 ? 412 : 409);
	m = model_form(c);
	model_plan(c, m, &q);
	jsn_set(m, "changed", json_boolean(rc == 1));
	jsn_set_text(m, "miscounted", rc == 2 ? e->text : NULL);
	return web_page(c, NULL, m, e);
}

/* ---- "check now" -------------------------------------------------------------------------------- */

static int
file_check(struct web_call *c, struct hosts *things, struct err *e)
{
	struct power_shared *shared = c->shared;
	struct power_order order = {.what = "check"};
	struct permit *permit;
	int64_t id;
	int rc;

	if (things->n > LIMIT_PLAN_THINGS)
		return err_set(e, ERR_LIMIT, "%zu things to look at now; the most is %d", things->n, LIMIT_PLAN_THINGS);
	if (power_permit(c, "check", things, &permit, e) != 0)
		return -1;
	order.things = hosts_fold(things, c->arena);
	pthread_mutex_lock(&shared->lock);
	rc = power_order(shared->requests, permit, &order, &id, e);
	pthread_mutex_unlock(&shared->lock);
	if (rc == 0)
		power_wake(c);
	return rc;
}

/* Machines, or the PDUs of outlets. */
static int
check_names(struct web_call *c, struct hosts *out, struct err *e)
{
	enum power_verb verb = POWER_CYCLE;
	struct inv *inv;
	char *colon;

	if (web_has(c, "verb") && power_verb_parse(web_str(c, "verb"), &verb, e) != 0)
		return -1;
	if (!power_verb_is_outlet(verb)) {
		if (power_need_inv(c, &inv, e) != 0)
			return -1;
		return inv_select(inv, web_str(c, "nodes"), c->arena, out, e);
	}
	if (hosts_parse(web_str(c, "nodes"), NULL, c->arena, out, e) != 0)
		return -1;
	for (size_t i = 0; i < out->n; i++)
		if ((colon = strrchr(out->name[i], ':')) != NULL)
			*colon = '\0';
	hosts_sort(out);
	return 0;
}

/* Lead to the page of a plan: /power?nodes=...&verb=...&via=... */
static int
lead_to_plan(struct web_call *c, const char *nodes, struct err *e)
{
	static const char *const fields[] = {"verb", "via", "port", "vlan", "boot", "even"};
	struct buf url = BUF(LIMIT_URL);
	int rc;

	buf_puts(&url, "/power?nodes=");
	buf_url(&url, str_of(nodes));
	for (size_t i = 0; i < LARCH_COUNT(fields); i++) {
		const struct web_field *f;

		for (f = c->route->fields; f->name != NULL && strcmp(f->name, fields[i]) != 0; f++)
			;
		if (f->name == NULL || !web_has(c, fields[i]))
			continue;
		buf_printf(&url, "&%s=", fields[i]);
		buf_url(&url, web_str(c, fields[i]));
	}
	rc = url.over ? err_set(e, ERR_LIMIT, "these names are too many for one page; choose fewer, or name them as a range")
	              : web_redirect(c, url.p, e);
	buf_free(&url);
	return rc;
}

/* Checkboxes of a table: folded to one short list, and shown as a plan. Nothing is filed here. */
int
power_post_choice(struct web_call *c, struct err *e)
{
	struct hosts names;

	if (hosts_parse(web_str(c, "nodes"), NULL, c->arena, &names, e) != 0)
		return -1;
	return lead_to_plan(c, hosts_fold(&names, c->arena), e);
}

int
power_post_check(struct web_call *c, struct err *e)
{
	struct hosts names;

	if (check_names(c, &names, e) != 0 || file_check(c, &names, e) != 0)
		return -1;
	if (web_has(c, "back"))
		return web_redirect(c, web_link(c->arena, "/nodes/%s", web_text(c, "back")), e);
	return lead_to_plan(c, web_text(c, "nodes"), e);
}

int
power_api_check(struct web_call *c, struct err *e)
{
	struct hosts names;

	if (check_names(c, &names, e) != 0 || file_check(c, &names, e) != 0)
		return -1;
	return web_created(c, 202, "/api/v1/power/status", NULL, e);
}

/* ---- the API -------------------------------------------------------------------------------------- */

int
power_api_plan(struct web_call *c, struct err *e)
{
	struct asked q = {0};

	if (ask(c, &q, e) != 0)
		return -1;
	return c->format == WEB_TXT ? plan_plain(c, 200, &q.plan, e) : web_json(c, 200, plan_answer(c, &q), e);
}

int
power_api_post(struct web_call *c, struct err *e)
{
	struct asked q = {0};
	json_t *o;
	int64_t job;
	bool again;

	switch (confirm(c, &q, &job, &again, e)) {
	case 0: break;
	case 1:
		web_problem_add(c, "plan", plan_answer(c, &q));
		return err_set(e, ERR_STALE, "the plan has changed since it was shown; look at the new one and confirm that");
	default: return -1;
	}
	o = json_object();
	jsn_set(o, "id", json_integer(job));
	jsn_set(o, "job", json_sprintf("/api/v1/jobs/%lld", (long long)job));
	jsn_set(o, "again", json_boolean(again));
	return web_created(c, again ? 200 : 202, arena_printf(c->arena, "/api/v1/jobs/%lld", (long long)job), o, e);
}

/*
 * A power request like any other, in the seed's spelling. Without a plan it says what it would do, and does nothing: 409.
 * Its fields stand in the address; a body would be a request that nobody reads.
 */
int
power_api_reboot(struct web_call *c, struct err *e)
{
	struct asked q = {0};

	if (c->request->body.n > 0)
		return err_set(e, ERR_INPUT, "the fields of a reboot stand in its address, as in /api/v2/reboot?h=n0001&plan=HASH; it takes no body");
	if (web_has(c, "plan"))
		return power_api_post(c, e);
	if (ask(c, &q, e) != 0)
		return -1;
	if (q.permit == NULL) {
		*e = q.denied;
		return -1;
	}
	web_problem_add(c, "plan", plan_answer(c, &q));
	web_problem_add(c, "hash", json_string(q.plan.hash));
	if (q.plan.refused)
		return err_set(e, ERR_REFUSED, "nothing was done: the plan has refusals in it, leave those machines out");
	return err_set(e, ERR_REFUSED, "nothing was done: look at the plan, and ask again with plan=%.16s and the rest as it is", q.plan.hash);
}
