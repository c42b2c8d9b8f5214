/* SPDX-License-Identifier: Apache-2.0 */
/* A plan as JSON, its hash, and read back from a request's row. */
#include <openssl/evp.h>
#include <string.h>

#include "plan_making.h"

/* ---- JSON of what is decided ---------------------------------------------------------- */

static json_t *
jobs_json(const struct power_slurm_job *jobs, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		jsn_add(list, json_string(jobs[i].id));
	return list;
}

static json_t *
machine_json(const struct power_plan_machine *x)
{
	json_t *o = json_object();

	jsn_set_text(o, "name", x->name);
	jsn_set_text(o, "owner", x->owner);
	jsn_set_text(o, "bmc", x->bmc);
	jsn_set_text(o, "refused", x->refused);
	jsn_set_text(o, "nothing", x->nothing);
	jsn_set(o, "jobs", jobs_json(x->jobs, x->n_jobs));
	return o;
}

static json_t *
step_json(const struct power_plan *p, size_t i)
{
	const struct power_step *s = &p->steps[i];
	json_t *o = json_object();

	jsn_set(o, "n", json_integer((json_int_t)i + 1));
	jsn_set_text(o, "machine", p->machines[s->machine].name);
	jsn_set_text(o, "action", power_action_name(s->action));
	jsn_set_text(o, "device", s->device);
	jsn_set_text(o, "outlet", s->outlet);
	jsn_set_text(o, "device_name", s->device_name);
	jsn_set_text(o, "expected", power_state_name(s->expected));
	if (power_action_is_vlan(s->action))
		jsn_set(o, "vlan", json_integer(s->vlan));
	return o;
}

static json_t *
cut_json(const struct power_fed *f)
{
	json_t *o = json_object();

	jsn_set_text(o, "thing", f->thing);
	jsn_set_text(o, "inlet", f->inlet);
	jsn_set_text(o, "type", f->type);
	jsn_set(o, "keeps_another_feed", json_boolean(f->other_feed));
	jsn_set_text(o, "owner", f->owner == NULL ? "" : f->owner);
	jsn_set_text(o, "stands", f->stands);
	jsn_set(o, "jobs", jobs_json(f->jobs, f->n_jobs));
	return o;
}

static json_t *
texts_json(const char *const *texts, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		jsn_add(list, json_string(texts[i]));
	return list;
}

/* Of setvlan alone: other plans have no such member. */
static json_t *
vlan_json(const struct power_vlan *v)
{
	json_t *o = json_object();

	jsn_set_text(o, "port", v->port);
	jsn_set(o, "vlan", json_integer(v->vlan));
	jsn_set(o, "was", v->was == 0 ? json_null() : json_integer(v->was));
	jsn_set_text(o, "device", v->device);
	jsn_set_text(o, "device_port", v->device_port);
	jsn_set_text(o, "name", v->name);
	jsn_set(o, "base_port", json_integer(v->base_port));
	jsn_set(o, "if_index", json_integer(v->if_index));
	return o;
}

static json_t *
warnings_json(const struct power_plan *p, bool decided)
{
	json_t *list = json_array();

	for (size_t i = 0; i < p->n_warnings; i++)
		jsn_add(list, json_string(decided ? p->warnings[i].decided : p->warnings[i].text));
	return list;
}

/* What the hash covers (DESIGN 7, rule 3): what is decided, not what is measured. */
static json_t *
decided_json(const struct power_plan *p)
{
	json_t *o = json_object(), *machines = json_array(), *steps = json_array(), *cut = json_array();

	jsn_set_text(o, "verb", power_verb_name(p->verb));
	jsn_set_text(o, "via", power_way_name(p->way));
	jsn_set_text(o, "policy", p->revision);
	for (size_t i = 0; i < p->n_machines; i++)
		jsn_add(machines, machine_json(&p->machines[i]));
	for (size_t i = 0; i < p->n_steps; i++)
		jsn_add(steps, step_json(p, i));
	for (size_t i = 0; i < p->n_cut; i++)
		jsn_add(cut, cut_json(&p->cut[i]));
	if (p->vlan != NULL)
		jsn_set(o, "vlan", vlan_json(p->vlan));
	if (p->boot != POWER_BOOT_NONE)
		jsn_set_text(o, "boot", power_boot_name(p->boot));
	if (p->even != NULL)
		jsn_set_text(o, "even", p->even);
	jsn_set(o, "machines", machines);
	jsn_set(o, "steps", steps);
	jsn_set(o, "cut", cut);
	jsn_set(o, "decided_warnings", warnings_json(p, true));
	return o;
}

static void
hash_of(const json_t *decided, char out[65])
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned int n = 0;
	struct buf text = BUF(LIMIT_PAGE);

	buf_puts(&text, "larch-plan-v2\n");
	jsn_canonical(decided, &text);
	if (text.over || EVP_Digest(text.p, text.n, sum, &n, EVP_sha256(), NULL) != 1 || n != 32)
		log_die("a plan cannot be hashed");
	hex_encode(sum, 32, out);
	buf_free(&text);
}

void
power_plan_set_hash(struct power_plan *p)
{
	json_t *o = decided_json(p);

	hash_of(o, p->hash);
	json_decref(o);
}

/* ---- JSON ---------------------------------------------------------------------------------- */

static json_t *
refused_json(const struct power_plan *p)
{
	json_t *list = json_array();

	for (size_t i = 0; i < p->n_machines; i++) {
		json_t *o;

		if (p->machines[i].refused == NULL)
			continue;
		o = json_object();
		jsn_set_text(o, "machine", p->machines[i].name);
		jsn_set_text(o, "reason", p->machines[i].refused);
		jsn_add(list, o);
	}
	return list;
}

json_t *
power_plan_json(const struct power_plan *p)
{
	json_t *o = decided_json(p);
	struct buf text = BUF(LIMIT_PAGE);

	jsn_set_text(o, "hash", p->hash);
	power_plan_text(p, &text);
	jsn_set_str(o, "text", buf_view(&text));
	buf_free(&text);
	jsn_set(o, "warnings", warnings_json(p, false));
	jsn_set(o, "notes", texts_json(p->notes, p->n_notes));
	jsn_set(o, "refused", refused_json(p));
	jsn_set(o, "stale", json_boolean(p->stale));
	return o;
}

/* ---- reading a request row's plan back ------------------------------------------------------- */

static const char *
kept(struct arena *a, const json_t *o, const char *key)
{
	const char *t = jsn_text_or(o, key, NULL);

	return t == NULL ? NULL : arena_strdup(a, t);
}

static int
row_of(const char *name, const char *(*name_of)(unsigned), unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (name != NULL && strcmp(name, name_of(i)) == 0)
			return (int)i;
	return -1;
}

static const char *
action_at(unsigned i)
{
	return power_action_name((enum power_action)i);
}

static const char *
state_at(unsigned i)
{
	return power_state_name((enum power_state)i);
}

static int
machine_index(const struct power_plan *p, const char *name)
{
	for (size_t i = 0; i < p->n_machines && name != NULL; i++)
		if (p->machines[i].name != NULL && strcmp(p->machines[i].name, name) == 0)
			return (int)i;
	return -1;
}

static int
step_from(const json_t *j, struct arena *a, struct power_plan *p, size_t at, struct err *e)
{
	struct power_step *s = &p->steps[at];
	int machine = machine_index(p, jsn_text_or(j, "machine", NULL));
	int action = row_of(jsn_text_or(j, "action", NULL), action_at, POWER_ACTION_COUNT);
	int expected = row_of(jsn_text_or(j, "expected", NULL), state_at, 3);

	if (machine < 0 || action < 0 || expected < 0 || jsn_integer_or(j, "n", 0) != (int64_t)at + 1)
		return err_set(e, ERR_INPUT, "step %zu of the plan names no machine, action or state", at + 1);
	s->machine = (size_t)machine;
	s->action = (enum power_action)action;
	s->expected = (enum power_state)expected;
	s->device = kept(a, j, "device");
	s->outlet = kept(a, j, "outlet");
	s->device_name = kept(a, j, "device_name");
	s->vlan = jsn_integer_or(j, "vlan", 0);
	if (power_action_is_vlan(s->action) && (p->vlan == NULL || p->vlan->device == NULL || s->vlan < 1 || s->vlan > 4094))
		return err_set(e, ERR_INPUT, "step %zu of the plan names no VLAN, or the plan no port", at + 1);
	if ((power_action_switches(s->action) || s->action == POWER_DO_WAIT_BMC || s->action == POWER_DO_WATCH ||
	        s->action == POWER_DO_BMC_SILENT) && s->device == NULL)
		return err_set(e, ERR_INPUT, "step %zu of the plan names no device", at + 1);
	if ((s->action == POWER_DO_OUTLET_OFF || s->action == POWER_DO_OUTLET_ON || power_action_is_vlan(s->action)) &&
	    s->outlet == NULL)
		return err_set(e, ERR_INPUT, "step %zu of the plan names no outlet", at + 1);
	return 0;
}

static int
vlan_from(const json_t *j, struct arena *a, struct power_plan *p, struct err *e)
{
	struct power_vlan *v;

	if (p->verb != POWER_SETVLAN)
		return j == NULL ? 0 : err_set(e, ERR_INPUT, "the plan is about a VLAN, and its verb is not");
	v = p->vlan = arena_alloc(a, sizeof(*v));
	*v = (struct power_vlan){
	    .port = kept(a, j, "port"),
	    .device = kept(a, j, "device"),
	    .device_port = kept(a, j, "device_port"),
	    .name = kept(a, j, "name"),
	    .base_port = jsn_integer_or(j, "base_port", 0),
	    .if_index = jsn_integer_or(j, "if_index", 0),
	    .vlan = jsn_integer_or(j, "vlan", 0),
	    .was = jsn_integer_or(j, "was", 0),
	    .vlan_name = "",
	    .was_name = "",
	};
	if (v->port == NULL || v->name == NULL || (v->device == NULL) != (v->device_port == NULL) || v->base_port < 0 ||
	    v->base_port > INT32_MAX || v->if_index < 0 || v->if_index > INT32_MAX)
		return err_set(e, ERR_INPUT, "the plan's VLAN names no port");
	return 0;
}

/* A boot device and bootdev's step go together: one without the other was made up. */
static int
boot_from(const json_t *j, struct power_plan *p, struct err *e)
{
	const char *name = jsn_text_or(j, "boot", NULL);

	if ((name != NULL) != (p->verb == POWER_BOOTDEV))
		return err_set(e, ERR_INPUT, "the plan names a boot device and is no bootdev, or the other way round");
	return name == NULL ? 0 : power_boot_parse(str_of(name), &p->boot, e);
}

/* The extra word is read as it was written: another spelling of the list would be another plan. */
static int
even_from(const json_t *j, struct arena *a, struct power_plan *p, struct err *e)
{
	const char *text = jsn_text_or(j, "even", NULL);
	struct hosts names;

	if (text == NULL)
		return 0;
	if (hosts_parse(str_of(text), NULL, a, &names, e) != 0)
		return -1;
	if (names.n > LIMIT_PLAN_THINGS || strcmp(hosts_fold(&names, a), text) != 0)
		return err_set(e, ERR_INPUT, "the plan's extra word is no folded list of at most %d names", LIMIT_PLAN_THINGS);
	p->even = arena_strdup(a, text);
	return 0;
}

static int
jobs_from(const json_t *list, struct arena *a, const struct power_slurm_job **out, size_t *n_out, struct err *e)
{
	struct power_slurm_job *jobs;

	*n_out = json_array_size(list);
	if (*n_out > LIMIT_SLURM_NODE_JOBS)
		return err_set(e, ERR_INPUT, "the plan has %zu jobs of one machine; the most is %d", *n_out, LIMIT_SLURM_NODE_JOBS);
	*out = jobs = arena_array(a, *n_out, sizeof(*jobs));
	for (size_t i = 0; i < *n_out; i++) {
		const char *id = json_string_value(json_array_get(list, i));

		jobs[i] = (struct power_slurm_job){arena_strdup(a, id == NULL ? "" : id), ""};
	}
	return 0;
}

static int
machines_from(const json_t *list, struct arena *a, struct power_plan *p, struct err *e)
{
	p->n_machines = json_array_size(list);
	if (p->n_machines == 0 || p->n_machines > LIMIT_PLAN_THINGS)
		return err_set(e, ERR_INPUT, "the plan has %zu machines", p->n_machines);
	p->machines = arena_array(a, p->n_machines, sizeof(*p->machines));
	for (size_t i = 0; i < p->n_machines; i++) {
		const json_t *o = json_array_get(list, i);

		p->machines[i] = (struct power_plan_machine){
		    .name = kept(a, o, "name"),
		    .owner = kept(a, o, "owner"),
		    .bmc = kept(a, o, "bmc"),
		    .refused = kept(a, o, "refused"),
		    .nothing = kept(a, o, "nothing"),
		};
		if (jobs_from(jsn_array(o, "jobs"), a, &p->machines[i].jobs, &p->machines[i].n_jobs, e) != 0)
			return -1;
		if (p->machines[i].name == NULL)
			return err_set(e, ERR_INPUT, "machine %zu of the plan has no name", i + 1);
		if (machine_index(p, p->machines[i].name) != (int)i)
			return err_set(e, ERR_INPUT, "the plan has %s twice", p->machines[i].name);
		p->refused |= p->machines[i].refused != NULL;
	}
	return 0;
}

static int
cut_from(const json_t *list, struct arena *a, struct power_plan *p, struct err *e)
{
	p->n_cut = json_array_size(list);
	if (p->n_cut > LIMIT_PLAN_CUT)
		return err_set(e, ERR_INPUT, "the plan cuts %zu other things; the most is %d", p->n_cut, LIMIT_PLAN_CUT);
	p->cut = arena_array(a, p->n_cut, sizeof(*p->cut));
	for (size_t i = 0; i < p->n_cut; i++) {
		const json_t *o = json_array_get(list, i);

		p->cut[i] = (struct power_fed){
		    .thing = arena_strdup(a, jsn_text_or(o, "thing", "")),
		    .inlet = arena_strdup(a, jsn_text_or(o, "inlet", "")),
		    .type = arena_strdup(a, jsn_text_or(o, "type", "")),
		    .other_feed = jsn_bool_or(o, "keeps_another_feed", false),
		    .owner = arena_strdup(a, jsn_text_or(o, "owner", "")),
		    .stands = kept(a, o, "stands"),
		};
		if (jobs_from(jsn_array(o, "jobs"), a, &p->cut[i].jobs, &p->cut[i].n_jobs, e) != 0)
			return -1;
	}
	return 0;
}

static int
warnings_from(const json_t *decided, const json_t *texts, struct arena *a, struct power_plan *p, struct err *e)
{
	p->n_warnings = json_array_size(decided);
	if (p->n_warnings > LIMIT_PLAN_CUT + LIMIT_PLAN_STEPS)
		return err_set(e, ERR_INPUT, "the plan has %zu warnings", p->n_warnings);
	p->warnings = arena_array(a, p->n_warnings, sizeof(*p->warnings));
	for (size_t i = 0; i < p->n_warnings; i++) {
		const char *d = json_string_value(json_array_get(decided, i)), *t = json_string_value(json_array_get(texts, i));

		p->warnings[i].decided = arena_strdup(a, d == NULL ? "" : d);
		p->warnings[i].text = t == NULL ? p->warnings[i].decided : arena_strdup(a, t);
	}
	return 0;
}

int
power_plan_from_json(const json_t *j, struct arena *a, struct power_plan *out, struct err *e)
{
	const char *was = jsn_text_or(j, "hash", "");
	const json_t *steps = jsn_array(j, "steps");

	*out = (struct power_plan){.revision = arena_strdup(a, jsn_text_or(j, "policy", ""))};
	if (power_verb_parse(str_of(jsn_text_or(j, "verb", "")), &out->verb, e) != 0 ||
	    power_way_parse(str_of(jsn_text_or(j, "via", "")), &out->way, e) != 0 ||
	    vlan_from(json_object_get(j, "vlan"), a, out, e) != 0 || boot_from(j, out, e) != 0 || even_from(j, a, out, e) != 0 ||
	    machines_from(jsn_array(j, "machines"), a, out, e) != 0)
		return -1;
	out->n_steps = json_array_size(steps);
	if (out->n_steps > LIMIT_PLAN_STEPS)
		return err_set(e, ERR_INPUT, "the plan has %zu steps", out->n_steps);
	out->steps = arena_array(a, out->n_steps, sizeof(*out->steps));
	for (size_t i = 0; i < out->n_steps; i++)
		if (step_from(json_array_get(steps, i), a, out, i, e) != 0)
			return -1;
	if (cut_from(jsn_array(j, "cut"), a, out, e) != 0 ||
	    warnings_from(jsn_array(j, "decided_warnings"), jsn_array(j, "warnings"), a, out, e) != 0)
		return -1;
	power_plan_set_hash(out);
	if (strcmp(out->hash, was) != 0)
		return err_set(e, ERR_STALE, "the plan's hash does not fit its contents");
	return 0;
}
