/* SPDX-License-Identifier: Apache-2.0 */
/* What an ended job has left of its machines, and what a person may do about it: each is a plan of its own. */
#include <stdio.h>
#include <string.h>

#include "cli.h"

static const char *const nexts[] = {"finish", "undo"};

static bool
is_ok(const json_t *row)
{
	return strcmp(jsn_text_or(row, "state", ""), "ok") == 0;
}

static bool
same_plan(const json_t *a, const json_t *b)
{
	return strcmp(jsn_text_or(a, "verb", ""), jsn_text_or(b, "verb", "")) == 0 &&
	    strcmp(jsn_text_or(a, "via", ""), jsn_text_or(b, "via", "")) == 0;
}

/* The machines, as well as this one or as little, that would have the same plan; which is the first of them. */
static struct hosts
same_next(const struct cli *c, const json_t *job, const json_t *mine, const char *what, const json_t **first)
{
	const json_t *rows = jsn_array(job, "machines"), *row, *next;
	struct hosts h = {.name = arena_array(c->arena, json_array_size(rows) + 1, sizeof(*h.name))};
	size_t i;

	*first = NULL;
	json_array_foreach(rows, i, row) {
		next = json_object_get(row, what);
		if (next == NULL || is_ok(row) != is_ok(mine) || !same_plan(next, json_object_get(mine, what)))
			continue;
		*first = *first == NULL ? row : *first;
		h.name[h.n++] = arena_strdup(c->arena, jsn_text_or(row, "machine", ""));
	}
	hosts_sort(&h);
	return h;
}

static void
say_next(const struct cli *c, const json_t *job, const char *why, const char *what, const char *names, const json_t *next)
{
	printf("%slarch job %s %s %s  (plans %s via %s)\n", why, what, out_scalar(c, json_object_get(job, "id")), names,
	    out_scalar(c, json_object_get(next, "verb")), out_scalar(c, json_object_get(next, "via")));
}

void
job_say_left(const struct cli *c, const json_t *job, const json_t *row)
{
	const char *verb = jsn_text_or(job, "verb", "");
	const json_t *list = jsn_array(row, "left_off"), *thing, *next, *first;
	bool to_off = strcmp(verb, "off") == 0 || strcmp(verb, "outlet-off") == 0 || strcmp(verb, "soft") == 0;
	size_t i;

	if (!to_off || !is_ok(row)) {
		json_array_foreach(list, i, thing)
			printf("%s%s", i == 0 ? "  left off: " : ", ", out_scalar(c, thing));
		if (json_array_size(list) > 0)
			printf("\n");
	}
	if (json_object_get(row, "later") != NULL && !is_ok(row))
		printf("  since then job %lld has switched it\n", (long long)jsn_integer_or(row, "later", 0));
	for (i = 0; i < LARCH_COUNT(nexts) && !is_ok(row); i++)
		if ((next = json_object_get(row, nexts[i])) != NULL && same_next(c, job, row, nexts[i], &first).n < JOB_ALIKE)
			say_next(c, job, arena_printf(c->arena, "  to %s it: ", nexts[i]), nexts[i],
			    out_scalar(c, json_object_get(row, "machine")), next);
}

/* One line for all that would have the same plan. What went as asked is taken back only where the whole did not. */
void
job_say_together(const struct cli *c, const json_t *job)
{
	const json_t *row, *first;
	size_t i;

	for (size_t k = 0; k < LARCH_COUNT(nexts); k++)
		json_array_foreach(jsn_array(job, "machines"), i, row) {
			struct hosts h;

			if (json_object_get(row, nexts[k]) == NULL || (is_ok(row) && is_ok(job)))
				continue;
			h = same_next(c, job, row, nexts[k], &first);
			if (row == first && (h.n > 1 || is_ok(row)))
				say_next(c, job, arena_printf(c->arena, "to %s %s%zu: ", nexts[k], is_ok(row) ? "what is done of " : "all ", h.n),
				    nexts[k], hosts_fold(&h, c->arena), json_object_get(row, nexts[k]));
		}
}
