/* SPDX-License-Identifier: Apache-2.0 */
/* room.json: what an import makes of it, what it tells, and that an export loses nothing. */
#include <stdlib.h>

#include "inv/inv_edit.h"
#include "inv_frame.h"

static struct arena *told;

/* An import with all that can be asked; lines and notes live in `told`. */
static int
take_as(struct inv *i, const char *text, struct inv_import_ask ask, struct inv_import_result *r)
{
	int rc;

	if (told == NULL)
		told = arena_create();
	e = (struct err){0};
	ask.text = str_of(text);
	ask.author = &ana;
	ask.lines = true;
	rc = inv_import_file(i, modules(), &ask, told, r, &e);
	if (rc != 0)
		printf("# %s\n", e.text);
	return rc;
}

static bool
tells(const struct inv_import_result *r, const char *line)
{
	for (size_t k = 0; k < r->n_lines; k++)
		if (strcmp(r->lines[k], line) == 0)
			return true;
	for (size_t k = 0; k < r->n_lines; k++)
		printf("# told: %s\n", r->lines[k]);
	return false;
}

static const char *
exported(struct inv *i)
{
	struct buf b = BUF(LIMIT_ROOM_FILE);
	const char *text;

	if (told == NULL)
		told = arena_create();
	T_INT(inv_export(i, &b, &e), 0);
	text = arena_strndup(told, b.p, b.n);
	buf_free(&b);
	return text;
}

#define ROOM(inside) "{\"larch-room:room\":{" inside "}}"

/* Everything that a room.json can say, and the corners of it. */
#define NASTY                                                                                                       \
	"\"thing\":["                                                                                                 \
	WITH("n2", "server", FACTS(                                                                                   \
	    A("owner", "\xc3\x81na \xe2\x80\x9cx\xe2\x80\x9d \\\\ \\\"q\\\" \xf0\x9f\x94\x8c") "," A("note", "") ","      \
	    A("tag", "a") "," A("tag", "a") "," A("tag", "b") ","                                                     \
	    "{\"key\":\"vip\",\"subkey\":\"[2001:db8::5]:443\",\"number\":4294967295,\"value\":\"x\"},"                 \
	    "{\"key\":\"ram\",\"kind\":\"integer\",\"value\":\"-9223372036854775808\"},"                                \
	    "{\"key\":\"warranty\",\"kind\":\"date\",\"value\":\"2027-01-01T12:00:00.5+02:00\"},"                       \
	    "{\"key\":\"day\",\"kind\":\"date\",\"value\":\"2027-01-01\"},"                                             \
	    "{\"key\":\"disks\",\"kind\":\"json\",\"value\":\"{\\\"b\\\": [1, 2.5, null], \\\"a\\\": \\\"\xc3\xa9\\\"}\"}," \
	    "{\"key\":\"plain\",\"kind\":\"json\",\"value\":\"7\"},"                                                    \
	    "{\"key\":\"runs\",\"kind\":\"relation\",\"value\":\"zz-later\"},"                                           \
	    "{\"key\":\"self\",\"kind\":\"relation\",\"value\":\"n2\"}"                                                  \
	    ) ",\"port\":[{\"name\":\"psu1\",\"kind\":\"inlet\",\"plug\":\"pwr-c14\"},{\"name\":\"odd port/1\",\"kind\":\"\"}," \
	    "{\"name\":\"eth10\",\"kind\":\"nic\"},{\"name\":\"eth9\",\"kind\":\"nic\"}]," UNIT("b1", 3)) ","             \
	WITH("n10", "server", "\"place\":{\"container\":\"b1\",\"unit\":10,\"height\":4,\"face\":\"front\"}") ","         \
	WITH("n11", "server", "\"place\":{\"container\":\"b1\",\"unit\":12,\"face\":\"rear\"}") ","                      \
	WITH("pdu", "pdu", SIDE("b1", "right")) "," WITH("b1", "rack", IN("room")) "," S("room", "room") ","           \
	WITH("zz-later", "service", FACTS("{\"key\":\"on\",\"kind\":\"relation\",\"value\":\"n2\"}")) ","               \
	WITH("p", "pool", "\"member\":[\"q\",\"n10\",\"n2\"]") "," WITH("q", "pool", "\"member\":[\"n10\",\"b1\"]") ","   \
	S("empty", "pool") "," S("odd", "something-of-ours")                                                        \
	"],\"connection\":[" C("pdu", "AA1", "n2", "psu1") "," C("n10", "eth0", "n2", "eth9") ","                       \
	C("n2", "odd port/1", "odd", "x") "]"

static void
t_a_room_that_is_exported_and_imported_is_the_same_bytes(void)
{
	struct inv *i = fresh(), *j = fresh();
	struct inv_import_result r;
	const char *first, *second;

	T_INT(take_as(i, ROOM(NASTY), (struct inv_import_ask){0}, &r), 0);
	T_INT(r.added, 11);
	T_INT(r.connected, 3);
	T_INT(r.placed, 5);
	T_INT(r.pooled, 5);
	first = exported(i);
	T_INT(take_as(j, first, (struct inv_import_ask){0}, &r), 0);
	second = exported(j);
	T_STR(second, first);
	T_OK(strstr(first, "\"member\":[\"n2\",\"n10\",\"q\"]") != NULL);
	T_OK(strstr(first, "{\"key\":\"day\",\"kind\":\"date\",\"value\":\"2027-01-01T00:00:00Z\"}") != NULL);
	T_OK(strstr(first, "{\"key\":\"tag\",\"value\":\"a\"},{\"key\":\"tag\",\"value\":\"a\"}") != NULL);
	T_OK(strstr(first, "{\"a\":\"n2\",\"a-port\":\"psu1\",\"b\":\"pdu\",\"b-port\":\"AA1\"}") != NULL);
	/* its own export changes nothing, pruned or not */
	T_INT(take_as(i, first, (struct inv_import_ask){0}, &r), 0);
	T_INT(r.unchanged, 11);
	T_INT(r.edit, 0);
	T_INT(r.n_lines, 0);
	T_INT(take_as(i, first, (struct inv_import_ask){.prune = true}, &r), 0);
	T_INT(r.edit, 0);
	inv_close(i);
	inv_close(j);
}

static void
t_an_empty_room_is_a_file_too(void)
{
	struct inv *i = fresh();
	struct inv_import_result r;

	T_STR(exported(i), "{\"larch-room:room\":{\n\"thing\":[\n],\n\"connection\":[\n]}}\n");
	T_INT(take_as(i, exported(i), (struct inv_import_ask){.prune = true}, &r), 0);
	T_INT(r.edit, 0);
	inv_close(i);
}

#define BEFORE                                                                                                     \
	"\"thing\":[" S("b1", "rack") "," WITH("n1", "server", FACTS(A("owner", "ana") "," A("state", "idle")) "," UNIT("b1", 1)) "," \
	WITH("n2", "server", UNIT("b1", 2)) "," S("p", "pdu") "," WITH("pool", "pool", "\"member\":[\"n1\"]")              \
	"],\"connection\":[" C("n1", "psu1", "p", "1") "," C("n2", "psu1", "p", "2") "]"

static void
t_a_dry_run_tells_every_difference_and_changes_nothing(void)
{
	static const char *const lines[] = {"+ n3: new server", "~ n1: owner ana -> bob", "+ n1: role = db", "- n1: without state idle",
	    "- p: disconnected p 1 - n1 psu1", "+ n2: in pool pool"};
	struct inv *i = fresh();
	struct inv_import_result r;
	int64_t g;

	T_INT(take(i, BEFORE, NULL), 0);
	g = inv_generation(i);
	T_INT(take_as(i,
	          ROOM("\"thing\":[" S("n3", "server") "," WITH("n1", "server", FACTS(A("owner", "bob") "," A("role", "db"))) ","
	          WITH("pool", "pool", "\"member\":[\"n1\",\"n2\"]") "],\"connection\":[" C("n3", "psu1", "p", "1") "]"),
	          (struct inv_import_ask){.dry_run = true}, &r),
	    0);
	for (size_t k = 0; k < LARCH_COUNT(lines); k++)
		T_OK(tells(&r, lines[k]));
	T_INT(r.n_lines, r.n_all);
	T_INT(r.added, 1);
	T_INT(r.changed, 1);
	T_INT(r.unchanged, 1);
	T_INT(r.connected, 1);
	T_INT(r.disconnected, 1);
	T_INT(r.pooled, 1);
	T_INT(r.edit, 0);
	T_INT(inv_generation(i), g);
	inv_close(i);
}

static void
t_more_lines_than_are_told_are_counted(void)
{
	struct inv *i = fresh();
	struct buf b = BUF(LIMIT_ROOM_FILE);
	struct inv_import_result r;

	buf_puts(&b, "{\"larch-room:room\":{\"thing\":[");
	for (int k = 0; k < LIMIT_IMPORT_LINES + 5; k++)
		buf_printf(&b, "%s{\"name\":\"n%d\",\"type\":\"server\"}", k == 0 ? "" : ",", k);
	buf_puts(&b, "]}}");
	T_INT(take_as(i, b.p, (struct inv_import_ask){.dry_run = true}, &r), 0);
	T_INT(r.n_lines, LIMIT_IMPORT_LINES);
	T_INT(r.n_all, LIMIT_IMPORT_LINES + 5);
	buf_free(&b);
	inv_close(i);
}

static void
t_what_is_not_named_stays_and_goes_when_pruned(void)
{
	static const char smaller[] = ROOM("\"thing\":[" S("b1", "rack") "," WITH("n1", "server", FACTS(A("owner", "ana")))
	    "," S("p", "pdu") "]");
	struct inv *i = fresh(), *j = fresh();
	struct inv_import_result r;
	struct arena *a = arena_create();
	struct inv_thing t;

	T_INT(take(i, BEFORE, NULL), 0);
	T_INT(take_as(i, smaller, (struct inv_import_ask){0}, &r), 0);
	T_INT(r.removed + r.disconnected + r.placed + r.pooled, 0);
	T_INT(inv_get(i, "n2", a, &t, &e), 0);
	T_INT(take_as(i, smaller, (struct inv_import_ask){.prune = true, .dry_run = true}, &r), 0);
	T_OK(tells(&r, "- n2: removed server"));
	T_OK(tells(&r, "- n1: taken out of b1 unit 1"));
	T_INT(r.removed, 2);
	T_INT(r.disconnected, 2);
	T_INT(inv_get(i, "n2", a, &t, &e), 0);
	T_INT(take_as(i, smaller, (struct inv_import_ask){.prune = true}, &r), 0);
	T_INT(inv_get(i, "n2", a, &t, &e), -1);
	T_INT(take_as(j, smaller, (struct inv_import_ask){0}, &r), 0);
	T_STR(exported(i), exported(j));
	arena_destroy(a);
	inv_close(i);
	inv_close(j);
}

static void
t_things_that_hold_each_other_are_pruned_together(void)
{
	struct inv *i = fresh();
	struct inv_import_result r;

	T_INT(take(i, NASTY, NULL), 0);
	T_INT(take_as(i, ROOM("\"thing\":[" S("only", "server") "]"), (struct inv_import_ask){.prune = true}, &r), 0);
	T_INT(r.removed, 11);
	T_INT(r.added, 1);
	T_STR(exported(i), "{\"larch-room:room\":{\n\"thing\":[\n{\"name\":\"only\",\"type\":\"server\"}\n],\n\"connection\":[\n]}}\n");
	inv_close(i);
}

static void
t_two_things_change_places_in_one_import(void)
{
	struct inv *i = fresh();
	struct inv_import_result r;
	struct arena *a = arena_create();
	struct inv_rack rack;

	T_INT(take(i, BEFORE, NULL), 0);
	T_INT(take_as(i, ROOM("\"thing\":[" WITH("n1", "server", UNIT("b1", 2)) "," WITH("n2", "server", UNIT("b1", 1)) "]"),
	          (struct inv_import_ask){0}, &r),
	    0);
	T_INT(r.placed, 2);
	T_INT(inv_rack(i, "b1", a, &rack, &e), 0);
	T_STR(rack.front[2]->thing, "n1");
	T_STR(rack.front[1]->thing, "n2");
	arena_destroy(a);
	inv_close(i);
}

static void
t_every_import_can_be_undone_to_the_byte(void)
{
	static const char *const steps[] = {ROOM(BEFORE), ROOM(NASTY),
	    ROOM("\"thing\":[" WITH("n2", "server", UNIT("b1", 1)) "," WITH("n1", "switch", FACTS(A("owner", "bob")) "," UNIT("b1", 3))
	         "],\"connection\":[" C("n1", "psu1", "p", "2") "]"),
	    ROOM("\"thing\":[" S("only", "server") "]"), ROOM(NASTY)};
	const char *path = arena_strdup(told == NULL ? (told = arena_create()) : told, fresh_path()), *was[LARCH_COUNT(steps)];
	int64_t at[LARCH_COUNT(steps)];
	struct inv *i = NULL, *then = NULL;
	struct inv_import_result r;

	T_INT(inv_open(path, &i, &e), 0);
	for (size_t k = 0; k < LARCH_COUNT(steps); k++) {
		T_INT(take_as(i, steps[k], (struct inv_import_ask){.prune = k == 3}, &r), 0);
		T_OK(r.edit > 0);
		was[k] = exported(i);
		at[k] = times_now();
		while (times_now() <= at[k]) /* edits are told apart by their milliseconds */
			;
	}
	for (size_t k = 0; k < LARCH_COUNT(steps); k++) {
		T_INT(inv_open_at(path, at[k], &then, &e), 0);
		T_STR(exported(then), was[k]);
		inv_close(then);
	}
	inv_close(i);
}

static void
t_a_type_that_nobody_described_is_noted(void)
{
	struct inv *i = fresh_typed();
	struct inv_import_result r;

	T_INT(take_as(i, ROOM("\"thing\":[" S("a", "gizmo") "," S("b", "server") "," S("c", "gizmo") "," S("d", "gizmo2") "]"),
	          (struct inv_import_ask){0}, &r),
	    0);
	T_INT(r.added, 4);
	T_INT(r.n_notes, 2);
	T_STR(r.notes[0], "type gizmo is not in types.json");
	T_STR(r.notes[1], "type gizmo2 is not in types.json");
	inv_close(i);
}

static void
t_what_an_edit_takes_as_text_a_file_takes_too(void)
{
	static const struct {
		const char *text;
		bool line;
	} rows[] = {{"\xef\xbf\xbd", true}, {"\xef\xb7\xaf", false}, {"\xef\xbf\xbe", false}, {"\xf0\x9f\xbf\xbf", false},
	    {"\xe2\x80\xae", false}, {"\xee\x80\x80", true}, {"\xf0\x9f\x94\x8c", true}};
	struct inv *i = fresh();
	struct inv_import_result r;
	struct arena *a = arena_create();

	for (size_t k = 0; k < LARCH_COUNT(rows); k++) {
		const char *file = arena_printf(a, ROOM("\"thing\":[{\"name\":\"n%zu\",\"type\":\"server\",\"attribute\":["
		                                        "{\"key\":\"k\",\"value\":\"%s\"}]}]"), k, rows[k].text);

		T_INT(inv_is_line(str_of(rows[k].text)), rows[k].line);
		T_INT(take_as(i, file, (struct inv_import_ask){0}, &r), rows[k].line ? 0 : -1);
	}
	arena_destroy(a);
	inv_close(i);
}

/* Each row: what is sent, and what the sentence says. */
static const struct {
	const char *inside, *says;
} refusals[] = {
    {"\"thing\":[" WITH("x", "server", IN("nowhere")) "]", "thing \"x\": "},
    {"\"thing\":[" WITH("x", "server", IN("nowhere")) "]", "\"nowhere\""},
    {"\"thing\":[" WITH("x", "server", IN("x")) "]", "thing \"x\": "},
    {"\"thing\":[" WITH("x", "cage", IN("y")) "," WITH("y", "cage", IN("x")) "]", "inside"},
    {"\"thing\":[" S("r", "rack") "," WITH("x", "server", UNIT("r", 3)) "," WITH("y", "server", UNIT("r", 3)) "]", "thing \"y\": "},
    {"\"thing\":[" S("r", "rack") "," WITH("x", "server", UNIT("r", 100) ) "," WITH("y", "server",
        "\"place\":{\"container\":\"r\",\"unit\":100,\"height\":9}") "]", "thing \"y\": "},
    {"\"thing\":[" WITH("x", "server", "\"place\":{\"container\":\"x\",\"unit\":3,\"side\":\"left\"}") "]", "not both"},
    {"\"thing\":[" WITH("x", "server", "\"place\":{\"container\":\"x\",\"face\":\"rear\"}") "]", "face"},
    {"\"thing\":[" WITH("x", "server", "\"place\":{\"unit\":3}") "]", "container"},
    {"\"thing\":[" S("y", "server") "," WITH("x", "server", "\"member\":[\"y\"]") "]", "pool"},
    {"\"thing\":[" WITH("x", "pool", "\"member\":[\"y\"]") "]", "\"y\""},
    {"\"thing\":[" WITH("x", "pool", "\"member\":[\"y\"]") "," WITH("y", "pool", "\"member\":[\"x\"]") "]", "thing \"y\": "},
    {"\"thing\":[" WITH("x", "server", FACTS("{\"key\":\"a\",\"kind\":\"relation\",\"value\":\"y\"}")) "]", "\"y\""},
    {"\"thing\":[" WITH("x", "server", FACTS("{\"key\":\"a\",\"kind\":\"integer\",\"value\":\"1.5\"}")) "]", "1.5"},
    {"\"thing\":[" WITH("x", "server", FACTS("{\"key\":\"a\",\"kind\":\"date\",\"value\":\"2027-02-30\"}")) "]", "2027-02-30"},
    {"\"thing\":[" WITH("x", "server", FACTS("{\"key\":\"a\",\"kind\":\"json\",\"value\":\"{\"}")) "]", "thing \"x\": "},
    {"\"thing\":[" WITH("x", "server", FACTS("{\"key\":\"a\",\"kind\":\"colour\",\"value\":\"red\"}")) "]", "colour"},
    {"\"thing\":[" WITH("x", "server", FACTS("{\"key\":\"a\",\"subkey\":\"two words\",\"value\":\"v\"}")) "]", "two words"},
    {"\"thing\":[" WITH("x", "server", "\"port\":[{\"name\":\"p\",\"plug\":\"two words\"}]") "]", "two words"},
    {"\"thing\":[" S("x", "server") "," S("y", "pdu") "],\"connection\":[" C("x", "eth0", "y", "7") "]", "connection 1: "},
};

static void
t_a_bad_file_is_refused_with_its_thing_and_changes_nothing(void)
{
	struct inv *i = fresh();
	struct inv_import_result r;
	const char *before;

	T_INT(take(i, BEFORE, NULL), 0);
	before = exported(i);
	for (size_t k = 0; k < LARCH_COUNT(refusals); k++) {
		T_INT(take(i, refusals[k].inside, &r), -1);
		T_INT(e.kind, ERR_INPUT);
		if (!T_ERR(e, refusals[k].says))
			printf("# %s\n", refusals[k].inside);
		T_OK(r.added == 0 && r.edit == 0);
	}
	T_STR(exported(i), before);
	inv_close(i);
}

T_MAIN(T(t_a_room_that_is_exported_and_imported_is_the_same_bytes), T(t_an_empty_room_is_a_file_too),
    T(t_a_dry_run_tells_every_difference_and_changes_nothing), T(t_more_lines_than_are_told_are_counted),
    T(t_what_is_not_named_stays_and_goes_when_pruned), T(t_things_that_hold_each_other_are_pruned_together),
    T(t_two_things_change_places_in_one_import), T(t_every_import_can_be_undone_to_the_byte),
    T(t_a_type_that_nobody_described_is_noted),
    T(t_what_an_edit_takes_as_text_a_file_takes_too), T(t_a_bad_file_is_refused_with_its_thing_and_changes_nothing))
