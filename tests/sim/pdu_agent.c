/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The agent: net-snmp's agent library with one handler over 1.3.6.1. Who may
 * ask and what gets no answer is settled before a packet reaches the library.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/agent/net-snmp-agent-includes.h>

#include "pdu_sim.h"
#include "sim_text.h"

static struct pdu_model *model;
static const char *read_community, *write_community;

/* ---- values ---------------------------------------------------------------------------- */

static const u_char asn[KIND_COUNT] = {[KIND_INTEGER] = ASN_INTEGER, [KIND_GAUGE] = ASN_GAUGE,
    [KIND_COUNTER] = ASN_COUNTER, [KIND_TIMETICKS] = ASN_TIMETICKS, [KIND_TEXT] = ASN_OCTET_STR,
    [KIND_HEX] = ASN_OCTET_STR, [KIND_OID] = ASN_OBJECT_ID};

static void
put_oid(netsnmp_variable_list *v, const char *text)
{
	oid value[MAX_OID_LEN];
	size_t n = 0;
	char copy[PDU_TEXT], *rest = copy, *word;
	long number;

	snprintf(copy, sizeof(copy), "%s", text);
	while ((word = strsep(&rest, ".")) != NULL && n < MAX_OID_LEN && sim_int(word, 0, UINT32_MAX, &number) == 0)
		value[n++] = (oid)number;
	snmp_set_var_typed_value(v, ASN_OBJECT_ID, value, n * sizeof(oid));
}

static void
put(netsnmp_variable_list *v, const struct pdu_row *row)
{
	const char *text = row->live == LIVE_NAME ? model->outlet[row->outlet].name : row->text;
	unsigned char bytes[PDU_TEXT];
	long number = 0;

	if (row->type == KIND_HEX) {
		snmp_set_var_typed_value(v, ASN_OCTET_STR, bytes, row_bytes(row, bytes));
	} else if (row->type == KIND_TEXT) {
		snmp_set_var_typed_value(v, ASN_OCTET_STR, text, strlen(text));
	} else if (row->type == KIND_OID) {
		put_oid(v, text);
	} else {
		if (row->live != LIVE_NO && row->live != LIVE_RW)
			number = pdu_model_number(model, row, sim_now());
		else
			(void)sim_int(text, INT32_MIN, UINT32_MAX, &number);
		snmp_set_var_typed_value(v, asn[row->type], &number, sizeof(number));
	}
}

static const struct pdu_row *
exact(const netsnmp_variable_list *v)
{
	const struct pdu_row *row = pdu_profile_next(model->profile, v->name, v->name_length, false);

	if (row == NULL || row->n != v->name_length)
		return NULL;
	for (size_t i = 0; i < row->n; i++)
		if (row->oid[i] != v->name[i])
			return NULL;
	return row;
}

/* ---- reading ---------------------------------------------------------------------------- */

static void
get(netsnmp_agent_request_info *info, netsnmp_request_info *request)
{
	const struct pdu_row *row = exact(request->requestvb);

	if (row == NULL) {
		netsnmp_set_request_error(info, request, SNMP_NOSUCHINSTANCE);
		return;
	}
	row_touch(row);
	put(request->requestvb, row);
}

static void
get_next(netsnmp_request_info *request)
{
	netsnmp_variable_list *v = request->requestvb;
	const struct pdu_row *row =
	    pdu_profile_next(model->profile, v->name, v->name_length, request->inclusive == 0);
	oid name[PDU_OID];

	if (row == NULL) /* the end of the view: net-snmp says so */
		return;
	for (size_t i = 0; i < row->n; i++)
		name[i] = row->oid[i];
	snmp_set_var_objid(v, name, row->n);
	put(v, row);
}

/* ---- writing ---------------------------------------------------------------------------- */

/* An error-status of RFC 3416 section 4.2.5, or SNMP_ERR_NOERROR. */
static int
check_set(const netsnmp_variable_list *v)
{
	const struct pdu_row *row = exact(v);
	enum pdu_verb verb;

	if (row == NULL)
		return SNMP_ERR_NOCREATION;
	if (row->live == LIVE_RW)
		return row_check(row, v);
	if (row->live == LIVE_NAME) {
		if (v->type != ASN_OCTET_STR)
			return SNMP_ERR_WRONGTYPE;
		return v->val_len > (size_t)model->profile->name_max ? SNMP_ERR_WRONGLENGTH : SNMP_ERR_NOERROR;
	}
	if (!pdu_model_commands(row))
		return SNMP_ERR_NOTWRITABLE;
	if (v->type != ASN_INTEGER)
		return SNMP_ERR_WRONGTYPE;
	verb = pdu_model_verb(model, row, *v->val.integer);
	if (verb == VERB_COUNT)
		return SNMP_ERR_WRONGVALUE;
	if (model->outlet[row->outlet].fault == FAULT_REFUSE) {
		pdu_model_log(model, row->outlet, *v->val.integer, "refused", sim_now());
		return SNMP_ERR_GENERR;
	}
	return SNMP_ERR_NOERROR;
}

static void
carry_out(const netsnmp_variable_list *v, const char *verdict)
{
	const struct pdu_row *row = exact(v);
	int64_t now = sim_now();

	if (row == NULL)
		return;
	if (row->live == LIVE_RW) {
		row_write(model, row, v);
		return;
	}
	if (row->live == LIVE_NAME) {
		snprintf(model->outlet[row->outlet].name, PDU_TEXT, "%.*s", (int)v->val_len, (const char *)v->val.string);
		return;
	}
	pdu_model_log(model, row->outlet, *v->val.integer, verdict, now);
	pdu_model_act(model, row->outlet, pdu_model_verb(model, row, *v->val.integer), now);
}

static bool
is(const netsnmp_pdu *pdu, const char *community)
{
	return community != NULL && pdu->community_len == strlen(community) &&
	    memcmp(pdu->community, community, pdu->community_len) == 0;
}

static int
handle(netsnmp_mib_handler *handler, netsnmp_handler_registration *registration,
    netsnmp_agent_request_info *info, netsnmp_request_info *requests)
{
	(void)handler;
	(void)registration;
	pdu_model_advance(model, sim_now());
	for (netsnmp_request_info *r = requests; r != NULL; r = r->next) {
		int error;

		switch (info->mode) {
		case MODE_GET:
			get(info, r);
			break;
		case MODE_GETNEXT:
			get_next(r);
			break;
		case MODE_SET_RESERVE1:
			error = is(info->asp->pdu, write_community) ? check_set(r->requestvb) : SNMP_ERR_NOACCESS;
			if (error != SNMP_ERR_NOERROR)
				netsnmp_set_request_error(info, r, error);
			break;
		case MODE_SET_COMMIT:
			carry_out(r->requestvb, "ok");
			break;
		default:
			break;
		}
	}
	return SNMP_ERR_NOERROR;
}

/* ---- who may, and who hears nothing --------------------------------------------------------- */

/* A SET of an outlet that is to stay without an answer. */
static bool
dropped(netsnmp_pdu *pdu)
{
	bool drop = false;

	if (pdu->command != SNMP_MSG_SET || !is(pdu, write_community))
		return false;
	for (netsnmp_variable_list *v = pdu->variables; v != NULL; v = v->next_variable) {
		const struct pdu_row *row = exact(v);
		enum pdu_fault fault = row == NULL || row->outlet < 0 ? FAULT_NONE : model->outlet[row->outlet].fault;

		drop = drop || (row != NULL && row_dropped(model, row, v));
		if (row == NULL || !pdu_model_commands(row) || v->type != ASN_INTEGER)
			continue;
		if (fault == FAULT_DROP)
			pdu_model_log(model, row->outlet, *v->val.integer, "dropped", sim_now());
		else if (fault == FAULT_DROP_OBEYED)
			carry_out(v, "dropped-obeyed");
		drop = drop || fault == FAULT_DROP || fault == FAULT_DROP_OBEYED;
	}
	return drop;
}

/* net-snmp's own access control stays out of it: what passes here may see all, and write with the right word. */
static int
on_packet(int op, netsnmp_session *session, int reqid, netsnmp_pdu *pdu, void *magic)
{
	if (op == NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE) {
		pdu_model_advance(model, sim_now());
		if (model->silent || (!is(pdu, read_community) && !is(pdu, write_community)) || dropped(pdu))
			return 1; /* no answer at all, as a real agent does with a strange community */
		pdu->flags |= UCD_MSG_FLAG_ALWAYS_IN_VIEW;
	}
	return handle_snmp_packet(op, session, reqid, pdu, magic);
}

/* ---- life --------------------------------------------------------------------------------- */

static void
quiet(void)
{
	static const int on[] = {NETSNMP_DS_LIB_DONT_READ_CONFIGS, NETSNMP_DS_LIB_DONT_PERSIST_STATE,
	    NETSNMP_DS_LIB_DISABLE_PERSISTENT_LOAD, NETSNMP_DS_LIB_DISABLE_PERSISTENT_SAVE,
	    NETSNMP_DS_LIB_DONT_LOAD_HOST_FILES};

	setenv("MIBS", "", 1);
	for (size_t i = 0; i < sizeof(on) / sizeof(on[0]); i++)
		netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, on[i], 1);
	netsnmp_ds_set_boolean(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_DISABLE_PERL, 1);
	netsnmp_ds_set_boolean(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_NO_ROOT_ACCESS, 1);
	snmp_disable_log();
}

static int
bind_at(const char *listen, char *address_out, size_t size)
{
	struct sockaddr_in at;
	socklen_t n = sizeof(at);
	char host[INET_ADDRSTRLEN];
	netsnmp_transport *t = netsnmp_tdomain_transport(listen, 1, "udp");
	netsnmp_session s;

	snmp_sess_init(&s);
	s.version = SNMP_DEFAULT_VERSION;
	s.callback = on_packet;
	/* as netsnmp_register_agent_nsap, without its look into hosts.allow at every packet */
	if (t == NULL || snmp_add(&s, t, NULL, NULL) == NULL || getsockname(t->sock, (struct sockaddr *)&at, &n) != 0) {
		fprintf(stderr, "pdu-sim: cannot listen at \"%s\": it must be ADDRESS:PORT, 0 for a free port\n", listen);
		return -1;
	}
	snprintf(address_out, size, "%s:%u", inet_ntop(AF_INET, &at.sin_addr, host, sizeof(host)), ntohs(at.sin_port));
	return 0;
}

int
pdu_agent_start(struct pdu_model *m, const char *listen, const char *read, const char *write, char *address_out,
    size_t size)
{
	static oid root[] = {1, 3, 6, 1};
	netsnmp_handler_registration *r;
	netsnmp_session unused;

	model = m;
	read_community = read;
	write_community = write;
	quiet();
	/* not init_snmp: it looks for configuration, makes folders of certificates and warns of our missing vacm */
	snmp_sess_init(&unused);
	init_agent("pdu-sim");
	r = netsnmp_create_handler_registration("pdu", handle, root, 4, HANDLER_CAN_RWRITE);
	if (r == NULL || netsnmp_register_handler(r) != MIB_REGISTERED_OK) {
		fprintf(stderr, "pdu-sim: net-snmp takes no handler\n");
		return -1;
	}
	return bind_at(listen, address_out, size);
}

void
pdu_agent_stop(void)
{
	shutdown_agent();
}
