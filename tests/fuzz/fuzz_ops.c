/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any JSON as a list of operations on a small inventory: refused with a
 * sentence and nothing changed, or done whole, and then undone it is what it
 * was. What is done before stays, so that edits meet what others left.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "inv/inv_undo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static struct inv *inv;
static struct yang *yang;
static char folder[] = "/tmp/larch-fuzz-XXXXXX";
static char path[128];

/* All that is, in one order. */
static const char *const tables[] = {
    "SELECT id,name,type,revision,changed,changed_by,edit,'' FROM thing ORDER BY id",
    "SELECT thing,key,subkey,number,kind,value,num,target FROM attr ORDER BY 1,2,3,4,5,6,8",
    "SELECT thing,key,next,'','','','','' FROM counter ORDER BY 1,2",
    "SELECT thing,name,kind,plug,'','','','' FROM port ORDER BY 1,2",
    "SELECT p.thing,p.name,o.thing,o.name,l.since,l.author,'','' FROM link l JOIN port p ON p.id=l.port JOIN port o ON o.id=l.peer ORDER BY 1,2",
    "SELECT thing,container,unit,height,face,side,'','' FROM place ORDER BY 1",
    "SELECT container,unit,face,thing,'','','','' FROM slot ORDER BY 1,2,3",
    "SELECT pool,thing,'','','','','','' FROM member ORDER BY 1,2",
    "SELECT id,at,who,why,request,'','','' FROM edit ORDER BY 1",
    "SELECT edit,seq,thing,name,what,before,after,mirror FROM change ORDER BY 1,2",
};

static void
dump(struct inv *i, struct buf *out)
{
	struct err e;

	*out = BUF(LIMIT_PAGE);
	for (size_t t = 0; t < LARCH_COUNT(tables); t++) {
		struct store_query *q = store_ask(i->s, &e, tables[t], "");
		int more;

		while ((more = store_next(q, &e)) == 1)
			for (int c = 0; c < 8; c++)
				buf_printf(out, "%s|", store_text(q, c));
		if (more != 0)
			log_die("%s", e.text);
		store_done(q);
	}
}

static bool
same(const struct buf *a, const struct buf *b)
{
	return str_eq(buf_view(a), buf_view(b));
}

static int
apply(const json_t *ops, struct err *e)
{
	static const struct inv_author author = {.who = "fuzz", .why = ""};
	struct inv_change c = {.ops = ops, .author = &author};
	json_t *result = NULL;
	int rc = inv_apply(inv, &c, &result, e);

	json_decref(result);
	return rc;
}

static void
drop(void)
{
	static const char *const ends[] = {"", "-wal", "-shm", ".lock"};
	char name[160];

	inv_close(inv);
	inv = NULL;
	for (size_t i = 0; i < LARCH_COUNT(ends); i++) {
		snprintf(name, sizeof(name), "%s%s", path, ends[i]);
		(void)unlink(name);
	}
}

static void
sweep_up(void)
{
	drop();
	yang_destroy(yang);
	(void)rmdir(folder);
}

static const char start[] =
    "[{\"op\":\"new\",\"thing\":\"room\",\"type\":\"room\"},{\"op\":\"new\",\"thing\":\"rack\",\"type\":\"rack\"},"
    "{\"op\":\"new\",\"thing\":\"n1\",\"type\":\"server\"},{\"op\":\"new\",\"thing\":\"n2\",\"type\":\"server\"},"
    "{\"op\":\"new\",\"thing\":\"pdu\",\"type\":\"pdu\"},{\"op\":\"new\",\"thing\":\"pool\",\"type\":\"pool\"},"
    "{\"op\":\"connect\",\"a\":\"n1\",\"a_port\":\"psu1\",\"b\":\"pdu\",\"b_port\":\"1\"},"
    "{\"op\":\"put\",\"thing\":\"n1\",\"container\":\"rack\",\"unit\":1},"
    "{\"op\":\"pool-add\",\"pool\":\"pool\",\"things\":\"n1\"},"
    "{\"op\":\"attr-add\",\"thing\":\"n1\",\"key\":\"twin\",\"kind\":\"relation\",\"value\":\"n2\"}]";

/* A small inventory. */
static void
fill(void)
{
	const char *root = getenv("LARCH_ROOT");
	struct err e = {0};
	struct buf types;
	json_t *ops = jsn_parse(str_of(start), "the start", &e);
	char name[4096];

	snprintf(name, sizeof(name), "%s/etc/types.json", root == NULL ? "." : root);
	if (inv_open(path, &inv, &e) != 0 || file_read(name, LIMIT_CONFIG_FILE, &types, &e) != 0 ||
	    inv_types_load(inv, yang, buf_view(&types), &e) != 0 || apply(ops, &e) != 0)
		log_die("%s", e.text);
	json_decref(ops);
	buf_free(&types);
}

static void
set_up(void)
{
	const char *root = getenv("LARCH_ROOT");
	struct err e = {0};
	char name[4096];

	snprintf(name, sizeof(name), "%s/etc/yang", root == NULL ? "." : root);
	if (yang_create(name, &yang, &e) != 0 || mkdtemp(folder) == NULL)
		log_die("%s", e.text);
	snprintf(path, sizeof(path), "%s/inventory.db", folder);
	(void)atexit(sweep_up);
}

static int64_t
newest(void)
{
	struct err e;
	struct store_query *q = store_ask(inv->s, &e, "SELECT MAX(at) FROM edit", "");
	int64_t at = store_next(q, &e) == 1 ? store_int(q, 0) : 0;

	store_done(q);
	return at;
}

/* The edit just made, undone in a copy, leaves what was there before it. */
static void
undone(const struct buf *before)
{
	struct inv *then;
	struct buf now;
	struct err e = {0};

	if (inv_open_at(path, newest() - 1, &then, &e) != 0)
		log_die("it cannot be undone: %s", e.text);
	dump(then, &now);
	if (!same(before, &now))
		log_die("undone it is not what it was:\n%s\n%s", before->p, now.p);
	buf_free(&now);
	inv_close(then);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct buf before, after;
	struct err e = {0}, lost;
	json_t *ops;

	if (n > 16384)
		return 0;
	if (yang == NULL)
		set_up();
	if (inv == NULL)
		fill();
	ops = jsn_parse((struct str){(const char *)data, n}, "it", &lost);
	if (ops == NULL)
		return 0;
	dump(inv, &before);
	if (apply(ops, &e) != 0 && (e.text[0] == '\0' || e.kind == ERR_NONE || e.kind == ERR_INTERNAL || e.kind == ERR_UNAVAILABLE))
		log_die("refused without a reason of its own: %s", e.text);
	dump(inv, &after);
	if (e.kind != ERR_NONE && !same(&before, &after))
		log_die("refused, and yet something has changed: %s", e.text);
	if (!same(&before, &after))
		undone(&before);
	if (after.n > 100000) /* enough of it: begin anew */
		drop();
	buf_free(&before);
	buf_free(&after);
	json_decref(ops);
	return 0;
}
