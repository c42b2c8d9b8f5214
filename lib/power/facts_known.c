/* SPDX-License-Identifier: Apache-2.0 */
/* What a person must know of a machine beside its wiring: whose it is, what runs on it, and whether a cycle ever helped. */
#include <string.h>

#include "facts.h"

#define POWER_JOB_ID 32 /* bytes of a job's number: thousands of machines have sixty jobs each, and the plan still fits */

/* Foreign text for a page and a terminal: one line of at most `max` bytes. */
static const char *
plain(struct arena *a, const char *text, size_t max)
{
	struct buf b = BUF(4 * max + 4);
	struct str s = str_of(text);
	const char *out;

	if (s.n > max)
		s.n = max;
	while (s.n > 0 && s.n < strlen(text) && ((unsigned char)text[s.n] & 0xc0) == 0x80)
		s.n--; /* not in the middle of a character */
	buf_plain(&b, s);
	out = arena_strndup(a, b.n == 0 ? "" : b.p, b.n);
	buf_free(&b);
	return out;
}

static const char *
attribute(struct gathering *g, const struct inv_thing *t, const char *key)
{
	const char *value = inv_attr(t, key);

	return value == NULL ? "" : plain(g->a, value, LIMIT_NAME);
}

static void
take_jobs(struct gathering *g, const struct status_value *v, struct power_known *out)
{
	json_t *data = v->data == NULL ? NULL : json_loads(v->data, 0, NULL);
	const json_t *list = jsn_array(data, "jobs");
	struct power_slurm_job *jobs;
	size_t n = json_array_size(list);

	if (n > LIMIT_SLURM_NODE_JOBS)
		n = LIMIT_SLURM_NODE_JOBS;
	out->jobs = jobs = arena_array(g->a, n + 1, sizeof(*jobs));
	for (size_t i = 0; i < n; i++)
		jobs[i] = (struct power_slurm_job){plain(g->a, jsn_text_or(json_array_get(list, i), "id", "?"), POWER_JOB_ID),
		    plain(g->a, jsn_text_or(json_array_get(list, i), "user", "?"), LIMIT_NAME)};
	out->n_listed = n;
	out->n_jobs = v->number > (double)n && v->number < LIMIT_PLAN_TEXT ? (int64_t)v->number : (int64_t)n; /* or it is no number */
	out->jobs_at = v->at;
	out->jobs_stale = status_stale(v->at, v->interval, g->now);
	json_decref(data);
}

int
power_gather_pasts(struct gathering *g, struct err *e)
{
	return !g->cuts || power_verb_is_outlet(g->wish->verb) ? 0
	    : status_pasts(g->room->status, g->wish->names, g->a, &g->pasts, &g->n_pasts, e);
}

static void
take_past(struct gathering *g, const char *machine, struct power_known *out)
{
	struct power_past *past;
	size_t low = 0, high = g->n_pasts;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (strcmp(machine, g->pasts[mid].machine) > 0)
			low = mid + 1;
		else
			high = mid;
	}
	out->past = past = arena_array(g->a, POWER_PAST, sizeof(*past));
	for (; low < g->n_pasts && out->n_past < POWER_PAST && strcmp(g->pasts[low].machine, machine) == 0; low++) {
		const struct status_past *x = &g->pasts[low];

		past[out->n_past++] = (struct power_past){x->at, x->job, plain(g->a, x->who, LIMIT_NAME), x->verb, x->way, x->outcome,
		    x->helped < 0 ? POWER_HELP_UNKNOWN : x->helped == 0 ? POWER_HELP_NONE : POWER_HELPED};
	}
}

void
power_gather_known(struct gathering *g, const struct inv_thing *t, struct power_known *out)
{
	const struct status_value *slurm = power_seen_value(g->seen, t->name, "slurm");
	const struct status_value *jobs = g->cuts ? power_seen_value(g->seen, t->name, "jobs") : NULL;

	*out = (struct power_known){.owner = attribute(g, t, "owner"), .state = attribute(g, t, "state")};
	if (slurm != NULL) {
		out->slurm = plain(g->a, slurm->text, LIMIT_NAME);
		out->reason = slurm->detail == NULL ? NULL : plain(g->a, slurm->detail, LIMIT_REASON);
	}
	if (jobs != NULL)
		take_jobs(g, jobs, out);
	take_past(g, t->name, out);
}
