/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /metrics for Prometheus, text format 0.0.4. It reads the room and touches no device. What it says of the whole room
 * is some dozens of lines; a line a node, and one a node and check, come only when the scrape asks (?nodes=1). A label
 * is a name, a level or a state: no text that somebody typed or a device sent.
 */
#include <math.h>
#include <string.h>

#include "pages.h"

#define STALE STATUS_LEVEL_COUNT /* counted beside the levels: what was seen too long ago */

struct metrics {
	struct web_call call;      /* a copy: the call itself is over when the answer is written */
	bool nodes;
	struct pages_room *room;
	struct status *status;     /* NULL: it cannot be read */
	struct status_pulse pulse;
	struct buf out;
	struct http_out *to;
	int rc;                    /* -1: nobody listens any more */
};

#define PIECE (64u << 10) /* bytes that are sent at one time: a line a node and check is 15 MB */

static void
hand_on(struct metrics *m)
{
	if (m->rc == 0)
		m->rc = http_write(m->to, buf_view(&m->out));
	buf_clear(&m->out);
}

static void
family(struct metrics *m, const char *name, const char *type, const char *help)
{
	buf_printf(&m->out, "# HELP larch_%s %s\n# TYPE larch_%s %s\n", name, help, name, type);
}

/* The value of a label, with its quotes: "exposition formats" escapes backslash, quote and line feed. */
static void
label(struct buf *b, const char *name, const char *value)
{
	buf_puts(b, name);
	buf_puts(b, "=\"");
	for (;;) {
		size_t plain = strcspn(value, "\\\"\n");

		buf_add(b, value, plain);
		value += plain;
		if (*value == '\0')
			break;
		buf_char(b, '\\');
		buf_char(b, *value == '\n' ? 'n' : *value);
		value++;
	}
	buf_char(b, '"');
}

/* The end of a line. */
static void
put_number(struct metrics *m, double number)
{
	buf_char(&m->out, ' ');
	buf_number(&m->out, number);
	buf_char(&m->out, '\n');
	if (m->out.n >= PIECE)
		hand_on(m);
}

/* name{key="value"} number; a NAN is left out: what is not known has no line. */
static void
sample(struct metrics *m, const char *name, const char *key, const char *value, double number)
{
	if (isnan(number))
		return;
	buf_puts(&m->out, "larch_");
	buf_puts(&m->out, name);
	if (key != NULL) {
		buf_char(&m->out, '{');
		label(&m->out, key, value);
		buf_char(&m->out, '}');
	}
	put_number(m, number);
}

/* The same with two labels. */
static void
sample_two(struct metrics *m, const char *name, const char *const keys[2], const char *const values[2], double number)
{
	buf_puts(&m->out, "larch_");
	buf_puts(&m->out, name);
	buf_char(&m->out, '{');
	label(&m->out, keys[0], values[0]);
	buf_char(&m->out, ',');
	label(&m->out, keys[1], values[1]);
	buf_char(&m->out, '}');
	put_number(m, number);
}

static const char *
level_label(int level)
{
	return level == STALE ? "stale" : status_level_name((enum status_level)level);
}

static int
level_of(const struct status_value *v, int64_t now)
{
	return status_stale(v->at, v->interval, now) || (unsigned)v->level >= STATUS_LEVEL_COUNT ? STALE : (int)v->level;
}

/* ---- nodes ------------------------------------------------------------------------------------------ */

static void
put_nodes(struct metrics *m)
{
	size_t counts[STATUS_LEVEL_COUNT] = {0};

	for (size_t i = 0; i < m->room->n_nodes; i++)
		counts[pages_level(m->room, &m->room->nodes[i], m->call.now)]++;
	family(m, "nodes", "gauge", "Nodes by the worst level of their checks.");
	for (int l = 0; l < STATUS_LEVEL_COUNT; l++)
		sample(m, "nodes", "level", level_label(l), (double)counts[l]);
}

static void
put_checks(struct metrics *m)
{
	const char *const keys[] = {"check", "level"};

	family(m, "nodes_check", "gauge", "Nodes by what each check says of them; stale: older than twice its interval.");
	for (size_t c = 0; c < m->room->n_columns; c++) {
		size_t counts[STALE + 1] = {0};

		for (size_t i = 0; i < m->room->n_nodes; i++)
			if (m->room->nodes[i].values[c] != NULL)
				counts[level_of(m->room->nodes[i].values[c], m->call.now)]++;
		for (int l = 0; l <= STALE; l++) {
			const char *const values[] = {m->room->columns[c].name, level_label(l)};

			sample_two(m, "nodes_check", keys, values, (double)counts[l]);
		}
	}
}

/* The oldest sight of each check that is not stale: how far behind its sweep is at worst. */
static void
put_ages(struct metrics *m)
{
	family(m, "status_age_seconds", "gauge", "Age of the oldest result of a check that is not stale.");
	for (size_t c = 0; c < m->room->n_columns; c++) {
		int64_t oldest = -1;

		for (size_t i = 0; i < m->room->n_nodes; i++) {
			const struct status_value *v = m->room->nodes[i].values[c];

			if (v != NULL && level_of(v, m->call.now) != STALE && m->call.now - v->at > oldest)
				oldest = m->call.now - v->at;
		}
		sample(m, "status_age_seconds", "check", m->room->columns[c].name, oldest < 0 ? (double)NAN : (double)oldest / 1000);
	}
}

/* Whether it answers at all, by the check that every node can have: 1, 0, no line. */
static void
put_each_node(struct metrics *m)
{
	family(m, "node_up", "gauge", "A node answers ping.");
	for (size_t i = 0; i < m->room->n_nodes; i++) {
		const struct status_value *v = pages_value(m->room, &m->room->nodes[i], "ping");

		if (v != NULL && v->level != STATUS_UNKNOWN && level_of(v, m->call.now) != STALE)
			sample(m, "node_up", "node", m->room->nodes[i].name, v->level == STATUS_CRITICAL ? 0 : 1);
	}
	family(m, "node_level", "gauge", "The worst level of a node's checks: 0 ok, 1 warn, 2 critical, 3 unknown.");
	for (size_t i = 0; i < m->room->n_nodes; i++)
		sample(m, "node_level", "node", m->room->nodes[i].name, (double)pages_level(m->room, &m->room->nodes[i], m->call.now));
}

static void
put_each_check(struct metrics *m, bool number)
{
	const char *const keys[] = {"node", "check"};
	const char *name = number ? "check_value" : "check_level";

	family(m, name, "gauge", number ? "The number of a check, in the unit that /api/v1/checks says; of uptime, since when."
	                                : "The level of a check of a node: 0 ok, 1 warn, 2 critical, 3 unknown; none when it is stale.");
	for (size_t i = 0; i < m->room->n_nodes; i++)
		for (size_t c = 0; c < m->room->n_columns; c++) {
			const struct status_value *v = m->room->nodes[i].values[c];
			const char *const values[] = {m->room->nodes[i].name, m->room->columns[c].name};

			if (v == NULL || level_of(v, m->call.now) == STALE || (number && isnan(v->number)))
				continue;
			sample_two(m, name, keys, values, number ? v->number : (double)v->level);
		}
}

/* ---- power -------------------------------------------------------------------------------------------- */

static void
put_outlets(struct metrics *m)
{
	size_t on = 0, off = 0, unknown = 0;

	for (size_t i = 0; i < m->room->n_pdus; i++) {
		on += m->room->pdus[i].on;
		off += m->room->pdus[i].off;
		unknown += m->room->pdus[i].unknown;
	}
	family(m, "outlets", "gauge", "PDU outlets by state.");
	sample(m, "outlets", "state", "on", (double)on);
	sample(m, "outlets", "state", "off", (double)off);
	sample(m, "outlets", "state", "unknown", (double)unknown);
	family(m, "pdu_current_amperes", "gauge", "Sum of the measured outlets of a PDU.");
	for (size_t i = 0; i < m->room->n_pdus; i++)
		sample(m, "pdu_current_amperes", "pdu", m->room->pdus[i].thing->name, m->room->pdus[i].amps);
}

static void
put_jobs(struct metrics *m)
{
	static const char *const states[] = {"waiting", "running", "paused", "ok", "failed", "partial", "refused", "unknown"};
	size_t counts[LARCH_COUNT(states)] = {0}, n;
	struct status_job *jobs;
	struct err e;

	if (m->status == NULL || status_jobs(m->status, m->call.arena, &jobs, &n, &e) != 0)
		return;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < LARCH_COUNT(states); k++)
			counts[k] += strcmp(jobs[i].state, states[k]) == 0;
	family(m, "jobs", "gauge", "Power jobs that are open, or ended within the last hour, by state.");
	for (size_t k = 0; k < LARCH_COUNT(states); k++)
		sample(m, "jobs", "state", states[k], (double)counts[k]);
	family(m, "power_unsettled_intents", "gauge", "Power intents whose outcome is not known.");
	sample(m, "power_unsettled_intents", NULL, NULL, (double)status_unsettled(m->status));
}

/* ---- the watch itself ------------------------------------------------------------------------------------- */

static void
put_pulse(struct metrics *m)
{
	const struct status_pulse *p = &m->pulse;
	int64_t now = m->call.now;

	family(m, "build_info", "gauge", "The version of this program.");
	sample(m, "build_info", "version", LARCH_VERSION, 1);
	family(m, "larchd_up", "gauge", "larchd gave a sign of life within the last twenty seconds.");
	sample(m, "larchd_up", NULL, NULL, p->beat != 0 && now - p->beat <= STATUS_GONE_MS ? 1 : 0);
	family(m, "things", "gauge", "Things in the inventory.");
	sample(m, "things", NULL, NULL, (double)m->room->n_things);
	if (p->beat == 0)
		return;
	family(m, "larchd_last_beat_timestamp_seconds", "gauge", "When larchd last gave a sign of life.");
	sample(m, "larchd_last_beat_timestamp_seconds", NULL, NULL, (double)p->beat / 1000);
}

/* How each check goes; counters begin anew with larchd. */
static void
put_lanes(struct metrics *m)
{
	enum { DURATION, AGE, ROUNDS, LATE, ASKED, ANSWERED, RESTED, FAMILIES };
	static const struct {
		const char *name, *type, *help;
	} families[FAMILIES] = {
	    [DURATION] = {"sweep_duration_seconds", "gauge", "How long the last whole round of a check took."},
	    [AGE] = {"sweep_age_seconds", "gauge", "How long ago the last whole round of a check ended."},
	    [ROUNDS] = {"sweep_rounds_total", "counter", "Whole rounds of a check."},
	    [LATE] = {"sweep_late_rounds_total", "counter", "Rounds of a check that took longer than its interval."},
	    [ASKED] = {"sweep_asked_total", "counter", "Questions of a check."},
	    [ANSWERED] = {"sweep_answered_total", "counter", "Questions of a check that were answered."},
	    [RESTED] = {"sweep_rested_total", "counter", "Questions of a check that were left out: the thing is silent."},
	};
	struct status_lane *lanes;
	size_t n;
	struct err e;

	if (m->status == NULL || status_lanes(m->status, m->call.arena, &lanes, &n, &e) != 0)
		return;
	for (int f = 0; f < FAMILIES && n > 0; f++) {
		family(m, families[f].name, families[f].type, families[f].help);
		for (size_t i = 0; i < n; i++) {
			const struct status_lane *l = &lanes[i];
			bool whole = l->ended != 0 && l->ended >= l->began;
			const double values[FAMILIES] = {whole ? (double)(l->ended - l->began) / 1000 : (double)NAN,
			    whole ? (double)(m->call.now > l->ended ? m->call.now - l->ended : 0) / 1000 : (double)NAN, (double)l->rounds,
			    (double)l->late, (double)l->asked, (double)l->answered, (double)l->rested};

			sample(m, families[f].name, "check", l->name, values[f]);
		}
	}
}

static void
put_all(struct metrics *m)
{
	struct err e;

	if (m->status == NULL || status_pulse(m->status, m->call.arena, &m->pulse, &e) != 0)
		m->pulse = (struct status_pulse){0};
	put_pulse(m);
	put_nodes(m);
	put_checks(m);
	put_ages(m);
	put_lanes(m);
	put_outlets(m);
	put_jobs(m);
	if (!m->nodes)
		return;
	put_each_node(m);
	put_each_check(m, false);
	put_each_check(m, true);
}

static int
stream(struct http_out *out, void *ctx, struct err *e)
{
	struct metrics *m = ctx;

	(void)e;
	m->to = out;
	put_all(m);
	hand_on(m);
	buf_free(&m->out);
	pages_room_put(&m->call, m->room);
	return m->rc;
}

int
pages_metrics(struct web_call *c, struct err *e)
{
	struct metrics *m = arena_alloc(c->arena, sizeof(*m));

	*m = (struct metrics){.call = *c, .nodes = web_flag(c, "nodes"), .room = pages_room_get(c, e), .status = pages_status(c), .out = BUF(2 * PIECE)};
	if (m->room == NULL)
		return -1;
	if (web_stream(c, "text/plain; version=0.0.4; charset=utf-8", stream, m, e) == 0)
		return 0;
	pages_room_put(c, m->room);
	return -1;
}
