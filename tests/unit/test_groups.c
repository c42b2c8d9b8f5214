/* SPDX-License-Identifier: Apache-2.0 */
/* Files of groups, honest and hostile; and the reading of them, from real files. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probe/groups.h"
#include "t.h"

/* Folded groups as "name=members name=members", or the error's sentence. */
static const char *
genders(const char *text)
{
	static struct buf out = {.max = 1u << 20};
	struct arena *a = arena_create();
	struct groups g;
	struct status_group *f;
	struct err e = {0};
	size_t n, dropped;

	buf_clear(&out);
	groups_init(&g, a);
	if (groups_parse_genders(&g, str_of(text), &e) != 0) {
		T_INT(g.n, 0);
		buf_printf(&out, "! %s", e.text);
	}
	groups_fold(&g, "genders", 1, &f, &n, &dropped);
	for (size_t i = 0; i < n; i++)
		buf_printf(&out, "%s%s: %s", i > 0 ? "; " : "", f[i].name, f[i].members);
	groups_finish(&g);
	arena_destroy(a);
	return out.n > 0 ? out.p : "";
}

static const char *
list(const char *name, const char *text)
{
	static struct buf out = {.max = 1u << 20};
	struct arena *a = arena_create();
	struct groups g;
	struct status_group *f;
	struct err e = {0};
	size_t n, dropped;

	buf_clear(&out);
	groups_init(&g, a);
	if (groups_parse_list(&g, name, str_of(text), &e) != 0) {
		T_INT(g.n, 0);
		buf_printf(&out, "! %s", e.text);
	}
	groups_fold(&g, "dsh", 1, &f, &n, &dropped);
	for (size_t i = 0; i < n; i++)
		buf_printf(&out, "%s%s: %s", i > 0 ? "; " : "", f[i].name, f[i].members);
	groups_finish(&g);
	arena_destroy(a);
	return out.n > 0 ? out.p : "";
}

/* ---- genders ------------------------------------------------------------------------------ */

static void
t_attributes_and_their_values_are_groups(void)
{
	T_STR(genders("# the room\nn[1-3],gw\tcompute,rack=b07,all\nn4 compute,rack=b08 # new\n\n  n1   login\r\nn9\n"),
	    "all: gw,n[1-3]; compute: gw,n[1-4]; login: n1; rack: gw,n[1-4]; rack=b07: gw,n[1-3]; rack=b08: n4");
	T_STR(genders(""), "");
	T_STR(genders("# nothing\n"), "");
}

static void
t_groups_that_no_list_could_ask_for_are_left_out(void)
{
	T_STR(genders("n1 a,addr=10.0.0.%n,url=http://x,b=,c=$(reboot),<script>,x=y=z,@all,-x"),
	    "a: n1; addr: n1; b: n1; c: n1; url: n1; x: n1");
}

static void
t_genders_that_are_not_understood_are_refused_with_the_line(void)
{
	T_STR(genders("n1 a\nn[3-1] a\n"), "! line 2: host list, column 3: the range 3-1 runs backwards; write the smaller number first");
	T_STR(genders("n1 a, b\n"), "! line 1: a blank among the attributes; put commas between them, and no blanks");
	T_STR(genders("n1 a,,b\n"), "! line 1: an attribute without a name");
	T_STR(genders("n1 =b\n"), "! line 1: an attribute without a name");
	T_STR(genders("n1 a\n\nn[1-3]!n2 a\n"), "! line 3: '!' has no place among the nodes of a group");
	T_STR(genders("@all a\n"), "! line 1: '@' has no place among the nodes of a group");
	T_STR(genders("$(reboot) a\n"), "! line 1: host list, column 1: '$' has no place in a name");
	T_STR(genders("n[1-99999] a\n"), "! line 1: host list, column 1: stands for more than 65536 names, the most a list can hold");
}

static void
t_genders_that_unfold_to_too_much_are_refused(void)
{
	struct buf text = BUF(1u << 20);

	for (int i = 0; i < 10; i++)
		buf_puts(&text, "n[00001-65536] a\n");
	T_OK(strstr(genders(text.p), "! line 9: more than 524288 nodes in groups") != NULL);
	buf_clear(&text);
	buf_puts(&text, "n[00001-65536] a");
	for (int i = 0; i < 10; i++)
		buf_printf(&text, ",b%d", i);
	T_OK(strstr(genders(text.p), "! line 1: more than 524288 nodes in groups") != NULL);
	buf_free(&text);
}

/* ---- a file a group -------------------------------------------------------------------------- */

static void
t_a_file_is_a_group(void)
{
	T_STR(list("savio3", "n1\nn2  # broken\n\n#n3\nn[4-5],n9\r\n"), "savio3: n[1-2,4-5,9]");
	T_STR(list("rack=b07", "n1"), "rack=b07: n1");
	T_STR(list("empty", "# nobody\n\n"), "");
	T_STR(list("empty", ""), "");
}

static void
t_a_file_that_is_not_understood_is_refused_with_the_line(void)
{
	T_STR(list("g", "n1\n#include other\n"), "! line 2: other files are not included; write the nodes here");
	T_STR(list("g", "n1\n@all\n"), "! line 2: '@' has no place among the nodes of a group");
	T_STR(list("g", "n1\nn 2\n"), "! host list, line 2, column 2: a blank inside a name; put a comma between names");
	T_STR(list("g", "\x7f" "ELF\x01\n"), "! host list, line 1, column 1: the byte 0x7f has no place in a name");
	T_STR(list("$(reboot)", "n1\n"), "! '$(reboot)' is no name of a group");
	T_STR(list("a:b", "n1\n"), "! 'a:b' is no name of a group");
}

static void
t_what_was_refused_takes_nothing_from_the_others(void)
{
	struct arena *a = arena_create();
	struct groups g;
	struct err e;

	groups_init(&g, a);
	T_INT(groups_parse_list(&g, "one", STR("n1"), &e), 0);
	T_INT(groups_parse_list(&g, "two", STR("n[2-1]"), &e), -1);
	T_INT(groups_parse_genders(&g, STR("n1 a\nn2 b b\n"), &e), -1);
	T_INT(groups_parse_list(&g, "three", (struct str){"n3\0n4", 5}, &e), -1);
	T_INT(g.n, 1);
	groups_finish(&g);
	arena_destroy(a);
}

static void
t_more_groups_than_there_may_be_are_counted(void)
{
	struct arena *a = arena_create();
	struct groups g;
	struct status_group *f;
	struct err e;
	size_t n, dropped;
	char name[32];

	groups_init(&g, a);
	for (int i = 0; i < LIMIT_GROUPS + 5; i++) {
		snprintf(name, sizeof(name), "g%d", i);
		T_INT(groups_parse_list(&g, name, STR("n1"), &e), 0);
	}
	groups_fold(&g, "dsh", 1, &f, &n, &dropped);
	T_INT(n, LIMIT_GROUPS);
	T_INT(dropped, 5);
	groups_finish(&g);
	arena_destroy(a);
}

/* ---- reading ------------------------------------------------------------------------------------- */

struct site {
	uv_loop_t loop;
	struct conf conf;
	struct status *status;
	struct probe_groups *groups;
	char path[4][512];
};

static void
write_file(const char *folder, const char *name, const char *text)
{
	char path[700];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "we");
	T_OK(f != NULL && fputs(text, f) >= 0);
	fclose(f);
}

/* A site with its files in a folder of its own; nothing is in it yet. */
static void
site_open(struct site *s, const char *name)
{
	static const char *const parts[] = {"genders", "dsh", "pdsh", "status.db"};
	char folder[400];
	struct err e = {0};

	snprintf(folder, sizeof(folder), "%s/%s", t_folder(), name);
	T_INT(mkdir(folder, 0700), 0);
	for (size_t i = 0; i < 4; i++)
		snprintf(s->path[i], sizeof(s->path[i]), "%s/%s", folder, parts[i]);
	s->conf = (struct conf){.status = {.genders = s->path[0], .dsh_groups = s->path[1], .pdsh_groups = s->path[2]}};
	T_INT(status_open(s->path[3], &s->status, &e), 0);
	uv_loop_init(&s->loop);
}

/* Begin, or read again: until the worker is back. */
static void
site_read(struct site *s)
{
	int64_t before = status_generation(s->status);

	if (s->groups == NULL)
		s->groups = probe_groups_create(&s->loop, &s->conf, s->status);
	else
		probe_groups_set_conf(s->groups, &s->conf);
	for (int i = 0; i < 500 && status_generation(s->status) == before; i++) {
		uv_run(&s->loop, UV_RUN_NOWAIT);
		usleep(1000);
	}
}

static const char *
site_groups(struct site *s)
{
	static struct buf out = {.max = 1u << 16};
	struct arena *a = arena_create();
	struct status_group *g;
	struct err e = {0};
	size_t n;

	buf_clear(&out);
	T_INT(status_groups(s->status, a, &g, &n, &e), 0);
	for (size_t i = 0; i < n; i++)
		buf_printf(&out, "%s%s:%s %s", i > 0 ? "; " : "", g[i].source, g[i].name, g[i].members);
	arena_destroy(a);
	return out.n > 0 ? out.p : "";
}

static void
site_close(struct site *s)
{
	probe_groups_destroy(s->groups);
	uv_run(&s->loop, UV_RUN_DEFAULT);
	T_INT(uv_loop_close(&s->loop), 0);
	status_close(s->status);
}

static void
t_files_are_read_and_published(void)
{
	struct site s = {0};

	site_open(&s, "plain");
	write_file(t_folder(), "plain/genders", "n[1-4] compute\n");
	mkdir(s.path[1], 0700);
	write_file(s.path[1], "savio3", "n1\nn2\n");
	write_file(s.path[1], ".hidden", "n9\n");
	write_file(s.path[1], "savio3~", "n9\n");
	site_read(&s);
	T_STR(site_groups(&s), "dsh:savio3 n[1-2]; genders:compute n[1-4]");
	T_STR(probe_groups_notice(s.groups), "");
	write_file(s.path[1], "savio3", "n[1-3]\n");
	unlink(s.path[0]);
	site_read(&s);
	T_STR(site_groups(&s), "dsh:savio3 n[1-3]");
	site_close(&s);
}

static void
t_a_room_without_files_has_no_groups_and_no_notice(void)
{
	struct site s = {0};

	site_open(&s, "none");
	site_read(&s);
	T_STR(site_groups(&s), "");
	T_STR(probe_groups_notice(s.groups), "");
	site_close(&s);
}

static void
t_a_bad_file_is_named_and_the_others_go_on(void)
{
	struct site s = {0};
	char fifo[600], want[2048];

	site_open(&s, "bad");
	write_file(t_folder(), "bad/genders", "n[1-4 compute\n");
	mkdir(s.path[1], 0700);
	write_file(s.path[1], "good", "n1\n");
	write_file(s.path[1], "binary", "\177ELF\001\002\n");
	snprintf(fifo, sizeof(fifo), "%s/pipe", s.path[1]);
	T_INT(mkfifo(fifo, 0600), 0); /* nobody writes: reading it would wait for ever */
	site_read(&s);
	T_STR(site_groups(&s), "dsh:good n1");
	snprintf(want, sizeof(want), "%s: line 1: host list, column 2: the bracket is not closed", s.path[0]);
	T_OK(strstr(probe_groups_notice(s.groups), want) != NULL);
	snprintf(want, sizeof(want), "%s/binary: host list, line 1, column 1: the byte 0x7f has no place in a name", s.path[1]);
	T_OK(strstr(probe_groups_notice(s.groups), want) != NULL);
	snprintf(want, sizeof(want), "%s/pipe: not a regular file", s.path[1]);
	T_OK(strstr(probe_groups_notice(s.groups), want) != NULL);
	site_close(&s);
}

static void
t_genders_that_break_keep_what_they_said(void)
{
	struct site s = {0};

	site_open(&s, "breaks");
	write_file(t_folder(), "breaks/genders", "n1 a\n");
	mkdir(s.path[1], 0700);
	write_file(s.path[1], "g", "n1\n");
	site_read(&s);
	write_file(t_folder(), "breaks/genders", "n1 a b\n");
	write_file(s.path[1], "g", "n2\n");
	site_read(&s);
	T_STR(site_groups(&s), "dsh:g n2; genders:a n1");
	T_OK(probe_groups_notice(s.groups)[0] != '\0');
	site_close(&s);
}

static void
t_what_did_not_change_is_not_written(void)
{
	const struct status_group one = {"slurm", "p", "n[1-2]", 1};
	struct site s = {0};
	int64_t before;

	site_open(&s, "same");
	site_read(&s);
	probe_groups_put(s.groups, "slurm", &one, 1);
	T_STR(site_groups(&s), "slurm:p n[1-2]");
	before = status_generation(s.status);
	probe_groups_put(s.groups, "slurm", &one, 1);
	probe_groups_put(s.groups, "elsewhere", &one, 1);
	T_INT(status_generation(s.status), before);
	probe_groups_put(s.groups, "slurm", NULL, 0);
	T_STR(site_groups(&s), "");
	site_close(&s);
}

static void
t_one_that_goes_away_while_it_reads_is_released(void)
{
	struct site s = {0};

	site_open(&s, "leaves");
	s.groups = probe_groups_create(&s.loop, &s.conf, s.status);
	uv_run(&s.loop, UV_RUN_NOWAIT);
	site_close(&s);
}

T_MAIN(T(t_attributes_and_their_values_are_groups), T(t_groups_that_no_list_could_ask_for_are_left_out),
    T(t_genders_that_are_not_understood_are_refused_with_the_line), T(t_genders_that_unfold_to_too_much_are_refused),
    T(t_a_file_is_a_group), T(t_a_file_that_is_not_understood_is_refused_with_the_line),
    T(t_what_was_refused_takes_nothing_from_the_others), T(t_more_groups_than_there_may_be_are_counted),
    T(t_files_are_read_and_published), T(t_a_room_without_files_has_no_groups_and_no_notice),
    T(t_a_bad_file_is_named_and_the_others_go_on), T(t_genders_that_break_keep_what_they_said),
    T(t_what_did_not_change_is_not_written), T(t_one_that_goes_away_while_it_reads_is_released))
