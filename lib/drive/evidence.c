/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Evidence before the act: what a cut or a reset destroys is kept in the journal first. All of it is asked at one time,
 * through the gates, behind whatever power command waits there; what has not answered when the time is over is written
 * "not had", with why. Machines of a job that hang on one PDU share one reading of it. It only reads, and it delays
 * its own machine by DRIVE_EVIDENCE_MS at most.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "evidence.h"

#define BMC_MS 9000          /* its session ends before the time is over */
#define THINGS 4             /* machines that hang on one outlet, of which something is kept */
#define CHECKS 128           /* values of one machine */
#define SENSORS 256
#define TEXT 300             /* bytes of one text of a device */

/* What one machine waits for at a PDU. */
struct want {
	struct drive_evidence *evidence;
	struct want *next;           /* of the same reading */
};

/* A reading of a PDU that is on its way. */
struct drive_pdu_reading {
	struct drive *drive;
	struct gate_device *device;
	struct want *wants;
	struct drive_pdu_reading *next;
};

struct bmc_ask {
	struct drive_evidence *evidence;
	const char *name;
	bool told;
};

struct drive_evidence {
	struct drive_machine *m;     /* NULL when its time is over: what comes now is let go */
	struct drive *drive;
	void (*then)(struct drive_machine *m);
	struct arena *a;
	struct inv_cord *cords;
	size_t n_cords, n_outlets;
	bool *read;                  /* of each cord: it is there, or why it is not */
	struct bmc_ask bmc[THINGS];
	size_t n_bmc;
	json_t *checks, *outlets, *bmcs, *not_had;
	size_t n_events, n_sensors;
	size_t pending;              /* answers that are still to come, and one while it begins */
	int64_t began;               /* boot ms */
};

/* ---- pieces of it ------------------------------------------------------------------------------ */

/* What a device said, as one line of bounded length. */
static void
set_clean(json_t *o, const char *key, const char *text)
{
	struct buf b = BUF(2 * TEXT);
	struct str s = str_of(text == NULL ? "" : text);

	if (s.n > TEXT)
		s.n = TEXT;
	buf_plain(&b, s);
	jsn_set_str(o, key, buf_view(&b));
	buf_free(&b);
}

static void
set_number(json_t *o, const char *key, double v)
{
	jsn_set(o, key, isfinite(v) ? json_real(v) : json_null());
}

static void
set_time(json_t *o, const char *key, int64_t at)
{
	char when[TIMES_TEXT];

	jsn_set_text(o, key, times_utc(at, when));
}

static void
not_had(struct drive_evidence *v, const char *what, const char *why)
{
	json_t *o = json_object();

	set_clean(o, "what", what);
	set_clean(o, "why", why);
	jsn_add(v->not_had, o);
}

/* ---- the last word of each check, Slurm's and the login's among them ------------------------------- */

static void
take_checks(struct drive_evidence *v, const char *thing)
{
	struct status_value *values;
	struct err e;
	size_t n = 0;

	if (status_values(v->drive->room.status, thing, v->a, &values, &n, &e) != 0 || n == 0) {
		not_had(v, arena_printf(v->a, "checks of %s", thing), n == 0 ? "no check has seen it" : e.text);
		return;
	}
	for (size_t i = 0; i < n && i < CHECKS; i++) {
		json_t *o = json_object();

		set_clean(o, "thing", thing);
		set_clean(o, "column", values[i].check);
		jsn_set_text(o, "level", status_level_name(values[i].level));
		set_clean(o, "text", values[i].text);
		set_clean(o, "detail", values[i].detail);
		set_time(o, "at", values[i].at);
		jsn_set(o, "stale", json_boolean(status_stale(values[i].at, values[i].interval, times_now())));
		jsn_add(v->checks, o);
	}
}

/* ---- the end ------------------------------------------------------------------------------------------ */

static void
let_go(struct drive_evidence *v)
{
	json_decref(v->checks);
	json_decref(v->outlets);
	json_decref(v->bmcs);
	json_decref(v->not_had);
	arena_destroy(v->a);
	free(v);
}

/* Whose answer has not come. */
static void
say_missing(struct drive_evidence *v)
{
	for (size_t i = 0; i < v->n_bmc; i++)
		if (!v->bmc[i].told)
			not_had(v, v->bmc[i].name, "its BMC did not answer in time");
	for (size_t i = 0; i < v->n_cords; i++)
		if (!v->read[i])
			not_had(v, arena_printf(v->a, "%s %s", v->cords[i].pdu, v->cords[i].outlet), "its PDU did not answer in time");
}

/* All of it as JSON of LIMIT_EVIDENCE bytes at most. */
static const char *
text_of(struct drive_evidence *v)
{
	struct buf b = BUF(LIMIT_EVIDENCE);
	const char *text;
	json_t *o = json_object();

	jsn_set_text(o, "machine", drive_name(v->m));
	jsn_set(o, "took_ms", json_integer(times_boot() - v->began));
	jsn_set(o, "checks", json_incref(v->checks));
	jsn_set(o, "outlets", json_incref(v->outlets));
	jsn_set(o, "bmc", json_incref(v->bmcs));
	jsn_set(o, "not_had", json_incref(v->not_had));
	drive_evidence_text(o, &b);
	text = arena_strndup(v->a, b.p, b.n);
	buf_free(&b);
	json_decref(o);
	return text;
}

static const char *
sentence(struct drive_evidence *v)
{
	size_t missing = json_array_size(v->not_had);
	const json_t *first = json_array_get(v->not_had, 0);

	return arena_printf(v->a, "kept in %lld ms: %zu checks, %zu of %zu outlets, %zu log entries, %zu sensors%s%s%s%s",
	    (long long)(times_boot() - v->began), json_array_size(v->checks), v->n_outlets, v->n_cords, v->n_events, v->n_sensors,
	    missing == 0 ? "" : "; not had: ", missing == 0 ? "" : jsn_text_or(first, "what", ""), missing == 0 ? "" : ": ",
	    missing == 0 ? "" : jsn_text_or(first, "why", ""));
}

static void
keep(struct drive_evidence *v)
{
	const struct drive_job *job = v->m->job;
	struct journal_row row = {
	    .kind = "evidence",
	    .job = job->request.id,
	    .step = (int64_t)v->m->step + 1,
	    .who = "larchd",
	    .verb = power_verb_name(job->request.verb),
	    .machine = drive_name(v->m),
	    .outcome = json_array_size(v->not_had) == 0 ? "ok" : "partial",
	    .text = sentence(v),
	};
	struct err e;

	if (journal_add_evidence(v->drive->room.journal, &row, text_of(v), &e) != 0)
		log_error("job %lld: the evidence of %s cannot be written: %s", (long long)row.job, row.machine, e.text);
}

/* Everything is there, or the time is over: the machine goes on, once. */
static void
finish(struct drive_evidence *v)
{
	struct drive_machine *m = v->m;

	if (m == NULL)
		return;
	uv_timer_stop(&m->timer);
	say_missing(v);
	keep(v);
	m->evidence = NULL;
	v->m = NULL;
	if (m->job->aborted)
		drive_machine_abort(m);
	else if (m->job->paused)
		m->state = MACHINE_WAITING; /* it has not begun: it is looked at again when the job goes on */
	else
		v->then(m);
}

/* One answer less to wait for. When larchd stops nothing goes on, and what was collected is let go. */
static void
settle(struct drive_evidence *v)
{
	if (--v->pending > 0)
		return;
	if (v->drive->stopping && v->m != NULL)
		v->m->evidence = NULL;
	else
		finish(v);
	let_go(v);
}

static void
time_is_up(struct drive_machine *m)
{
	finish(m->evidence);
}

/* ---- outlets --------------------------------------------------------------------------------------------- */

static void
take_outlet(struct drive_evidence *v, size_t cord, const struct probe_outlet *p)
{
	json_t *o = json_object();

	set_clean(o, "pdu", v->cords[cord].pdu);
	set_clean(o, "outlet", v->cords[cord].outlet);
	jsn_set_text(o, "state", devtype_state_name(p->state));
	set_number(o, "amperes", p->amps);
	set_number(o, "watts", p->watts);
	set_clean(o, "trouble", p->trouble);
	set_time(o, "at", times_now());
	jsn_add(v->outlets, o);
	v->n_outlets++;
}

static const struct probe_outlet *
outlet_of(const struct probe_pdu *pdu, const char *name)
{
	for (size_t i = 0; i < pdu->n; i++)
		if (strcmp(pdu->outlets[i].outlet, name) == 0)
			return &pdu->outlets[i];
	return NULL;
}

static void
take_pdu(struct drive_evidence *v, const char *name, const struct probe_pdu *pdu)
{
	for (size_t i = 0; i < v->n_cords; i++) {
		const struct probe_outlet *o;

		if (strcmp(v->cords[i].pdu, name) != 0)
			continue;
		v->read[i] = true;
		o = pdu->outcome == SNMP_OK ? outlet_of(pdu, v->cords[i].outlet) : NULL;
		if (o != NULL)
			take_outlet(v, i, o);
		else
			not_had(v, arena_printf(v->a, "%s %s", name, v->cords[i].outlet),
			    pdu->outcome == SNMP_OK ? "the device has no outlet of this name" : pdu->text);
	}
}

static void
pdu_read(void *ctx, const struct probe_pdu *pdu)
{
	struct drive_pdu_reading *r = ctx, **at;
	struct want *w, *next;

	for (at = &r->drive->readings; *at != r; at = &(*at)->next)
		;
	*at = r->next;
	for (w = r->wants; w != NULL; w = next) {
		struct drive_evidence *v = w->evidence;

		next = w->next; /* it goes with its evidence */
		if (v->m != NULL)
			take_pdu(v, gate_name(r->device), pdu);
		settle(v);
	}
	free(r);
}

/* Who comes while it is being read gets the same answer. */
static void
ask_pdu(struct drive_evidence *v, struct gate_device *device)
{
	struct want *w = arena_alloc(v->a, sizeof(*w));
	struct drive_pdu_reading *r;

	for (r = v->drive->readings; r != NULL && r->device != device; r = r->next)
		;
	*w = (struct want){v, r == NULL ? NULL : r->wants};
	v->pending++;
	if (r != NULL) {
		r->wants = w;
		return;
	}
	if ((r = calloc(1, sizeof(*r))) == NULL)
		log_die("out of memory: no reading of a PDU");
	*r = (struct drive_pdu_reading){v->drive, device, w, v->drive->readings};
	v->drive->readings = r;
	probe_pdu_read(device, GATE_ASKED, pdu_read, r);
}

static void
ask_pdus(struct drive_evidence *v)
{
	for (size_t i = 0; i < v->n_cords; i++) {
		struct gate_device *device;
		bool asked = false;
		struct err e;

		for (size_t k = 0; k < i; k++)
			asked |= strcmp(v->cords[k].pdu, v->cords[i].pdu) == 0;
		if (asked)
			continue;
		if (probe_device(v->drive->room.probe, v->cords[i].pdu, v->a, &device, &e) == 0)
			ask_pdu(v, device);
		else
			take_pdu(v, v->cords[i].pdu, &(struct probe_pdu){.outcome = SNMP_NOT_SENT, .text = e.text});
	}
}

/* ---- the BMC ------------------------------------------------------------------------------------------------ */

static json_t *
events_json(struct drive_evidence *v, const struct ipmi_seen *seen)
{
	json_t *list = json_array();

	for (size_t i = 0; i < seen->n_events && i < LIMIT_EVIDENCE_EVENTS; i++, v->n_events++) {
		const struct ipmi_event *x = &seen->events[i];
		struct buf says = BUF(2 * TEXT);
		json_t *o = json_object();

		ipmi_seen_say(seen, x, &says);
		jsn_set(o, "id", json_integer(x->id));
		if (x->has_time)
			set_time(o, "at", x->at_ms);
		else
			jsn_set(o, "at", json_null());
		set_clean(o, "text", arena_strndup(v->a, says.n > 0 ? says.p : "", says.n));
		jsn_add(list, o);
		buf_free(&says);
	}
	return list;
}

static json_t *
sensors_json(struct drive_evidence *v, const struct ipmi_seen *seen)
{
	json_t *list = json_array();

	for (size_t i = 0; i < seen->n_sensors && json_array_size(list) < SENSORS; i++) {
		const struct ipmi_sensor *s = &seen->sensors[i];
		char unit[IPMI_UNIT];
		json_t *o;

		if (!s->asked)
			continue;
		o = json_object();
		set_clean(o, "name", s->sdr.name);
		set_number(o, "value", s->value);
		set_clean(o, "unit", ipmi_sensor_unit(&s->sdr, unit));
		jsn_set_text(o, "level", ipmi_level_name(s->level));
		set_clean(o, "says", s->says);
		jsn_add(list, o);
		v->n_sensors++;
	}
	return list;
}

/* A part that is not whole is said, with why; one that the BMC does not have is no loss. */
static void
say_partial(struct drive_evidence *v, const char *bmc, const struct ipmi_seen *seen)
{
	const struct {
		const char *name;
		const struct ipmi_part *part;
	} parts[] = {{"event log", &seen->events_part}, {"sensors", &seen->sensors_part}};

	for (size_t i = 0; i < LARCH_COUNT(parts); i++)
		if (parts[i].part->state == IPMI_PART_PARTIAL)
			not_had(v, arena_printf(v->a, "%s of %s", parts[i].name, bmc),
			    parts[i].part->text[0] == '\0' ? "not all of it in time" : parts[i].part->text);
}

static void
bmc_read(void *ctx, const struct probe_bmc *b)
{
	struct bmc_ask *ask = ctx;
	struct drive_evidence *v = ask->evidence;
	json_t *o;

	ask->told = true;
	if (v->m != NULL && b->outcome != IPMI_OK) {
		not_had(v, ask->name, b->text);
	} else if (v->m != NULL) {
		o = json_object();
		jsn_set_text(o, "name", ask->name);
		jsn_set(o, "watts", b->seen->power_part.state == IPMI_PART_WHOLE && b->seen->power.active
		        ? json_integer(b->seen->power.watts) : json_null());
		jsn_set(o, "log_entries", json_integer(b->seen->log_entries));
		jsn_set(o, "events", events_json(v, b->seen));
		jsn_set(o, "sensors", sensors_json(v, b->seen));
		jsn_add(v->bmcs, o);
		say_partial(v, ask->name, b->seen);
	}
	settle(v);
}

/* One that the last sweep found silent is asked, but not waited for long. */
static int
bmc_limit(const struct drive_evidence *v, const char *thing)
{
	struct status_value s;
	struct err e;

	return status_value(v->drive->room.status, thing, "bmc", v->a, &s, &e) == 0 && strcmp(s.text, "ok") != 0
	    ? DRIVE_EVIDENCE_SILENT_MS : BMC_MS;
}

static void
ask_bmc(struct drive_evidence *v, const char *thing)
{
	struct bmc_ask *ask = &v->bmc[v->n_bmc];
	struct probe_bmc_ask what = {IPMI_ASK_POWER | IPMI_ASK_EVENTS | IPMI_ASK_NAMES | IPMI_ASK_SENSORS, LIMIT_EVIDENCE_EVENTS,
	    bmc_limit(v, thing)};
	struct gate_device *device;
	struct inv_thing bmc;
	struct err e;

	if (inv_bmc(*v->drive->room.inv, thing, v->a, &bmc, &e) != 0)
		return; /* it has none: nothing is lost */
	if (probe_device(v->drive->room.probe, bmc.name, v->a, &device, &e) != 0) {
		not_had(v, bmc.name, e.text);
		return;
	}
	*ask = (struct bmc_ask){v, bmc.name, false};
	v->n_bmc++;
	v->pending++;
	probe_bmc_read(device, GATE_ASKED, &what, bmc_read, ask);
}

/* ---- the beginning ---------------------------------------------------------------------------------------------- */

/* Does this take from a machine what it holds in its memory? A soft shutdown does not: its own system writes what it knows, and ends. */
static const bool destroys[POWER_VERB_COUNT] = {
	[POWER_OFF] = true, [POWER_CYCLE] = true, [POWER_RESET] = true, [POWER_NMI] = true, [POWER_REBUILD] = true,
	[POWER_OUTLET_OFF] = true, [POWER_OUTLET_CYCLE] = true,
};

/* The cords, and the machines behind them: of an outlet those that hang on it. */
static int
find_things(struct drive_evidence *v, struct hosts *things, struct err *e)
{
	const struct power_step *s = drive_step(v->m);
	struct inv *inv = *v->drive->room.inv;
	struct inv_cord *fed;
	size_t n = 0;

	things->n = 0;
	if (inv == NULL)
		return err_set(e, ERR_UNAVAILABLE, "there is no inventory to look at");
	if (!power_verb_is_outlet(v->m->job->plan.verb)) {
		things->name[things->n++] = arena_strdup(v->a, drive_name(v->m));
		return inv_cords(inv, drive_name(v->m), v->a, &v->cords, &v->n_cords, e);
	}
	v->cords = arena_array(v->a, 1, sizeof(*v->cords));
	v->cords[v->n_cords++] = (struct inv_cord){.pdu = s->device, .outlet = s->outlet};
	if (inv_fed_by(inv, s->device, s->outlet, v->a, &fed, &n, e) != 0)
		return -1;
	for (size_t i = 0; i < n && things->n < THINGS; i++) {
		bool there = false;

		for (size_t k = 0; k < things->n; k++)
			there |= strcmp(things->name[k], fed[i].machine) == 0;
		if (!there)
			things->name[things->n++] = arena_strdup(v->a, fed[i].machine);
	}
	return 0;
}

static struct drive_evidence *
create(struct drive_machine *m, void (*then)(struct drive_machine *m))
{
	struct drive_evidence *v = calloc(1, sizeof(*v));

	if (v == NULL)
		log_die("out of memory: no evidence");
	*v = (struct drive_evidence){.m = m, .drive = m->job->drive, .then = then, .a = arena_create(), .checks = json_array(),
	    .outlets = json_array(), .bmcs = json_array(), .not_had = json_array(), .pending = 1, .began = times_boot()};
	m->evidence = v;
	return v;
}

void
drive_evidence_begin(struct drive_machine *m, void (*then)(struct drive_machine *m))
{
	struct drive_evidence *v;
	struct hosts things = {0};
	struct err e;

	if (!destroys[m->job->plan.verb]) {
		then(m);
		return;
	}
	v = create(m, then);
	things.name = arena_array(v->a, THINGS, sizeof(*things.name));
	if (find_things(v, &things, &e) != 0)
		not_had(v, drive_name(m), e.text);
	v->read = arena_array(v->a, v->n_cords + 1, sizeof(*v->read));
	drive_after(m, DRIVE_EVIDENCE_MS, time_is_up);
	ask_pdus(v);
	for (size_t i = 0; i < things.n; i++) {
		take_checks(v, things.name[i]);
		ask_bmc(v, things.name[i]);
	}
	settle(v);
}
