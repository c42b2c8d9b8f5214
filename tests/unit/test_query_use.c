/* SPDX-License-Identifier: Apache-2.0 */
/* What is built on queries: answers that are kept, selections, the search box, spreading, terms of other rooms. */
#include <stdlib.h>

#include "query_room.h"

/* ---- answers that are kept ---------------------------------------------------------------- */

static void
t_an_answer_is_kept_until_something_changes_also_when_that_is_undone(void)
{
	struct inv *i = room(), *reader = NULL;
	char path[4096];

	snprintf(path, sizeof(path), "%s/query%d.db", t_folder(), files - 1);
	T_INT(inv_open_reader(path, &reader, &e), 0);
	T_INT(inv_match(i, "owner:tony", "n9", &e), 0);
	T_INT(inv_match(reader, "owner:tony", "n9", &e), 0);
	T_INT(store_begin(i->s, &e), 0);
	T_INT(store_run_script(i->s, &e, "INSERT INTO attr(thing,key,kind,value) VALUES(15,'owner','string','tony')"), 0);
	T_INT(inv_match(i, "owner:tony", "n9", &e), 1);
	T_INT(inv_match(reader, "owner:tony", "n9", &e), 0);
	store_rollback(i->s);
	T_INT(inv_match(i, "owner:tony", "n9", &e), 0);
	T_INT(store_begin(i->s, &e), 0);
	T_INT(store_run_script(i->s, &e, "INSERT INTO attr(thing,key,kind,value) VALUES(15,'owner','string','tony')"), 0);
	T_INT(store_commit(i->s, &e), 0);
	T_INT(inv_match(i, "owner:tony", "n9", &e), 1);
	T_INT(inv_match(reader, "owner:tony", "n9", &e), 1);
	for (int k = 0; k < 3 * LIMIT_QUERY_KEPT; k++) { /* more than are kept */
		char query[64];

		snprintf(query, sizeof(query), "owner:tony and n%d", k);
		T_INT(inv_match(reader, query, "n9", &e), k == 9);
	}
	T_INT(inv_match(reader, "owner:tony", "n9", &e), 1);
	inv_close(reader);
	inv_close(i);
}

static void
t_many_are_matched_by_one_query(void)
{
	struct inv *i = room();
	struct arena *a = arena_create();
	struct inv_query *q;
	struct hosts h, out;

	T_INT(hosts_parse(STR("web[1-9],db1,nope"), NULL, a, &h, &e), 0);
	T_INT(inv_query_parse(STR("in:room1"), a, &q, &e), 0);
	T_INT(inv_query_match_many(i, q, &h, a, &out, &e), 0);
	T_STR(hosts_fold(&out, a), "db1,web[1-3]");
	T_INT(inv_query_match(i, q, "nope", &e), 0);
	arena_destroy(a);
	inv_close(i);
}

/* ---- selections ------------------------------------------------------------------------------ */

static const char *
selected(struct inv *i, const char *text, struct arena *a)
{
	struct hosts h;

	err_clear(&e);
	return inv_select(i, str_of(text), a, &h, &e) == 0 ? hosts_fold(&h, a) : e.text;
}

static void
t_a_selection_takes_lists_and_queries_and_names_what_is_unknown(void)
{
	struct inv *i = room();
	struct arena *a = arena_create();

	T_STR(selected(i, "web1, web2\nweb3\n", a), "web[1-3]");
	T_STR(selected(i, "web1\nand\n", a), "and,web1");
	T_STR(selected(i, "a:b,web1", a), "a:b,web1");
	T_STR(selected(i, "in:rack001!web1", a), "column 11: '!' joins lists of things alone; write \"and not ...\" behind this term, or \"and ...\"");
	T_STR(selected(i, "web1\nor\n", a), "column 8: expected a term or a name, found the end");
	T_STR(selected(i, "a:b", a), "a:b");
	T_STR(selected(i, "a:c", a), "column 1: there is no term \"a\"; an attribute is asked for as attr:a=c");
	T_STR(selected(i, "type:server and in:rack001", a), "web[1-2]");
	T_STR(selected(i, "web1,web[7-9],zebra", a), "not in the inventory: web[7-9],zebra");
	T_STR(selected(i, "type:server and not in:rakc001", a), "not in the inventory: rakc001");
	T_STR(selected(i, "web* and not web9", a), "not in the inventory: web9");
	T_STR(selected(i, "not type:swich", a), "no thing is of the type swich");
	T_STR(selected(i, "type:ups", a), "\"type:ups\" selects nothing; that never means all");
	T_STR(selected(i, "pool:empty", a), "\"pool:empty\" selects nothing; that never means all");
	T_STR(selected(i, "@empty", a), "\"@empty\" selects nothing; that never means all");
	T_STR(selected(i, "web1!web1", a), "\"web1!web1\" selects nothing; that never means all");
	T_STR(selected(i, " \n", a), "nothing is selected; empty never means all: name the machines");
	T_STR(selected(i, "connected to (web9)", a), "not in the inventory: web9");
	arena_destroy(a);
	inv_close(i);
}

static void
t_plain_names_are_told_from_what_chooses(void)
{
	static const struct {
		const char *text;
		bool plain;
	} rows[] = {{"web1", true}, {"web[1-3],db1", true}, {"web1 or web2", true}, {"name:web1", true}, {"\"and\"", true}, {"@webs", false}, {"web*", false},
	    {"*", false}, {"web1 and web2", false}, {"type:server", false}, {"not web1", false}, {"web1 or type:server", false}, {"/web/", false}};
	struct arena *a = arena_create();
	struct inv_query *q;

	for (size_t k = 0; k < LARCH_COUNT(rows); k++) {
		T_INT(inv_query_parse(str_of(rows[k].text), a, &q, &e), 0);
		if (!T_INT(inv_query_is_plain(q), rows[k].plain))
			printf("# %s\n", rows[k].text);
	}
	arena_destroy(a);
}

/* ---- the search box ---------------------------------------------------------------------------- */

static void
t_a_search_box_finds_names_values_and_parts(void)
{
	static const struct {
		const char *text, *found;
		enum inv_search how;
	} rows[] = {
	    {"web1", "web1", INV_SEARCH_QUERY}, {"web", "web[1-3],webs", INV_SEARCH_PART}, {"WEB", "web[1-3],webs", INV_SEARCH_PART},
	    {"web*", "web[1-3],webs", INV_SEARCH_QUERY}, {"10.0.0.1", "web1", INV_SEARCH_VALUE}, {"P0123456789", "web1", INV_SEARCH_VALUE},
	    {"p0123456789", "web1", INV_SEARCH_VALUE}, {"tony", "web[1-2]", INV_SEARCH_VALUE}, {"brien", "web3", INV_SEARCH_PART},
	    {"blade 3000", "web2", INV_SEARCH_PART}, {"3000 blade", "web2", INV_SEARCH_PART}, {"blade 4000", "", INV_SEARCH_PART},
	    {"00:1b:2C:3d:4e:5f", "web1", INV_SEARCH_VALUE}, {"zebra", "", INV_SEARCH_PART}, {"type:server and in:rack001", "web[1-2]", INV_SEARCH_QUERY},
	    {"zoo zoo zoo zoo zoo zoo zoo zoo", "", INV_SEARCH_PART}, {"type:nothing", "", INV_SEARCH_QUERY}, {" web2 ", "web2", INV_SEARCH_QUERY},
	};
	static const char *const slips[] = {"staet:idle", "web and", "type:server bnad web1", "web1)", "zoo zoo zoo zoo zoo zoo zoo zoo zoo", ""};
	struct inv *i = room();
	struct arena *a = arena_create();
	enum inv_search how;
	struct hosts h;

	for (size_t k = 0; k < LARCH_COUNT(rows); k++) {
		if (!T_INT(inv_query_search(i, str_of(rows[k].text), a, &h, &how, &e), 0))
			printf("# %s: %s\n", rows[k].text, e.text);
		T_STR(hosts_fold(&h, a), rows[k].found);
		T_INT(how, rows[k].how);
	}
	for (size_t k = 0; k < LARCH_COUNT(slips); k++)
		if (!T_INT(inv_query_search(i, str_of(slips[k]), a, &h, &how, &e), -1))
			printf("# %s\n", slips[k]);
	T_INT(store_run_script(i->s, &e, "UPDATE attr SET value='00:1b:2c:3d:4e:5f' WHERE subkey='mac'"), 0);
	T_INT(inv_query_search(i, STR("001B.2c3d.4e5f"), a, &h, &how, &e), 0);
	T_STR(hosts_fold(&h, a), "web1");
	T_INT(inv_query_search(i, STR("00-1B-2C-3D-4E-5F"), a, &h, &how, &e), 0);
	T_STR(hosts_fold(&h, a), "web1");
	arena_destroy(a);
	inv_close(i);
}

/* ---- one in each rack ----------------------------------------------------------------------------- */

static const char *
spread(struct inv *i, const char *query, const char *type, size_t limit, struct arena *a)
{
	struct hosts h, out;

	if (inv_find(i, query, a, &h, &e) != 0 || inv_spread(i, &h, type, limit, a, &out, &e) != 0)
		return e.text;
	return hosts_fold(&out, a);
}

static void
t_things_are_spread_over_containers_or_it_says_how_many_could_be(void)
{
	struct inv *i = room();
	struct arena *a = arena_create();

	T_STR(spread(i, "type:server", "rack", 0, a), "db[1-2],web1");
	T_STR(spread(i, "type:server", "rack", 3, a), "db[1-2],web1");
	T_STR(spread(i, "type:server", "rack", 2, a), "db[1-2]");
	T_STR(spread(i, "web*", "rack", 2, a), "web[1,3]");
	T_STR(spread(i, "type:server", "room", 2, a), "db[1-2]");
	T_STR(spread(i, "web*", "rack", 3, a), "3 wanted, each in a different rack, but the 4 things found are in 2 racks");
	T_STR(spread(i, "zebra", "rack", 0, a), "");
	T_STR(spread(i, "zebra", "rack", 4, a), "4 wanted, each in a different rack, but nothing fits");
	T_STR(spread(i, "n9", "rack", 1, a), "none of the 1 things found is in a rack");
	arena_destroy(a);
	inv_close(i);
}

/* ---- what a query looks at, and terms of other rooms -------------------------------------------------- */

static void
t_a_query_says_what_it_looks_at(void)
{
	struct arena *a = arena_create();
	struct inv_query_keys k;
	struct inv_query *q;

	T_INT(inv_query_parse(STR("owner:x and (attr:ip.cidr=1 or not in:rack1) or connected to (type:switch)"), a, &q, &e), 0);
	inv_query_keys(q, a, &k);
	T_STR(hosts_fold(&k.keys, a), "ip.cidr,owner");
	T_OK(k.places && k.connections && k.types && k.names && !k.pools && !k.ports && !k.changes);
	T_INT(inv_query_parse(STR("@production or has:bmc or changed:2h"), a, &q, &e), 0);
	inv_query_keys(q, a, &k);
	T_OK(k.places && k.pools && k.types && k.ports && k.connections && k.changes);
	arena_destroy(a);
}

static int
ping_names(struct inv *i, void *ctx, const struct inv_term_ask *ask, struct arena *a, struct hosts *out, struct err *why)
{
	static const struct {
		const char *thing, *says;
	} rows[] = {{"web1", "up"}, {"web2", "down"}, {"web3", "down"}};

	(void)i;
	++*(int *)ctx;
	*out = (struct hosts){.name = arena_array(a, 3, sizeof(char *))};
	if (strcmp(ask->key, "ping") != 0)
		return err_set(why, ERR_INPUT, "there is no check \"%s\"", ask->key);
	for (size_t k = 0; k < LARCH_COUNT(rows); k++)
		if (ask->op == INV_HAS || inv_term_fits(ask, rows[k].says) == (ask->op == INV_IS))
			out->name[out->n++] = arena_strdup(a, rows[k].thing);
	return 0;
}

static void
t_another_room_adds_a_term_whose_answer_is_never_kept(void)
{
	static int asked;
	static const struct inv_term row = {.word = "status", .value = INV_TEXT, .ops = INV_OP(INV_HAS) | INV_OPS_EQUAL, .keyed = true,
	    .names = ping_names, .ctx = &asked, .what = "status:CHECK=WORD", .help = "what a check says", .example = "status:ping=down"};
	struct inv *i = room();
	struct arena *a = arena_create();
	struct inv_query *q;
	struct hosts h;

	inv_terms_add(&row);
	T_INT(inv_find(i, "status:ping=down and in:rack001", a, &h, &e), 0);
	T_STR(hosts_fold(&h, a), "web2");
	T_INT(inv_find(i, "status:ping!=down", a, &h, &e), 0);
	T_STR(hosts_fold(&h, a), "web1");
	T_INT(inv_find(i, "status:ping=d*n", a, &h, &e), 0);
	T_INT(h.n, 2);
	T_INT(inv_find(i, "status:ping=/^u/", a, &h, &e), 0);
	T_INT(h.n, 1);
	T_INT(inv_find(i, "status:ping", a, &h, &e), 0);
	T_INT(h.n, 3);
	T_INT(inv_find(i, "status:fan=up", a, &h, &e), -1);
	T_ERR(e, "no check \"fan\"");
	T_INT(inv_find(i, "statsu:ping=up", a, &h, &e), -1);
	T_ERR(e, "did you mean \"status\"?");
	T_INT(inv_find(i, "status:ping#3=up", a, &h, &e), -1);
	T_ERR(e, "has no parts");
	asked = 0;
	T_INT(inv_query_parse(STR("status:ping=down"), a, &q, &e), 0);
	T_OK(!inv_query_is_lasting(q));
	T_INT(inv_query_match(i, q, "web2", &e), 1);
	T_INT(inv_query_match(i, q, "web1", &e), 0);
	T_INT(asked, 2);
	T_INT(inv_match(i, "type:server and not status:ping=down", "web1", &e), -1);
	T_INT(e.kind, ERR_INPUT);
	T_ERR(e, "what a role may touch rests on the inventory alone");
	arena_destroy(a);
	inv_close(i);
}

T_MAIN(T(t_an_answer_is_kept_until_something_changes_also_when_that_is_undone),
    T(t_many_are_matched_by_one_query),
    T(t_a_selection_takes_lists_and_queries_and_names_what_is_unknown),
    T(t_plain_names_are_told_from_what_chooses),
    T(t_a_search_box_finds_names_values_and_parts),
    T(t_things_are_spread_over_containers_or_it_says_how_many_could_be),
    T(t_a_query_says_what_it_looks_at),
    T(t_another_room_adds_a_term_whose_answer_is_never_kept))
