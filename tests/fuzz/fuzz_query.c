/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any text as a query. What is refused has a sentence that begins with its column; what is taken prints to a text that
 * parses to the same print, and is answered by SQLite with the same things as that text. One thing matches just when it
 * is among those that are found.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "inv/query_private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static char path[4096];

static void
remove_files(void)
{
	static const char *const ends[] = {"", "-wal", "-shm", ".lock"};
	char file[4200];

	for (size_t i = 0; i < LARCH_COUNT(ends); i++) {
		snprintf(file, sizeof(file), "%s%s", path, ends[i]);
		(void)unlink(file);
	}
}

/* The room of the golden cases. */
static struct inv *
room(void)
{
	const char *root = getenv("LARCH_ROOT");
	char sql_path[4096];
	struct inv *i = NULL;
	struct buf sql;
	struct err e;

	snprintf(path, sizeof(path), "%s/larch-fuzz-query.%ld.db", P_tmpdir, (long)getpid());
	snprintf(sql_path, sizeof(sql_path), "%s/tests/data/query/room.sql", root == NULL ? "." : root);
	if (inv_open(path, &i, &e) != 0 || file_read(sql_path, LIMIT_CONFIG_FILE, &sql, &e) != 0 ||
	    store_run_script(i->s, &e, sql.p) != 0)
		log_die("%s", e.text);
	buf_free(&sql);
	(void)atexit(remove_files);
	return i;
}

static void
check_refusal(const struct err *e)
{
	if (e->kind != ERR_INPUT && e->kind != ERR_LIMIT)
		log_die("refused as %s: %s", err_kind_name(e->kind), e->text);
	if (strncmp(e->text, "column ", 7) != 0 && strstr(e->text, "UTF-8") == NULL && strstr(e->text, "too long") == NULL)
		log_die("no column: %s", e->text);
}

static void
check_answers(struct inv *i, const struct inv_query *q, const struct inv_query *again, struct arena *a)
{
	struct hosts one, two;
	struct err e = {0}, other = {0};
	int rc = inv_query_find(i, q, a, &one, &e);

	if (inv_query_find(i, again, a, &two, &other) != rc)
		log_die("one is answered, the other is not: %s%s", e.text, other.text);
	if (rc != 0 && e.kind != ERR_INPUT && e.kind != ERR_LIMIT)
		log_die("%s: %s", err_kind_name(e.kind), e.text);
	if (rc != 0)
		return;
	if (one.n != two.n)
		log_die("%zu things, printed and parsed %zu", one.n, two.n);
	for (size_t k = 0; k < one.n; k++)
		if (strcmp(one.name[k], two.name[k]) != 0)
			log_die("%s is not %s", one.name[k], two.name[k]);
	rc = inv_query_match(i, q, "web2", &e);
	if (rc != (hosts_has(&one, "web2") ? 1 : 0))
		log_die("web2 matches: %d", rc);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct inv *i;
	struct arena *a = arena_create();
	struct inv_query *q, *again;
	enum inv_search how;
	struct hosts h;
	struct err e = {0};
	const char *text;

	if (i == NULL)
		i = room();
	if (n > 2048) {
		arena_destroy(a);
		return 0;
	}
	if (inv_query_parse((struct str){(const char *)data, n}, a, &q, &e) != 0) {
		check_refusal(&e);
		(void)inv_select(i, (struct str){(const char *)data, n}, a, &h, &e);
	} else {
		text = inv_query_print(q, a);
		if (inv_query_parse(str_of(text), a, &again, &e) != 0)
			log_die("%s: %s", text, e.text);
		if (strcmp(inv_query_print(again, a), text) != 0)
			log_die("%s prints as %s", text, inv_query_print(again, a));
		check_answers(i, q, again, a);
	}
	(void)inv_query_search(i, (struct str){(const char *)data, n}, a, &h, &how, &e);
	arena_destroy(a);
	return 0;
}
