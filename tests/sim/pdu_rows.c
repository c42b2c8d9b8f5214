/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows that may be written ("@rw" of a profile). Commands of the control socket:
 *
 *	row OID                   ok VALUE
 *	put OID VALUE             another manager writes it now
 *	row-fault OID FAULT [N]   refuse (wrongValue), lie, drop, drop-obeyed, none; after N more SETs of it
 *	touch OID N VALUE         another manager writes it just before the Nth GET of it from now
 *	silent-after N            after N more SETs the agent answers nothing; "fault * none" ends it
 *	writes                    ok N OID=VALUE ...: the SETs obeyed, oldest first, since the last "forget"
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

#include "pdu_sim.h"
#include "sim_ctl.h"
#include "sim_text.h"

#define WRITES 64

static struct {
	uint32_t oid[PDU_OID];
	size_t n;
	char value[PDU_TEXT];
} writes[WRITES];
static size_t n_writes;

static const char *const fault_names[ROW_FAULT_COUNT] = {
    [ROW_WELL] = "none", [ROW_REFUSE] = "refuse", [ROW_LIE] = "lie", [ROW_DROP] = "drop", [ROW_DROP_OBEYED] = "drop-obeyed"};

/* The rows are the program's own: a profile is const to those who only show it. */
static struct pdu_row *
own(const struct pdu_row *row)
{
	return (struct pdu_row *)(uintptr_t)row;
}

size_t
row_bytes(const struct pdu_row *row, unsigned char out[PDU_TEXT])
{
	size_t n = strlen(row->text) / 2;
	char two[3] = "";

	for (size_t i = 0; i < n; i++) {
		memcpy(two, row->text + 2 * i, 2);
		out[i] = (unsigned char)strtoul(two, NULL, 16);
	}
	return n;
}

static enum row_fault
fault_of(const struct pdu_row *row)
{
	return row->fault_after > 0 ? ROW_WELL : row->fault;
}

int
row_check(const struct pdu_row *row, const struct variable_list *v)
{
	static const u_char types[KIND_COUNT] = {[KIND_INTEGER] = ASN_INTEGER, [KIND_GAUGE] = ASN_GAUGE,
	    [KIND_TEXT] = ASN_OCTET_STR, [KIND_HEX] = ASN_OCTET_STR};

	if (fault_of(row) == ROW_REFUSE)
		return SNMP_ERR_WRONGVALUE;
	if (v->type != types[row->type])
		return SNMP_ERR_WRONGTYPE;
	if (row->type == KIND_HEX && v->val_len != strlen(row->text) / 2)
		return SNMP_ERR_WRONGLENGTH;
	return SNMP_ERR_NOERROR;
}

static void
store(const struct pdu_row *row, const struct variable_list *v)
{
	struct pdu_row *r = own(row);

	if (r->type == KIND_HEX)
		for (size_t i = 0; i < v->val_len && 2 * i + 2 < sizeof(r->text); i++)
			snprintf(r->text + 2 * i, 3, "%02x", v->val.string[i]);
	else if (r->type == KIND_TEXT)
		snprintf(r->text, sizeof(r->text), "%.*s", (int)v->val_len, (const char *)v->val.string);
	else
		snprintf(r->text, sizeof(r->text), "%ld", *v->val.integer);
	if (r->fault_after > 0)
		r->fault_after--;
	if (n_writes < WRITES) {
		memcpy(writes[n_writes].oid, r->oid, sizeof(r->oid));
		writes[n_writes].n = r->n;
		snprintf(writes[n_writes++].value, PDU_TEXT, "%s", r->text);
	}
}

static void
count(struct pdu_model *m)
{
	m->writes++;
	if (m->silent_after > 0 && --m->silent_after == 0)
		m->silent = true;
}

void
row_write(struct pdu_model *m, const struct pdu_row *row, const struct variable_list *v)
{
	if (fault_of(row) == ROW_LIE)
		return;
	store(row, v);
	count(m);
}

bool
row_dropped(struct pdu_model *m, const struct pdu_row *row, const struct variable_list *v)
{
	enum row_fault fault = fault_of(row);

	if (row->live != LIVE_RW || (fault != ROW_DROP && fault != ROW_DROP_OBEYED))
		return false;
	if (fault == ROW_DROP_OBEYED && row_check(row, v) == SNMP_ERR_NOERROR) {
		store(row, v);
		count(m);
	}
	return true;
}

void
row_touch(const struct pdu_row *row)
{
	struct pdu_row *r = own(row);

	if (r->touch_in > 0 && --r->touch_in == 0)
		memcpy(r->text, r->touch, sizeof(r->text));
}

/* ---- commands --------------------------------------------------------------------------- */

static struct pdu_row *
find(struct pdu_model *m, const char *text)
{
	unsigned long oid[PDU_OID];
	size_t n = 0;
	char copy[4 * PDU_TEXT], *rest = copy, *word;
	const struct pdu_row *row;
	long value;

	snprintf(copy, sizeof(copy), "%s", text);
	while ((word = strsep(&rest, ".")) != NULL && n < PDU_OID && sim_int(word, 0, UINT32_MAX, &value) == 0)
		oid[n++] = (unsigned long)value;
	row = pdu_profile_next(m->profile, oid, n, false);
	if (row == NULL || row->n != n || row->live != LIVE_RW)
		return NULL;
	for (size_t i = 0; i < n; i++)
		if (row->oid[i] != oid[i])
			return NULL;
	return own(row);
}

static void
tell_writes(struct sim_answer *a)
{
	sim_answer_add(a, " %zu", n_writes);
	for (size_t i = 0; i < n_writes; i++) {
		sim_answer_add(a, " ");
		for (size_t k = 0; k < writes[i].n; k++)
			sim_answer_add(a, "%s%u", k > 0 ? "." : "", writes[i].oid[k]);
		sim_answer_add(a, "=%s", writes[i].value);
	}
}

static void
run_row(struct pdu_row *r, int n, char **w, struct sim_answer *a)
{
	long value;

	if (strcmp(w[0], "row") == 0) {
		sim_answer_add(a, " %s", r->text);
	} else if (strcmp(w[0], "put") == 0 && n == 3) {
		snprintf(r->text, sizeof(r->text), "%s", w[2]);
	} else if (strcmp(w[0], "touch") == 0 && n == 4 && sim_int(w[2], 1, 1000, &value) == 0) {
		r->touch_in = (int)value;
		snprintf(r->touch, sizeof(r->touch), "%s", w[3]);
	} else if (strcmp(w[0], "row-fault") == 0 && (n == 3 || (n == 4 && sim_int(w[3], 0, 1000, &value) == 0))) {
		r->fault_after = n == 4 ? (int)value : 0;
		for (int i = 0; i < ROW_FAULT_COUNT; i++)
			if (strcmp(fault_names[i], w[2]) == 0) {
				r->fault = (enum row_fault)i;
				return;
			}
		sim_answer_error(a, "there is no fault %s of a row", w[2]);
	} else {
		sim_answer_error(a, "%s: wrong words", w[0]);
	}
}

bool
row_command(struct pdu_model *m, int n, char **w, struct sim_answer *a)
{
	static const char *const words[] = {"row", "put", "touch", "row-fault"};
	struct pdu_row *r;

	if (strcmp(w[0], "writes") == 0) {
		tell_writes(a);
		return true;
	}
	if (strcmp(w[0], "silent-after") == 0) {
		if (n != 2 || sim_int(w[1], 0, 1000, &m->silent_after) != 0)
			sim_answer_error(a, "silent-after N");
		return true;
	}
	if (strcmp(w[0], "forget") == 0)
		n_writes = 0; /* and the outlets' log: the caller goes on */
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(w[0], words[i]) != 0)
			continue;
		r = n < 2 ? NULL : find(m, w[1]);
		if (r == NULL)
			sim_answer_error(a, "there is no row %s that may be written", n < 2 ? "" : w[1]);
		else
			run_row(r, n, w, a);
		return true;
	}
	return false;
}
