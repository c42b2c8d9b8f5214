/* SPDX-License-Identifier: Apache-2.0 */
/* The inventory as of then: every edit can be undone exactly; and its history. */
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include "inv/inv_undo.h"
#include "modules.h"

static struct err e;
static int files;
static char path[4096];

static struct inv *
fresh(void)
{
	struct inv *i = NULL;
	struct buf types = BUF(0);

	snprintf(path, sizeof(path), "%s/inventory%d.db", t_folder(), files++);
	if (inv_open(path, &i, &e) != 0 || file_read(t_path("etc/types.json"), LIMIT_CONFIG_FILE, &types, &e) != 0 ||
	    inv_types_load(i, modules(), buf_view(&types), &e) != 0)
		fprintf(stderr, "# %s\n", e.text);
	buf_free(&types);
	return i;
}

static struct inv_author author = {.who = "ana", .why = "moving in", .request_id = "r1"};

/* ' for ". */
static int
apply(struct inv *i, const char *inside)
{
	struct inv_change c = {.author = &author};
	struct buf b = BUF(LIMIT_ROOM_FILE);
	json_t *ops, *result = NULL;
	int rc;

	buf_printf(&b, "[%s]", inside);
	for (size_t k = 0; k < b.n; k++)
		b.p[k] = b.p[k] == '\'' ? '"' : b.p[k];
	e = (struct err){0};
	ops = jsn_parse(buf_view(&b), "the test", &e);
	c.ops = ops;
	rc = ops == NULL ? -1 : inv_apply(i, &c, &result, &e);
	json_decref(ops);
	json_decref(result);
	buf_free(&b);
	return rc;
}

/* ---- all tables in one order ---------------------------------------------------------------- */

static const char *const tables[] = {
    "SELECT id,name,type,revision,changed,changed_by,edit FROM thing ORDER BY id",
    "SELECT thing,key,subkey,number,kind,value,num,target FROM attr ORDER BY 1,2,3,4,5,6,8",
    "SELECT thing,key,next FROM counter ORDER BY 1,2",
    "SELECT thing,name,kind,plug FROM port ORDER BY 1,2",
    "SELECT p.thing,p.name,o.thing,o.name,l.since,l.author FROM link l JOIN port p ON p.id=l.port JOIN port o ON o.id=l.peer ORDER BY 1,2",
    "SELECT thing,container,unit,height,face,side FROM place ORDER BY 1",
    "SELECT container,unit,face,thing FROM slot ORDER BY 1,2,3",
    "SELECT pool,thing FROM member ORDER BY 1,2",
    "SELECT id,at,who,why,request FROM edit ORDER BY 1",
    "SELECT edit,seq,thing,name,what,before,after FROM change ORDER BY 1,2",
};
static const int columns[] = {7, 8, 3, 4, 6, 6, 4, 2, 5, 7};

/* The caller frees it. */
static char *
dump(struct inv *i)
{
	struct buf b = BUF(LIMIT_PAGE);

	for (size_t t = 0; t < LARCH_COUNT(tables); t++) {
		struct store_query *q = store_ask(i->s, &e, tables[t], "");

		buf_printf(&b, "-- %zu\n", t);
		while (store_next(q, &e) == 1) {
			for (int c = 0; c < columns[t]; c++)
				buf_printf(&b, "%s|", store_null(q, c) ? "NULL" : store_text(q, c));
			buf_char(&b, '\n');
		}
		store_done(q);
	}
	return buf_take(&b);
}

/* The first line that differs, for a person. */
static bool
same(const char *got, const char *want)
{
	size_t line = 1;

	if (strcmp(got, want) == 0)
		return true;
	while (*got != '\0' && strcspn(got, "\n") == strcspn(want, "\n") && strncmp(got, want, strcspn(got, "\n")) == 0) {
		got += strcspn(got, "\n") + 1;
		want += strcspn(want, "\n") + 1;
		line++;
	}
	fprintf(stderr, "# line %zu\n#  got:  %.*s\n#  want: %.*s\n", line, (int)strcspn(got, "\n"), got,
	    (int)strcspn(want, "\n"), want);
	return false;
}

/* ---- edits by chance -------------------------------------------------------------------------- */

static uint32_t seed = 20261121;

static unsigned
chance(unsigned n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 16) % n;
}

static const char *
pick(const char *const *list, size_t n)
{
	return list[chance((unsigned)n)];
}
#define PICK(...) pick((const char *const[]){__VA_ARGS__}, LARCH_COUNT(((const char *const[]){__VA_ARGS__})))

/* Few names, so that edits meet. */
static const char *
name(void)
{
	static char names[4][16];
	static unsigned at;

	at = (at + 1) % 4;
	snprintf(names[at], sizeof(names[at]), "t%u", chance(14));
	return names[at];
}

/* A row is a format with four holes that take names, and one that takes a word. */
static void
one_op(struct buf *b)
{
	const char *x = name(), *y = name();
	unsigned number = 1 + chance(6);

	switch (chance(21)) {
	case 0:
	case 1:
		buf_printf(b, "{'op':'new','thing':'%s','type':'%s'}", x, PICK("server", "pdu", "rack", "rack", "pool", "room", "site-own"));
		break;
	case 2: buf_printf(b, "{'op':'new','thing':'%s','type':'server','attributes':[{'key':'ram','number':'auto','value':%u}]}", x, number); break;
	case 3: buf_printf(b, "{'op':'rename','thing':'%s','to':'%s'}", x, y); break;
	case 4: buf_printf(b, "{'op':'retype','thing':'%s','type':'%s'}", x, PICK("server", "pdu", "appliance")); break;
	case 5: buf_printf(b, "{'op':'rm','thing':'%s'}", x); break;
	case 6: buf_printf(b, "{'op':'rm','thing':'%s','with_cables':true}", x); break;
	case 7: buf_printf(b, "{'op':'attr-add','thing':'%s','key':'%s','value':'%u'}", x, PICK("k", "l"), number); break;
	case 8: buf_printf(b, "{'op':'attr-add','thing':'%s','key':'k','number':'auto','value':%u}", x, number); break;
	case 9: buf_printf(b, "{'op':'attr-add','thing':'%s','key':'twin','kind':'relation','value':'%s'}", x, y); break;
	case 10: buf_printf(b, "{'op':'attr-set','thing':'%s','key':'%s','value':'%u'}", x, PICK("k", "l", "m"), number); break;
	case 11: buf_printf(b, "{'op':'attr-del','thing':'%s','key':'%s'}", x, PICK("k", "l", "m", "twin", "ram")); break;
	case 12: buf_printf(b, "{'op':'connect','a':'%s','a_port':'psu%u','b':'%s','b_port':'o%u','move':%s}", x, 1 + number % 2, y, number, PICK("true", "false")); break;
	case 13: buf_printf(b, "{'op':'connect','a':'%s','b':'%s'}", x, y); break;
	case 14: buf_printf(b, "{'op':'disconnect','thing':'%s'}", x); break;
	case 15: buf_printf(b, "{'op':'put','thing':'%s','container':'%s','unit':%u,'height':%u,'face':'%s'}", x, y, number, 1 + number % 3, PICK("front", "rear", "both")); break;
	case 16: buf_printf(b, "{'op':'put','thing':'%s','container':'%s'%s}", x, y, PICK("", ",'side':'left'")); break;
	case 17: buf_printf(b, "{'op':'take','thing':'%s'}", x); break;
	case 18: buf_printf(b, "{'op':'%s','pool':'%s','things':'%s,%s'}", PICK("pool-add", "pool-add", "pool-remove"), x, y, name()); break;
	case 19: buf_printf(b, "{'op':'port-add','thing':'%s','port':'x%u'}", x, number); break;
	default: buf_printf(b, "{'op':'%s','thing':'%s','port':'%s'}", PICK("port-del", "port-set"), x, PICK("x1','kind':'u", "psu1", "x2")); break;
	}
}

/* A file of a few things, taken over; at times it is all that shall be there. */
static int
some_import(struct inv *i)
{
	struct inv_import_ask ask = {.author = &author, .prune = chance(3) == 0};
	struct inv_import_result r;
	struct arena *a = arena_create();
	struct buf b = BUF(LIMIT_PAGE);
	unsigned first = chance(8), n = 2 + chance(6);
	int rc;

	buf_puts(&b, "{\"larch-room:room\":{\"thing\":[{\"name\":\"r0\",\"type\":\"rack\"},{\"name\":\"p0\",\"type\":\"pdu\"}");
	for (unsigned k = first; k < first + n; k++) {
		buf_printf(&b, ",{\"name\":\"t%u\",\"type\":\"server\",\"attribute\":[{\"key\":\"k\",\"number\":%u,\"value\":\"%u\"}]", k,
		    chance(3), chance(3));
		if (chance(2) == 0)
			buf_printf(&b, ",\"place\":{\"container\":\"r0\",\"unit\":%u}", 1 + k);
		buf_char(&b, '}');
	}
	buf_printf(&b, ",{\"name\":\"q\",\"type\":\"pool\",\"member\":[\"t%u\"]}],\"connection\":[", first);
	for (unsigned k = first; k < first + n; k++)
		buf_printf(&b, "%s{\"a\":\"t%u\",\"a-port\":\"psu1\",\"b\":\"p0\",\"b-port\":\"o%u\"}", k == first ? "" : ",", k,
		    (k + chance(2) * 7) % 20);
	buf_puts(&b, "]}}");
	ask.text = buf_view(&b);
	e = (struct err){0};
	rc = inv_import_file(i, modules(), &ask, a, &r, &e);
	buf_free(&b);
	arena_destroy(a);
	return rc;
}

/* An edit, or an import. */
static int
some_edit(struct inv *i)
{
	struct buf ops = BUF(LIMIT_PAGE);
	unsigned many = 1 + chance(3);
	int rc;

	author.who = PICK("ana", "bob", "cyd");
	if (chance(12) == 0)
		return some_import(i);
	for (unsigned k = 0; k < many; k++) {
		buf_puts(&ops, k == 0 ? "" : ",");
		one_op(&ops);
	}
	rc = apply(i, ops.p);
	buf_free(&ops);
	return rc;
}

#define EDITS 250

struct moment {
	int64_t at;
	char *all;
};

static int64_t
last_at(struct inv *i)
{
	struct store_query *q = store_ask(i->s, &e, "SELECT MAX(at) FROM edit", "");
	int64_t at = store_next(q, &e) == 1 ? store_int(q, 0) : 0;

	store_done(q);
	return at;
}

static void
t_what_was_then_is_told_exactly(void)
{
	static struct moment then[EDITS];
	struct inv *i = fresh(), *old = NULL;
	char *empty = dump(i), *before = strdup(empty), *now;
	size_t n = 0, refused = 0;

	while (n < EDITS && refused < 50 * EDITS) {
		if (some_edit(i) != 0) {
			refused++;
			if (e.kind == ERR_INTERNAL || e.text[0] == '\0')
				T_STR(e.text, "a sentence");
		}
		now = dump(i);
		if (e.kind != ERR_NONE)
			T_OK(same(now, before));
		if (strcmp(now, before) != 0) {
			then[n].at = last_at(i);
			T_OK(n == 0 || then[n].at > then[n - 1].at);
			then[n++].all = strdup(now);
		}
		free(before);
		before = now;
	}
	T_INT(n, EDITS);
	printf("# %zu edits, %zu refused\n", n, refused);
	for (size_t k = 0; k < n; k += k + 20 < n ? 1 + k % 7 : 1) {
		T_INT(inv_open_at(path, then[k].at, &old, &e), 0);
		if (old == NULL) {
			fprintf(stderr, "# %s\n", e.text);
			break;
		}
		now = dump(old);
		if (!T_OK(same(now, then[k].all)))
			fprintf(stderr, "# as of edit %zu of %zu\n", k, n);
		free(now);
		inv_close(old);
		old = NULL;
	}
	T_INT(inv_open_at(path, then[n - 1].at, &old, &e), 0);
	T_INT(inv_undo_to(old, 0, &e), 0);
	now = dump(old);
	T_OK(same(now, empty));
	free(now);
	inv_close(old);
	for (size_t k = 0; k < n; k++)
		free(then[k].all);
	free(before);
	free(empty);
	inv_close(i);
}

static void
t_before_the_first_edit_nothing_is_known(void)
{
	struct inv *i = fresh(), *old;
	struct arena *a = arena_create();
	struct inv_thing t;
	int64_t at;

	T_INT(inv_open_at(path, times_now(), &old, &e), -1);
	T_INT(e.kind, ERR_NOT_FOUND);
	T_ERR(e, "nothing was recorded yet");
	T_INT(apply(i, "{'op':'new','thing':'n1','type':'server'}"), 0);
	at = last_at(i);
	T_INT(inv_open_at(path, at - 1, &old, &e), -1);
	T_ERR(e, "the inventory begins at ");
	T_INT(apply(i, "{'op':'rename','thing':'n1','to':'n2'}"), 0);
	T_INT(inv_open_at(path, at, &old, &e), 0);
	T_INT(inv_get(old, "n1", a, &t, &e), 0);
	T_INT(inv_generation(old), 1);
	T_INT(apply(old, "{'op':'rm','thing':'n1'}"), -1); /* to read only */
	T_ERR(e, "read only");
	inv_close(old);
	arena_destroy(a);
	inv_close(i);
}

/* Somebody set the clock back a day: edits stay in order all the same. */
static void
t_times_of_edits_grow_when_the_clock_goes_back(void)
{
	struct inv *i = fresh();
	int64_t ahead = times_now() + 86400000;

	T_INT(apply(i, "{'op':'new','thing':'n1','type':'server'}"), 0);
	T_INT(store_run(i->s, &e, "UPDATE edit SET at=?", "i", ahead), 0);
	T_INT(apply(i, "{'op':'new','thing':'n2','type':'server'}"), 0);
	T_INT(last_at(i), ahead + 1);
	inv_close(i);
}

static void
t_the_history_follows_a_thing_through_its_names(void)
{
	struct inv *i = fresh();
	struct arena *a = arena_create();
	struct inv_history_ask ask = {.limit = 100};
	struct inv_edit_row *rows;
	size_t n;

	author.who = "ana";
	T_INT(apply(i, "{'op':'new','thing':'n1','type':'server'},{'op':'new','thing':'p','type':'pdu'}"), 0);
	T_INT(apply(i, "{'op':'attr-set','thing':'n1','key':'owner','value':'ana'}"), 0);
	author.who = "bob";
	T_INT(apply(i, "{'op':'rename','thing':'n1','to':'m1'},{'op':'connect','a':'m1','a_port':'psu1','b':'p','b_port':'1'}"), 0);
	T_INT(apply(i, "{'op':'attr-set','thing':'m1','key':'owner','value':'bob'}"), 0);
	for (int round = 0; round < 2; round++) {
		ask.thing = round == 0 ? "m1" : "n1";
		T_INT(inv_history(i, &ask, a, &rows, &n, &e), 0);
		T_INT(n, 4);
		T_STR(rows[0].who, "bob");
		T_STR(rows[0].facts[0].text, "m1: owner ana -> bob");
		T_STR(rows[0].facts[0].before, "{\"key\":\"owner\",\"kind\":\"string\",\"value\":\"ana\"}");
		T_INT(rows[1].n_facts, 2);
		T_STR(rows[1].facts[0].text, "n1: renamed n1 -> m1");
		T_STR(rows[1].facts[1].text, "m1: connected m1 psu1 - p 1");
		T_STR(rows[3].facts[0].text, "n1: new server");
		T_STR(rows[3].why, "moving in");
		T_STR(rows[3].request, "r1");
	}
	ask.thing = "p";
	T_INT(inv_history(i, &ask, a, &rows, &n, &e), 0);
	T_INT(n, 2);
	T_STR(rows[0].facts[1].text, "p: connected m1 psu1 - p 1");
	ask = (struct inv_history_ask){.limit = 2, .who = "ana"};
	T_INT(inv_history(i, &ask, a, &rows, &n, &e), 0);
	T_INT(n, 2);
	T_INT(rows[1].n_facts, 2);
	ask = (struct inv_history_ask){.limit = 1, .before = rows[0].edit, .facts = 1};
	T_INT(inv_history(i, &ask, a, &rows, &n, &e), 0);
	T_INT(n, 1);
	T_INT(rows[0].n_facts, 1);
	T_INT(rows[0].n_all, 2);
	/* A thing that is gone, and another that got its name. */
	T_INT(apply(i, "{'op':'rm','thing':'m1','with_cables':true}"), 0);
	ask = (struct inv_history_ask){.limit = 100, .thing = "m1"};
	T_INT(inv_history(i, &ask, a, &rows, &n, &e), 0);
	T_INT(n, 5);
	T_INT(apply(i, "{'op':'new','thing':'m1','type':'server'}"), 0);
	T_INT(inv_history(i, &ask, a, &rows, &n, &e), 0);
	T_INT(n, 1);
	ask.thing = "never";
	T_INT(inv_history(i, &ask, a, &rows, &n, &e), -1);
	T_INT(e.kind, ERR_NOT_FOUND);
	arena_destroy(a);
	inv_close(i);
}

static void
t_a_mark_is_kept_with_what_was_taken_over(void)
{
	struct inv *i = fresh();
	json_t *ops = json_array(), *result;
	struct inv_change c = {.author = &author, .ops = ops, .mark = "wishes", .mark_value = 7};
	int64_t v;

	T_INT(inv_mark(i, "wishes", &v, &e), 0);
	T_INT(v, 0);
	T_INT(inv_apply(i, &c, &result, &e), 0); /* no change, and yet a mark */
	json_decref(result);
	T_INT(inv_mark(i, "wishes", &v, &e), 0);
	T_INT(v, 7);
	jsn_add(ops, json_pack("{s:s,s:s,s:s}", "op", "new", "thing", "n1", "type", "server"));
	c.mark_value = 8;
	c.dry_run = true;
	T_INT(inv_apply(i, &c, &result, &e), 0);
	json_decref(result);
	T_INT(inv_mark(i, "wishes", &v, &e), 0);
	T_INT(v, 7);
	c.dry_run = false;
	T_INT(inv_apply(i, &c, &result, &e), 0);
	json_decref(result);
	T_INT(inv_mark(i, "wishes", &v, &e), 0);
	T_INT(v, 8);
	T_INT(inv_mark_set(i, "wishes", 9, &e), 0);
	T_INT(inv_mark(i, "wishes", &v, &e), 0);
	T_INT(v, 9);
	json_decref(ops);
	inv_close(i);
}

T_MAIN(T(t_what_was_then_is_told_exactly), T(t_before_the_first_edit_nothing_is_known), T(t_times_of_edits_grow_when_the_clock_goes_back),
    T(t_the_history_follows_a_thing_through_its_names), T(t_a_mark_is_kept_with_what_was_taken_over))
