/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sinfo and a squeue that print anything: the text up to a line "==" is sinfo's, what follows squeue's. Names are
 * names and in order, texts are clean, values carry JSON that can be read, groups fold to lists of known nodes.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "probe/slurm.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
must(bool so)
{
	if (!so)
		abort();
}

static bool
is_clean(const char *s)
{
	return s == NULL || (str_is_text(str_of(s)) && strpbrk(s, "\t\r\n") == NULL);
}

static void
check_nodes(const struct slurm_nodes *s)
{
	size_t rows = 0;

	for (size_t i = 0; i < s->n; i++) {
		const struct slurm_node *n = &s->nodes[i];

		must(str_is_name(str_of(n->name)) && strpbrk(n->name, " []$<,!&^") == NULL);
		must(i == 0 || strcmp(n->name, s->nodes[i - 1].name) > 0);
		must(is_clean(n->state) && is_clean(n->reason) && is_clean(n->user));
		must(n->level < STATUS_LEVEL_COUNT && n->since >= 0);
		must(slurm_node(s, n->name) == n);
		for (size_t k = 0; k < n->n_partitions; k++)
			must(n->partitions[k] < s->n_partitions);
		rows += n->n_partitions;
	}
	must(s->n <= LIMIT_HOSTS && rows <= s->lines * (s->n + 1));
	must((s->rubbish > 0) == (s->first_rubbish != NULL) && is_clean(s->first_rubbish));
}

static void
check_jobs(const struct slurm_jobs *j)
{
	must(j->n <= j->lines && j->n + j->rubbish >= j->lines && is_clean(j->first_rubbish));
	for (size_t i = 0; i < j->n; i++)
		must(is_clean(j->jobs[i].id) && is_clean(j->jobs[i].user) && is_clean(j->jobs[i].account) &&
		    is_clean(j->jobs[i].state) && j->jobs[i].elapsed_s >= -1 && j->jobs[i].started >= 0);
	for (size_t i = 0; i < j->n_spots; i++)
		must(j->spots[i].job < j->n && str_is_name(str_of(j->spots[i].node)) &&
		    (i == 0 || strcmp(j->spots[i - 1].node, j->spots[i].node) < 0 || j->spots[i - 1].job < j->spots[i].job));
}

static void
check_values(const struct status_value *v, size_t n)
{
	struct err e;

	for (size_t i = 0; i < n; i++) {
		json_t *data = v[i].data == NULL ? NULL : jsn_parse(str_of(v[i].data), "data", &e);

		must(v[i].data == NULL || json_is_object(data));
		must(is_clean(v[i].text) && is_clean(v[i].detail));
		json_decref(data);
	}
}

static void
check_groups(const struct slurm_nodes *s, struct arena *a)
{
	struct status_group *g;
	struct hosts h;
	struct err e;
	size_t n;

	slurm_groups(s, 1, a, &g, &n);
	for (size_t i = 0; i < n; i++) {
		must(str_is_name(str_of(g[i].name)));
		if (g[i].members[0] == '\0')
			continue;
		must(hosts_parse(str_of(g[i].members), NULL, a, &h, &e) == 0);
		for (size_t k = 0; k < h.n; k++)
			must(slurm_node(s, h.name[k]) != NULL);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char mark[] = "\n==\n";
	struct arena *a = arena_create();
	const uint8_t *cut = n == 0 ? NULL : memmem(data, n, mark, sizeof(mark) - 1);
	size_t first = cut == NULL ? n : (size_t)(cut - data);
	struct slurm_nodes s;
	struct slurm_jobs j;
	struct status_value *v;
	size_t n_values;

	slurm_parse_nodes((struct str){(const char *)data, first}, a, &s);
	slurm_parse_jobs(cut == NULL ? (struct str){NULL, 0} :
	    (struct str){(const char *)cut + sizeof(mark) - 1, n - first - (sizeof(mark) - 1)}, a, &j);
	check_nodes(&s);
	check_jobs(&j);
	slurm_node_values(&s, 1, 1, a, &v, &n_values);
	check_values(v, n_values);
	slurm_job_values(&s, &j, 1, 1, a, &v, &n_values);
	check_values(v, n_values);
	check_groups(&s, a);
	arena_destroy(a);
	return 0;
}
