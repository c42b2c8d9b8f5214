/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any text as a host list. What is refused has a sentence; what is taken is
 * in order, each name once and a name, and folds to a text that reads back
 * to the same names and folds to itself.
 */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "fuzz.h"

static const char *
groups(void *ctx, struct str source, struct str group, struct arena *a, struct err *e)
{
	(void)ctx;
	(void)a;
	if (source.p != NULL && !str_is(source, "s"))
		goto unknown;
	if (str_is(group, "*"))
		return "n[1-9],m[01-03]";
	if (str_is(group, "g1") || str_is(group, "g2"))
		return "n[2-4]^n3,@h";
	if (str_is(group, "h"))
		return "m[01-20/3]";
	if (str_is(group, "loop"))
		return "n1,@loop";
	if (str_is(group, "none"))
		return "";
unknown:
	err_set(e, ERR_NOT_FOUND, "there is no group '%.*s'", (int)group.n, group.p);
	return NULL;
}

static void
check(const struct hosts *h, struct arena *a)
{
	struct hosts again;
	struct err e;
	char *text = hosts_fold(h, a);

	for (size_t i = 0; i < h->n; i++) {
		if (!str_is_name(str_of(h->name[i])) || h->name[i][0] == '@')
			abort();
		if (i > 0 && str_natural(h->name[i - 1], h->name[i]) >= 0)
			abort();
	}
	if (!hosts_has(h, h->name[h->n / 2]))
		abort();
	if (hosts_parse(str_of(text), NULL, a, &again, &e) != 0 || again.n != h->n)
		abort();
	for (size_t i = 0; i < h->n; i++)
		if (strcmp(h->name[i], again.name[i]) != 0)
			abort();
	if (strcmp(hosts_fold(&again, a), text) != 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const struct hosts_rules rules = {.group = groups};
	struct arena *a = arena_create();
	struct hosts h;
	struct err e = {0};

	if (n <= 4096) {
		if (hosts_parse((struct str){(const char *)data, n}, &rules, a, &h, &e) == 0)
			check(&h, a);
		else if (e.kind == ERR_NONE || e.text[0] == '\0' || h.n != 0)
			abort();
	}
	arena_destroy(a);
	return 0;
}
