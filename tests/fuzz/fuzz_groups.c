/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A genders file, or the file of a group (first byte 'l'), that says anything. What is refused adds nothing and says
 * why; what is taken folds to groups with names that can be asked for, whose lists read back.
 */
#include <stdint.h>
#include <stdlib.h>

#include "probe/groups.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const char *
found(void *ctx, struct str source, struct str group, struct arena *a, struct err *e)
{
	(void)source;
	(void)e;
	(void)a;
	return str_is(group, ctx) ? "n1" : NULL;
}

static void
check(const struct status_group *g, struct arena *a)
{
	const struct hosts_rules rules = {.group = found, .ctx = (void *)(uintptr_t)g->name};
	struct hosts h;
	struct err e;

	if (!groups_is_name(str_of(g->name)) || hosts_parse(str_of(g->members), NULL, a, &h, &e) != 0 || h.n == 0)
		abort();
	if (hosts_parse(str_of(arena_printf(a, "@genders:%s", g->name)), &rules, a, &h, &e) != 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *a, *scratch;
	struct groups g;
	struct status_group *f;
	struct err e = {0};
	size_t n_groups, dropped;
	struct str text;
	int rc;

	if (n == 0)
		return 0;
	a = arena_create();
	scratch = arena_create();
	text = (struct str){(const char *)data + 1, n - 1};
	groups_init(&g, a);
	rc = data[0] == 'l' ? groups_parse_list(&g, "group", text, &e) : groups_parse_genders(&g, text, &e);
	if (rc != 0 && (g.n != 0 || e.text[0] == '\0'))
		abort();
	groups_fold(&g, "genders", 1, &f, &n_groups, &dropped);
	for (size_t i = 0; i < n_groups; i++) {
		arena_reset(scratch);
		check(&f[i], scratch);
	}
	groups_finish(&g);
	arena_destroy(scratch);
	arena_destroy(a);
	return 0;
}
