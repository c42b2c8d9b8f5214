/* SPDX-License-Identifier: Apache-2.0 */
/* Where things are, where cables lead, what goes dark. */
#include <stdlib.h>

#include "inv/read_private.h"
#include "inv_frame.h"

/*
 * room2 has a feed A (a thing), to which pdu-a is wired; pdu-b says feed=B and pdu-x feed=A with no cord of
 * their own recorded. n1 hangs on both, n2 on a strip behind pdu-a, kvm on pdu-x; chassis c1 on pdu-a alone
 * with blade m1 in it; n3's console goes through two patch panels.
 */
#define ROOM                                                                                                     \
	"\"thing\":[" S("dc1", "datacenter") "," WITH("room2", "room", IN("dc1")) ","                              \
	WITH("b1", "rack", FACTS("{\"key\":\"units\",\"kind\":\"integer\",\"value\":\"48\"}") "," IN("room2")) ","  \
	WITH("b2", "rack", IN("room2")) "," WITH("b10", "rack", IN("room2")) ","                                   \
	WITH("fa", "feed", FACTS(A("feed", "A")) "," IN("room2") ",\"port\":[{\"name\":\"3\",\"kind\":\"outlet\"}]") ","      \
	WITH("pdu-a", "pdu", SIDE("b1", "left")) ","                                                               \
	WITH("pdu-b", "pdu", FACTS(A("feed", "B")) "," SIDE("b1", "right")) ","                                    \
	WITH("pdu-x", "pdu", FACTS(A("feed", "A")) "," IN("b2")) ","                                               \
	WITH("n1", "server", UNIT("b1", 13)) "," WITH("n2", "server", UNIT("b1", 2)) ","                           \
	WITH("n3", "server", "\"place\":{\"container\":\"b1\",\"unit\":20,\"height\":2}") ","                       \
	WITH("n10", "server", "\"place\":{\"container\":\"b1\",\"unit\":30,\"face\":\"front\"}") ","                \
	WITH("sw", "switch", "\"place\":{\"container\":\"b1\",\"unit\":30,\"face\":\"rear\"}") ","                  \
	S("strip", "strip") "," WITH("kvm", "appliance", IN("b2")) "," WITH("c1", "chassis", UNIT("b2", 5)) ","      \
	WITH("m1", "server", IN("c1")) "," S("n1-bmc", "bmc") ","                                                  \
	WITH("con", "console-server", FACTS(A("address", "192.0.2.5") ","                                          \
	    "{\"key\":\"console_port\",\"value\":\"7000\"},{\"key\":\"console_port\",\"number\":5,\"value\":\"22\"},"   \
	    "{\"key\":\"console_port\",\"subkey\":\"ttyS6\",\"value\":\"2206\"}")) ","                              \
	S("patch1", "patch-panel") "," S("patch2", "patch-panel") ","                                              \
	WITH("web", "service", FACTS(A("owner", "ana"))) ","                                                      \
	WITH("batch", "pool", "\"member\":[\"n1\",\"n2\"],\"attribute\":[{\"key\":\"runs\",\"kind\":\"relation\",\"value\":\"web\"}]") \
	"],\"connection\":["                                                                                       \
	C("pdu-a", "infeed1", "fa", "3") "," C("n1", "psu1", "pdu-a", "7") "," C("n1", "psu2", "pdu-b", "7") ","     \
	C("strip", "inlet", "pdu-a", "8") "," C("n2", "psu1", "strip", "1") "," C("kvm", "psu1", "pdu-x", "1") ","   \
	C("c1", "psu1", "pdu-a", "9") "," C("m1", "psu1", "c1", "slot1") "," C("n1", "bmc", "n1-bmc", "host") ","    \
	C("n1", "eth0", "sw", "4") "," C("n2", "console", "con", "4") "," C("n10", "console", "con", "5") ","        \
	C("n3", "console", "patch1", "front7") "," C("patch1", "rear7", "patch2", "rear7") ","                     \
	C("patch2", "front7", "con", "ttyS6") "]"

static struct inv *
room(void)
{
	struct inv *i = fresh();

	T_INT(take(i, ROOM, NULL), 0);
	return i;
}

/* ---- places ----------------------------------------------------------------------------- */

static void
t_a_tree_has_each_thing_before_what_is_in_it_from_the_top_down(void)
{
	static const struct {
		const char *thing;
		int depth;
	} want[] = {{"room2", 0}, {"b1", 1}, {"n10", 2}, {"sw", 2}, {"n3", 2}, {"n1", 2}, {"n2", 2}, {"pdu-a", 2},
	    {"pdu-b", 2}, {"b2", 1}, {"c1", 2}, {"kvm", 2}, {"pdu-x", 2}, {"b10", 1}, {"fa", 1}};
	struct inv *i = room();
	struct arena *a = arena_create();
	struct inv_place *p;
	size_t n;

	T_INT(inv_inside(i, "room2", 2, a, &p, &n, &e), 0);
	T_INT(n, LARCH_COUNT(want));
	for (size_t k = 0; k < n && k < LARCH_COUNT(want); k++) {
		T_STR(p[k].thing, want[k].thing);
		T_INT(p[k].depth, want[k].depth);
	}
	T_INT(p[10].inside, 1); /* the chassis holds a blade that two levels do not show */
	T_INT(inv_inside(i, "room2", 0, a, &p, &n, &e), 0);
	T_INT(n, 1);
	T_INT(inv_inside(i, NULL, 1, a, &p, &n, &e), 0);
	T_INT(n, 2);
	T_STR(p[0].thing, "dc1");
	T_STR(p[0].container, "");
	T_STR(p[1].thing, "room2");
	T_INT(inv_inside(i, "n1", 3, a, &p, &n, &e), 0);
	T_INT(n, 1);
	T_INT(inv_inside(i, "nowhere", 3, a, &p, &n, &e), -1);
	T_INT(e.kind, ERR_NOT_FOUND);
	arena_destroy(a);
	inv_close(i);
}

static void
t_a_place_is_told_from_the_inside_outward(void)
{
	struct inv *i = room();
	struct arena *a = arena_create();
	struct inv_place *p;
	size_t n;

	T_INT(inv_place(i, "m1", a, &p, &n, &e), 0);
	T_INT(n, 4);
	T_STR(p[0].container, "c1");
	T_STR(p[1].container, "b2");
	T_INT(p[1].unit, 5);
	T_STR(p[3].container, "dc1");
	T_INT(inv_place(i, "dc1", a, &p, &n, &e), 0);
	T_INT(n, 0);
	T_INT(inv_place(i, "nowhere", a, &p, &n, &e), -1);
	T_ERR(e, "\"nowhere\"");
	arena_destroy(a);
	inv_close(i);
}

static void
t_a_rack_shows_both_faces_what_is_beside_it_and_the_rest(void)
{
	struct inv *i = room();
	struct arena *a = arena_create();
	struct inv_rack r;

	T_INT(inv_rack(i, "b1", a, &r, &e), 0);
	T_STR(r.rack.container, "room2");
	T_INT(r.units, 48);
	T_INT(r.n, 7);
	T_INT(r.n_units, 5);
	T_INT(r.n_beside, 2);
	T_STR(r.front[30]->thing, "n10");
	T_STR(r.rear[30]->thing, "sw");
	T_STR(r.front[21]->thing, "n3");
	T_STR(r.rear[20]->thing, "n3");
	T_OK(r.front[22] == NULL && r.front[1] == NULL && r.front[48] == NULL);
	T_STR(r.things[5].side, "left");
	T_INT(inv_rack(i, "b2", a, &r, &e), 0);
	T_INT(r.n, 3);
	T_INT(r.n_units, 1);
	T_OK(r.units >= 42);
	T_INT(inv_rack(i, "b10", a, &r, &e), 0);
	T_INT(r.n, 0);
	T_INT(inv_rack(i, "b3", a, &r, &e), -1);
	T_INT(e.kind, ERR_NOT_FOUND);
	arena_destroy(a);
	inv_close(i);
}

static void
t_racks_are_listed_with_how_full_they_are(void)
{
	struct inv *i = room();
	struct arena *a = arena_create();
	struct inv_rack_row *r;
	size_t n;

	T_INT(inv_racks(i, a, &r, &n, &e), 0);
	T_OK(n >= 2); /* b10 too, once types.json says that a rack has units */
	T_STR(r[0].name, "b1");
	T_INT(r[0].used, 5);
	T_INT(r[0].units, 48);
	T_INT(r[0].things, 7);
	T_STR(r[0].container, "room2");
	arena_destroy(a);
	inv_close(i);
}

static void
t_a_rack_with_sixty_things_is_read_in_a_moment(void)
{
	struct inv *i = fresh();
	struct buf b = BUF(LIMIT_ROOM_FILE);
	struct arena *a = arena_create();
	struct inv_rack r;
	int64_t best = INT64_MAX;

	buf_puts(&b, "\"thing\":[" WITH("big", "rack", FACTS(A("units", "60"))));
	for (int k = 1; k <= 60; k++)
		buf_printf(&b, ",{\"name\":\"m%d\",\"type\":\"server\",\"place\":{\"container\":\"big\",\"unit\":%d}}", k, k);
	buf_puts(&b, "]");
	T_INT(take(i, b.p, NULL), 0);
	for (int k = 0; k < 20; k++) {
		int64_t began = times_boot(), took;

		T_INT(inv_rack(i, "big", a, &r, &e), 0);
		took = times_boot() - began;
		best = took < best ? took : best;
	}
	T_INT(r.n_units, 60);
	T_INT(r.units, 60);
	T_STR(r.front[60]->thing, "m60");
	printf("# a rack with 60 things: %lld ms\n", (long long)best);
	T_OK(best < 5);
	buf_free(&b);
	arena_destroy(a);
	inv_close(i);
}

/* ---- cables ----------------------------------------------------------------------------- */

static void
t_a_trace_is_drawn_to_the_feed(void)
{
	static const struct {
		const char *thing, *port, *text;
	} want[] = {
	    {"n1", "psu1", "n1 psu1 \xe2\x86\x92 pdu-a outlet 7 \xe2\x86\x92 feed A"},
	    {"n1", "psu2", "n1 psu2 \xe2\x86\x92 pdu-b outlet 7 \xe2\x86\x92 feed B"},
	    {"n1", "eth0", "n1 eth0 \xe2\x86\x92 sw port 4"},
	    {"n2", "psu1", "n2 psu1 \xe2\x86\x92 strip outlet 1 \xe2\x86\x92 pdu-a outlet 8 \xe2\x86\x92 feed A"},
	    {"n3", "console", "n3 console \xe2\x86\x92 patch1 front7 \xe2\x86\x92 patch2 rear7 \xe2\x86\x92 con ttyS6"},
	    {"pdu-a", "9", "pdu-a outlet 9 \xe2\x86\x92 c1 psu1 \xe2\x86\x92 m1 psu1"},
	};
	struct inv *i = room();
	struct arena *a = arena_create();
	struct inv_way *w;
	size_t n;

	for (size_t k = 0; k < LARCH_COUNT(want); k++) {
		T_INT(inv_trace(i, want[k].thing, want[k].port, a, &w, &n, &e), 0);
		T_INT(n, 1);
		T_STR(n == 1 ? w[0].text : "", want[k].text);
	}
	T_INT(inv_trace(i, "n2", "psu1", a, &w, &n, &e), 0);
	T_INT(w[0].n, 3);
	T_STR(w[0].steps[1].from, "strip");
	T_STR(w[0].steps[1].from_port, "inlet");
	T_INT(w[0].steps[2].hop, 3);
	T_INT(inv_trace(i, "n1", NULL, a, &w, &n, &e), 0);
	T_INT(n, 4);
	T_STR(w[0].steps[0].from_port, "bmc");
	T_INT(inv_trace(i, "fa", NULL, a, &w, &n, &e), 0);
	T_INT(n, 3); /* n1, n2 through the strip, m1 through the chassis */
	T_INT(inv_trace(i, "web", NULL, a, &w, &n, &e), 0);
	T_INT(n, 0);
	T_INT(inv_trace(i, "n1", "psu9", a, &w, &n, &e), -1);
	T_ERR(e, "n1 has no port named \"psu9\"");
	T_INT(inv_trace(i, "n77", NULL, a, &w, &n, &e), -1);
	T_INT(e.kind, ERR_NOT_FOUND);
	arena_destroy(a);
	inv_close(i);
}

static void
t_a_circle_of_strips_ends_in_every_question(void)
{
	struct inv *i = fresh();
	struct arena *a = arena_create();
	struct inv_outage o = {.thing = "p"};
	struct inv_lost lost;
	struct inv_way *w;
	size_t n;

	/* s1 and s2 feed each other; p feeds s1 as well, and s2 feeds n1 */
	T_INT(take(i,
	          "\"thing\":[" S("p", "pdu") "," S("s1", "strip") "," S("s2", "strip") "," S("n1", "server")
	          "],\"connection\":[" C("s1", "inlet1", "p", "1") "," C("s1", "inlet2", "s2", "1") ","
	          C("s2", "inlet1", "s1", "1") "," C("n1", "psu1", "s2", "2") "]",
	          NULL),
	    0);
	T_INT(inv_trace(i, "n1", NULL, a, &w, &n, &e), 0);
	T_OK(n >= 1 && n < 20);
	T_INT(inv_lost(i, &o, a, &lost, &e), 0);
	T_INT(lost.n, 3);
	T_INT(lost.n_dark, 3); /* what feeds itself has no power */
	arena_destroy(a);
	inv_close(i);
}

static void
t_locate_says_port_and_unit(void)
{
	struct inv *i = room();
	struct arena *a = arena_create();
	struct inv_location *l;
	size_t n;

	T_INT(inv_locate(i, "n1", a, &l, &n, &e), 0);
	T_INT(n, 5);
	T_STR(l[0].text, "n1 -> connected to port host on n1-bmc");
	T_STR(l[1].text, "n1 -> connected to port 4 on sw");
	T_STR(l[2].text, "n1 -> connected to outlet 7 on pdu-a");
	T_STR(l[4].text, "n1 -> connected to RU13 in b1");
	T_INT(inv_locate(i, "n3", a, &l, &n, &e), 0);
	T_STR(l[n - 1].text, "n3 -> connected to RU20-21 in b1");
	T_INT(inv_locate(i, "pdu-b", a, &l, &n, &e), 0);
	T_STR(l[n - 1].text, "pdu-b -> at the right side of b1");
	T_INT(inv_locate(i, "b1", a, &l, &n, &e), 0);
	T_STR(l[0].text, "b1 -> inside room2");
	T_INT(inv_locate(i, "web", a, &l, &n, &e), 0);
	T_INT(n, 0);
	T_INT(inv_locate(i, "n77", a, &l, &n, &e), -1);
	arena_destroy(a);
	inv_close(i);
}

static void
t_the_console_is_found_through_patch_panels_with_its_tcp_port(void)
{
	struct inv *i = room();
	struct arena *a = arena_create();
	struct inv_console c;

	T_INT(inv_console(i, "n2", a, &c, &e), 0);
	T_STR(c.thing, "con");
	T_STR(c.port, "4");
	T_STR(c.own_port, "console");
	T_STR(c.address, "192.0.2.5");
	T_INT(c.tcp, 7004);
	T_OK(!c.bmc);
	T_INT(inv_console(i, "n10", a, &c, &e), 0);
	T_INT(c.tcp, 22);
	T_INT(inv_console(i, "n3", a, &c, &e), 0);
	T_STR(c.thing, "con");
	T_INT(c.tcp, 2206);
	T_INT(inv_console(i, "n1", a, &c, &e), 0);
	T_OK(c.bmc);
	T_STR(c.thing, "n1-bmc");
	T_STR(c.address, "");
	T_INT(inv_console(i, "m1", a, &c, &e), -1);
	T_INT(e.kind, ERR_NOT_FOUND);
	T_ERR(e, "no console is recorded for \"m1\"");
	arena_destroy(a);
	inv_close(i);
}

/* ---- what goes dark ------------------------------------------------------------------------ */

static const char *
text_of(const struct inv_lost *l, const char *thing)
{
	for (size_t k = 0; k < l->n; k++)
		if (strcmp(l->things[k].thing, thing) == 0)
			return l->things[k].text;
	return "";
}

static void
t_what_a_pdu_takes_with_it_is_dark_or_has_a_feed_left(void)
{
	struct inv *i = room();
	struct arena *a = arena_create();
	struct inv_outage o = {.thing = "pdu-a"};
	struct inv_lost l;

	T_INT(inv_lost(i, &o, a, &l, &e), 0);
	T_STR(l.what, "pdu-a");
	T_INT(l.n, 5);
	T_INT(l.n_dark, 4);
	T_STR(l.things[0].thing, "c1");
	T_STR(text_of(&l, "m1"), "dark");
	T_STR(text_of(&l, "strip"), "dark");
	T_STR(text_of(&l, "n2"), "dark");
	T_STR(text_of(&l, "n1"), "one feed left");
	T_STR(l.things[4].thing, "n1");
	T_STR(l.things[4].via, "pdu-a");
	T_INT(l.unwired.n, 3); /* in the same rack, no cord recorded: n3, n10, sw */
	T_STR(l.unwired.name[1], "n10");
	o = (struct inv_outage){.thing = "pdu-a", .port = "8"};
	T_INT(inv_lost(i, &o, a, &l, &e), 0);
	T_STR(l.what, "outlet 8 of pdu-a");
	T_INT(l.n, 2);
	o = (struct inv_outage){.thing = "pdu-a", .port = "44"};
	T_INT(inv_lost(i, &o, a, &l, &e), -1);
	T_ERR(e, "no outlet named \"44\"");
	o = (struct inv_outage){.thing = "n1"};
	T_INT(inv_lost(i, &o, a, &l, &e), -1);
	T_ERR(e, "n1 feeds nothing");
	o = (struct inv_outage){.thing = "n77"};
	T_INT(inv_lost(i, &o, a, &l, &e), -1);
	T_INT(e.kind, ERR_NOT_FOUND);
	arena_destroy(a);
	inv_close(i);
}

static void
t_a_feed_of_a_room_is_what_is_wired_to_it_and_what_says_so(void)
{
	static const struct inv_outage same[] = {{.feed = "A", .in = "room2"}, {.feed = "a", .in = "dc1"}, {.thing = "fa"},
	    {.feed = "A"}};
	struct inv *i = room();
	struct arena *a = arena_create();
	struct inv_outage o;
	struct inv_lost l;

	for (size_t k = 0; k < LARCH_COUNT(same); k++) {
		T_INT(inv_lost(i, &same[k], a, &l, &e), 0);
		T_STR(text_of(&l, "pdu-a"), "dark"); /* by its cord */
		T_STR(text_of(&l, "pdu-x"), "dark"); /* by its word */
		T_STR(text_of(&l, "kvm"), "dark");
		T_STR(text_of(&l, "n2"), "dark");
		T_STR(text_of(&l, "n1"), "one feed left");
		T_STR(text_of(&l, "pdu-b"), "");
		T_INT(l.n_dark, 7);
		T_INT(l.gone.n, 2);
	}
	T_INT(inv_lost(i, &same[0], a, &l, &e), 0);
	T_STR(l.what, "feed A of room2");
	T_INT(l.unwired.n, 3);
	T_INT(inv_lost(i, &same[3], a, &l, &e), 0);
	T_OK(hosts_has(&l.unwired, "con")); /* which stands nowhere */
	o = (struct inv_outage){.feed = "B", .in = "room2"};
	T_INT(inv_lost(i, &o, a, &l, &e), 0);
	T_INT(l.n_dark, 1); /* pdu-b itself */
	T_STR(text_of(&l, "n1"), "one feed left");
	o = (struct inv_outage){.feed = "C", .in = "room2"};
	T_INT(inv_lost(i, &o, a, &l, &e), -1);
	T_ERR(e, "nothing in room2 is on feed C");
	o = (struct inv_outage){.feed = "A", .in = "room9"};
	T_INT(inv_lost(i, &o, a, &l, &e), -1);
	T_ERR(e, "\"room9\"");
	o = (struct inv_outage){0};
	T_INT(inv_lost(i, &o, a, &l, &e), -1);
	T_INT(e.kind, ERR_INPUT);
	arena_destroy(a);
	inv_close(i);
}

/* ---- one thing whole -------------------------------------------------------------------------- */

static void
t_a_document_has_all_of_a_thing(void)
{
	static const char want[] =
	    "{\"attributes\":[{\"key\":\"runs\",\"kind\":\"relation\",\"number\":null,\"subkey\":null,\"value\":\"web\"}],"
	    "\"contents\":[],\"inside\":[],\"members\":[\"n1\",\"n2\"],\"name\":\"batch\",\"place\":null,\"pools\":[],"
	    "\"ports\":[],\"referrers\":[],\"services\":[\"web\"],\"type\":\"pool\"}";
	struct inv *i = room();
	struct arena *a = arena_create();
	struct buf b = BUF(LIMIT_PAGE);
	json_t *doc, *port;

	T_INT(inv_doc(i, "batch", a, &doc, &e), 0);
	T_OK(json_integer_value(json_object_get(doc, "revision")) == 1);
	T_STR(jsn_text_or(doc, "changed_by", ""), "ana");
	T_OK(strlen(jsn_text_or(doc, "changed", "")) >= 20);
	json_object_del(doc, "revision");
	json_object_del(doc, "changed");
	json_object_del(doc, "changed_by");
	jsn_canonical(doc, &b);
	T_STR(b.p, want);
	json_decref(doc);
	T_INT(inv_doc(i, "n1", a, &doc, &e), 0);
	port = json_array_get(json_object_get(doc, "ports"), 2);
	T_STR(jsn_text_or(port, "name", ""), "psu1");
	T_STR(jsn_text_or(port, "kind", ""), "inlet");
	T_STR(jsn_text_or(json_object_get(port, "peer"), "thing", ""), "pdu-a");
	T_STR(jsn_text_or(port, "by", ""), "ana");
	T_STR(json_string_value(json_array_get(json_object_get(doc, "inside"), 2)), "dc1");
	T_INT(jsn_integer_or(json_object_get(doc, "place"), "unit", 0), 13);
	T_STR(json_string_value(json_array_get(json_object_get(doc, "services"), 0)), "web"); /* its pool runs it */
	json_decref(doc);
	T_INT(inv_doc(i, "web", a, &doc, &e), 0);
	T_STR(jsn_text_or(json_array_get(json_object_get(doc, "referrers"), 0), "thing", ""), "batch");
	json_decref(doc);
	T_INT(inv_doc(i, "b2", a, &doc, &e), 0);
	T_INT(json_array_size(json_object_get(doc, "contents")), 3);
	json_decref(doc);
	T_INT(inv_doc(i, "n77", a, &doc, &e), -1);
	T_OK(doc == NULL);
	buf_free(&b);
	arena_destroy(a);
	inv_close(i);
}

/* ---- how SQLite answers ------------------------------------------------------------------------- */

/* What a question may read from end to end: rows made on the way, and the two short tables of types. */
static bool
may_scan(const char *what)
{
	static const char *const small[] = {"w", "u", "h", "b", "j", "y", "z", "holds", "walk", "hit", "up", "CONSTANT", "(subquery"};
	size_t n = strcspn(what, " ");

	for (size_t k = 0; k < LARCH_COUNT(small); k++)
		if (strlen(small[k]) == n && strncmp(what, small[k], n) == 0)
			return true;
	return false;
}

/* How many parameters it has: "?" each, or the highest "?3". */
static size_t
holes(const char *sql)
{
	size_t n = 0, highest = 0;

	for (const char *p = strchr(sql, '?'); p != NULL; p = strchr(p + 1, '?')) {
		n++;
		if (p[1] >= '1' && p[1] <= '9' && (size_t)(p[1] - '0') > highest)
			highest = (size_t)(p[1] - '0');
	}
	return highest > 0 ? highest : n;
}

static void
t_no_question_reads_a_whole_table(void)
{
	static const struct store_param none[9] = {{.type = 'n'}, {.type = 'n'}, {.type = 'n'}, {.type = 'n'}, {.type = 'n'},
	    {.type = 'n'}, {.type = 'n'}, {.type = 'n'}, {.type = 'n'}};
	struct inv *i = room();
	struct arena *a = arena_create();

	for (size_t k = 0; k < ASK_COUNT; k++) {
		struct store_query *q;
		int more;

		T_OK(inv_questions[k].sql != NULL);
		if (inv_questions[k].whole)
			continue;
		q = store_ask_built(i->s, &e, arena_printf(a, "EXPLAIN QUERY PLAN %s", inv_questions[k].sql), none,
		    holes(inv_questions[k].sql));
		while ((more = store_next(q, &e)) == 1) {
			const char *line = store_text(q, 3);

			if (strncmp(line, "SCAN ", 5) == 0 && !may_scan(line + 5)) {
				T_STR(line, "a search");
				printf("# question %zu\n", k);
			}
			if (strstr(line, "AUTOMATIC") != NULL) {
				T_STR(line, "an index that is there");
				printf("# question %zu\n", k);
			}
		}
		T_INT(more, 0);
		store_done(q);
	}
	arena_destroy(a);
	inv_close(i);
}

T_MAIN(T(t_a_tree_has_each_thing_before_what_is_in_it_from_the_top_down), T(t_a_place_is_told_from_the_inside_outward),
    T(t_a_rack_shows_both_faces_what_is_beside_it_and_the_rest), T(t_racks_are_listed_with_how_full_they_are),
    T(t_a_rack_with_sixty_things_is_read_in_a_moment), T(t_a_trace_is_drawn_to_the_feed),
    T(t_a_circle_of_strips_ends_in_every_question), T(t_locate_says_port_and_unit),
    T(t_the_console_is_found_through_patch_panels_with_its_tcp_port),
    T(t_what_a_pdu_takes_with_it_is_dark_or_has_a_feed_left),
    T(t_a_feed_of_a_room_is_what_is_wired_to_it_and_what_says_so), T(t_a_document_has_all_of_a_thing),
    T(t_no_question_reads_a_whole_table))
