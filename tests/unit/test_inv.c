/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "inv_frame.h"

static void
t_a_room_is_taken_over_and_read_back(void)
{
	struct inv *i = fresh();
	struct arena *a = arena_create();
	struct inv_import_result r;
	struct inv_thing t, *all;
	struct inv_cord *cords;
	struct inv_type *types;
	struct hosts h;
	size_t n;

	T_INT(take(i, SMALL, &r), 0);
	T_INT(r.added, 6);
	T_INT(r.connected, 4);
	T_OK(r.edit > 0);
	T_INT(inv_get(i, "n1", a, &t, &e), 0);
	T_STR(t.type, "server");
	T_STR(inv_attr(&t, "owner"), "ana");
	T_OK(inv_attr(&t, "nothing") == NULL);
	T_STR(t.changed_by, "ana");
	T_INT(inv_list(i, "server", a, &all, &n, &e), 0);
	T_INT(n, 3);
	T_STR(all[1].name, "n9"); /* natural order */
	T_STR(all[2].name, "n10");
	T_INT(inv_list(i, NULL, a, &all, &n, &e), 0);
	T_INT(n, 6);
	T_INT(inv_cords(i, "n1", a, &cords, &n, &e), 0);
	T_INT(n, 2);
	T_STR(cords[0].inlet, "psu1");
	T_STR(cords[0].outlet, "AA10");
	T_STR(cords[1].pdu, "p-b");
	T_OK(cords[1].via == NULL && cords[1].since > 0);
	T_STR(cords[1].by, "ana");
	T_INT(inv_cords(i, "n10", a, &cords, &n, &e), 0);
	T_INT(n, 0); /* wiring unknown */
	T_INT(inv_all_cords(i, a, &cords, &n, &e), 0);
	T_INT(n, 3);
	T_STR(cords[2].machine, "n9");
	T_INT(inv_bmc(i, "n1", a, &t, &e), 0);
	T_STR(t.name, "n1-bmc");
	T_STR(inv_attr(&t, "address"), "127.0.4.1");
	T_INT(inv_with_bmc(i, a, &h, &e), 0);
	T_INT(h.n, 1);
	T_STR(h.name[0], "n1");
	T_INT(inv_types(i, a, &types, &n, &e), 0);
	T_INT(n, 3);
	T_STR(types[0].type, "bmc");
	T_INT(types[2].count, 3);
	arena_destroy(a);
	inv_close(i);
}

static void
t_what_is_missing_is_said_by_name(void)
{
	struct inv *i = fresh();
	struct arena *a = arena_create();
	struct inv_thing t;
	struct inv_connection *c;
	size_t n = 7;

	T_INT(take(i, SMALL, NULL), 0);
	T_INT(inv_get(i, "n77", a, &t, &e), -1);
	T_INT(e.kind, ERR_NOT_FOUND);
	T_ERR(e, "\"n77\"");
	T_INT(inv_bmc(i, "n9", a, &t, &e), -1);
	T_INT(e.kind, ERR_NOT_FOUND);
	T_ERR(e, "no BMC is recorded for \"n9\"");
	T_INT(inv_connections(i, "n10", a, &c, &n, &e), 0);
	T_INT(n, 0);
	arena_destroy(a);
	inv_close(i);
}

static void
t_both_ends_of_a_cable_say_the_same(void)
{
	struct inv *i = fresh();
	struct arena *a = arena_create();
	struct inv_connection *c;
	struct inv_port *p;
	size_t n;

	T_INT(take(i, SMALL, NULL), 0);
	T_INT(inv_connections(i, "p-a", a, &c, &n, &e), 0);
	T_INT(n, 2);
	T_STR(c[0].a_port, "AA2"); /* before AA10 */
	T_STR(c[0].b, "n9");
	T_STR(c[1].b_port, "psu1");
	T_STR(c[1].b_type, "server");
	T_INT(inv_ports(i, "n1", a, &p, &n, &e), 0);
	T_INT(n, 3);
	T_STR(p[0].name, "bmc");
	T_STR(p[0].kind, "bmc");
	T_STR(p[1].kind, "inlet");
	T_INT(inv_ports(i, "p-a", a, &p, &n, &e), 0);
	T_STR(p[0].kind, "outlet");
	arena_destroy(a);
	inv_close(i);
}

static void
t_the_same_file_again_changes_nothing(void)
{
	struct inv *i = fresh();
	struct inv_import_result r;
	struct inv_thing t;
	struct arena *a = arena_create();
	int64_t g;

	T_INT(take(i, SMALL, NULL), 0);
	g = inv_generation(i);
	T_OK(g > 0);
	T_INT(take(i, SMALL, &r), 0);
	T_INT(r.added + r.changed + r.connected + r.disconnected, 0);
	T_INT(r.unchanged, 6);
	T_INT(r.edit, 0);
	T_INT(inv_generation(i), g);
	T_INT(inv_get(i, "p-a", a, &t, &e), 0);
	T_INT(t.revision, 1); /* it grows once an edit */
	arena_destroy(a);
	inv_close(i);
}

static void
t_attributes_given_replace_and_not_given_stay(void)
{
	struct inv *i = fresh();
	struct inv_import_result r;
	struct inv_thing t;
	struct arena *a = arena_create();

	T_INT(take(i, SMALL, NULL), 0);
	T_INT(take(i, "\"thing\":[{\"name\":\"n1\",\"type\":\"server\"}]", &r), 0);
	T_INT(r.unchanged, 1);
	T_INT(inv_get(i, "n1", a, &t, &e), 0);
	T_INT(t.n_attrs, 2);
	T_INT(take(i,
	          "\"thing\":[{\"name\":\"n1\",\"type\":\"server\",\"attribute\":["
	          "{\"key\":\"mac\",\"subkey\":\"eth\",\"number\":1,\"value\":\"b\"},"
	          "{\"key\":\"mac\",\"subkey\":\"eth\",\"number\":0,\"value\":\"a\"}]}]",
	          &r),
	    0);
	T_INT(r.changed, 1);
	T_INT(inv_get(i, "n1", a, &t, &e), 0);
	T_INT(t.n_attrs, 2);
	T_STR(inv_attr(&t, "mac"), "a");
	T_STR(t.attrs[1].subkey, "eth");
	T_INT(t.attrs[1].number, 1);
	T_OK(inv_attr(&t, "owner") == NULL);
	arena_destroy(a);
	inv_close(i);
}

static void
t_a_cable_that_moved_is_pulled_from_where_it_was(void)
{
	struct inv *i = fresh();
	struct inv_import_result r;
	struct inv_cord *c;
	struct arena *a = arena_create();
	size_t n;

	T_INT(take(i, SMALL, NULL), 0);
	T_INT(take(i, "\"connection\":[{\"a\":\"n10\",\"a-port\":\"psu1\",\"b\":\"p-a\",\"b-port\":\"AA10\"}]", &r), 0);
	T_INT(r.connected, 1);
	T_INT(r.disconnected, 1);
	T_INT(inv_cords(i, "n1", a, &c, &n, &e), 0);
	T_INT(n, 1);
	T_STR(c[0].pdu, "p-b");
	T_INT(inv_fed_by(i, "p-a", "AA10", a, &c, &n, &e), 0);
	T_INT(n, 1);
	T_STR(c[0].machine, "n10");
	arena_destroy(a);
	inv_close(i);
}

static void
t_a_dry_run_counts_and_changes_nothing(void)
{
	struct inv *i = fresh();
	struct inv_import_result r;
	struct inv_thing *t;
	struct arena *a = arena_create();
	size_t n = 7;

	T_INT(inv_import(i, modules(), STR("{\"larch-room:room\":{" SMALL "}}"), &ana, true, &r, &e), 0);
	T_INT(r.added, 6);
	T_INT(r.connected, 4);
	T_INT(r.edit, 0);
	T_INT(inv_list(i, NULL, a, &t, &n, &e), 0);
	T_INT(n, 0);
	T_INT(inv_generation(i), 0);
	arena_destroy(a);
	inv_close(i);
}

#define ADDRESS(x) ",\"attribute\":[{\"key\":\"address\",\"value\":\"" x "\"}]}"

/* Each row: what is sent, and what the sentence says. */
static const struct {
	const char *inside, *says;
} refusals[] = {
    {"\"thing\":[" S("x", "server") "],\"connection\":[" C("x", "psu1", "nowhere", "AA1") "]", "\"nowhere\""},
    {"\"thing\":[" S("x", "server") "," S("y", "pdu") "],\"connection\":[" C("x", "psu1", "y", "AA1") ","
        C("y", "AA1", "x", "psu2") "]", "connection 2: port AA1 of \"y\" is used already by connection 1"},
    {"\"thing\":[" S("x", "server") "],\"connection\":[" C("x", "psu1", "x", "psu2") "]", "with itself"},
    {"\"thing\":[" S("x", "server") "," S("y", "server") "],\"connection\":[" C("x", "psu1", "y", "psu1") "]",
        "both an inlet"},
    {"\"thing\":[" S("x", "pdu") "," S("y", "pdu") "],\"connection\":[" C("x", "AA1", "y", "AA1") "]",
        "both an outlet"},
    {"\"thing\":[" S("x", "server") "," S("x", "server") "]", "x"},
    {"\"thing\":[{\"name\":\"x\"}]", "type"},
    {"\"thing\":[{\"type\":\"server\"}]", "name"},
    {"\"thing\":[" S("-x", "server") "]", "-x"},
    {"\"thing\":[" S("@x", "server") "]", "@x"},
    {"\"thing\":[" S("n[1-3]", "server") "]", "n[1-3]"},
    {"\"thing\":[" S("a/b", "server") "]", "a/b"},
    {"\"thing\":[" S("", "server") "]", "name"},
    {"\"thing\":[" S("x", "two words") "]", "two words"},
    {"\"thing\":[{\"name\":\"x\",\"type\":\"server\",\"colour\":\"red\"}]", "colour"},
    {"\"thing\":[{\"name\":\"x\",\"type\":\"server\",\"attribute\":[{\"key\":\"a\",\"value\":5}]}]", "value"},
    {"\"thing\":[{\"name\":\"x\",\"type\":\"server\",\"attribute\":[{\"key\":\"a\",\"value\":\"l\\nm\"}]}]", "value"},
    {"\"thing\":[{\"name\":\"x\",\"type\":\"server\",\"attribute\":[{\"key\":\"a\",\"number\":-1,\"value\":\"v\"}]}]",
        "number"},
    {"\"thing\":[{\"name\":\"x\",\"type\":\"bmc\"" ADDRESS("127.0.4.9") ",{\"name\":\"y\",\"type\":\"bmc\""
        ADDRESS("127.0.4.9") "]", "two BMCs"},
    {"\"thing\":\"none\"", "thing"},
};

static void
t_a_bad_file_is_refused_with_its_place_and_changes_nothing(void)
{
	struct inv *i = fresh();
	struct inv_import_result r;
	struct inv_thing *t;
	struct arena *a = arena_create();
	size_t n;
	int64_t g;

	T_INT(take(i, SMALL, NULL), 0);
	g = inv_generation(i);
	for (size_t k = 0; k < LARCH_COUNT(refusals); k++) {
		T_INT(take(i, refusals[k].inside, &r), -1);
		T_INT(e.kind, ERR_INPUT);
		T_ERR(e, refusals[k].says);
		T_INT(r.added, 0);
	}
	T_INT(inv_import(i, modules(), STR("{\"larch-room:room\":\n{\"thing\":\n[,]}}"), &ana, false, &r, &e), -1);
	T_ERR(e, "line 3");
	T_INT(inv_import(i, modules(), STR(""), &ana, false, &r, &e), -1);
	T_INT(inv_import(i, modules(), STR("{}"), &ana, false, &r, &e), -1);
	T_INT(inv_import(i, modules(), STR("{\"larch-room:room\":{}} x"), &ana, false, &r, &e), -1);
	T_INT(inv_list(i, NULL, a, &t, &n, &e), 0);
	T_INT(n, 6);
	T_INT(inv_generation(i), g);
	arena_destroy(a);
	inv_close(i);
}

/* A chassis with two cords of its own feeds four nodes; a strip behind a PDU feeds one more. */
#define DEEP                                                                                              \
	"\"thing\":[" S("p-a", "pdu") "," S("p-b", "pdu") "," S("c1", "chassis") "," S("m1", "server") ","   \
	S("m2", "server") "," S("s1", "strip") "," S("m3", "server") "," S("sub", "pdu") "," S("m4", "server") \
	"," S("sw", "switch") "],\"connection\":[" C("c1", "psu1", "p-a", "AA1") "," C("c1", "psu2", "p-b", "AA1") "," \
	C("m1", "psu1", "c1", "slot1") "," C("m2", "psu1", "c1", "slot2") "," C("s1", "inlet", "p-a", "AA2") ","    \
	C("m3", "psu1", "s1", "1") "," C("sub", "inlet1", "p-a", "AA3") "," C("m4", "psu1", "sub", "7") ","       \
	C("p-a", "eth0", "sw", "port1") "," C("m1", "eth0", "sw", "port2") "]"

static void
t_cords_are_followed_through_passive_things(void)
{
	struct inv *i = fresh();
	struct arena *a = arena_create();
	struct inv_cord *c;
	size_t n;

	T_INT(take(i, DEEP, NULL), 0);
	T_INT(inv_cords(i, "m1", a, &c, &n, &e), 0);
	T_INT(n, 2); /* one inlet, two ways */
	T_STR(c[0].pdu, "p-a");
	T_STR(c[1].pdu, "p-b");
	T_STR(c[0].via, "c1");
	T_STR(c[0].inlet, "psu1");
	T_INT(inv_cords(i, "m3", a, &c, &n, &e), 0);
	T_INT(n, 1);
	T_STR(c[0].outlet, "AA2");
	T_STR(c[0].via, "s1");
	T_INT(inv_cords(i, "m4", a, &c, &n, &e), 0);
	T_INT(n, 1);
	T_STR(c[0].pdu, "sub"); /* the nearest PDU is the one that switches */
	T_INT(inv_cords(i, "sw", a, &c, &n, &e), 0);
	T_INT(n, 0); /* a network cable of a PDU feeds nobody */
	T_INT(inv_fed_by(i, "p-a", "AA1", a, &c, &n, &e), 0);
	T_INT(n, 3);
	T_STR(c[0].machine, "c1");
	T_STR(c[0].type, "chassis");
	T_STR(c[2].machine, "m2");
	T_STR(c[2].via, "c1");
	T_INT(inv_fed_by(i, "p-a", "AA3", a, &c, &n, &e), 0);
	T_INT(n, 2);
	T_STR(c[0].machine, "m4");
	T_STR(c[0].via, "sub");
	T_INT(inv_fed_by(i, "p-a", "AA9", a, &c, &n, &e), 0);
	T_INT(n, 0);
	arena_destroy(a);
	inv_close(i);
}

static void
t_a_circle_of_cables_ends(void)
{
	struct inv *i = fresh();
	struct arena *a = arena_create();
	struct inv_cord *c;
	size_t n;

	T_INT(take(i,
	          "\"thing\":[" S("s1", "strip") "," S("s2", "strip") "," S("p", "pdu") "],\"connection\":["
	              C("s1", "inlet", "s2", "1") "," C("s2", "inlet", "s1", "1") "," C("p", "inlet", "s1", "2") "]",
	          NULL),
	    0);
	T_INT(inv_all_cords(i, a, &c, &n, &e), 0);
	T_INT(n, 0);
	arena_destroy(a);
	inv_close(i);
}

static void
t_a_query_matches_what_it_says_and_nothing_unknown(void)
{
	struct inv *i = fresh();

	T_INT(take(i, SMALL, NULL), 0);
	T_INT(inv_match(i, "*", "n1", &e), 1);
	T_INT(inv_match(i, "*", "n77", &e), 0);
	T_INT(inv_match(i, "type:pdu", "p-a", &e), 1);
	T_INT(inv_match(i, "type:pdu", "n1", &e), 0);
	T_INT(inv_match(i, "name:n*", "n10", &e), 1);
	T_INT(inv_match(i, "name:n*", "p-a", &e), 0);
	T_INT(inv_match(i, "n[1-9]", "n9", &e), 1);
	T_INT(inv_match(i, "n[1-9]", "n10", &e), 0);
	T_INT(inv_match(i, "n[1-99]", "n77", &e), 0);
	T_INT(inv_match(i, "@east", "p-b", &e), 1);
	T_INT(inv_match(i, "@type:server!n1", "n1", &e), 0);
	T_INT(inv_match(i, "n[", "n1", &e), -1);
	T_INT(inv_match(i, "@moon", "n1", &e), -1);
	T_ERR(e, "@moon");
	T_INT(inv_match(i, "@colour:red", "n1", &e), -1);
	T_ERR(e, "group source");
	inv_close(i);
}

static void
t_a_filter_finds_what_is_there_and_may_find_nothing(void)
{
	struct inv *i = fresh();
	struct arena *a = arena_create();
	struct hosts h;

	T_INT(take(i, SMALL, NULL), 0);
	T_INT(inv_find(i, "*", a, &h, &e), 0);
	T_INT(h.n, 6);
	T_INT(inv_find(i, "type:pdu", a, &h, &e), 0);
	T_INT(h.n, 2);
	T_INT(inv_find(i, "name:n1*", a, &h, &e), 0);
	T_INT(h.n, 3);
	T_INT(inv_find(i, "n[1-9],n77", a, &h, &e), 0);
	T_INT(h.n, 2);
	T_INT(inv_find(i, "zebra", a, &h, &e), 0);
	T_INT(h.n, 0);
	T_INT(inv_find(i, "@moon", a, &h, &e), -1);
	arena_destroy(a);
	inv_close(i);
}

static void
t_a_selection_names_every_unknown_thing_and_never_means_all(void)
{
	struct inv *i = fresh();
	struct arena *a = arena_create();
	struct hosts h;

	T_INT(take(i, SMALL, NULL), 0);
	T_INT(inv_select(i, STR("n[9-10],n1"), a, &h, &e), 0);
	T_INT(h.n, 3);
	T_INT(inv_select(i, STR("@rack:b01"), a, &h, &e), 0);
	T_INT(h.n, 1);
	T_INT(inv_select(i, STR("@*"), a, &h, &e), 0);
	T_INT(h.n, 6);
	T_INT(inv_select(i, STR("n1,n[70-72],zz"), a, &h, &e), -1);
	T_INT(e.kind, ERR_NOT_FOUND);
	T_ERR(e, "n[70-72],zz");
	T_INT(inv_select(i, STR(""), a, &h, &e), -1);
	T_INT(inv_select(i, STR("n1!n1"), a, &h, &e), -1);
	T_INT(inv_select(i, STR("@moon"), a, &h, &e), -1);
	arena_destroy(a);
	inv_close(i);
}

static void
t_the_shipped_example_is_a_room(void)
{
	struct inv *i = fresh();
	struct arena *a = arena_create();
	struct inv_import_result r;
	struct inv_cord *c;
	struct buf text;
	size_t n;

	T_INT(file_read(t_path("etc/room.json.example"), LIMIT_ROOM_FILE, &text, &e), 0);
	T_INT(inv_import(i, modules(), buf_view(&text), &ana, false, &r, &e), 0);
	T_INT(r.connected, 6);
	T_INT(inv_cords(i, "n0001", a, &c, &n, &e), 0);
	T_INT(n, 2);
	buf_free(&text);
	arena_destroy(a);
	inv_close(i);
}

T_MAIN(T(t_a_room_is_taken_over_and_read_back), T(t_what_is_missing_is_said_by_name),
    T(t_both_ends_of_a_cable_say_the_same), T(t_the_same_file_again_changes_nothing),
    T(t_attributes_given_replace_and_not_given_stay), T(t_a_cable_that_moved_is_pulled_from_where_it_was),
    T(t_a_dry_run_counts_and_changes_nothing), T(t_a_bad_file_is_refused_with_its_place_and_changes_nothing),
    T(t_cords_are_followed_through_passive_things), T(t_a_circle_of_cables_ends),
    T(t_a_query_matches_what_it_says_and_nothing_unknown),
    T(t_a_filter_finds_what_is_there_and_may_find_nothing),
    T(t_a_selection_names_every_unknown_thing_and_never_means_all), T(t_the_shipped_example_is_a_room))
