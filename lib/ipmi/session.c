/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The states of a call, a row each: what is sent, which payload answers, what
 * is done with the answer and what when none comes.
 */
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "room.h"

#define OVERDUE 8         /* times what a dead host costs: six answers of a slow BMC fit in */
#define RESTART 3         /* levels that each session begun anew waits longer for RAKP 4: RAKP 3 is sent once, and may be what takes long */
#define CLOSE_TRIES 2     /* the outcome is known by then; the BMC frees the slot itself after a while */
#define CMD_PRIVILEGE 0x3b
#define CMD_CLOSE 0x3c
#define NETFN_APP 0x06
#define STATUS_BAD_CODE 0x0f
#define WINDOW_AHEAD 15   /* section 6.12.13 */
#define WINDOW_BEHIND 16

static const struct row {
	const char *asked;        /* for sentences */
	uint8_t type;             /* payload type of the answer */
	int tries;                /* 0: as the settings say */
	void (*send)(struct call *k);
	enum taken (*receive)(struct call *k, const struct frame *f, const char **why);
	void (*silent)(struct call *k);
} rows[STATE_COUNT];

/* ---- outcomes ---------------------------------------------------------------------- */

static void verdict(struct call *k, enum ipmi_outcome o, const char *fmt, ...) LARCH_PRINTF(3, 4);
static void enter(struct call *k, enum state s);
static void send_close(struct call *k);

static void
verdict(struct call *k, enum ipmi_outcome o, const char *fmt, ...)
{
	char host[ADDRESS_TEXT];
	va_list ap;
	int n = snprintf(k->answer.text, sizeof(k->answer.text), "The BMC at %s: ", address_text(&k->address, host));

	k->answer.outcome = o;
	k->answer.took_ms = (int64_t)(client_now(k->c) - k->began_ms);
	va_start(ap, fmt);
	(void)vsnprintf(k->answer.text + n, sizeof(k->answer.text) - (size_t)n, fmt, ap);
	va_end(ap);
	if (o != IPMI_OK)
		suites_forget(k->c->remembered, &k->address);
}

/* The outcome is known and the BMC talks to us: close what stands, then report. */
static void
end(struct call *k)
{
	if (k->standing)
		enter(k, STATE_CLOSE);
	else
		client_complete(k);
}

/* The outcome is known and the BMC is silent: close on the chance that it hears, and report at once. */
static void
end_unheard(struct call *k)
{
	if (k->standing)
		send_close(k);
	client_complete(k);
}

/* Before a session stands, and after one was refused. */
static enum taken
fail(struct call *k, enum ipmi_outcome o, const char *text)
{
	verdict(k, o, "%s.", text);
	end(k);
	return TAKEN;
}

void
session_complain(struct call *k, const char *why)
{
	if (k->complaint == NULL)
		k->complaint = why;
}

/* ---- waiting ------------------------------------------------------------------------- */

static void
say(struct call *k)
{
	int level = k->slow + k->tries;

	rows[k->state].send(k);
	if (k->state == STATE_CLOSE)
		level = k->tries; /* the outcome is known: a slow BMC holds it up no longer than a quick one */
	else if (k->state == STATE_RAKP3)
		level += k->restarts * RESTART;
	client_wait(k, level);
	k->tries++;
}

static void
enter(struct call *k, enum state s)
{
	k->state = s;
	k->tries = 0;
	k->tag++;
	k->rq_seq = (uint8_t)((k->rq_seq + 1) & 0x3f);
	say(k);
}

/*
 * An answer that came after the second try shows how slow this BMC is, or that a packet was lost: the next wait begins
 * there. One that came to the only try shows which it was: the next wait is at least twice as long as that took.
 */
static void
heard(struct call *k)
{
	const int *wait = k->c->wait_ms;
	uint64_t took = client_now(k->c) + (uint64_t)wait[k->level] - k->due_ms;

	if (k->tries > 1)
		k->slow += k->tries - 1;
	while (k->tries == 1 && k->slow > 0 && (k->slow > LEVELS - 2 || (uint64_t)wait[k->slow - 1] >= 2 * took))
		k->slow--;
}

static int
tries(const struct call *k)
{
	if (k->state == STATE_COMMAND && k->command.once)
		return 1;
	return rows[k->state].tries != 0 ? rows[k->state].tries : k->c->settings.tries;
}

/* A BMC that answers each time at the last moment may not hold a call for ever. */
static bool
overdue(const struct call *k)
{
	return client_now(k->c) - k->since_ms > (uint64_t)k->c->wait_ms[LEVELS - 1] * OVERDUE;
}

void
session_expired(struct call *k)
{
	if (k->tries < tries(k) && (k->state == STATE_CLOSE || !overdue(k)))
		say(k);
	else
		rows[k->state].silent(k);
}

static void
silent(struct call *k)
{
	if (k->complaint != NULL)
		verdict(k, IPMI_GARBAGE, "%s.", k->complaint);
	else
		verdict(k, IPMI_SILENT, "no answer to %s.", rows[k->state].asked);
	end_unheard(k);
}

/* ---- Open Session: 13.17, 13.18 ---------------------------------------------------------- */

static void
send_open(struct call *k)
{
	struct packet p = {.n = 0};

	packet_open(&p, k->tag, k->command.privilege, k->secrets.console_id, k->secrets.suite->algorithms);
	client_send(k, &p);
}

static void
open_session(struct call *k)
{
	struct secrets *s = &k->secrets;

	s->suite = crypto_suite(k->suites[k->suite_at]);
	k->answer.suite = s->suite->number;
	k->standing = false;
	k->seq_out = k->seq_in = k->seen = 0;
	do
		crypto_random(k->c->crypto, &s->console_id, sizeof(s->console_id));
	while (s->console_id == 0);
	enter(k, STATE_OPEN);
}

void
session_start(struct call *k)
{
	crypto_random(k->c->crypto, &k->tag, sizeof(k->tag));
	open_session(k);
}

/* Error replies of some BMCs carry no session number, or 0: their tag must do. */
static bool
is_mine(const struct call *k, uint8_t tag, uint8_t status, bool has_id, uint32_t id)
{
	if (tag != k->tag)
		return false;
	return status == 0 ? id == k->secrets.console_id : !has_id || id == 0 || id == k->secrets.console_id;
}

/* It knows not this suite: the next one, when there is one. */
static enum taken
refuse_open(struct call *k, uint8_t status)
{
	bool suite = status == 0x04 || status == 0x05 || status == 0x10 || status == 0x11;

	if (!suite || k->suite_at == 1 || k->suites[1] == 0)
		return fail(k, IPMI_REFUSED, packet_status_text(status));
	k->suite_at++;
	open_session(k);
	return TAKEN;
}

static enum taken
receive_open(struct call *k, const struct frame *f, const char **why)
{
	struct open_reply r;
	const struct algorithms *a = &k->secrets.suite->algorithms;

	if (packet_open_reply(f->payload, &r, why) != 0)
		return BROKEN;
	if (!is_mine(k, r.tag, r.status, r.has_id, r.console_id))
		return NOT_MINE;
	heard(k);
	if (r.status != 0)
		return refuse_open(k, r.status);
	if (r.algorithms.authentication != a->authentication || r.algorithms.integrity != a->integrity ||
	    r.algorithms.confidentiality != a->confidentiality)
		return fail(k, IPMI_GARBAGE, "its Open Session Response names other algorithms than were asked, "
		                             "or none: not accepted (section 13.18)");
	k->secrets.bmc_id = r.bmc_id;
	crypto_random(k->c->crypto, k->secrets.console_random, sizeof(k->secrets.console_random));
	enter(k, STATE_RAKP1);
	return TAKEN;
}

/* ---- RAKP: 13.20 to 13.23 -------------------------------------------------------------------- */

static void
send_rakp1(struct call *k)
{
	struct packet p = {.n = 0};

	packet_rakp1(&p, &(struct rakp1){.tag = k->tag, .role = k->secrets.role, .bmc_id = k->secrets.bmc_id,
	    .random = k->secrets.console_random, .user = {k->secrets.user, k->secrets.user_n}});
	client_send(k, &p);
}

/* Tells the BMC to forget a half-open session, instead of leaving it to its time limit: 13.22. */
static void
send_give_up(struct call *k)
{
	struct packet p = {.n = 0};

	packet_rakp3(&p, k->tag, STATUS_BAD_CODE, k->secrets.bmc_id, (struct view){0});
	client_send(k, &p);
}

static enum taken
refuse_rakp(struct call *k, uint8_t status)
{
	bool login = status == 0x0c || status == 0x0d || status == 0x0e || status == STATUS_BAD_CODE;

	return fail(k, login ? IPMI_AUTH : IPMI_REFUSED, packet_status_text(status));
}

static enum taken
receive_rakp2(struct call *k, const struct frame *f, const char **why)
{
	struct rakp_reply r;
	uint8_t code[PACKET_HASH];

	if (packet_rakp_reply(f->payload, true, &r, why) != 0)
		return BROKEN;
	if (!is_mine(k, r.tag, r.status, r.has_id, r.console_id))
		return NOT_MINE;
	if (r.status != 0)
		return refuse_rakp(k, r.status);
	if (r.code.n != k->secrets.suite->hash_n)
		return fail(k, IPMI_GARBAGE, "the code of its RAKP message 2 has not the length of this suite "
		                             "(section 13.21)");
	heard(k);
	memcpy(k->secrets.bmc_random, r.random, 16);
	memcpy(k->secrets.guid, r.guid, 16);
	crypto_rakp2_code(k->c->crypto, &k->secrets, code);
	if (!bytes_equal(code, r.code.p, r.code.n)) {
		send_give_up(k);
		return fail(k, IPMI_AUTH, "wrong password: the code of its RAKP message 2 is not of ours (section 13.21)");
	}
	crypto_keys(k->c->crypto, &k->secrets);
	enter(k, STATE_RAKP3);
	return TAKEN;
}

static void
send_rakp3(struct call *k)
{
	uint8_t code[PACKET_HASH];
	struct packet p = {.n = 0};

	crypto_rakp3_code(k->c->crypto, &k->secrets, code);
	packet_rakp3(&p, k->tag, 0, k->secrets.bmc_id, (struct view){code, k->secrets.suite->hash_n});
	client_send(k, &p);
}

/*
 * RAKP 4 did not come. A repeated RAKP 3 is not answered in clear by a BMC for
 * which the session stands already: begin anew. The keys are known, so a
 * session that does stand is closed first; a BMC may have but one slot.
 */
static void
rakp3_silent(struct call *k)
{
	if (k->restarts >= k->c->settings.tries || overdue(k)) {
		silent(k);
		return;
	}
	k->restarts++;
	send_close(k);
	send_give_up(k); /* it may be RAKP 3 that was lost: then the session is half open */
	open_session(k);
}

static enum taken
receive_rakp4(struct call *k, const struct frame *f, const char **why)
{
	struct rakp_reply r;
	uint8_t code[PACKET_HASH];
	const struct suite *suite = k->secrets.suite;

	if (packet_rakp_reply(f->payload, false, &r, why) != 0)
		return BROKEN;
	if (!is_mine(k, r.tag, r.status, r.has_id, r.console_id))
		return NOT_MINE;
	if (r.status != 0)
		return refuse_rakp(k, r.status);
	crypto_rakp4_code(k->c->crypto, &k->secrets, code);
	if (r.code.n != suite->code_n || !bytes_equal(code, r.code.p, r.code.n)) {
		verdict(k, IPMI_GARBAGE, "the code of its RAKP message 4 is wrong: it is forged, or the BMC has a "
		    "key K_G, which is not supported (section 13.23).");
		send_close(k);
		client_complete(k);
		return TAKEN;
	}
	heard(k);
	k->standing = true;
	if (k->suite_at > 0)
		suites_put(k->c->remembered, &k->address, suite->number);
	/* a session begins with the level of a user: 22.18 */
	enter(k, k->command.privilege > 2 ? STATE_PRIVILEGE : STATE_COMMAND);
	return TAKEN;
}

/* ---- within the session -------------------------------------------------------------------------- */

/* Each copy of a request has a session sequence number of its own, and the rqSeq of the first. */
static void
send_request(struct call *k, const struct ipmi_command *command)
{
	uint8_t message[PACKET_REQUEST];
	size_t n = packet_request(message, command, k->rq_seq);
	struct packet p = {.n = 0};

	if (++k->seq_out == 0)
		k->seq_out = 1;
	crypto_seal(k->c->crypto, &k->secrets, k->seq_out, (struct view){message, n}, &p);
	client_send(k, &p);
}

/* Section 6.12.13. The keys are this session's own, so its first packet may have any number but 0. */
static bool
is_fresh(struct call *k, uint32_t seq)
{
	int32_t ahead = (int32_t)(seq - k->seq_in);

	if (seq == 0)
		return false;
	if (k->seq_in == 0 || (ahead > 0 && ahead <= WINDOW_AHEAD)) {
		k->seen = k->seq_in == 0 ? 1 : k->seen << ahead | 1;
		k->seq_in = seq;
		return true;
	}
	if (ahead > 0 || ahead < -WINDOW_BEHIND || (k->seen >> -ahead & 1) != 0)
		return false;
	k->seen |= (uint32_t)1 << -ahead;
	return true;
}

/* A packet of our session that answers the request of this state: TAKEN, *m points into plain. */
static enum taken
read_message(struct call *k, const struct frame *f, const struct ipmi_command *asked, uint8_t *plain,
    struct message *m, const char **why)
{
	size_t n = 0;

	if (f->id != k->secrets.console_id)
		return NOT_MINE;
	if (crypto_open(k->c->crypto, &k->secrets, f, plain, &n, why) != 0)
		return BROKEN;
	if (!is_fresh(k, f->seq))
		return NOT_MINE;
	if (packet_message((struct view){plain, n}, m, why) != 0)
		return BROKEN;
	if (m->rq_seq != k->rq_seq || m->netfn != (asked->netfn | 1) || m->cmd != asked->cmd)
		return NOT_MINE;
	heard(k);
	return TAKEN;
}

static struct ipmi_command
privilege_command(const struct call *k)
{
	return (struct ipmi_command){.netfn = NETFN_APP, .cmd = CMD_PRIVILEGE, .data = {k->command.privilege}, .n = 1};
}

static void
send_privilege(struct call *k)
{
	struct ipmi_command c = privilege_command(k);

	send_request(k, &c);
}

static enum taken
receive_privilege(struct call *k, const struct frame *f, const char **why)
{
	struct ipmi_command c = privilege_command(k);
	uint8_t plain[LIMIT_IPMI_PACKET];
	struct message m;
	enum taken t = read_message(k, f, &c, plain, &m, why);

	if (t != TAKEN)
		return t;
	if (m.completion != 0 || m.data.n < 1 || (m.data.p[0] & 0x0f) != k->command.privilege) {
		verdict(k, IPMI_REFUSED, "this user may not have privilege level %d (completion code 0x%02x, "
		    "section 22.18).", k->command.privilege, m.completion);
		end(k);
		return TAKEN;
	}
	enter(k, STATE_COMMAND);
	return TAKEN;
}

static void
send_command(struct call *k)
{
	k->answer.left = true;
	send_request(k, &k->command);
}

/* Of several commands: the next one, or the end. */
static void
go_on(struct call *k)
{
	struct ipmi_command next = {0};

	if (k->next == NULL || !k->next(k->ctx, &k->answer, &next)) {
		end(k);
		return;
	}
	k->asked++;
	k->since_ms = client_now(k->c);
	k->complaint = NULL;
	k->answer.left = false;
	k->answer.completion = k->answer.n = 0;
	if (k->asked >= LIMIT_IPMI_SEQUENCE || next.privilege > k->command.privilege || client_wrong_command(&next) != NULL) {
		verdict(k, IPMI_REFUSED, "the session was ended: its next command is malformed, wants a higher privilege than the "
		    "first, or is one too many.");
		end(k);
		return;
	}
	next.privilege = k->command.privilege;
	k->command = next;
	enter(k, STATE_COMMAND);
}

static enum taken
receive_command(struct call *k, const struct frame *f, const char **why)
{
	uint8_t plain[LIMIT_IPMI_PACKET];
	struct message m;
	enum taken t = read_message(k, f, &k->command, plain, &m, why);

	if (t != TAKEN)
		return t;
	if (m.data.n > sizeof(k->answer.data)) {
		*why = "its answer is longer than 64 bytes";
		return BROKEN;
	}
	verdict(k, IPMI_OK, "completion code 0x%02x: %s.", m.completion, ipmi_completion_text(m.completion));
	if (m.completion == 0)
		k->answer.text[0] = '\0';
	k->answer.completion = m.completion;
	k->answer.n = (uint8_t)m.data.n;
	memcpy(k->answer.data, m.data.p, m.data.n);
	go_on(k);
	return TAKEN;
}

static void
command_silent(struct call *k)
{
	if (k->command.harmless) {
		silent(k);
		return;
	}
	verdict(k, IPMI_UNSURE, "the command was sent and no answer came; it may have been obeyed%s%s.",
	    k->complaint == NULL ? "" : ": ", k->complaint == NULL ? "" : k->complaint);
	end_unheard(k);
}

static struct ipmi_command
close_command(const struct call *k)
{
	struct ipmi_command c = {.netfn = NETFN_APP, .cmd = CMD_CLOSE, .n = 4};

	packet_put32(c.data, k->secrets.bmc_id);
	return c;
}

static void
send_close(struct call *k)
{
	struct ipmi_command c = close_command(k);

	send_request(k, &c);
}

static enum taken
receive_close(struct call *k, const struct frame *f, const char **why)
{
	struct ipmi_command c = close_command(k);
	uint8_t plain[LIMIT_IPMI_PACKET];
	struct message m;
	enum taken t = read_message(k, f, &c, plain, &m, why);

	if (t == TAKEN)
		client_complete(k);
	return t;
}

/* ---- the table ---------------------------------------------------------------------------------- */

static const struct row rows[STATE_COUNT] = {
    [STATE_OPEN] = {"the Open Session Request", PACKET_OPEN_REPLY, 0, send_open, receive_open, silent},
    [STATE_RAKP1] = {"RAKP message 1", PACKET_RAKP2, 0, send_rakp1, receive_rakp2, silent},
    [STATE_RAKP3] = {"RAKP message 3", PACKET_RAKP4, 1, send_rakp3, receive_rakp4, rakp3_silent},
    [STATE_PRIVILEGE] = {"Set Session Privilege Level", PACKET_MESSAGE, 0, send_privilege, receive_privilege, silent},
    [STATE_COMMAND] = {"the command", PACKET_MESSAGE, 0, send_command, receive_command, command_silent},
    [STATE_CLOSE] = {"Close Session", PACKET_MESSAGE, CLOSE_TRIES, send_close, receive_close, client_complete},
};

enum taken
session_receive(struct call *k, const struct frame *f, const char **why)
{
	if (k->state == STATE_LINE || f->type != rows[k->state].type)
		return NOT_MINE;
	return rows[k->state].receive(k, f, why);
}

void
session_unreachable(struct call *k, int error)
{
	if (error == EMSGSIZE || error == EPROTO)
		return; /* ICMP about sizes and headers: says nothing of who listens */
	if (k->state == STATE_CLOSE) {
		client_complete(k);
		return;
	}
	if (k->state == STATE_COMMAND && !k->command.harmless)
		verdict(k, IPMI_UNSURE, "the command was sent, then the network said \"%s\"; it may have been obeyed.",
		    strerror(error));
	else
		verdict(k, IPMI_UNREACHABLE, "nobody answers there: %s.", strerror(error));
	client_complete(k);
}

void
session_cancel(struct call *k)
{
	if (k->state != STATE_CLOSE)
		verdict(k, IPMI_CANCELLED, "the call was cancelled.");
	end_unheard(k);
}
