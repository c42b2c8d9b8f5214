/* SPDX-License-Identifier: Apache-2.0 */
/* What a key may do, verb by verb and thing by thing; that it makes none that may more; when it was used. */
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "auth/desk.h"
#include "auth/used.h"
#include "modules.h"

#define HOUR INT64_C(3600000)

static struct arena *arena;
static const struct auth_from here = {.address = {"192.0.2.7", 9}, .agent = {"curl", 4}, .how = "api"};

static const char *
file_in(const char *name)
{
	return arena_printf(arena, "%s/%s", t_folder(), name);
}

static struct auth_desk *
open_desk(struct store **reader)
{
	struct auth_desk_conf conf = {.session_ms = HOUR, .group_recheck_ms = HOUR};
	struct auth_desk *d = NULL;
	struct err e = {0};

	if (arena == NULL)
		arena = arena_create();
	conf.auth_db = file_in("auth.db");
	conf.sessions_db = file_in("sessions.db");
	if (!T_OK(auth_desk_open(&conf, &d, &e) == 0) || !T_OK(auth_reader_open(conf.sessions_db, reader, &e) == 0))
		exit(1);
	return d;
}

static struct auth_person
ana(void)
{
	static const char *groups[] = {"g"};

	return (struct auth_person){.name = "ana", .display = "Ana", .groups = groups, .n_groups = 1,
	    .source = AUTH_SESSION, .id = "0123456789abcdef"};
}

static int
make(struct auth_desk *d, const struct auth_person *who, const char *scope, const char *things, char bearer[AUTH_BEARER_TEXT], struct err *e)
{
	const char *words[AUTH_VERB_COUNT + 2];
	struct auth_key_wish w = {.title = STR("k"), .lifetime_ms = 60000, .scope = words, .things = str_of(things)};
	struct str rest = str_of(scope);

	while (rest.p != NULL) {
		struct str word = str_cut(&rest, ',');

		words[w.n_scope++] = arena_strndup(arena, word.p, word.n);
	}
	return auth_desk_key_make(d, who, &w, &here, bearer, e);
}

/* The person that a key of these things is. */
static struct auth_person
key_of(struct auth_desk *d, struct store *reader, const struct auth_person *who, const char *scope, const char *things)
{
	char bearer[AUTH_BEARER_TEXT];
	struct auth_person key = {.source = AUTH_NOBODY};
	struct err e = {0};

	if (!T_OK(make(d, who, scope, things, bearer, &e) == 0) || !T_OK(auth_key_find(reader, str_of(bearer), arena, &key, &e) == 0))
		T_STR(e.text, "");
	return key;
}

/* "owner:ana" is what begins with "n000". */
static int
match(void *ctx, const char *query, const char *thing, struct err *e)
{
	(void)ctx;
	if (strcmp(query, "owner:ana") != 0)
		return err_set(e, ERR_INPUT, "'%s' is not a query", query);
	return strncmp(thing, "n000", 4) == 0;
}

static bool
may(const struct auth_policy *p, const struct auth_person *who, const char *verb, const char *thing)
{
	char name[LIMIT_NAME];
	char *names[] = {name};
	struct hosts things = {.name = names, .n = 1};
	struct auth_ask ask = {.who = who, .verb = verb, .things = &things, .match = match, .arena = arena};
	struct permit *permit = NULL;
	struct err e = {0};
	enum auth_verb v;
	uint32_t bits = 0;
	bool is;

	(void)snprintf(name, sizeof(name), "%s", thing);
	is = auth_may(p, &ask, &permit, &e) == 0;
	T_OK(is == (permit != NULL));
	/* a page's buttons say the same */
	T_OK(auth_verb_find(str_of(verb), &v) == 0 && auth_verbs_on(p, &ask, thing, &bits, &e) == 0);
	T_OK(((bits & 1u << v) != 0) == is);
	return is;
}

/* One role that may do every verb to every thing. */
static struct auth_policy *
everything(void)
{
	const char *path = file_in("policy.json");
	struct buf text = BUF(4096);
	struct auth_policy *p = NULL;
	struct err e = {0};

	buf_puts(&text, "{\"larch-policy:policy\":{\"roles\":[{\"name\":\"all\",\"groups\":[\"g\"],\"hosts\":\"@*\",\"at_once\":9,\"per_hour\":9,\"verbs\":[");
	for (int v = 0; v < AUTH_VERB_COUNT; v++)
		buf_printf(&text, "%s\"%s\"", v > 0 ? "," : "", auth_verb_name((enum auth_verb)v));
	buf_puts(&text, "]}]}}");
	if (!T_OK(file_publish(path, buf_view(&text), 0600, &e) == 0) || !T_OK(auth_policy_load(path, modules(), &p, &e) == 0))
		exit(1);
	buf_free(&text);
	return p;
}

static void
t_each_verb_inside_and_outside_of_the_keys_things(void)
{
	struct store *reader = NULL;
	struct auth_desk *d = open_desk(&reader);
	struct auth_person who = ana(), by_list, by_query, of_all;
	struct auth_policy *p = everything();
	struct err e = {0};

	for (int v = 0; v < AUTH_VERB_COUNT; v++) {
		const char *verb = auth_verb_name((enum auth_verb)v), *other = auth_verb_name((enum auth_verb)((v + 1) % AUTH_VERB_COUNT));
		bool of_inventory = v == AUTH_EDIT || v == AUTH_WIRE || v == AUTH_CLAIM;
		char bearer[AUTH_BEARER_TEXT];

		who.name = verb; /* nobody has so many keys */
		of_all = key_of(d, reader, &who, verb, "");
		T_OK(may(p, &of_all, verb, "n0001") && may(p, &of_all, verb, "n0099") && !may(p, &of_all, other, "n0001"));
		if (v == AUTH_IMPORT) {
			T_OK(make(d, &who, verb, "n0001", bearer, &e) != 0);
			T_ERR(e, "'import' is about every thing");
			T_OK(auth_may_some(p, &of_all, verb, &e) == 0);
			of_all.things = "n0001"; /* as a row might say that nobody here has made */
			T_OK(auth_may_some(p, &of_all, verb, &e) != 0);
			continue;
		}
		by_list = key_of(d, reader, &who, verb, "n[0001-0002],gw1");
		T_OK(may(p, &by_list, verb, "n0001") && may(p, &by_list, verb, "gw1"));
		T_OK(!may(p, &by_list, verb, "n0003") && !may(p, &by_list, verb, "N0001") && !may(p, &by_list, verb, "n001"));
		T_OK(!may(p, &by_list, other, "n0001"));
		if (of_inventory) {
			T_OK(make(d, &who, verb, "owner:ana", bearer, &e) != 0);
			T_ERR(e, "could change what the query finds");
			continue;
		}
		by_query = key_of(d, reader, &who, verb, "owner:ana");
		T_OK(may(p, &by_query, verb, "n0001") && !may(p, &by_query, verb, "n0099"));
	}
	auth_policy_destroy(p);
	store_close(reader);
	auth_desk_close(d);
}

static void
t_a_key_makes_none_that_reaches_more_and_ends_none(void)
{
	static const struct {
		const char *own, *wished, *refusal; /* NULL: made, and its things are those of `gets` */
		const char *gets;
	} rows[] = {
	    {"n[0001-0004]", "n0001", NULL, "n0001"},
	    {"n[0001-0004]", "n[0001-0004]", NULL, "n[0001-0004]"},
	    {"n[0001-0004]", "n0004,n0001", NULL, "n[0001,0004]"},
	    {"n[0001-0004]", "", NULL, "n[0001-0004]"},
	    {"n[0001-0004]", "n[0001-0005]", "reaches more", NULL},
	    {"n[0001-0004]", "@*", "reaches more", NULL},
	    {"n[0001-0004]", "owner:ana", "reaches more", NULL},
	    {"owner:ana", "owner:ana", NULL, "owner:ana"},
	    {"owner:ana", "", NULL, "owner:ana"},
	    {"owner:ana", "n0001", "reaches more", NULL},
	    {"owner:ana", "owner:ana or owner:ben", "reaches more", NULL},
	    {"n0001", "n0001!n0001", "selects nothing", NULL},
	    {"n0001", "n[", "A key's things", NULL},
	    {"n0001", "n0001\x1b[2J", "A key's things", NULL},
	};
	struct store *reader = NULL;
	struct auth_desk *d = open_desk(&reader);
	struct auth_person who = ana(), key, wide, made;
	char bearer[AUTH_BEARER_TEXT];
	struct err e = {0};

	who.name = "ben";
	wide = key_of(d, reader, &who, "cycle", "");
	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		key = key_of(d, reader, &who, "cycle,on", rows[i].own);
		key.expires_at += HOUR; /* how long it lives is not what is asked here */
		if (rows[i].refusal != NULL) {
			T_OK(make(d, &key, "cycle", rows[i].wished, bearer, &e) != 0 && bearer[0] == '\0');
			T_ERR(e, rows[i].refusal);
		} else if (T_OK(make(d, &key, "cycle", rows[i].wished, bearer, &e) == 0)) {
			T_OK(auth_key_find(reader, str_of(bearer), arena, &made, &e) == 0);
			T_STR(made.things, rows[i].gets);
			T_OK(auth_desk_key_end(d, &key, str_of(made.id), &here, &e) == 0);
		}
		T_OK(auth_desk_key_end(d, &key, str_of(wide.id), &here, &e) != 0);
		T_ERR(e, "cannot end one that reaches more");
		T_OK(auth_desk_key_end(d, &key, str_of(key.id), &here, &e) == 0);
	}
	store_close(reader);
	auth_desk_close(d);
}

/* ---- when ------------------------------------------------------------------------------------- */

#define K1 "0123456789abcdef"
#define K2 "fedcba9876543210"

static int64_t
said(const char *const *paths, size_t n, const char *id)
{
	struct auth_used_list l;

	auth_used_read(paths, n, arena, &l);
	return auth_used_at(&l, id);
}

static void
t_use_is_kept_to_the_hour_and_written_once_in_it(void)
{
	const char *a = file_in("used/power/keys"), *b = file_in("used/pages/keys"), *none = file_in("used/none/keys");
	const char *const paths[] = {a, b, none};
	struct auth_used *u = auth_used_open(a), *v = auth_used_open(b);
	struct stat before, after;

	T_INT(said(paths, 3, K1), 0);
	auth_used_note(u, K1, 100 * HOUR + 7);
	T_INT(said(paths, 3, K1), 100 * HOUR);
	T_INT(stat(a, &before), 0);
	T_INT(before.st_mode & 0777, 0640);
	auth_used_note(u, K1, 101 * HOUR - 1);
	auth_used_note(u, K1, 90 * HOUR); /* a clock that was put back */
	T_OK(stat(a, &after) == 0 && after.st_ino == before.st_ino);
	auth_used_note(v, K1, 102 * HOUR);
	auth_used_note(v, K2, 3 * HOUR);
	T_INT(said(paths, 3, K1), 102 * HOUR);
	T_INT(said(paths, 1, K1), 100 * HOUR);
	T_INT(said(paths, 3, K2), 3 * HOUR);
	auth_used_note(u, "../../etc/passwd", 5 * HOUR);
	auth_used_note(NULL, K1, 5 * HOUR);
	auth_used_close(u);
	u = auth_used_open(a); /* started again */
	auth_used_note(u, K2, 4 * HOUR);
	T_INT(said(paths, 1, K1), 100 * HOUR);
	T_INT(said(paths, 1, K2), 4 * HOUR);
	auth_used_close(u);
	auth_used_close(v);
}

static void
t_a_file_of_rubbish_says_what_it_can(void)
{
	const char *path = file_in("rubbish");
	struct err e = {0};

	T_INT(file_publish(path, STR("\n\n" K1 " 7\n" K1 " 5\n" K2 " -3\n" K2 " 99999999999999999999\nkey 9\n" K2 "x 8\n"
	    "0123456789ABCDEF 9\n" K2 " 12 \n" K2), 0600, &e), 0);
	T_INT(said(&path, 1, K1), 7 * HOUR);
	T_INT(said(&path, 1, K2), 0);
}

static void
t_no_more_keys_than_there_is_room_for_and_the_oldest_goes(void)
{
	struct auth_used_list l = {.row = calloc(LIMIT_KEYS_USED, sizeof(*l.row))};
	struct buf text = BUF(1 << 20);

	for (int i = 0; i < LIMIT_KEYS_USED + 2; i++)
		buf_printf(&text, "%016x %d\n", i, i + 1);
	auth_used_parse(buf_view(&text), &l);
	T_INT(l.n, LIMIT_KEYS_USED);
	T_INT(auth_used_at(&l, "0000000000000001"), 0);
	T_INT(auth_used_at(&l, "0000000000000002"), 3 * HOUR);
	T_INT(auth_used_at(&l, "0000000000001001"), (LIMIT_KEYS_USED + 2) * HOUR);
	buf_free(&text);
	free(l.row);
}

static void *
use(void *ctx)
{
	for (int i = 0; i < 200; i++) {
		char id[AUTH_ID_TEXT];

		(void)snprintf(id, sizeof(id), "%016x", i % 16);
		auth_used_note(ctx, id, (int64_t)(1 + i / 100) * HOUR);
	}
	return NULL;
}

static void
t_threads_share_one(void)
{
	const char *path = file_in("used/threads/keys");
	struct auth_used *u = auth_used_open(path);
	pthread_t t[4];

	for (size_t i = 0; i < LARCH_COUNT(t); i++)
		T_INT(pthread_create(&t[i], NULL, use, u), 0);
	for (size_t i = 0; i < LARCH_COUNT(t); i++)
		T_INT(pthread_join(t[i], NULL), 0);
	for (int i = 0; i < 16; i++)
		T_INT(said(&path, 1, arena_printf(arena, "%016x", i)), 2 * HOUR);
	auth_used_close(u);
	auth_used_close(NULL);
	arena_destroy(arena);
}

T_MAIN(T(t_each_verb_inside_and_outside_of_the_keys_things), T(t_a_key_makes_none_that_reaches_more_and_ends_none),
    T(t_use_is_kept_to_the_hour_and_written_once_in_it), T(t_a_file_of_rubbish_says_what_it_can),
    T(t_no_more_keys_than_there_is_room_for_and_the_oldest_goes), T(t_threads_share_one))
