/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The planner against golden cases (tests/data/power/NAME.in, .ok; LARCH_UPDATE=1
 * writes the .ok anew), the plan's hash and round trip, the journal's chain, and
 * the last look.
 */
#include <glob.h>
#include <math.h>
#include <stdlib.h>

#include "power/power.h"
#include "t.h"

#define NOW INT64_C(1795210685000)

/* ---- facts from JSON ------------------------------------------------------------------- */

static enum power_state
state_from(const char *word)
{
	return strcmp(word, "on") == 0 ? POWER_IS_ON : strcmp(word, "off") == 0 ? POWER_IS_OFF : POWER_IS_UNKNOWN;
}

/* ["4711 bob", ...] */
static const struct power_slurm_job *
read_jobs(const json_t *list, struct arena *a, size_t *n)
{
	struct power_slurm_job *jobs = arena_array(a, json_array_size(list) + 1, sizeof(*jobs));

	*n = json_array_size(list);
	for (size_t i = 0; i < *n; i++) {
		struct str rest = str_of(json_string_value(json_array_get(list, i))), id = str_cut(&rest, ' ');

		jobs[i] = (struct power_slurm_job){arena_strndup(a, id.p, id.n), arena_strndup(a, rest.p, rest.n)};
	}
	return jobs;
}

/* past: [age in hours, verb, outcome, helped: 1, 0 or -1] */
static void
read_known(const json_t *j, struct arena *a, struct power_known *k)
{
	const json_t *list = jsn_array(j, "past");
	struct power_past *past = arena_array(a, json_array_size(list) + 1, sizeof(*past));

	*k = (struct power_known){.owner = jsn_text_or(j, "owner", ""), .state = jsn_text_or(j, "state_attr", ""),
	    .slurm = jsn_text_or(j, "slurm", NULL), .reason = jsn_text_or(j, "reason", NULL), .past = past};
	k->jobs = read_jobs(jsn_array(j, "jobs"), a, &k->n_listed);
	k->n_jobs = jsn_integer_or(j, "n_jobs", (int64_t)k->n_listed);
	k->jobs_at = json_object_get(j, "jobs") == NULL ? 0 : NOW;
	k->jobs_stale = jsn_bool_or(j, "jobs_stale", false);
	for (k->n_past = 0; k->n_past < json_array_size(list); k->n_past++) {
		const json_t *x = json_array_get(list, k->n_past);
		int64_t helped = json_integer_value(json_array_get(x, 3));

		past[k->n_past] = (struct power_past){NOW - 3600000 * json_integer_value(json_array_get(x, 0)), 40 + (int64_t)k->n_past, "ana",
		    json_string_value(json_array_get(x, 1)), "bmc", json_string_value(json_array_get(x, 2)),
		    helped < 0 ? POWER_HELP_UNKNOWN : helped == 0 ? POWER_HELP_NONE : POWER_HELPED};
	}
}

static void
read_fed(const json_t *list, struct arena *a, struct power_outlet *o)
{
	struct power_fed *fed = arena_array(a, json_array_size(list), sizeof(*fed));

	o->fed = fed;
	o->n_fed = json_array_size(list);
	for (size_t i = 0; i < o->n_fed; i++) {
		const json_t *f = json_array_get(list, i);

		fed[i] = (struct power_fed){.thing = jsn_text_or(f, "thing", ""), .inlet = jsn_text_or(f, "inlet", "psu1"),
		    .type = jsn_text_or(f, "type", "server"), .other_feed = jsn_bool_or(f, "other_feed", false),
		    .owner = jsn_text_or(f, "owner", ""), .stands = jsn_text_or(f, "stands", NULL)};
		fed[i].jobs = read_jobs(jsn_array(f, "jobs"), a, &fed[i].n_jobs);
	}
}

static void
read_outlet(const json_t *j, struct arena *a, struct power_outlet *o)
{
	const json_t *amps = json_object_get(j, "amps");

	*o = (struct power_outlet){
	    .pdu = jsn_text_or(j, "pdu", ""),
	    .outlet = jsn_text_or(j, "outlet", ""),
	    .inlet = jsn_text_or(j, "inlet", "psu1"),
	    .device_name = jsn_text_or(j, "name", ""),
	    .word = jsn_text_or(j, "word", jsn_text_or(j, "state", "unknown")),
	    .state = state_from(jsn_text_or(j, "state", "unknown")),
	    .amps = json_is_number(amps) ? json_number_value(amps) : NAN,
	    .watts = json_is_number(json_object_get(j, "watts")) ? json_number_value(json_object_get(j, "watts")) : NAN,
	    .at = NOW - 1000 * jsn_integer_or(j, "age", 12),
	    .interval = 30000,
	    .reachable = jsn_bool_or(j, "reachable", true),
	    .recent = jsn_text_or(j, "recent_by", NULL) != NULL,
	    .recent_by = jsn_text_or(j, "recent_by", NULL),
	    .guarded = jsn_text_or(j, "guarded", NULL),
	    .pdu_loaded = jsn_bool_or(j, "pdu_loaded", true),
	};
	if (jsn_bool_or(j, "never_seen", false))
		o->at = 0;
	read_fed(jsn_array(j, "fed"), a, o);
}

/* {"text": ..., "over": true, "ways": ["pdu"]}; ways not said: all. */
static void
read_tags(const json_t *list, struct arena *a, struct power_machine *m)
{
	struct power_tag_fact *tags = arena_array(a, json_array_size(list) + 1, sizeof(*tags));

	m->tags = tags;
	m->n_tags = json_array_size(list);
	for (size_t i = 0; i < m->n_tags; i++) {
		const json_t *t = json_array_get(list, i), *ways = jsn_array(t, "ways");

		tags[i] = (struct power_tag_fact){jsn_text_or(t, "text", ""), !jsn_bool_or(t, "over", false), ways == NULL ? ~0u : 0};
		for (size_t k = 0; k < json_array_size(ways); k++) {
			enum power_way way;

			if (power_way_parse(str_of(json_string_value(json_array_get(ways, k))), &way, NULL) == 0)
				tags[i].ways |= 1u << way;
		}
	}
}

static void
read_machine(const json_t *j, struct arena *a, struct power_machine *m)
{
	const json_t *list = jsn_array(j, "outlets");
	struct power_outlet *outlets = arena_array(a, json_array_size(list), sizeof(*outlets));

	*m = (struct power_machine){
	    .name = jsn_text_or(j, "name", ""),
	    .type = jsn_text_or(j, "type", "server"),
	    .bmc = jsn_text_or(j, "bmc", NULL),
	    .bmc_shared = jsn_text_or(j, "bmc_shared", NULL),
	    .bmc_answers = jsn_bool_or(j, "bmc_answers", true),
	    .chassis = state_from(jsn_text_or(j, "chassis", "on")),
	    .chassis_at = NOW - 1000 * jsn_integer_or(j, "chassis_age", 12),
	    .chassis_interval = 30000,
	    .chassis_since = NOW - 1000 * jsn_integer_or(j, "chassis_since", 3600),
	    .stands = jsn_text_or(j, "stands", NULL),
	    .outlets = outlets,
	    .n_outlets = json_array_size(list),
	    .is_protected = jsn_bool_or(j, "protected", false),
	    .address = jsn_text_or(j, "address", "127.2.0.1"),
	    .efi = jsn_bool_or(j, "efi", false),
	    .up = jsn_bool_or(j, "up", jsn_bool_or(j, "pings", false)),
	    .pings = jsn_bool_or(j, "pings", false),
	};
	read_tags(jsn_array(j, "tags"), a, m);
	read_known(j, a, &m->known);
	if (jsn_bool_or(j, "no_address", false))
		m->address = NULL;
	for (size_t i = 0; i < m->n_outlets; i++)
		read_outlet(json_array_get(list, i), a, &outlets[i]);
}

/* Ports are [name, base port, ifIndex, pvid, egress, untagged, forbidden]. */
static void
read_ports(const json_t *list, int64_t age, struct arena *a, struct power_vlan_facts *f)
{
	struct status_port *ports = arena_array(a, json_array_size(list) + 1, sizeof(*ports));

	f->ports = ports;
	f->n_ports = json_array_size(list);
	for (size_t i = 0; i < f->n_ports; i++) {
		const json_t *p = json_array_get(list, i);

		ports[i] = (struct status_port){
		    .name = json_string_value(json_array_get(p, 0)),
		    .base_port = json_integer_value(json_array_get(p, 1)),
		    .if_index = json_integer_value(json_array_get(p, 2)),
		    .pvid = json_integer_value(json_array_get(p, 3)),
		    .egress = json_string_value(json_array_get(p, 4)),
		    .untagged = json_string_value(json_array_get(p, 5)),
		    .forbidden = json_string_value(json_array_get(p, 6)),
		    .at = NOW - 1000 * age,
		    .interval = 30000,
		};
	}
}

static const struct power_vlan_facts *
read_vlan(const json_t *j, struct arena *a)
{
	const json_t *vlans = jsn_array(j, "vlans"), *others = jsn_array(j, "others");
	struct power_vlan_facts *f = arena_alloc(a, sizeof(*f));
	struct status_vlan *v = arena_array(a, json_array_size(vlans) + 1, sizeof(*v));
	struct power_on_port *o = arena_array(a, json_array_size(others) + 1, sizeof(*o));

	*f = (struct power_vlan_facts){
	    .port = jsn_text_or(j, "port", ""),
	    .vlan = jsn_integer_or(j, "vlan", 0),
	    .peer = jsn_text_or(j, "peer", NULL),
	    .peer_type = jsn_text_or(j, "peer_type", "switch"),
	    .peer_port = jsn_text_or(j, "peer_port", ""),
	    .recent = jsn_text_or(j, "recent_by", NULL) != NULL,
	    .recent_by = jsn_text_or(j, "recent_by", NULL),
	    .is_protected = jsn_bool_or(j, "protected", false),
	    .address = jsn_text_or(j, "address", NULL),
	    .seen = jsn_text_or(j, "seen", NULL),
	    .detail = jsn_text_or(j, "detail", NULL),
	    .vlans = v,
	    .n_vlans = json_array_size(vlans),
	    .others = o,
	    .n_others = json_array_size(others),
	};
	read_ports(jsn_array(j, "ports"), jsn_integer_or(j, "age", 12), a, f);
	for (size_t i = 0; i < f->n_vlans; i++)
		v[i] = (struct status_vlan){json_integer_value(json_array_get(json_array_get(vlans, i), 0)),
		    json_string_value(json_array_get(json_array_get(vlans, i), 1))};
	for (size_t i = 0; i < f->n_others; i++) {
		const json_t *x = json_array_get(others, i);

		o[i] = (struct power_on_port){jsn_text_or(x, "thing", ""), jsn_text_or(x, "type", "server"),
		    jsn_text_or(x, "port", ""), jsn_text_or(x, "switch_port", ""), jsn_text_or(x, "stands", NULL)};
	}
	return f;
}

/* The question of a golden file; the JSON stays alive with the arena's owner. */
static json_t *
read_question(const char *path, struct arena *a, struct power_question *q)
{
	struct err e;
	json_t *j = jsn_load(path, LIMIT_CONFIG_FILE, &e);
	const json_t *list;
	struct power_machine *machines;

	if (!t_check(j != NULL, path, 0, "is JSON", j == NULL ? e.text : "", ""))
		return NULL;
	list = jsn_array(j, "machines");
	machines = arena_array(a, json_array_size(list), sizeof(*machines));
	*q = (struct power_question){.revision = "0123456789abcdef", .now = NOW, .load_floor_a = 0.1,
	    .machines = machines, .n_machines = json_array_size(list)};
	T_OK(power_verb_parse(str_of(jsn_text_or(j, "verb", "")), &q->verb, &e) == 0);
	T_OK(power_way_parse(str_of(jsn_text_or(j, "via", "auto")), &q->way, &e) == 0);
	if (jsn_text_or(j, "boot", NULL) != NULL)
		T_OK(power_boot_parse(str_of(jsn_text_or(j, "boot", "")), &q->boot, &e) == 0);
	if (jsn_text_or(j, "even", NULL) != NULL) {
		struct hosts *even = arena_alloc(a, sizeof(*even));

		T_OK(hosts_parse(str_of(jsn_text_or(j, "even", "")), NULL, a, even, &e) == 0);
		q->even = even;
	}
	if (json_object_get(j, "switch") != NULL)
		q->vlan = read_vlan(json_object_get(j, "switch"), a);
	for (size_t i = 0; i < q->n_machines; i++)
		read_machine(json_array_get(list, i), a, &machines[i]);
	return j;
}

/* ---- golden cases ------------------------------------------------------------------------- */

static void
golden_one(const char *in)
{
	struct arena *a = arena_create();
	struct buf got = BUF(LIMIT_PAGE), want = BUF(LIMIT_PAGE);
	struct power_question q;
	struct power_plan p;
	struct err e;
	char *ok = arena_printf(a, "%.*s.ok", (int)strlen(in) - 3, in);
	json_t *j = read_question(in, a, &q);

	if (j == NULL)
		goto out;
	if (power_plan(&q, a, &p, &e) == 0)
		power_plan_text(&p, &got);
	else
		buf_printf(&got, "ERROR: %s\n", e.text);
	if (getenv("LARCH_UPDATE") != NULL)
		T_OK(file_publish(ok, buf_view(&got), 0644, &e) == 0);
	if (T_OK(file_read(ok, LIMIT_PAGE, &want, &e) == 0))
		t_check(str_eq(buf_view(&got), buf_view(&want)), in, 0, "plan differs", got.p, want.p);
out:
	json_decref(j);
	buf_free(&got);
	buf_free(&want);
	arena_destroy(a);
}

static void
t_every_golden_question_has_its_plan(void)
{
	glob_t g;

	if (!T_OK(glob(t_path("tests/data/power/*.in"), 0, NULL, &g) == 0))
		return;
	T_OK(g.gl_pathc >= 20);
	for (size_t i = 0; i < g.gl_pathc; i++)
		golden_one(g.gl_pathv[i]);
	globfree(&g);
}

static struct power_plan
plan_of(const char *name, struct arena *a, json_t **keep, struct power_question *q)
{
	struct power_plan p = {0};
	struct err e;
	char path[512];

	snprintf(path, sizeof(path), "%s", t_path(""));
	snprintf(path + strlen(path), sizeof(path) - strlen(path), "tests/data/power/%s.in", name);
	*keep = read_question(path, a, q);
	T_OK(*keep != NULL && power_plan(q, a, &p, &e) == 0);
	return p;
}

static void
t_the_hash_covers_what_is_decided_not_what_is_measured(void)
{
	struct arena *a = arena_create();
	struct power_question q;
	json_t *keep;
	struct power_plan was = plan_of("cycle-two-pdus", a, &keep, &q), now;
	struct power_outlet *o = (struct power_outlet *)(uintptr_t)q.machines[0].outlets;
	struct err e;

	o[0].amps = 7.5;
	o[0].at -= 5000;
	T_OK(power_plan(&q, a, &now, &e) == 0);
	T_STR(now.hash, was.hash);
	q.revision = "ffffffffffffffff";
	T_OK(power_plan(&q, a, &now, &e) == 0);
	T_OK(strcmp(now.hash, was.hash) != 0);
	q.revision = "0123456789abcdef";
	o[0].state = POWER_IS_OFF;
	T_OK(power_plan(&q, a, &now, &e) == 0);
	T_OK(strcmp(now.hash, was.hash) != 0);
	json_decref(keep);
	arena_destroy(a);
}

/* Of what a person must know beside the wiring, whose a machine is and which jobs end with it are decided; the rest is only shown. */
static void
t_owner_and_jobs_are_hashed_and_state_history_and_watts_are_not(void)
{
	struct arena *a = arena_create();
	struct power_question q;
	json_t *keep, *j;
	struct power_plan was = plan_of("who-and-what-runs", a, &keep, &q), now;
	struct power_machine *m = (struct power_machine *)(uintptr_t)q.machines;
	struct power_outlet *o = (struct power_outlet *)(uintptr_t)m->outlets;
	struct power_fed *fed = (struct power_fed *)(uintptr_t)o->fed;
	struct power_slurm_job *jobs = (struct power_slurm_job *)(uintptr_t)m->known.jobs;
	struct err e;

	j = power_plan_json(&was);
	T_OK(power_plan_from_json(j, a, &now, &e) == 0);
	T_STR(now.hash, was.hash);
	T_STR(now.machines[0].jobs[1].id, "4712");
	json_decref(j);
	m->known.state = "pxe";
	m->known.reason = "another";
	m->known.slurm = "down*";
	m->known.n_past = 1;
	m->known.jobs_stale = true;
	m->known.n_jobs = 9;
	o->watts = 12;
	jobs[0].user = "joe";
	T_OK(power_plan(&q, a, &now, &e) == 0);
	T_STR(now.hash, was.hash);
	jobs[0].id = "4799";
	T_OK(power_plan(&q, a, &now, &e) == 0);
	T_OK(strcmp(now.hash, was.hash) != 0);
	jobs[0].id = "4711";
	m->known.owner = "ben";
	T_OK(power_plan(&q, a, &now, &e) == 0);
	T_OK(strcmp(now.hash, was.hash) != 0);
	m->known.owner = "ana";
	fed[0].n_jobs = 0;
	T_OK(power_plan(&q, a, &now, &e) == 0);
	T_OK(strcmp(now.hash, was.hash) != 0);
	json_decref(keep);
	arena_destroy(a);
}

/* The extra word is part of the plan: who takes it out, or another in, has another plan; and it is read back as it was. */
static void
t_the_extra_word_is_hashed_and_read_back(void)
{
	struct arena *a = arena_create();
	struct power_question q;
	json_t *keep, *j;
	struct power_plan was = plan_of("even-cuts-a-switch-as-asked", a, &keep, &q), now;
	const struct hosts *even = q.even;
	struct err e;

	T_OK(!was.refused);
	T_STR(was.even, "sw-b01");
	j = power_plan_json(&was);
	T_OK(power_plan_from_json(j, a, &now, &e) == 0);
	T_STR(now.hash, was.hash);
	T_STR(now.even, "sw-b01");
	json_object_del(j, "even");
	T_OK(power_plan_from_json(j, a, &now, &e) != 0);
	T_ERR(e, "hash does not fit");
	jsn_set_text(j, "even", "sw-b01,sw-b01");
	T_OK(power_plan_from_json(j, a, &now, &e) != 0);
	T_ERR(e, "no folded list");
	jsn_set_text(j, "even", "sw-b[");
	T_OK(power_plan_from_json(j, a, &now, &e) != 0);
	q.even = NULL;
	T_OK(power_plan(&q, a, &now, &e) == 0);
	T_OK(now.refused && strcmp(now.hash, was.hash) != 0);
	q.even = even;
	json_decref(j);
	json_decref(keep);
	arena_destroy(a);
}

/* 310 W or 290 W, the warning is the same; none is another plan. */
static void
t_a_load_that_disagrees_is_hashed_without_its_number(void)
{
	struct arena *a = arena_create();
	struct power_question q;
	json_t *keep;
	struct power_plan was = plan_of("load-beside-a-chassis-that-is-off", a, &keep, &q), now;
	struct power_outlet *o = (struct power_outlet *)(uintptr_t)q.machines[0].outlets;
	struct err e;

	T_STR(was.warnings[0].text, "outlet pdu-b01-a AA1 carries 310 W, the BMC says n0001 is off: is the cable where the inventory says?");
	o[0].watts = 290;
	T_OK(power_plan(&q, a, &now, &e) == 0);
	T_STR(now.hash, was.hash);
	T_OK(strstr(now.warnings[0].text, "carries 290 W") != NULL);
	o[0].watts = 20;
	T_OK(power_plan(&q, a, &now, &e) == 0);
	T_OK(now.n_warnings == 0 && strcmp(now.hash, was.hash) != 0);
	o[0].watts = 310;
	o[0].at = NOW - 120000; /* stale: nothing is said of it */
	T_OK(power_plan(&q, a, &now, &e) == 0);
	T_INT(now.n_warnings, 0);
	json_decref(keep);
	arena_destroy(a);
}

static void
t_a_plan_is_read_back_as_it_was_written(void)
{
	struct arena *a = arena_create();
	struct power_question q;
	json_t *keep, *j;
	struct power_plan was = plan_of("cycle-two-pdus", a, &keep, &q), now;
	struct err e;

	j = power_plan_json(&was);
	T_OK(power_plan_from_json(j, a, &now, &e) == 0);
	T_STR(now.hash, was.hash);
	T_INT(now.n_steps, was.n_steps);
	json_decref(j);
	json_decref(keep);
	arena_destroy(a);
}

static void
t_a_plan_about_a_vlan_is_read_back_with_its_port(void)
{
	struct arena *a = arena_create();
	struct power_question q;
	json_t *keep, *j;
	struct power_plan was = plan_of("setvlan", a, &keep, &q), now;
	struct hosts claims;
	struct err e;

	j = power_plan_json(&was);
	T_OK(power_plan_from_json(j, a, &now, &e) == 0);
	T_STR(now.hash, was.hash);
	T_INT(now.vlan->vlan, 20);
	T_INT(now.vlan->was, 1);
	T_INT(now.vlan->base_port, 1);
	T_INT(now.vlan->if_index, 101);
	T_INT(now.steps[4].vlan, 1);
	power_plan_claims(&now, a, &claims);
	T_OK(hosts_has(&claims, "sw-b01") && hosts_has(&claims, "n0001") && hosts_has(&claims, "sw-b01:swp00"));
	jsn_set(json_object_get(j, "vlan"), "vlan", json_integer(30));
	T_OK(power_plan_from_json(j, a, &now, &e) != 0);
	T_ERR(e, "hash does not fit");
	json_object_del(j, "vlan");
	T_OK(power_plan_from_json(j, a, &now, &e) != 0);
	T_ERR(e, "names no port");
	json_decref(j);
	json_decref(keep);
	arena_destroy(a);
}

static void
t_a_plan_with_one_changed_word_is_refused(void)
{
	struct arena *a = arena_create();
	struct power_question q;
	json_t *keep, *j;
	struct power_plan was = plan_of("cycle-two-pdus", a, &keep, &q), now;
	struct err e;

	j = power_plan_json(&was);
	jsn_set_text(json_array_get(jsn_array(j, "steps"), 0), "outlet", "AA9");
	T_OK(power_plan_from_json(j, a, &now, &e) != 0);
	T_ERR(e, "hash does not fit");
	jsn_set_text(json_array_get(jsn_array(j, "steps"), 0), "action", "explode");
	T_OK(power_plan_from_json(j, a, &now, &e) != 0);
	T_ERR(e, "step 1");
	json_decref(j);
	json_decref(keep);
	arena_destroy(a);
}

static void
t_every_outlet_goes_off_before_any_goes_on(void)
{
	struct arena *a = arena_create();
	struct power_question q;
	json_t *keep;
	struct power_plan p = plan_of("cycle-two-pdus", a, &keep, &q);
	size_t off = 0, dark = 0, first_on = 0;

	for (size_t i = 0; i < p.n_steps; i++) {
		off += p.steps[i].action == POWER_DO_OUTLET_OFF;
		if (p.steps[i].action == POWER_DO_LOAD)
			dark = i;
		if (p.steps[i].action == POWER_DO_OUTLET_ON && first_on == 0)
			first_on = i;
		if (p.steps[i].action == POWER_DO_OUTLET_OFF)
			T_OK(first_on == 0);
	}
	T_INT(off, 2);
	T_OK(dark == 2 && first_on == 5);
	json_decref(keep);
	arena_destroy(a);
}

/* ---- the journal ----------------------------------------------------------------------------- */

static struct journal *
new_journal(const char *name, char path[600])
{
	struct journal *j = NULL;
	struct err e;

	snprintf(path, 600, "%s/%s", t_folder(), name);
	T_OK(journal_open(path, &j, &e) == 0);
	return j;
}

static void
add_rows(struct journal *j, int n)
{
	struct err e;

	for (int i = 0; i < n; i++) {
		struct journal_row row = {.kind = "intent", .job = 1, .step = i + 1, .who = "ana", .machine = "n0001",
		    .text = "sending off"};

		T_OK(journal_add(j, &row, &e) == 0);
	}
}

static void
keep_evidence(struct journal *j, const char *text)
{
	struct journal_row row = {.kind = "evidence", .job = 1, .step = 1, .who = "larchd", .machine = "n0001", .text = "kept"};
	struct err e;

	T_OK(journal_add_evidence(j, &row, text, &e) == 0);
}

static void
t_evidence_is_kept_with_the_row_that_cites_it(void)
{
	char path[600], big[LIMIT_EVIDENCE + 2];
	struct journal *j = new_journal("evidence.db", path);
	struct journal_row row = {.kind = "evidence", .job = 1, .machine = "n0002"}, *rows;
	struct journal_filter f = {.kind = "evidence"};
	struct arena *a = arena_create();
	struct journal_evidence_ask ask = {.job = 1, .limit = 2};
	struct journal_evidence *kept;
	unsigned char head[JOURNAL_HASH];
	int64_t total = 0, count = 0;
	size_t n = 0, partial = 0;
	struct err e = {0};

	keep_evidence(j, "abc");
	T_OK(journal_evidence(j, &ask, a, &kept, &n, &e) == 0 && n == 1);
	T_STR(kept[0].text, "abc");
	T_STR(kept[0].machine, "n0001");
	T_OK(journal_rows(j, &f, a, &rows, &n, &total, &e) == 0 && n == 1);
	/* FIPS 180-4, the example of one block */
	T_STR(rows[0].cites, "sha256 ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	T_OK(journal_add_evidence(j, &row, big, &e) != 0);
	T_ERR(e, "evidence of 65537 bytes; the most is 65536");
	T_OK(journal_verify(j, &count, head, &e) == 0);
	T_INT(count, 1); /* nothing of what was refused */
	keep_evidence(j, "def");
	keep_evidence(j, "ghi");
	T_OK(journal_evidence(j, &ask, a, &kept, &n, &e) == 0 && n == 2);
	ask.after = kept[1].seq;
	T_OK(journal_evidence(j, &ask, a, &kept, &n, &e) == 0 && n == 1);
	T_STR(kept[0].text, "ghi");
	ask = (struct journal_evidence_ask){.job = 1, .machine = "n0002", .limit = 2};
	T_OK(journal_evidence(j, &ask, a, &kept, &n, &e) == 0 && n == 0);
	T_OK(journal_evidence_count(j, 1, &n, &partial, &e) == 0);
	T_INT(n, 3);
	T_INT(partial, 3); /* their rows do not say ok */
	T_OK(journal_evidence_count(j, 2, &n, &partial, &e) == 0 && n == 0 && partial == 0);
	arena_destroy(a);
	journal_close(j);
}

static void
t_a_whole_journal_verifies(void)
{
	char path[600];
	struct journal *j = new_journal("whole.db", path);
	unsigned char head[JOURNAL_HASH];
	int64_t n = 0;
	struct err e;

	add_rows(j, 5);
	T_OK(journal_verify(j, &n, head, &e) == 0);
	T_INT(n, 5);
	journal_close(j);
}

/* Change the file behind the journal's back, then verify. */
static void
tampered(const char *name, const char *sql, const char *sentence)
{
	char path[600];
	struct journal *j = new_journal(name, path);
	struct store *s = NULL;
	unsigned char head[JOURNAL_HASH];
	int64_t n;
	struct err e = {0};

	add_rows(j, 5);
	keep_evidence(j, "{\"machine\":\"n0001\"}");
	journal_close(j);
	T_OK(store_open(path, NULL, 0, &s, &e) == 0 || e.kind != ERR_NONE);
	if (s == NULL) { /* the writer refuses a newer file: open it as the journal's own version */
		static const struct store_migration same[] = {{1, ""}, {2, ""}, {3, ""}};

		T_OK(store_open(path, same, LARCH_COUNT(same), &s, &e) == 0);
	}
	T_OK(store_run_script(s, &e, "DROP TRIGGER row_stays; DROP TRIGGER row_kept; DROP TRIGGER evidence_stays; DROP TRIGGER evidence_kept;") == 0);
	T_OK(store_run_script(s, &e, sql) == 0);
	store_close(s);
	T_OK(journal_open(path, &j, &e) == 0);
	T_OK(journal_verify(j, &n, head, &e) != 0);
	T_ERR(e, sentence);
	journal_close(j);
}

static void
t_answers_are_kept_beside_the_chain_the_newest_of_them_and_none_for_another_question(void)
{
	char path[600], text[64];
	struct journal *j = new_journal("answers.db", path);
	struct arena *a = arena_create();
	struct journal_answer x = {.what = "probe", .about = "10.9.0.7", .who = "ana", .phase = "asking"}, seen, *list;
	struct err e;
	size_t n;

	for (int i = 1; i <= LIMIT_ANSWERS + 3; i++) {
		x.question = i;
		x.at = x.began = 1000 + i;
		T_INT(journal_put_answer(j, &x, &e), 0);
	}
	T_INT(journal_answers(j, "probe", a, &list, &n, &e), 0);
	T_INT(n, LIMIT_ANSWERS);
	T_INT(list[0].question, LIMIT_ANSWERS + 3);
	T_INT(journal_answer(j, 3, 1003, a, &seen, &e), 0);
	T_INT(journal_answer(j, 5, 1006, a, &seen, &e), 0); /* a power.db that counts anew has another time */
	T_INT(journal_answer(j, 5, 1005, a, &seen, &e), 1);
	T_STR(seen.phase, "asking");
	T_INT(journal_answer_about(j, "probe", "10.9.0.7", a, &seen, &e), 0); /* none has ended */
	x.ended = 2000;
	x.text = "{}";
	T_INT(journal_put_answer(j, &x, &e), 0);
	T_INT(journal_end_answers(j, "started anew", &e), 0);
	T_INT(journal_answer_about(j, "probe", "10.9.0.7", a, &seen, &e), 1);
	T_INT(seen.ended, 2000);
	T_INT(journal_answer(j, 10, 1010, a, &seen, &e), 1);
	snprintf(text, sizeof(text), "%s/%d", seen.phase, seen.ended > 0);
	T_STR(text, "started anew/1");
	x.text = arena_alloc(a, LIMIT_ANSWER + 2);
	memset((char *)(uintptr_t)x.text, 'x', LIMIT_ANSWER + 1);
	T_OK(journal_put_answer(j, &x, &e) != 0);
	T_ERR(e, "the most is");
	arena_destroy(a);
	journal_close(j);
}

static void
t_a_changed_row_is_named(void)
{
	tampered("changed.db", "UPDATE row SET who='eve' WHERE seq=3", "row 3 has been changed");
}

static void
t_a_removed_row_is_named(void)
{
	tampered("removed.db", "DELETE FROM row WHERE seq=2", "row 2 is missing");
}

static void
t_two_rows_that_changed_places_are_named(void)
{
	tampered("swapped.db", "UPDATE row SET seq=-1 WHERE seq=2; UPDATE row SET seq=2 WHERE seq=3;"
	                       "UPDATE row SET seq=3 WHERE seq=-1", "row 2");
}

static void
t_evidence_that_is_not_what_was_cited_is_named(void)
{
	tampered("evidence-changed.db", "UPDATE evidence SET text='{}' WHERE seq=6", "the evidence of row 6 is missing, or is not");
	tampered("evidence-removed.db", "DELETE FROM evidence WHERE seq=6", "the evidence of row 6 is missing, or is not");
	tampered("evidence-added.db", "INSERT INTO evidence VALUES(2,'{}')", "the evidence of row 2 is cited by no row");
}

static void
t_the_file_itself_refuses_to_change_a_row(void)
{
	static const struct store_migration same[] = {{1, ""}, {2, ""}, {3, ""}};
	char path[600];
	struct journal *j = new_journal("fixed.db", path);
	struct store *s = NULL;
	struct err e;

	add_rows(j, 1);
	journal_close(j);
	T_OK(store_open(path, same, LARCH_COUNT(same), &s, &e) == 0);
	T_OK(store_run_script(s, &e, "UPDATE row SET who='eve'") != 0);
	T_ERR(e, "never changes");
	T_OK(store_run_script(s, &e, "DELETE FROM row") != 0);
	T_ERR(e, "never removed");
	T_OK(store_run_script(s, &e, "INSERT INTO evidence VALUES(1,'{}'); UPDATE evidence SET text='[]'") != 0);
	T_ERR(e, "evidence never changes");
	T_OK(store_run_script(s, &e, "DELETE FROM evidence") != 0);
	T_ERR(e, "evidence is never removed");
	store_close(s);
}

static void
t_an_intent_without_outcome_is_unsettled(void)
{
	char path[600];
	struct journal *j = new_journal("open.db", path);
	struct arena *a = arena_create();
	struct journal_row *rows, out = {.kind = "outcome", .job = 1, .step = 2, .outcome = "ok"};
	size_t n;
	struct err e;

	add_rows(j, 3);
	T_OK(journal_add(j, &out, &e) == 0);
	T_OK(journal_unsettled(j, a, &rows, &n, &e) == 0);
	T_INT(n, 2);
	if (n == 2)
		T_OK(rows[0].step == 1 && rows[1].step == 3);
	arena_destroy(a);
	journal_close(j);
}

/* ---- the last look ------------------------------------------------------------------------------ */

static void
look_at(const struct power_seen *seen, const char *sentence)
{
	struct arena *a = arena_create();
	struct power_question q;
	json_t *keep;
	struct power_plan p = plan_of("cycle-two-pdus", a, &keep, &q);
	struct power_look look = {.plan = &p};
	struct err e = {0};

	if (sentence == NULL)
		T_OK(power_look_device(&look, 0, seen, &e) == 0);
	else if (T_OK(power_look_device(&look, 0, seen, &e) != 0))
		T_ERR(e, sentence);
	json_decref(keep);
	arena_destroy(a);
}

static void
t_the_last_look_agrees_when_all_is_as_planned(void)
{
	look_at(&(struct power_seen){POWER_IS_ON, "on", "n0001 psu1"}, NULL);
}

static void
t_the_last_look_refuses_an_outlet_that_somebody_switched(void)
{
	look_at(&(struct power_seen){POWER_IS_OFF, "off", "n0001 psu1"}, "expected on");
}

static void
t_the_last_look_refuses_an_outlet_of_another_name(void)
{
	look_at(&(struct power_seen){POWER_IS_ON, "on", "switch2 psu1"}, "the plan saw \"n0001 psu1\"");
}

static void
t_the_last_look_refuses_a_state_it_cannot_read(void)
{
	look_at(&(struct power_seen){POWER_IS_UNKNOWN, "noComm", "n0001 psu1"}, "noComm");
}

static void
t_a_request_that_came_too_late_is_refused(void)
{
	struct arena *a = arena_create();
	struct power_question q;
	json_t *keep;
	struct power_plan p = plan_of("cycle-two-pdus", a, &keep, &q);
	struct power_request r = {.created = NOW - 120000, .until = NOW - 60000, .plan_hash = p.hash,
	    .verb = POWER_CYCLE, .way = POWER_WAY_PDU, .role = "operator", .at_once = 8, .per_hour = 8};
	struct power_look look = {.plan = &p, .request = &r, .now = NOW};
	struct err e = {0};

	T_OK(power_look_request(&look, a, &e) != 0);
	T_ERR(e, "permit has run out");
	r.until = NOW + 1000;
	T_OK(power_look_request(&look, a, &e) == 0);
	r.verb = POWER_OFF;
	T_OK(power_look_request(&look, a, &e) != 0);
	T_ERR(e, "verb or way");
	r.verb = POWER_CYCLE;
	r.plan_hash = "0000";
	T_OK(power_look_request(&look, a, &e) != 0);
	T_ERR(e, "not the one that was confirmed");
	r.plan_hash = p.hash;
	r.until = NOW + 3600000;
	T_OK(power_look_request(&look, a, &e) != 0);
	T_ERR(e, "which none does");
	r.until = NOW + 1000;
	r.per_hour = 0;
	T_OK(power_look_request(&look, a, &e) != 0);
	T_ERR(e, "names no ceilings");
	json_decref(keep);
	arena_destroy(a);
}

T_MAIN(T(t_every_golden_question_has_its_plan), T(t_the_hash_covers_what_is_decided_not_what_is_measured),
    T(t_the_extra_word_is_hashed_and_read_back), T(t_a_load_that_disagrees_is_hashed_without_its_number),
    T(t_owner_and_jobs_are_hashed_and_state_history_and_watts_are_not), T(t_a_plan_is_read_back_as_it_was_written),
    T(t_a_plan_about_a_vlan_is_read_back_with_its_port), T(t_a_plan_with_one_changed_word_is_refused),
    T(t_every_outlet_goes_off_before_any_goes_on), T(t_a_whole_journal_verifies), T(t_answers_are_kept_beside_the_chain_the_newest_of_them_and_none_for_another_question), T(t_a_changed_row_is_named),
    T(t_a_removed_row_is_named), T(t_two_rows_that_changed_places_are_named), T(t_evidence_is_kept_with_the_row_that_cites_it),
    T(t_evidence_that_is_not_what_was_cited_is_named),
    T(t_the_file_itself_refuses_to_change_a_row), T(t_an_intent_without_outcome_is_unsettled),
    T(t_the_last_look_agrees_when_all_is_as_planned), T(t_the_last_look_refuses_an_outlet_that_somebody_switched),
    T(t_the_last_look_refuses_an_outlet_of_another_name), T(t_the_last_look_refuses_a_state_it_cannot_read),
    T(t_a_request_that_came_too_late_is_refused))
