/* SPDX-License-Identifier: Apache-2.0 */
/* What Slurm said as values of checks, and as groups. The JSON is written by hand: there are ten thousand of each, on the loop that switches. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "slurm.h"

#define USERS_SHOWN 3
#define DATA_MAX (64u << 10) /* bytes of the data of one value: of a reason at its ceiling, or of LIMIT_SLURM_NODE_JOBS jobs */

/* What a suffix of a state says: sinfo(1). */
static const struct {
	char suffix;
	const char *flag;
} flags[] = {
    {'*', "not_responding"}, {'~', "powered_off"}, {'#', "powering_up"}, {'!', "power_down_pending"}, {'%', "powering_down"},
    {'$', "maintenance"}, {'@', "reboot_pending"}, {'^', "reboot_issued"}, {'-', "planned"}, {'+', "completing"},
};

/* ---- JSON ------------------------------------------------------------------------------- */

static void
member(struct buf *b, const char *key, const char *value)
{
	buf_printf(b, "%s\"%s\":", b->n > 1 && b->p[b->n - 1] != '{' ? "," : "", key);
	if (value == NULL)
		buf_puts(b, "null");
	else
		buf_json(b, str_of(value));
}

static void
member_time(struct buf *b, const char *key, int64_t ms)
{
	char text[TIMES_TEXT];

	member(b, key, ms == 0 ? NULL : times_utc(ms, text));
}

/* The text in the arena; the buffer is empty after. NULL when it did not fit. */
static const char *
kept(struct buf *b, struct arena *a)
{
	const char *out = b->over ? NULL : arena_strndup(a, b->p, b->n);

	b->over = false;
	buf_clear(b);
	return out;
}

/* ---- the check slurm ---------------------------------------------------------------------- */

static const char *
node_data(const struct slurm_nodes *s, const struct slurm_node *n, struct buf *b, struct arena *a)
{
	bool comma = false;

	buf_char(b, '{');
	member(b, "state", n->base);
	buf_puts(b, ",\"flags\":[");
	for (const char *c = n->suffixes; *c != '\0'; c++)
		for (size_t i = 0; i < LARCH_COUNT(flags); i++)
			if (flags[i].suffix == *c) {
				buf_printf(b, "%s\"%s\"", comma ? "," : "", flags[i].flag);
				comma = true;
			}
	buf_char(b, ']');
	member(b, "reason", n->reason);
	member(b, "user", n->user);
	member_time(b, "since", n->since);
	buf_puts(b, ",\"partitions\":[");
	for (size_t i = 0; i < n->n_partitions; i++) {
		buf_puts(b, i > 0 ? "," : "");
		buf_json(b, str_of(s->partitions[n->partitions[i]]));
	}
	buf_char(b, ']');
	buf_char(b, '}');
	return kept(b, a);
}

void
slurm_node_values(const struct slurm_nodes *s, int64_t at, int64_t interval, struct arena *a, struct status_value **out,
    size_t *n_out)
{
	struct buf b = BUF(DATA_MAX);
	size_t used = arena_used(a);

	*out = arena_array(a, s->n + 1, sizeof(**out));
	*n_out = s->n;
	for (size_t i = 0; i < s->n; i++) {
		const char *reason = s->nodes[i].reason;
		bool full = arena_used(a) - used > LIMIT_SLURM_BYTES; /* of the rest it is told how it is, not why */

		(*out)[i] = (struct status_value){
		    .thing = arena_strdup(a, s->nodes[i].name),
		    .check = "slurm",
		    .level = s->nodes[i].level,
		    .text = arena_strdup(a, s->nodes[i].state),
		    .detail = full || reason == NULL ? NULL : arena_strdup(a, reason),
		    .number = NAN,
		    .data = full ? NULL : node_data(s, &s->nodes[i], &b, a),
		    .at = at,
		    .interval = interval,
		};
	}
	buf_free(&b);
}

/* ---- the check jobs ------------------------------------------------------------------------- */

/* Jobs of one node: spots [from, to). */
struct span {
	const struct slurm_jobs *j;
	size_t from, to;
};

static const struct slurm_job *
job_at(const struct span *s, size_t i)
{
	return &s->j->jobs[s->j->spots[i].job];
}

static bool
seen_before(const struct span *s, size_t at)
{
	for (size_t i = s->from; i < at; i++)
		if (strcmp(job_at(s, i)->user, job_at(s, at)->user) == 0)
			return true;
	return false;
}

/* "2: bob,eve"; of more than USERS_SHOWN users "9: bob,eve,joe,+2". */
static const char *
job_text(const struct span *s, struct arena *a)
{
	size_t last = s->to - s->from > LIMIT_SLURM_NODE_JOBS ? s->from + LIMIT_SLURM_NODE_JOBS : s->to, users = 0;
	struct buf b = BUF((USERS_SHOWN + 2) * (LIMIT_NAME + 2));
	const char *out;

	if (s->from == s->to)
		return "none";
	buf_printf(&b, "%zu:", s->to - s->from);
	for (size_t i = s->from; i < last; i++) {
		if (job_at(s, i)->user[0] == '\0' || seen_before(s, i))
			continue;
		if (users++ < USERS_SHOWN)
			buf_printf(&b, "%s%s", users == 1 ? " " : ",", job_at(s, i)->user);
	}
	if (users == 0)
		buf_clear(&b);
	if (users == 0)
		buf_printf(&b, "%zu", s->to - s->from);
	if (users > USERS_SHOWN)
		buf_printf(&b, ",+%zu", users - USERS_SHOWN);
	out = arena_strndup(a, b.p, b.n);
	buf_free(&b);
	return out;
}

static const char *
job_data(const struct span *s, struct buf *b, struct arena *a)
{
	size_t last = s->to - s->from > LIMIT_SLURM_NODE_JOBS ? s->from + LIMIT_SLURM_NODE_JOBS : s->to;

	buf_puts(b, "{\"jobs\":[");
	for (size_t i = s->from; i < last; i++) {
		const struct slurm_job *job = job_at(s, i);

		buf_puts(b, i > s->from ? ",{" : "{");
		member(b, "id", job->id);
		member(b, "user", job->user);
		member(b, "account", job->account);
		member(b, "state", job->state[0] == '\0' ? NULL : job->state);
		member_time(b, "started", job->started);
		buf_char(b, '}');
	}
	buf_puts(b, "]}");
	return kept(b, a);
}

void
slurm_job_values(const struct slurm_nodes *s, const struct slurm_jobs *j, int64_t at, int64_t interval, struct arena *a,
    struct status_value **out, size_t *n_out)
{
	static const char none[] = "{\"jobs\":[]}";
	struct buf b = BUF(DATA_MAX);
	struct span span = {.j = j};
	size_t used = arena_used(a);

	*out = arena_array(a, s->n + 1, sizeof(**out));
	*n_out = s->n;
	for (size_t i = 0; i < s->n; i++) {
		while (span.from < j->n_spots && strcmp(j->spots[span.from].node, s->nodes[i].name) < 0)
			span.from++;
		for (span.to = span.from; span.to < j->n_spots && strcmp(j->spots[span.to].node, s->nodes[i].name) == 0;)
			span.to++;
		(*out)[i] = (struct status_value){
		    .thing = arena_strdup(a, s->nodes[i].name),
		    .check = "jobs",
		    .level = STATUS_OK,
		    .text = job_text(&span, a),
		    .number = (double)(span.to - span.from),
		    .data = span.to == span.from ? none : arena_used(a) - used > LIMIT_SLURM_BYTES ? NULL : job_data(&span, &b, a),
		    .at = at,
		    .interval = interval,
		};
		span.from = span.to;
	}
	buf_free(&b);
}

/* ---- groups ------------------------------------------------------------------------------------ */

#define SICK "sinfo" /* the group of what `sinfo -R` lists */

static bool
in_partition(const struct slurm_node *n, size_t p)
{
	for (size_t i = 0; i < n->n_partitions; i++)
		if (n->partitions[i] == p)
			return true;
	return false;
}

/* The folded names of a partition's nodes; p n_partitions: of the sick ones. */
static const char *
members(const struct slurm_nodes *s, size_t p, char **names, struct arena *a)
{
	struct arena *scratch = arena_create(); /* folding leaves more behind than it brings */
	struct hosts h = {.name = names};
	const char *out;

	for (size_t i = 0; i < s->n; i++) {
		const struct slurm_node *n = &s->nodes[i];

		if (p < s->n_partitions ? in_partition(n, p) : n->reason != NULL && n->level != STATUS_OK)
			names[h.n++] = (char *)(uintptr_t)n->name;
	}
	hosts_sort(&h);
	out = arena_strdup(a, hosts_fold(&h, scratch));
	arena_destroy(scratch);
	return out;
}

static bool
can_be_asked(const char *name)
{
	return str_is_name(str_of(name)) && name[0] != '@' && strchr(name, ' ') == NULL && strchr(name, ':') == NULL &&
	    strcmp(name, SICK) != 0;
}

void
slurm_groups(const struct slurm_nodes *s, int64_t at, struct arena *a, struct status_group **out, size_t *n_out)
{
	char **names = arena_array(a, s->n + 1, sizeof(*names));

	*out = arena_array(a, s->n_partitions + 1, sizeof(**out));
	*n_out = 0;
	for (size_t p = 0; p <= s->n_partitions; p++) {
		const char *name = p < s->n_partitions ? arena_strdup(a, s->partitions[p]) : SICK;

		if (p < s->n_partitions && !can_be_asked(name))
			continue;
		if (arena_used(a) > LIMIT_SLURM_BYTES)
			break;
		(*out)[(*n_out)++] = (struct status_group){"slurm", name, members(s, p, names, a), at};
	}
}
