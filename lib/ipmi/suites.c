/* SPDX-License-Identifier: Apache-2.0 */
/* Which cipher suite worked at an address: only where it was not the first choice. */
#include <stdlib.h>
#include <string.h>

#include "room.h"

struct row {
	LIST_ENTRY(row) near;
	struct sockaddr_storage address;
	int suite;
};

LIST_HEAD(row_bucket, row);

struct remembered {
	size_t n;
	struct row_bucket buckets[BUCKETS];
};

struct remembered *
suites_create(void)
{
	struct remembered *r = calloc(1, sizeof(*r));

	if (r == NULL)
		log_die("out of memory: no IPMI suites");
	return r;
}

static void
drop_all(struct remembered *r)
{
	for (size_t i = 0; i < BUCKETS; i++)
		while (!LIST_EMPTY(&r->buckets[i])) {
			struct row *row = LIST_FIRST(&r->buckets[i]);

			LIST_REMOVE(row, near);
			free(row);
		}
	r->n = 0;
}

void
suites_destroy(struct remembered *r)
{
	if (r == NULL)
		return;
	drop_all(r);
	free(r);
}

static struct row *
find(const struct remembered *r, const struct sockaddr_storage *a)
{
	struct row *row;

	LIST_FOREACH(row, &r->buckets[address_hash(a) % BUCKETS], near)
		if (address_equal(&row->address, a))
			return row;
	return NULL;
}

int
suites_get(const struct remembered *r, const struct sockaddr_storage *a)
{
	const struct row *row = find(r, a);

	return row == NULL ? 0 : row->suite;
}

void
suites_put(struct remembered *r, const struct sockaddr_storage *a, int suite)
{
	struct row *row = find(r, a);

	if (row == NULL) {
		if (r->n == LIMIT_IPMI_SUITES)
			drop_all(r); /* they are learnt again, at a round trip each */
		row = calloc(1, sizeof(*row));
		if (row == NULL)
			log_die("out of memory: no IPMI suite");
		row->address = *a;
		LIST_INSERT_HEAD(&r->buckets[address_hash(a) % BUCKETS], row, near);
		r->n++;
	}
	row->suite = suite;
}

void
suites_forget(struct remembered *r, const struct sockaddr_storage *a)
{
	struct row *row = find(r, a);

	if (row == NULL)
		return;
	LIST_REMOVE(row, near);
	free(row);
	r->n--;
}
