/* SPDX-License-Identifier: Apache-2.0 */
/*
 * slurm-probe: lib/probe's questions to Slurm by themselves, for tests and for looking at a cluster by hand.
 *
 *	slurm-probe SINFO SQUEUE INTERVAL LIMIT
 *
 * INTERVAL and LIMIT as "500ms" or "20s". Prints a JSON object a line, as things come:
 *	{"part":"nodes","values":[{"thing","check","level","text","detail","number","data"}],"groups":[{"name","members"}]}
 *	{"part":"jobs","values":[...]}
 *	{"notice":TEXT,"there":true|false}   when the notice, or whether there is a Slurm, is another one
 * Reads "ask" lines, each of which asks at once, and stops at the end of its input.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/probe_slurm.h"

struct tool {
	uv_loop_t loop;
	uv_timer_t timer;
	uv_pipe_t input;
	struct conf conf;
	struct probe_slurm *slurm;
	char notice[4096];
	bool there, said;
};

static void
print(json_t *o)
{
	struct buf b = BUF(64u << 20);

	jsn_canonical(o, &b);
	buf_char(&b, '\n');
	fwrite(b.p, 1, b.n, stdout);
	fflush(stdout);
	buf_free(&b);
	json_decref(o);
}

static json_t *
value(const struct status_value *v)
{
	json_t *o = json_object(), *data = NULL;
	struct err e;

	jsn_set_text(o, "thing", v->thing);
	jsn_set_text(o, "check", v->check);
	jsn_set_text(o, "level", status_level_name(v->level));
	jsn_set_text(o, "text", v->text);
	jsn_set_text(o, "detail", v->detail);
	jsn_set(o, "number", isnan(v->number) ? json_null() : json_real(v->number));
	if (v->data != NULL)
		data = jsn_parse(str_of(v->data), "data", &e);
	jsn_set(o, "data", data == NULL ? json_null() : data);
	return o;
}

static json_t *
groups(const struct slurm_room *room, struct arena *a)
{
	json_t *list = json_array();
	struct status_group *g;
	size_t n;

	slurm_groups(&room->nodes, room->nodes_at, a, &g, &n);
	for (size_t i = 0; i < n; i++) {
		json_t *o = json_object();

		jsn_set_text(o, "name", g[i].name);
		jsn_set_text(o, "members", g[i].members);
		jsn_add(list, o);
	}
	return list;
}

static void
seen(void *ctx, const struct slurm_room *room, enum slurm_part which)
{
	struct arena *a = arena_create();
	json_t *o = json_object(), *list = json_array();
	struct status_value *v;
	size_t n;

	(void)ctx;
	probe_slurm_values(room, which, a, &v, &n);
	for (size_t i = 0; i < n; i++)
		jsn_add(list, value(&v[i]));
	jsn_set_text(o, "part", which == SLURM_NODES ? "nodes" : "jobs");
	jsn_set(o, "values", list);
	if (which == SLURM_NODES)
		jsn_set(o, "groups", groups(room, a));
	print(o);
	arena_destroy(a);
}

/* The part of a notice that says when the next try is counts down: what stands before it is the news. */
static void
look(uv_timer_t *t)
{
	struct tool *x = t->data;
	struct arena *a = arena_create();
	const char *now = probe_slurm_notice(x->slurm, a), *next = strstr(now, "; next try in");
	bool there = probe_slurm_is_there(x->slurm);
	size_t n = next == NULL ? strlen(now) : (size_t)(next - now);

	if (!x->said || there != x->there || strncmp(x->notice, now, n) != 0 || x->notice[n] != '\0') {
		json_t *o = json_object();

		snprintf(x->notice, sizeof(x->notice), "%.*s", (int)n, now);
		x->there = there;
		x->said = true;
		jsn_set_text(o, "notice", now);
		jsn_set(o, "there", json_boolean(there));
		print(o);
	}
	arena_destroy(a);
}

static void
space(uv_handle_t *h, size_t wanted, uv_buf_t *out)
{
	static char line[256];

	(void)h;
	(void)wanted;
	*out = uv_buf_init(line, sizeof(line));
}

static void
told(uv_stream_t *s, ssize_t n, const uv_buf_t *b)
{
	struct tool *x = s->data;

	(void)b;
	if (n > 0) {
		probe_slurm_ask(x->slurm);
	} else if (n < 0) {
		probe_slurm_destroy(x->slurm);
		uv_close((uv_handle_t *)&x->timer, NULL);
		uv_close((uv_handle_t *)&x->input, NULL);
	}
}

int
main(int argc, char **argv)
{
	static struct tool x;
	struct conf_check check = {.name = "slurm", .warn = NAN, .critical = NAN};
	struct err e;

	log_name("slurm-probe");
	if (argc != 5 || times_duration(str_of(argv[3]), &check.interval_ms, &e) != 0 ||
	    times_duration(str_of(argv[4]), &check.limit_ms, &e) != 0) {
		fputs("usage: slurm-probe SINFO SQUEUE INTERVAL LIMIT\n", stderr);
		return 2;
	}
	x.conf.status = (struct conf_status){.sinfo = argv[1], .squeue = argv[2], .checks = &check, .n_checks = 1};
	uv_loop_init(&x.loop);
	uv_pipe_init(&x.loop, &x.input, 0);
	x.input.data = &x;
	if (uv_pipe_open(&x.input, 0) != 0)
		return 2;
	uv_read_start((uv_stream_t *)&x.input, space, told);
	x.slurm = probe_slurm_create(&x.loop, &x.conf, seen, &x);
	uv_timer_init(&x.loop, &x.timer);
	x.timer.data = &x;
	uv_timer_start(&x.timer, look, 20, 20);
	uv_run(&x.loop, UV_RUN_DEFAULT);
	return 0; /* what was killed may not be reaped yet: init does that */
}
