/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is at an address: sysObjectID says which families it may be, their confirming objects which one it is.
 * sysObjectID alone is never taken for it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe.h"

struct identifying {
	struct probe_identify ask;
	struct snmp_target target;      /* its texts are the copies in `strings` */
	char *strings[4];
	probe_identity_fn *done;
	void *ctx;
	struct probe_identity seen;
	struct devtype_oid sys_object_id;
	char descr[LIMIT_NAME + 1], name[LIMIT_NAME + 1];
};

static char *
copied(const char *text)
{
	char *copy = text == NULL ? NULL : strdup(text);

	if (text != NULL && copy == NULL)
		log_die("out of memory: no copy of a credential");
	return copy;
}

static void
end(struct identifying *q)
{
	q->seen.descr = q->descr;
	q->seen.name = q->name;
	q->done(q->ctx, &q->seen);
	for (size_t i = 0; i < LARCH_COUNT(q->strings); i++) {
		if (q->strings[i] != NULL)
			explicit_bzero(q->strings[i], strlen(q->strings[i]));
		free(q->strings[i]);
	}
	free(q);
}

/* ---- the second question: the families it may be ------------------------------------------- */

/* A family's objects in the question, in this order. */
static size_t
objects_of(const struct devtype *t, struct snmp_oid out[2])
{
	size_t n = 0;

	out[n++] = probe_oid(&t->confirm);
	if (t->unless.n > 0)
		out[n++] = probe_oid(&t->unless);
	return n;
}

/* The longest sysObjectID of the family that fits. */
static size_t
fit(const struct devtype *t, const struct devtype_oid *sys_object_id)
{
	size_t best = 0;

	for (size_t i = 0; i < t->n_sys_object_ids; i++)
		if (devtype_is_below(sys_object_id, &t->sys_object_ids[i]) && t->sys_object_ids[i].n > best)
			best = t->sys_object_ids[i].n;
	return best;
}

/* Why it is not that family, into `why`; true when it is. */
static bool
agrees(const struct devtype *t, const struct snmp_value v[2], struct buf *why)
{
	buf_printf(why, "%s%s (%s), but ", why->n == 0 ? "" : "; ", t->family, t->title);
	if (v[0].type == SNMP_NONE || (v[0].type == SNMP_TEXT && v[0].text.n == 0)) {
		devtype_oid_text(&t->confirm, why);
		buf_puts(why, " has no value");
		return false;
	}
	if (t->has_confirm_least && (v[0].type != SNMP_NUMBER || v[0].number < t->confirm_least)) {
		devtype_oid_text(&t->confirm, why);
		buf_printf(why, " is not %lld or more", (long long)t->confirm_least);
		return false;
	}
	if (t->unless.n > 0 && v[1].type != SNMP_NONE) {
		devtype_oid_text(&t->unless, why);
		buf_puts(why, " has a value, as devices of another family have it");
		return false;
	}
	return true;
}

static void
choose(struct identifying *q, const struct snmp_answer *answer, struct buf *why)
{
	const struct devtype *best = NULL, *other = NULL;
	size_t at = 0;

	for (size_t i = 0; i < q->ask.types->n; i++) {
		const struct devtype *t = &q->ask.types->types[i];
		struct snmp_oid objects[2];
		size_t length = fit(t, &q->sys_object_id), n;

		if (length == 0)
			continue;
		n = objects_of(t, objects);
		if (agrees(t, &answer->values[at], why)) {
			size_t so_far = best == NULL ? 0 : fit(best, &q->sys_object_id);

			other = length == so_far ? t : length > so_far ? NULL : other;
			best = length > so_far ? t : best;
		}
		at += n;
	}
	if (other != NULL)
		snprintf(q->seen.text, sizeof(q->seen.text),
		    "\"%.200s\" agrees with two families, %s and %s: name one of them", q->descr, best->family, other->family);
	else if (best != NULL)
		snprintf(q->seen.text, sizeof(q->seen.text), "%s: %s", best->title, q->descr);
	q->seen.type = other == NULL ? best : NULL;
}

static void
confirmed(void *ctx, const struct snmp_answer *answer)
{
	struct identifying *q = ctx;
	struct buf why = BUF(4096);

	q->seen.outcome = answer->outcome;
	if (answer->outcome == SNMP_OK)
		choose(q, answer, &why);
	else
		snprintf(q->seen.text, sizeof(q->seen.text), "%s", answer->text);
	if (q->seen.text[0] == '\0')
		snprintf(q->seen.text, sizeof(q->seen.text), "\"%.150s\" is no PDU that is known: its sysObjectID is that of %s",
		    q->descr, why.n == 0 ? "no family" : why.p);
	buf_free(&why);
	end(q);
}

static void
ask_families(struct identifying *q)
{
	struct snmp_oid *list = calloc(2 * q->ask.types->n + 1, sizeof(*list));
	size_t n = 0;

	if (list == NULL)
		log_die("out of memory: no question");
	for (size_t i = 0; i < q->ask.types->n; i++)
		if (fit(&q->ask.types->types[i], &q->sys_object_id) > 0)
			n += objects_of(&q->ask.types->types[i], list + n);
	if (n > 0) {
		snmp_get(q->ask.snmp, &q->target, list, n, confirmed, q);
	} else {
		struct buf oid = BUF(1024);

		devtype_oid_text(&q->sys_object_id, &oid);
		snprintf(q->seen.text, sizeof(q->seen.text), "\"%.150s\", sysObjectID %.300s, is of no family in mib/", q->descr,
		    oid.n == 0 ? "" : oid.p);
		buf_free(&oid);
		end(q);
	}
	free(list);
}

/* ---- the first question: sysObjectID, sysDescr and sysName --------------------------------------------- */

/* A text as it may stand on a screen. */
static void
take_text(const struct snmp_value *v, char out[LIMIT_NAME + 1])
{
	struct buf clean = BUF(LIMIT_NAME);

	if (v->type == SNMP_TEXT)
		buf_plain(&clean, str_trim(v->text));
	snprintf(out, LIMIT_NAME + 1, "%s", clean.n == 0 ? "" : clean.p);
	buf_free(&clean);
}

static void
named(void *ctx, const struct snmp_answer *answer)
{
	struct identifying *q = ctx;

	q->seen.outcome = answer->outcome;
	if (answer->outcome != SNMP_OK) {
		snprintf(q->seen.text, sizeof(q->seen.text), "%s", answer->text);
		end(q);
		return;
	}
	take_text(&answer->values[1], q->descr);
	take_text(&answer->values[2], q->name);
	if (answer->values[0].type != SNMP_OBJECT) {
		snprintf(q->seen.text, sizeof(q->seen.text), "\"%.150s\" answers, but has no sysObjectID", q->descr);
		end(q);
		return;
	}
	q->seen.sys_object_id = answer->values[0].object;
	q->sys_object_id.n = q->seen.sys_object_id.n;
	memcpy(q->sys_object_id.id, q->seen.sys_object_id.id, q->sys_object_id.n * sizeof(q->sys_object_id.id[0]));
	ask_families(q);
}

void
probe_pdu_identify(const struct probe_identify *ask, probe_identity_fn *done, void *ctx)
{
	static const struct snmp_oid system[] = {{.id = {1, 3, 6, 1, 2, 1, 1, 2, 0}, .n = 9},
	    {.id = {1, 3, 6, 1, 2, 1, 1, 1, 0}, .n = 9}, {.id = {1, 3, 6, 1, 2, 1, 1, 5, 0}, .n = 9}};
	struct identifying *q = calloc(1, sizeof(*q));

	if (q == NULL)
		log_die("out of memory: no question");
	*q = (struct identifying){.ask = *ask, .target = *ask->target, .done = done, .ctx = ctx};
	q->target.community = q->strings[0] = copied(ask->target->community);
	q->target.user = q->strings[1] = copied(ask->target->user);
	q->target.auth_secret = q->strings[2] = copied(ask->target->auth_secret);
	q->target.priv_secret = q->strings[3] = copied(ask->target->priv_secret);
	snmp_get(ask->snmp, &q->target, system, LARCH_COUNT(system), named, q);
}
