/* SPDX-License-Identifier: Apache-2.0 */
/* A plan as text, as JSON, and its hash. */
#include <openssl/evp.h>
#include <string.h>

#include "plan.h"

void power_plan_set_hash(struct power_plan *p);

/* ---- JSON of what is decided ---------------------------------------------------------- */

static json_t *
machine_json(const struct power_plan_machine *x)
{
	json_t *o = json_object();

	jsn_set_text(o, "name", x->name);
	jsn_set_text(o, "owner", x->owner);
	jsn_set_text(o, "bmc", x->bmc);
	jsn_set_text(o, "refused", x->refused);
	jsn_set_text(o, "nothing", x->nothing);
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
	jsn_set(o, "machines", machines);
	jsn_set(o, "steps", steps);
	jsn_set(o, "cut", cut);
	jsn_set(o, "warnings", texts_json(p->warnings, p->n_warnings));
	return o;
}

static void
hash_of(const json_t *decided, char out[65])
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned int n = 0;
	struct buf text = BUF(LIMIT_PAGE);

	buf_puts(&text, "larch-plan-v1\n");
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

/* ---- text -------------------------------------------------------------------------------- */

static void
vlan_words(const struct power_plan *p, const struct power_step *s, struct buf *b)
{
	buf_printf(b, "%s %s: ", s->device, s->outlet);
	if (s->action == POWER_DO_VLAN_PVID)
		buf_printf(b, "PVID from %lld to %lld, read back", (long long)(p->vlan == NULL ? 0 : p->vlan->was), (long long)s->vlan);
	else
		buf_printf(b, "%s the %s list of VLAN %lld, read back",
		    s->action == POWER_DO_VLAN_EGRESS || s->action == POWER_DO_VLAN_UNTAGGED ? "into" : "out of",
		    s->action == POWER_DO_VLAN_EGRESS || s->action == POWER_DO_VLAN_LEAVE_EGRESS ? "egress" : "untagged",
		    (long long)s->vlan);
}

static void
boot_words(const struct power_step *s, struct buf *b)
{
	static const char *const from[POWER_BOOT_COUNT] = {
	    [POWER_BOOT_PXE] = "next boot from PXE", [POWER_BOOT_DISK] = "next boot from the disk",
	    [POWER_BOOT_BIOS] = "next boot into the firmware's setup",
	};

	buf_printf(b, "%s: %s, once%s, read back", s->device, from[power_action_boot(s->action)],
	    power_action_is_efi(s->action) ? " (EFI)" : "");
}

/* {machine} {device} {outlet} stand for those names; what is not a row has words of its own. */
static const char *const words_of[POWER_ACTION_COUNT] = {
    [POWER_DO_WATCH] = "state pxe; wait until {machine} answers a ping and {device} says it is on: state idle",
    [POWER_DO_CHASSIS_OFF] = "{device}: chassis off, read back",
    [POWER_DO_CHASSIS_ON] = "{device}: chassis on, read back",
    [POWER_DO_OUTLET_OFF] = "{device} {outlet}: outlet off, read back",
    [POWER_DO_OUTLET_ON] = "{device} {outlet}: outlet on, read back",
    [POWER_DO_LOAD] = "wait until every outlet of {machine} reads off and carries no load",
    [POWER_DO_BMC_SILENT] = "wait until {device} is silent: nothing else feeds {machine}",
    [POWER_DO_DWELL] = "wait, all off",
    [POWER_DO_WAIT_BMC] = "wait for {device} to answer",
    [POWER_DO_ENSURE_ON] = "{device}: chassis on if it stayed off, read back",
    [POWER_DO_WAIT_PING] = "wait for {machine} to answer pings",
    [POWER_DO_PING_LOST] = "wait until {machine} stops answering pings",
    [POWER_DO_RESET] = "{device}: hard reset, once; the chassis reads on afterwards",
    [POWER_DO_SOFT] = "{device}: ask the system to shut down (ACPI), once; wait until the chassis reads off",
    [POWER_DO_NMI] = "{device}: diagnostic interrupt, once; nothing can be read back",
};

static void
step_words(const struct power_plan *p, const struct power_step *s, struct buf *b)
{
	const struct {
		const char *hole, *text;
	} names[] = {{"{machine}", p->machines[s->machine].name}, {"{device}", s->device}, {"{outlet}", s->outlet}};
	const char *at = words_of[s->action] == NULL ? "" : words_of[s->action];

	if (power_action_is_vlan(s->action))
		vlan_words(p, s, b);
	else if (power_action_is_boot(s->action))
		boot_words(s, b);
	else if (s->action == POWER_DO_IDENTIFY)
		buf_printf(b, "%s: identify light on for %d seconds, read back where the BMC says", s->device, POWER_IDENTIFY_S);
	while (*at != '\0') {
		size_t i = *at == '{' ? 0 : LARCH_COUNT(names);

		while (i < LARCH_COUNT(names) && strncmp(at, names[i].hole, strlen(names[i].hole)) != 0)
			i++;
		if (i == LARCH_COUNT(names)) {
			buf_char(b, *at++);
			continue;
		}
		buf_puts(b, names[i].text == NULL ? "" : names[i].text);
		at += strlen(names[i].hole);
	}
}

const char *
power_step_text(const struct power_plan *p, size_t step, struct arena *a)
{
	struct buf b = BUF(LIMIT_PAGE);
	char *text;

	step_words(p, &p->steps[step], &b);
	text = arena_strndup(a, b.p, b.n);
	buf_free(&b);
	return text;
}

static void
vlan_name_text(struct buf *b, int64_t vlan, const char *name)
{
	buf_printf(b, "VLAN %lld", (long long)vlan);
	if (name != NULL && name[0] != '\0')
		buf_printf(b, " (%s)", name);
}

const char *
power_plan_vlan_text(const struct power_plan *p, struct arena *a)
{
	const struct power_vlan *v = p->vlan;
	struct buf b = BUF(LIMIT_PAGE);
	const char *text;

	if (v == NULL || v->device == NULL)
		return NULL;
	buf_printf(&b, "%s is %s %s: in ", v->port, v->device, v->device_port);
	vlan_name_text(&b, v->was, v->was_name);
	if (v->was != v->vlan) {
		buf_puts(&b, " now, then in ");
		vlan_name_text(&b, v->vlan, v->vlan_name);
	}
	text = arena_strndup(a, b.p, b.n);
	buf_free(&b);
	return text;
}

static void
text_vlan(const struct power_plan *p, struct buf *out)
{
	struct arena *a = arena_create();
	const char *text = power_plan_vlan_text(p, a);

	if (text != NULL)
		buf_printf(out, "  %s\n", text);
	arena_destroy(a);
}

static void
text_machine(const struct power_plan *p, size_t at, struct buf *out)
{
	const struct power_plan_machine *x = &p->machines[at];

	buf_printf(out, "\n%s", x->name);
	if (x->owner != NULL && x->owner[0] != '\0')
		buf_printf(out, "  (owner %s)", x->owner);
	buf_char(out, '\n');
	text_vlan(p, out);
	if (x->refused != NULL)
		buf_printf(out, "  REFUSED: %s\n", x->refused);
	if (x->nothing != NULL)
		buf_printf(out, "  nothing to do: %s\n", x->nothing);
	for (size_t i = 0; i < p->n_steps; i++) {
		if (p->steps[i].machine != at)
			continue;
		buf_printf(out, "  %2zu. ", i + 1);
		step_words(p, &p->steps[i], out);
		if (p->steps[i].device_name != NULL && p->steps[i].device_name[0] != '\0' &&
		    !(power_action_is_vlan(p->steps[i].action) && strcmp(p->steps[i].device_name, p->steps[i].outlet) == 0))
			buf_printf(out, " (\"%s\")", p->steps[i].device_name);
		buf_char(out, '\n');
	}
}

static void
text_list(struct buf *out, const char *title, const char *const *texts, size_t n)
{
	if (n > 0)
		buf_printf(out, "\n%s\n", title);
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "  - %s\n", texts[i]);
}

void
power_plan_text(const struct power_plan *p, struct buf *out)
{
	buf_printf(out, "Plan: %s of %zu %s, via %s\n", power_verb_name(p->verb), p->n_machines,
	    power_verb_is_outlet(p->verb) ? (p->n_machines == 1 ? "outlet" : "outlets")
	                                  : (p->n_machines == 1 ? "machine" : "machines"),
	    power_way_name(p->way));
	for (size_t i = 0; i < p->n_machines; i++)
		text_machine(p, i, out);
	text_list(out, "Warnings", p->warnings, p->n_warnings);
	if (p->n_cut == 0 && p->n_steps > 0 && p->way == POWER_WAY_PDU)
		buf_puts(out, "\nNothing else hangs on these outlets.\n");
	text_list(out, "As last seen", p->notes, p->n_notes);
	if (p->stale)
		buf_puts(out, "\nSome of this is older than two sweeps: have it checked before you trust it.\n");
	buf_printf(out, "\nplan %.16s  policy %s\n", p->hash, p->revision);
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
		};
	}
	return 0;
}

static int
warnings_from(const json_t *list, struct arena *a, struct power_plan *p, struct err *e)
{
	p->n_warnings = json_array_size(list);
	if (p->n_warnings > LIMIT_PLAN_CUT + LIMIT_PLAN_STEPS)
		return err_set(e, ERR_INPUT, "the plan has %zu warnings", p->n_warnings);
	p->warnings = arena_array(a, p->n_warnings, sizeof(*p->warnings));
	for (size_t i = 0; i < p->n_warnings; i++) {
		const char *t = json_string_value(json_array_get(list, i));

		p->warnings[i] = arena_strdup(a, t == NULL ? "" : t);
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
	    vlan_from(json_object_get(j, "vlan"), a, out, e) != 0 || boot_from(j, out, e) != 0 ||
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
	    warnings_from(jsn_array(j, "warnings"), a, out, e) != 0)
		return -1;
	power_plan_set_hash(out);
	if (strcmp(out->hash, was) != 0)
		return err_set(e, ERR_STALE, "the plan's hash does not fit its contents");
	return 0;
}
