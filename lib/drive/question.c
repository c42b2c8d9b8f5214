/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions: what is at an address, what does a BMC tell. They only read. Each is a row of the journal before anything is
 * sent, for it shows credentials to whoever is there; its answer stands beside the chain. What power.db says is looked at
 * again here: where it may go is for power_place, and for the inventory.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"

#define BMC_EVENTS 100 /* the newest, of a person's question */

struct question {
	struct drive *drive;
	struct arena *a;
	struct journal_answer answer;  /* its texts are in the arena */
	struct power_place place;
	const char *bmc;
};

/* ---- what is written ------------------------------------------------------------------------------ */

static void
put(struct question *q)
{
	struct err e;

	if (journal_put_answer(q->drive->room.journal, &q->answer, &e) != 0)
		log_error("the answer to question %lld cannot be written: %s", (long long)q->answer.question, e.text);
}

/* The end: a sentence, and what was found as JSON, taken over; or NULL. */
static void
end(struct question *q, const char *sentence, json_t *found)
{
	struct buf text = BUF(LIMIT_ANSWER);

	if (found != NULL)
		jsn_canonical(found, &text);
	json_decref(found);
	q->answer.ended = times_now();
	q->answer.phase = text.over ? "what it says is more than can be kept" : sentence;
	q->answer.text = text.n == 0 || text.over ? "" : text.p;
	put(q);
	buf_free(&text);
	q->drive->questions--;
	arena_destroy(q->a);
	free(q);
}

static void
set_number(json_t *o, const char *key, double v)
{
	jsn_set(o, key, isfinite(v) ? json_real(v) : json_null());
}

/* Three digits behind the point are more than any device means. */
static void
set_measure(json_t *o, const char *key, double v)
{
	set_number(o, key, round(v * 1000) / 1000);
}

/* ---- what is at an address ------------------------------------------------------------------------- */

static json_t *
outlets_json(const struct probe_pdu *pdu)
{
	json_t *list = json_array();

	for (size_t i = 0; i < pdu->n; i++) {
		const struct probe_outlet *x = &pdu->outlets[i];
		json_t *o = json_object();

		jsn_set_text(o, "outlet", x->outlet);
		jsn_set_text(o, "device_name", x->device_name);
		jsn_set_text(o, "state", devtype_state_name(x->state));
		jsn_set_text(o, "word", x->word);
		jsn_set_text(o, "fault", probe_outlet_fault(x));
		jsn_set(o, "switchable", json_boolean(x->switchable));
		set_measure(o, "amperes", x->amps);
		set_measure(o, "watts", x->watts);
		jsn_add(list, o);
	}
	return list;
}

static json_t *
infeeds_json(const struct probe_pdu *pdu)
{
	json_t *list = json_array();

	for (size_t i = 0; i < pdu->n_infeeds; i++) {
		const struct probe_infeed *x = &pdu->infeeds[i];
		json_t *o = json_object();

		jsn_set_text(o, "kind", devtype_infeed_name(x->kind));
		jsn_set_text(o, "name", x->name);
		set_measure(o, "amperes", x->amps);
		set_measure(o, "watts", x->watts);
		set_measure(o, "volts", x->volts);
		jsn_add(list, o);
	}
	return list;
}

static json_t *
sensors_json(const struct probe_pdu *pdu)
{
	json_t *list = json_array();

	for (size_t i = 0; i < pdu->n_sensors; i++) {
		const struct probe_sensor *x = &pdu->sensors[i];
		json_t *o = json_object();

		jsn_set_text(o, "kind", devtype_sensor_name(x->kind));
		jsn_set_text(o, "name", x->name);
		set_measure(o, "value", x->value);
		jsn_set_text(o, "unit", x->kind == DEVTYPE_HUMIDITY ? "%" : "\302\260C");
		jsn_add(list, o);
	}
	return list;
}

/* Units behind one address: where the index of an outlet begins with one, as many as there are of those. */
static size_t
units(const struct devtype *t, const struct probe_pdu *pdu)
{
	size_t n = 1;

	for (size_t i = 1; t->has_units && i < pdu->n; i++)
		n += pdu->outlets[i].index.id[0] != pdu->outlets[i - 1].index.id[0];
	return n;
}

static void
set_identity(json_t *o, const struct probe_identity *i)
{
	struct buf oid = BUF(1024);

	snmp_oid_text(&i->sys_object_id, &oid);
	jsn_set_text(o, "sys_object_id", oid.n == 0 ? NULL : oid.p);
	jsn_set_text(o, "sys_descr", i->descr[0] == '\0' ? NULL : i->descr);
	jsn_set_text(o, "sys_name", i->name[0] == '\0' ? NULL : i->name);
	jsn_set_text(o, "family", i->type == NULL ? NULL : i->type->family);
	jsn_set_text(o, "title", i->type == NULL ? NULL : i->type->title);
	buf_free(&oid);
}

static json_t *
found_json(const struct question *q, const struct probe_found *f)
{
	static const char *const versions[] = {"", "1", "2c", "3"};
	json_t *o = json_object();

	jsn_set_text(o, "address", q->place.address);
	jsn_set_text(o, "thing", q->place.thing);
	jsn_set_text(o, "type", q->place.type);
	jsn_set_text(o, "recorded_family", q->place.family);
	jsn_set_text(o, "outcome", snmp_outcome_name(f->outcome));
	jsn_set_text(o, "version", versions[f->version & 3]);
	jsn_set(o, "took_ms", json_integer(f->took_ms));
	set_identity(o, f->identity);
	jsn_set(o, "read", json_boolean(f->pdu != NULL));
	if (f->pdu != NULL) {
		jsn_set(o, "units", json_integer((json_int_t)units(f->identity->type, f->pdu)));
		jsn_set(o, "switches", json_boolean(f->pdu->switches));
		jsn_set(o, "outlets", outlets_json(f->pdu));
		jsn_set(o, "infeeds", infeeds_json(f->pdu));
		jsn_set(o, "sensors", sensors_json(f->pdu));
	}
	return o;
}

static void
on_found(void *ctx, const struct probe_found *f)
{
	struct question *q = ctx;

	end(q, f->text, found_json(q, f));
}

static void
on_phase(void *ctx, const char *phase)
{
	struct question *q = ctx;

	q->answer.phase = phase;
	put(q);
}

static int
begin_probe(struct question *q, struct err *e)
{
	struct gate_device *device = NULL;
	const struct drive_room *room = &q->drive->room;

	if (q->place.thing != NULL && probe_device(room->probe, q->place.thing, q->a, &device, NULL) != 0)
		device = NULL; /* of no recorded family: nobody else asks it */
	return probe_find(room->probe, &(struct probe_find){.name = q->place.name, .address = q->place.address, .device = device,
	                                   .done = on_found, .phase = on_phase, .ctx = q}, e);
}

/* ---- what a BMC tells ----------------------------------------------------------------------------------- */

static json_t *
bmc_sensors_json(const struct ipmi_seen *seen)
{
	json_t *list = json_array();

	for (size_t i = 0; i < seen->n_sensors; i++) {
		const struct ipmi_sensor *x = &seen->sensors[i];
		char unit[IPMI_UNIT];
		json_t *o = json_object();

		jsn_set_text(o, "name", x->sdr.name);
		jsn_set_text(o, "type", ipmi_sensor_type_name(x->sdr.sensor_type));
		set_measure(o, "value", x->value);
		jsn_set_text(o, "unit", ipmi_sensor_unit(&x->sdr, unit));
		jsn_set_text(o, "level", x->asked ? ipmi_level_name(x->level) : "unknown");
		jsn_set_text(o, "says", x->says);
		jsn_add(list, o);
	}
	return list;
}

static json_t *
bmc_events_json(const struct ipmi_seen *seen)
{
	json_t *list = json_array();

	for (size_t i = 0; i < seen->n_events; i++) {
		char when[TIMES_TEXT];
		struct buf text = BUF(LIMIT_NAME * 4);
		json_t *o = json_object();

		ipmi_seen_say(seen, &seen->events[i], &text);
		jsn_set(o, "id", json_integer(seen->events[i].id));
		jsn_set_text(o, "at", ipmi_event_when(&seen->events[i], when));
		jsn_set_text(o, "level", ipmi_level_name(ipmi_event_level(&seen->events[i])));
		jsn_set_str(o, "text", buf_view(&text));
		jsn_add(list, o);
		buf_free(&text);
	}
	return list;
}

static bool
has(const struct ipmi_part *part)
{
	return part->state == IPMI_PART_WHOLE || part->state == IPMI_PART_PARTIAL;
}

static json_t *
device_json(const struct ipmi_device *d)
{
	char text[96];
	json_t *o = json_object();

	snprintf(text, sizeof(text), "%u.%02u", d->firmware_major, d->firmware_minor);
	jsn_set_text(o, "firmware", text);
	snprintf(text, sizeof(text), "%u.%u", d->ipmi_major, d->ipmi_minor);
	jsn_set_text(o, "ipmi", text);
	jsn_set_text(o, "maker", ipmi_maker(d->manufacturer));
	jsn_set(o, "manufacturer", json_integer(d->manufacturer));
	jsn_set(o, "product", json_integer(d->product));
	jsn_set(o, "device_id", json_integer(d->id));
	jsn_set(o, "revision", json_integer(d->revision));
	jsn_set(o, "updating", json_boolean(d->updating));
	return o;
}

/* Watts of a BMC that does not measure now are old or nothing: not shown as numbers. */
static json_t *
power_json(const struct ipmi_power *p)
{
	json_t *o = json_object();

	jsn_set(o, "watts", p->active ? json_integer(p->watts) : json_null());
	jsn_set(o, "min", p->active ? json_integer(p->min) : json_null());
	jsn_set(o, "max", p->active ? json_integer(p->max) : json_null());
	jsn_set(o, "average", p->active ? json_integer(p->average) : json_null());
	jsn_set(o, "period_ms", json_integer(p->period_ms));
	return o;
}

/* What is missing or partial, and why. */
static json_t *
gaps_json(const struct ipmi_seen *seen)
{
	const struct {
		const char *what;
		const struct ipmi_part *part;
	} parts[] = {{"device id", &seen->device_part}, {"power", &seen->power_part}, {"event log", &seen->events_part},
	    {"sensor records", &seen->names_part}, {"sensors", &seen->sensors_part}};
	json_t *list = json_array();

	for (size_t i = 0; i < LARCH_COUNT(parts); i++) {
		json_t *o;

		if (parts[i].part->state == IPMI_PART_WHOLE || parts[i].part->state == IPMI_PART_NOT_ASKED)
			continue;
		o = json_object();
		jsn_set_text(o, "what", parts[i].what);
		jsn_set_text(o, "state", parts[i].part->state == IPMI_PART_MISSING ? "missing" : "partial");
		jsn_set_text(o, "why", parts[i].part->text);
		jsn_add(list, o);
	}
	return list;
}

static void
on_bmc(void *ctx, const struct probe_bmc *b)
{
	struct question *q = ctx;
	const struct ipmi_seen *seen = b->seen;
	json_t *o = json_object();

	jsn_set_text(o, "machine", q->answer.about);
	jsn_set_text(o, "bmc", q->bmc);
	jsn_set_text(o, "outcome", ipmi_outcome_name(b->outcome));
	jsn_set(o, "whole", json_boolean(b->whole));
	jsn_set(o, "took_ms", json_integer(b->took_ms));
	jsn_set(o, "device", has(&seen->device_part) ? device_json(&seen->device) : json_null());
	jsn_set(o, "power", has(&seen->power_part) ? power_json(&seen->power) : json_null());
	jsn_set(o, "sensors", bmc_sensors_json(seen));
	jsn_set(o, "events", bmc_events_json(seen));
	jsn_set(o, "log_entries", has(&seen->events_part) ? json_integer(seen->log_entries) : json_null());
	jsn_set(o, "log_overflow", json_boolean(has(&seen->events_part) && seen->log_overflow));
	jsn_set(o, "gaps", gaps_json(seen));
	end(q, arena_strdup(q->a, b->outcome == IPMI_OK && b->text[0] == '\0' ? "all was read" : b->text), o);
}

static int
begin_bmc(struct question *q, struct err *e)
{
	static const struct probe_bmc_ask ask = {.what = IPMI_ASK_ALL, .events = BMC_EVENTS};
	struct gate_device *device;

	if (probe_device(q->drive->room.probe, q->bmc, q->a, &device, e) != 0)
		return -1;
	q->answer.phase = "asking its BMC";
	put(q);
	probe_bmc_read(device, GATE_ASKED, &ask, on_bmc, q);
	return 0;
}

/* ---- taking them up ---------------------------------------------------------------------------------------- */

static int
look_probe(struct question *q, struct err *e)
{
	return power_place(*q->drive->room.inv, q->drive->room.conf, q->answer.about, q->a, &q->place, e);
}

static int
look_bmc(struct question *q, struct err *e)
{
	struct inv_thing bmc;

	if (inv_bmc(*q->drive->room.inv, q->answer.about, q->a, &bmc, e) != 0)
		return -1;
	q->bmc = bmc.name;
	return 0;
}

static const struct kind {
	const char *what;
	int (*look)(struct question *q, struct err *e);  /* may it be asked, and where */
	int (*begin)(struct question *q, struct err *e);
} kinds[] = {{"probe", look_probe, begin_probe}, {"bmc", look_bmc, begin_bmc}};

/* Before anything is sent. */
static int
note(const struct question *q, struct err *e)
{
	struct journal_row row = {
	    .kind = "asked",
	    .who = q->answer.who,
	    .verb = q->answer.what,
	    .machine = q->bmc == NULL ? "" : q->answer.about,
	    .device = q->bmc != NULL ? q->bmc : q->place.name,
	    .text = q->bmc != NULL ? "what its BMC tells" : arena_printf(q->a, "what is at %s", q->place.address),
	    .cites = arena_printf(q->a, "question %lld", (long long)q->answer.question),
	};

	return journal_add(q->drive->room.journal, &row, e);
}

static void
begin(struct drive *d, const struct kind *kind, const struct power_order *o)
{
	struct question *q = calloc(1, sizeof(*q));
	struct err e;

	if (q == NULL)
		log_die("out of memory: no question");
	q->drive = d;
	q->a = arena_create();
	q->answer = (struct journal_answer){.question = o->id, .at = o->at, .what = kind->what,
	    .about = arena_strdup(q->a, o->things), .who = arena_strdup(q->a, o->who), .began = times_now(), .phase = "", .text = ""};
	if (d->questions++ >= LIMIT_QUESTIONS)
		end(q, "larchd is at as many questions as it answers at one time; ask again in a moment", NULL);
	else if (kind->look(q, &e) != 0 || note(q, &e) != 0 || kind->begin(q, &e) != 0)
		end(q, arena_strdup(q->a, e.text), NULL);
}

void
drive_question(struct drive *d, const struct power_order *o)
{
	for (size_t i = 0; i < LARCH_COUNT(kinds); i++)
		if (strcmp(o->what, kinds[i].what) == 0 && strlen(o->things) <= LIMIT_NAME)
			begin(d, &kinds[i], o);
}
