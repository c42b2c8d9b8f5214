/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "hosts.h"

static int
by_name(const void *a, const void *b)
{
	return str_natural(*(char *const *)a, *(char *const *)b);
}

void
hosts_sort(struct hosts *h)
{
	size_t kept = 0;

	if (h->n == 0)
		return;
	qsort(h->name, h->n, sizeof(*h->name), by_name);
	for (size_t i = 1; i < h->n; i++)
		if (strcmp(h->name[i], h->name[kept]) != 0)
			h->name[++kept] = h->name[i];
	h->n = kept + 1;
}

bool
hosts_has(const struct hosts *h, const char *name)
{
	return h->n > 0 && bsearch(&name, h->name, h->n, sizeof(*h->name), by_name) != NULL;
}
