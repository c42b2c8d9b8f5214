/* SPDX-License-Identifier: Apache-2.0 */
/*
 * login-probe: rounds of lib/probe/login.h from the command line, for tests, for the bench, and for looking at a node by
 * hand.
 *
 *	login-probe [-n ROUNDS] [-w] LARCH.JSON NAME[=ADDRESS]...
 *
 * Prints a line of JSON an answer: name, outcome, text, shared, values; and one a round: round, masters, ms, cpu (ms of this
 * process and its children). -w: waits for a line on standard input before each round but the first, and before the end.
 * Exit: 0 all answered, 1 it does not work at all, 2 usage.
 */
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "probe/login.h"

static const struct conf *conf;
static size_t open_questions;

static json_t *
value_json(const struct status_value *v)
{
	json_t *o = json_object();
	struct err e;

	jsn_set_text(o, "check", v->check);
	jsn_set_text(o, "level", status_level_name(v->level));
	jsn_set_text(o, "text", v->text);
	jsn_set_text(o, "detail", v->detail);
	jsn_set(o, "number", isnan(v->number) ? json_null() : json_real(v->number));
	jsn_set(o, "data", v->data == NULL ? json_null() : jsn_parse(str_of(v->data), "data", &e));
	return o;
}

static void
print(json_t *take)
{
	struct buf b = BUF(LIMIT_PAGE);

	jsn_canonical(take, &b);
	printf("%s\n", b.p);
	fflush(stdout);
	buf_free(&b);
	json_decref(take);
}

static void
answered(void *ctx, const struct login_answer *answer)
{
	struct arena *a = arena_create();
	json_t *o = json_object(), *values = json_array();
	struct status_value *v;
	size_t n;

	login_values(conf, ctx, answer, a, &v, &n);
	for (size_t i = 0; i < n; i++)
		jsn_add(values, value_json(&v[i]));
	jsn_set_text(o, "name", ctx);
	jsn_set_text(o, "outcome", login_outcome_name(answer->outcome));
	jsn_set_text(o, "text", answer->text);
	jsn_set(o, "shared", json_boolean(answer->shared));
	jsn_set(o, "values", values);
	print(o);
	arena_destroy(a);
	open_questions--;
}

static double
cpu_ms(void)
{
	double ms = 0;
	struct rusage r;

	for (int i = 0; i < 2; i++) {
		getrusage(i == 0 ? RUSAGE_SELF : RUSAGE_CHILDREN, &r);
		ms += (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) * 1e3 + (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e3;
	}
	return ms;
}

static void
ask_all(struct login *l, uv_loop_t *loop, char **names, int n)
{
	open_questions = (size_t)n;
	for (int i = 0; i < n; i++) {
		char *name = strdup(names[i]), *address = name == NULL ? NULL : strchr(name, '=');

		if (name == NULL)
			abort();
		if (address != NULL)
			*address++ = '\0';
		login_ask(l, name, address, answered, names[i]);
		free(name);
	}
	while (open_questions > 0)
		uv_run(loop, UV_RUN_ONCE);
}

static void
one_round(struct login *l, uv_loop_t *loop, char **names, int n, int round)
{
	int64_t began = times_boot();
	double cpu = cpu_ms();
	json_t *o = json_object();

	ask_all(l, loop, names, n);
	jsn_set(o, "cpu", json_real(cpu_ms() - cpu));
	jsn_set(o, "round", json_integer(round));
	jsn_set(o, "ms", json_integer(times_boot() - began));
	jsn_set(o, "masters", json_integer((json_int_t)login_count(l).masters));
	print(o);
}

static void
pause_for(bool wait)
{
	char line[8];

	if (wait)
		(void)!fgets(line, sizeof(line), stdin);
}

int
main(int argc, char **argv)
{
	uv_loop_t *loop = uv_default_loop();
	struct conf *read;
	struct login *l;
	int64_t rounds = 1;
	bool wait = false;
	struct err e;
	int c;

	while ((c = getopt(argc, argv, "n:w")) != -1)
		if (c == 'w')
			wait = true;
		else if (c != 'n' || str_int(str_of(optarg), 1, 1000, &rounds) != 0)
			optind = argc;
	if (argc - optind < 2) {
		fprintf(stderr, "usage: login-probe [-n ROUNDS] [-w] LARCH.JSON NAME[=ADDRESS]...\n");
		return 2;
	}
	if (conf_load(argv[optind], NULL, &read, &e) != 0) {
		fprintf(stderr, "login-probe: %s\n", e.text);
		return 1;
	}
	conf = read;
	login_create(loop, conf, &l);
	for (int i = 1; i <= rounds; i++) {
		one_round(l, loop, argv + optind + 1, argc - optind - 1, i);
		pause_for(wait);
	}
	login_destroy(l);
	while (uv_run(loop, UV_RUN_NOWAIT) != 0)
		;
	conf_destroy(read);
	return 0;
}
