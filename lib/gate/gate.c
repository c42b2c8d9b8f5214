/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <uthash.h>

#include "gate.h"

#define SNMP_PORT 161
#define IPMI_PORT 623
#define SILENT_BEFORE_REST 3 /* answers missed in a row before the sweep slows down */

enum kind { JOB_GET, JOB_WALK, JOB_SET, JOB_ASK, JOB_TURN };

struct job {
	struct job *next;
	struct gate_device *device;
	enum kind kind;
	enum gate_priority priority;
	struct snmp_oid *oids;
	size_t n, max_values;
	struct snmp_put put;
	char *octets;                   /* that put points to */
	struct ipmi_command command;
	ipmi_next_fn *ipmi_next;        /* of several commands in one session */
	bool stepped_aside;             /* for a power command: `command` begins a session of its own later */
	snmp_done_fn *snmp_done;
	ipmi_done_fn *ipmi_done;
	gate_turn_fn *begin;
	void *ctx;
};

struct gate_device {
	struct gate *gate;
	char *name, *address_text;
	const struct devtype *type; /* of a PDU */
	bool snmp_spoken;           /* a PDU or a switch */
	const struct cred_snmp *snmp;
	const struct cred_bmc *bmc;
	struct sockaddr_storage address;
	struct job *first[GATE_PRIORITY_COUNT], *last[GATE_PRIORITY_COUNT];
	struct job *running;
	int silent;        /* in a row */
	int64_t silent_at; /* boot ms of the last one */
	struct gate_device *older; /* of those that have moved */
	UT_hash_handle hh;
};

struct old_cred {
	struct cred *cred;
	struct old_cred *next;
};

struct gate {
	uv_loop_t *loop;
	struct snmp_client *snmp;
	struct ipmi_client *ipmi;
	struct old_cred *creds; /* newest first; old ones stay: requests in flight point into them */
	struct gate_device *devices;
	struct gate_device *moved; /* had another address or family: who waits for them still does */
	bool closing;
};

/* ---- the queue ------------------------------------------------------------------------- */

static void start_next(struct gate_device *d);

static void
job_free(struct job *j)
{
	free(j->oids);
	free(j->octets);
	free(j);
}

static void
count_silence(struct gate_device *d, bool silent)
{
	d->silent = silent ? d->silent + 1 : 0;
	d->silent_at = silent ? times_boot() : 0;
}

static void
snmp_answered(void *ctx, const struct snmp_answer *answer)
{
	struct job *j = ctx;
	struct gate_device *d = j->device;

	count_silence(d, answer->outcome == SNMP_SILENT || answer->outcome == SNMP_UNREACHABLE);
	d->running = NULL;
	j->snmp_done(j->ctx, answer);
	job_free(j);
	start_next(d);
}

/* The rest of its commands is the first of its line. */
static void
put_back(struct job *j)
{
	struct gate_device *d = j->device;

	j->stepped_aside = false;
	j->next = d->first[j->priority];
	d->first[j->priority] = j;
	if (d->last[j->priority] == NULL)
		d->last[j->priority] = j;
}

static void
ipmi_answered(void *ctx, const struct ipmi_answer *answer)
{
	struct job *j = ctx;
	struct gate_device *d = j->device;

	count_silence(d, answer->outcome == IPMI_SILENT || answer->outcome == IPMI_UNREACHABLE);
	d->running = NULL;
	if (j->stepped_aside && answer->outcome == IPMI_OK) {
		put_back(j);
		start_next(d);
		return;
	}
	j->ipmi_done(j->ctx, answer);
	job_free(j);
	start_next(d);
}

static struct snmp_target
target_of(const struct cred_snmp *c, const struct sockaddr_storage *address)
{
	static const enum snmp_security security[] = {[CRED_AUTH_PRIV] = SNMP_AUTH_PRIV,
	    [CRED_AUTH_NO_PRIV] = SNMP_AUTH_NO_PRIV, [CRED_NO_AUTH] = SNMP_NO_AUTH};

	return (struct snmp_target){
	    .address = *address,
	    .version = c->version,
	    .community = c->read,
	    .user = c->user,
	    .auth_secret = c->auth_secret,
	    .priv_secret = c->priv_secret,
	    .security = security[c->security],
	};
}

static void
start_snmp(struct gate_device *d, struct job *j)
{
	struct snmp_target t = target_of(d->snmp, &d->address);

	if (d->type != NULL && d->type->version1 && t.version == 2)
		t.version = 1;
	if (d->type != NULL)
		t.max_varbinds = d->type->max_varbinds;
	if (j->kind == JOB_SET)
		t.community = d->snmp->write;
	if (j->kind == JOB_GET)
		snmp_get(d->gate->snmp, &t, j->oids, j->n, snmp_answered, j);
	else if (j->kind == JOB_WALK)
		snmp_walk(d->gate->snmp, &t, j->oids, j->n, j->max_values, snmp_answered, j);
	else
		snmp_write(d->gate->snmp, &t, j->oids, &j->put, snmp_answered, j);
}

/* The next of several commands, unless power is waiting. */
static bool
ipmi_next(void *ctx, const struct ipmi_answer *answer, struct ipmi_command *out)
{
	struct job *j = ctx;
	uint8_t privilege = j->command.privilege;

	if (!j->ipmi_next(j->ctx, answer, out))
		return false;
	if (j->priority == GATE_POWER || j->device->first[GATE_POWER] == NULL || out->privilege > privilege)
		return true;
	j->command = *out;
	j->command.privilege = privilege;
	j->stepped_aside = true;
	return false;
}

static void
start_ipmi(struct gate_device *d, struct job *j)
{
	struct ipmi_target t = {
	    .address = d->address,
	    .user = d->bmc->user,
	    .password = d->bmc->password,
	    .suites = {d->bmc->suites[0], d->bmc->suites[1]},
	};

	ipmi_ask_many(d->gate->ipmi, &t, &j->command, j->ipmi_next == NULL ? NULL : ipmi_next, ipmi_answered, j);
}

/* Its row of credentials.json has gone since it was asked. */
static void
refuse(struct job *j)
{
	const struct snmp_answer no_snmp = {.outcome = SNMP_NOT_SENT, .text = "no row of credentials.json matches it"};
	const struct ipmi_answer no_ipmi = {.outcome = IPMI_REFUSED, .text = "no row of credentials.json matches it"};

	if (j->kind == JOB_ASK)
		ipmi_answered(j, &no_ipmi);
	else
		snmp_answered(j, &no_snmp);
}

static void
start_next(struct gate_device *d)
{
	struct job *j;

	for (int p = 0; p < GATE_PRIORITY_COUNT && d->running == NULL && !d->gate->closing; p++) {
		j = d->first[p];
		if (j == NULL)
			continue;
		d->first[p] = j->next;
		if (d->first[p] == NULL)
			d->last[p] = NULL;
		d->running = j;
		if (j->kind == JOB_TURN)
			j->begin(j->ctx, false);
		else if (j->kind == JOB_ASK ? d->bmc == NULL : d->snmp == NULL)
			refuse(j);
		else if (j->kind == JOB_ASK)
			start_ipmi(d, j);
		else
			start_snmp(d, j);
	}
}

static struct job *
job_create(struct gate_device *d, enum gate_priority p, enum kind kind, void *ctx)
{
	struct job *j = calloc(1, sizeof(*j));

	if (j == NULL)
		log_die("out of memory: no request to %s", d->name);
	j->device = d;
	j->kind = kind;
	j->priority = p;
	j->ctx = ctx;
	return j;
}

static void
enqueue(struct job *j)
{
	struct gate_device *d = j->device;

	if (d->last[j->priority] == NULL)
		d->first[j->priority] = j;
	else
		d->last[j->priority]->next = j;
	d->last[j->priority] = j;
	start_next(d);
}

static void
job_oids(struct job *j, const struct snmp_oid *oids, size_t n)
{
	j->oids = calloc(n, sizeof(*oids));
	if (j->oids == NULL)
		log_die("out of memory: no request to %s", j->device->name);
	memcpy(j->oids, oids, n * sizeof(*oids));
	j->n = n;
}

void
gate_get(struct gate_device *d, enum gate_priority p, const struct snmp_oid *oids, size_t n,
    snmp_done_fn *done, void *ctx)
{
	struct job *j = job_create(d, p, JOB_GET, ctx);

	job_oids(j, oids, n);
	j->snmp_done = done;
	enqueue(j);
}

void
gate_walk(struct gate_device *d, enum gate_priority p, const struct snmp_oid *columns, size_t n,
    size_t max_values, snmp_done_fn *done, void *ctx)
{
	struct job *j = job_create(d, p, JOB_WALK, ctx);

	job_oids(j, columns, n);
	j->max_values = max_values;
	j->snmp_done = done;
	enqueue(j);
}

void
gate_set(struct gate_device *d, enum gate_priority p, const struct snmp_oid *oid, int64_t value,
    snmp_done_fn *done, void *ctx)
{
	const struct snmp_put put = {.type = SNMP_PUT_INTEGER, .number = value};

	gate_write(d, p, oid, &put, done, ctx);
}

/* More octets than fit are refused by snmp_write: it is given their number, and none of them is read. */
void
gate_write(struct gate_device *d, enum gate_priority p, const struct snmp_oid *oid, const struct snmp_put *put,
    snmp_done_fn *done, void *ctx)
{
	struct job *j = job_create(d, p, JOB_SET, ctx);

	job_oids(j, oid, 1);
	j->put = *put;
	if (put->octets.n > 0 && put->octets.n <= LIMIT_SNMP_OCTETS) {
		j->octets = malloc(put->octets.n);
		if (j->octets == NULL)
			log_die("out of memory: no request to %s", d->name);
		memcpy(j->octets, put->octets.p, put->octets.n);
	}
	j->put.octets.p = j->octets;
	j->snmp_done = done;
	enqueue(j);
}

void
gate_ask(struct gate_device *d, enum gate_priority p, const struct ipmi_command *command, ipmi_done_fn *done,
    void *ctx)
{
	struct job *j = job_create(d, p, JOB_ASK, ctx);

	j->command = *command;
	j->ipmi_done = done;
	enqueue(j);
}

void
gate_ask_many(struct gate_device *d, enum gate_priority p, const struct ipmi_command *first, ipmi_next_fn *next,
    ipmi_done_fn *done, void *ctx)
{
	struct job *j = job_create(d, p, JOB_ASK, ctx);

	j->command = *first;
	j->ipmi_next = next;
	j->ipmi_done = done;
	enqueue(j);
}

void
gate_turn(struct gate_device *d, enum gate_priority p, gate_turn_fn *begin, void *ctx)
{
	struct job *j = job_create(d, p, JOB_TURN, ctx);

	j->begin = begin;
	enqueue(j);
}

void
gate_turn_end(struct gate_device *d)
{
	struct job *j = d->running;

	if (j == NULL || j->kind != JOB_TURN)
		log_die("%s: a turn ends that nobody has", d->name);
	d->running = NULL;
	job_free(j);
	start_next(d);
}

int
gate_target(const struct gate *g, const char *name, const char *address, struct snmp_target *out, struct err *e)
{
	const struct cred_snmp *c = g->creds == NULL ? NULL : cred_find_snmp(g->creds->cred, name);
	struct sockaddr_storage at;

	if (c == NULL)
		return err_set(e, ERR_INPUT, "no row of credentials.json matches %s", name);
	if (addr_parse(str_of(address), SNMP_PORT, &at, e) != 0)
		return -1;
	*out = target_of(c, &at);
	return 0;
}

int64_t
gate_rest(const struct gate_device *d, int64_t interval_ms)
{
	int64_t rest = interval_ms, since;

	if (d->silent < SILENT_BEFORE_REST)
		return 0;
	for (int i = SILENT_BEFORE_REST; i < d->silent && rest < GATE_REST_MAX; i++)
		rest *= 2;
	if (rest > GATE_REST_MAX)
		rest = GATE_REST_MAX;
	since = times_boot() - d->silent_at;
	return since >= rest ? 0 : rest - since;
}

/* ---- devices ------------------------------------------------------------------------------ */

/* When the device is made and when the credentials change, not each time it is asked for: their rows are many in a room that has one a BMC. */
static void
device_cred(struct gate_device *d)
{
	const struct cred *c = d->gate->creds == NULL ? NULL : d->gate->creds->cred;

	d->snmp = c == NULL || !d->snmp_spoken ? NULL : cred_find_snmp(c, d->name);
	d->bmc = c == NULL || d->snmp_spoken ? NULL : cred_find_bmc(c, d->name);
}

static char *
copy(const char *s)
{
	char *c = strdup(s);

	if (c == NULL)
		log_die("out of memory: no device %s", s);
	return c;
}

static struct gate_device *
device_create(struct gate *g, const struct gate_spec *spec, const struct sockaddr_storage *address)
{
	struct gate_device *d = calloc(1, sizeof(*d));

	if (d == NULL)
		log_die("out of memory: no device %s", spec->name);
	d->gate = g;
	d->name = copy(spec->name);
	d->address = *address;
	d->address_text = copy(spec->address);
	d->type = spec->type;
	d->snmp_spoken = spec->type != NULL || spec->is_switch;
	device_cred(d);
	HASH_ADD_KEYPTR(hh, g->devices, d->name, strlen(d->name), d);
	return d;
}

int
gate_device(struct gate *g, const struct gate_spec *spec, struct gate_device **out, struct err *e)
{
	bool snmp_spoken = spec->type != NULL || spec->is_switch;
	struct gate_device *d;
	struct sockaddr_storage address;

	if (spec->address == NULL || spec->address[0] == '\0')
		return err_set(e, ERR_INPUT, "%s has no attribute 'address'", spec->name);
	HASH_FIND_STR(g->devices, spec->name, d);
	if (d != NULL && (d->type != spec->type || d->snmp_spoken != snmp_spoken ||
	                     strcmp(d->address_text, spec->address) != 0)) {
		HASH_DEL(g->devices, d);
		d->older = g->moved;
		g->moved = d;
		d = NULL;
	}
	if (d == NULL) {
		if (addr_parse(str_of(spec->address), snmp_spoken ? SNMP_PORT : IPMI_PORT, &address, e) != 0)
			return err_prefix(e, "%s", spec->name);
		d = device_create(g, spec, &address);
	}
	if (d->snmp == NULL && d->bmc == NULL)
		return err_set(e, ERR_INPUT, "no row of credentials.json matches %s", d->name);
	*out = d;
	return 0;
}

const struct devtype *
gate_type(const struct gate_device *d)
{
	return d->type;
}

bool
gate_speaks_snmp(const struct gate_device *d)
{
	return d->snmp_spoken;
}

uv_loop_t *
gate_loop(const struct gate_device *d)
{
	return d->gate->loop;
}

const char *
gate_name(const struct gate_device *d)
{
	return d->name;
}

bool
gate_may_write(const struct gate_device *d)
{
	return d->bmc != NULL || (d->snmp != NULL && (d->snmp->version == 3 || d->snmp->write != NULL));
}

/* ---- the gate -------------------------------------------------------------------------------- */

int
gate_create(uv_loop_t *loop, struct gate **out, struct err *e)
{
	static const struct ipmi_settings usual = {0};
	struct gate *g = calloc(1, sizeof(*g));

	if (g == NULL)
		log_die("out of memory: no gate");
	g->loop = loop;
	if (snmp_client_create(loop, &g->snmp, e) != 0 || ipmi_client_create(loop, &usual, &g->ipmi, e) != 0) {
		gate_destroy(g);
		return -1;
	}
	*out = g;
	return 0;
}

static void
cancel_waiting(struct gate_device *d)
{
	const struct snmp_answer no_snmp = {.outcome = SNMP_CANCELLED, .text = "larchd is stopping"};
	const struct ipmi_answer no_ipmi = {.outcome = IPMI_CANCELLED, .text = "larchd is stopping"};

	for (int p = 0; p < GATE_PRIORITY_COUNT; p++)
		while (d->first[p] != NULL) {
			struct job *j = d->first[p];

			d->first[p] = j->next;
			if (j->kind == JOB_TURN)
				j->begin(j->ctx, true);
			else if (j->kind == JOB_ASK)
				j->ipmi_done(j->ctx, &no_ipmi);
			else
				j->snmp_done(j->ctx, &no_snmp);
			job_free(j);
		}
}

void
gate_destroy(struct gate *g)
{
	struct gate_device *d, *next;

	if (g == NULL)
		return;
	g->closing = true;
	if (g->snmp != NULL)
		snmp_client_destroy(g->snmp);
	if (g->ipmi != NULL)
		ipmi_client_destroy(g->ipmi);
	HASH_ITER(hh, g->devices, d, next) {
		HASH_DEL(g->devices, d); /* NOLINT(clang-analyzer-*): it loses track of uthash's links; `next` was taken before */
		d->older = g->moved;
		g->moved = d;
	}
	for (d = g->moved; d != NULL; d = d->older)
		cancel_waiting(d);
	while ((d = g->moved) != NULL) {
		g->moved = d->older;
		free(d->name);
		free(d->address_text);
		free(d);
	}
	while (g->creds != NULL) {
		struct old_cred *c = g->creds;

		g->creds = c->next;
		cred_destroy(c->cred);
		free(c);
	}
	free(g);
}

void
gate_set_cred(struct gate *g, struct cred *take)
{
	struct old_cred *c = calloc(1, sizeof(*c));
	struct gate_device *d, *next;

	if (c == NULL)
		log_die("out of memory: no credentials");
	c->cred = take;
	c->next = g->creds;
	g->creds = c;
	HASH_ITER(hh, g->devices, d, next)
		device_cred(d);
}
