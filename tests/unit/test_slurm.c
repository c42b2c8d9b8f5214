/* SPDX-License-Identifier: Apache-2.0 */
/* What sinfo and squeue print, honest and hostile. The honest lines are those of Slurm 22.05. */
#include <stdlib.h>
#include <time.h>

#include "probe/slurm.h"
#include "t.h"

static struct arena *a;

static struct slurm_nodes
nodes_of(const char *text)
{
	struct slurm_nodes s;

	slurm_parse_nodes(str_of(text), a, &s);
	return s;
}

static struct slurm_jobs
jobs_of(const char *text)
{
	struct slurm_jobs j;

	slurm_parse_jobs(str_of(text), a, &j);
	return j;
}

static void
begin(void)
{
	setenv("TZ", "Europe/Rome", 1);
	tzset();
	a = arena_create();
}

static void
end(void)
{
	arena_destroy(a);
	a = NULL;
}

static const char two_nodes[] =
    "n0000.savio3|idle|Unknown|root|savio3*|none\n"
    "n0003.savio3|drained*|2026-07-29T00:26:29|ana|savio3_gpu|bad DIMM | A3 \"x\" $(reboot) <script>\n"
    "n0003.savio3|drained*|2026-07-29T00:26:29|ana|savio3*|bad DIMM | A3 \"x\" $(reboot) <script>\n";

/* ---- sinfo --------------------------------------------------------------------------------- */

static void
t_a_node_of_two_partitions_is_one_node(void)
{
	struct slurm_nodes s;
	const struct slurm_node *n;

	begin();
	s = nodes_of(two_nodes);
	T_INT(s.n, 2);
	T_INT(s.lines, 3);
	T_INT(s.rubbish, 0);
	T_INT(s.n_partitions, 2);
	n = slurm_node(&s, "n0003.savio3");
	T_OK(n != NULL);
	T_INT(n->n_partitions, 2);
	T_STR(s.partitions[n->partitions[0]], "savio3_gpu");
	T_STR(s.partitions[n->partitions[1]], "savio3");
	T_STR(n->state, "drain*");
	T_STR(n->base, "drain");
	T_STR(n->suffixes, "*");
	T_INT(n->level, STATUS_CRITICAL);
	T_STR(n->reason, "bad DIMM | A3 \"x\" $(reboot) <script>");
	T_STR(n->user, "ana");
	T_INT(n->since, INT64_C(1785277589000)); /* 2026-07-28T22:26:29Z: summer in Rome */
	n = slurm_node(&s, "n0000.savio3");
	T_OK(n->reason == NULL && n->user == NULL && n->since == 0);
	T_INT(n->level, STATUS_OK);
	T_OK(slurm_node(&s, "n0001.savio3") == NULL);
	end();
}

static void
t_rubbish_is_counted_and_the_rest_goes_on(void)
{
	struct slurm_nodes s;

	begin();
	s = nodes_of("sinfo: error: something\n$(reboot)|idle|Unknown|root|p|none\n<script>|idle|Unknown|root|p|none\n"
	             "\n@all|idle|Unknown|root|p|none\n-x|idle|Unknown|root|p|none\nn[3-1]|idle|Unknown|root|p|none\n"
	             "n 1|idle|Unknown|root|p|none\nn1|idle|Unknown|root|p\nn1|down|Unknown|root|p|none\r\n|||||||\n");
	T_INT(s.n, 1);
	T_STR(s.nodes[0].name, "n1");
	T_INT(s.lines, 10);
	T_INT(s.rubbish, 8); /* the last line is a partition without a node */
	T_STR(s.first_rubbish, "sinfo: error: something");
	end();
}

static void
t_nodes_that_are_alike_come_in_one_line(void)
{
	struct slurm_nodes s;

	begin();
	s = nodes_of("n[0001-0003],n0007,gw1|idle|Unknown|root|p*|none\nn[0002,0007]|idle|Unknown|root|q|none\n|n/a|Unknown|root|r|none\n");
	T_INT(s.n, 5);
	T_INT(s.rubbish, 0);
	T_INT(s.n_partitions, 3); /* one without nodes is one */
	T_INT(slurm_node(&s, "n0007")->n_partitions, 2);
	T_INT(slurm_node(&s, "gw1")->n_partitions, 1);
	end();
}

static void
t_a_name_that_is_none_takes_no_other_along(void)
{
	struct slurm_nodes s;
	struct slurm_jobs j;

	begin();
	s = nodes_of("n[1-2],$(reboot),n[3,5],n[7-6],<script>,n9!n9,@all,n10|idle|Unknown|root|p|none\n");
	T_INT(s.n, 5);
	T_INT(s.rubbish, 5);
	T_OK(slurm_node(&s, "n10") != NULL && slurm_node(&s, "n5") != NULL && slurm_node(&s, "n9") == NULL);
	s = nodes_of("n[1-99999],n1|idle|Unknown|root|p|none\nn[1|idle|Unknown|root|p|none\n,,|idle|Unknown|root|p|none\n");
	T_INT(s.n, 1);
	T_INT(s.rubbish, 1 + 1 + 3);
	j = jobs_of("17|bob|x|0:10|n1,$(reboot),n1,n2|R|N/A\n");
	T_INT(j.n, 1);
	T_INT(j.n_spots, 2);
	T_INT(j.rubbish, 1);
	T_STR(j.first_rubbish, "17|bob|x|0:10|n1,$(reboot),n1,n2|R|N/A");
	end();
}

static void
t_nothing_is_no_node(void)
{
	struct slurm_nodes s;

	begin();
	s = nodes_of("");
	T_INT(s.n, 0);
	T_INT(s.lines, 0);
	slurm_parse_nodes((struct str){NULL, 0}, a, &s);
	T_INT(s.n, 0);
	T_OK(slurm_node(&s, "n1") == NULL);
	end();
}

static void
t_control_bytes_are_cleaned_and_a_long_reason_is_cut(void)
{
	struct buf line = BUF(3 * LIMIT_SLURM_FIELD);
	struct slurm_nodes s;

	begin();
	s = nodes_of("n1|down|Unknown|ro\001ot|p\033[31m|red \033[31m \xff end\n");
	T_STR(s.nodes[0].reason, "red ?[31m ? end");
	T_STR(s.nodes[0].user, "ro?ot");
	T_STR(s.partitions[0], "p?[31m");
	buf_puts(&line, "n1|down|Unknown|root|p|");
	while (line.n < 2 * LIMIT_SLURM_FIELD)
		buf_char(&line, 'x');
	s = nodes_of(line.p);
	T_INT(strlen(s.nodes[0].reason), LIMIT_SLURM_FIELD);
	buf_free(&line);
	end();
}

static void
t_more_nodes_than_a_list_can_hold_are_rubbish(void)
{
	struct buf text = BUF(LIMIT_SLURM_TEXT);
	struct slurm_nodes s;

	begin();
	for (int i = 0; i < LIMIT_HOSTS + 10; i++)
		buf_printf(&text, "n%05d|idle|Unknown|root|p|none\n", i);
	s = nodes_of(text.p);
	T_INT(s.n, LIMIT_HOSTS);
	T_INT(s.rubbish, 10);
	buf_free(&text);
	end();
}

static void
t_more_partitions_than_there_may_be_are_left_out(void)
{
	struct buf text = BUF(LIMIT_SLURM_TEXT);
	struct slurm_nodes s;

	begin();
	for (int i = LIMIT_SLURM_PARTITIONS + 10; i-- > 0;)
		buf_printf(&text, "n1|idle|Unknown|root|p%d|none\n", i);
	s = nodes_of(text.p);
	T_INT(s.n, 1);
	T_INT(s.n_partitions, LIMIT_SLURM_PARTITIONS);
	T_INT(s.nodes[0].n_partitions, LIMIT_SLURM_PARTITIONS);
	T_STR(s.partitions[s.nodes[0].partitions[0]], "p1033");
	T_STR(s.partitions[s.nodes[0].partitions[1023]], "p10");
	buf_free(&text);
	end();
}

/* ---- states ----------------------------------------------------------------------------------- */

static void
t_states_have_their_short_word_and_their_level(void)
{
	static const struct {
		const char *word, *state;
		enum status_level level;
	} rows[] = {
	    {"idle", "idle", STATUS_OK},
	    {"allocated", "alloc", STATUS_OK},
	    {"allocated+", "alloc+", STATUS_OK},
	    {"mixed-", "mix-", STATUS_OK},
	    {"completing", "comp", STATUS_OK},
	    {"reserved", "resv", STATUS_OK},
	    {"maint", "maint", STATUS_OK},
	    {"idle$", "idle$", STATUS_OK},
	    {"planned", "plnd", STATUS_OK},
	    {"idle~", "idle~", STATUS_OK},
	    {"idle#", "idle#", STATUS_OK},
	    {"idle!", "idle!", STATUS_OK},
	    {"idle%", "idle%", STATUS_OK},
	    {"idle@", "idle@", STATUS_OK},
	    {"idle^", "idle^", STATUS_WARN},
	    {"drained", "drain", STATUS_WARN},
	    {"drain", "drain", STATUS_WARN},
	    {"draining@", "drng@", STATUS_WARN},
	    {"drained*", "drain*", STATUS_CRITICAL},
	    {"drained~", "drain~", STATUS_WARN},
	    {"idle*", "idle*", STATUS_CRITICAL},
	    {"down", "down", STATUS_CRITICAL},
	    {"down~", "down~", STATUS_CRITICAL},
	    {"down*", "down*", STATUS_CRITICAL},
	    {"failing", "failg", STATUS_CRITICAL},
	    {"error", "err", STATUS_CRITICAL},
	    {"unknown", "unk", STATUS_UNKNOWN},
	    {"unknown*", "unk*", STATUS_CRITICAL},
	    {"wobbly", "wobbly", STATUS_UNKNOWN},
	    {"*", "*", STATUS_CRITICAL},
	    {"", "", STATUS_UNKNOWN},
	};
	struct slurm_node n = {0};

	begin();
	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		slurm_state(str_of(rows[i].word), a, &n);
		T_STR(n.state, rows[i].state);
		if (!T_INT(n.level, rows[i].level))
			printf("# of %s\n", rows[i].word);
	}
	end();
}

/* ---- times --------------------------------------------------------------------------------------- */

static void
t_times_are_the_rooms(void)
{
	begin();
	T_INT(slurm_time(STR("2026-01-29T00:26:29")), INT64_C(1769642789000)); /* 23:26:29Z: winter */
	T_INT(slurm_time(STR("Unknown")), 0);
	T_INT(slurm_time(STR("N/A")), 0);
	T_INT(slurm_time(STR("2026-13-29T00:26:29")), 0);
	T_INT(slurm_time(STR("2026-01-29T00:26:2x")), 0);
	T_INT(slurm_time(STR("2026-01-29 00:26:29")), 0);
	T_INT(slurm_time(STR("2026-01-29T00:26:-9")), 0);
	T_INT(slurm_time(STR("1969-01-01T00:00:00")), 0);
	T_INT(slurm_time((struct str){NULL, 0}), 0);
	end();
}

static void
t_spans_are_seconds(void)
{
	T_INT(slurm_span(STR("0:05")), 5);
	T_INT(slurm_span(STR("12:34")), 754);
	T_INT(slurm_span(STR("1:02:03")), 3723);
	T_INT(slurm_span(STR("2-01:02:03")), 2 * 86400 + 3723);
	T_INT(slurm_span(STR("INVALID")), -1);
	T_INT(slurm_span(STR("5")), -1);
	T_INT(slurm_span(STR("1:2:3:4")), -1);
	T_INT(slurm_span(STR("-1:2")), -1);
	T_INT(slurm_span(STR("9999999-1:2")), -1);
	T_INT(slurm_span(STR("")), -1);
}

/* ---- squeue ---------------------------------------------------------------------------------------- */

static void
t_a_job_stands_on_each_of_its_nodes(void)
{
	struct slurm_jobs j;

	begin();
	j = jobs_of("17|bob|fc_x|1-00:00:01|n[0001-0003,0007].savio3|R|2026-11-28T00:00:00\n"
	            "18|eve|fc_y|0:10|n0002.savio3|CG|2026-11-29T00:00:00\n19|joe|z|0:00||R|Unknown\n");
	T_INT(j.n, 3);
	T_INT(j.rubbish, 0);
	T_INT(j.n_spots, 5);
	T_STR(j.spots[1].node, "n0002.savio3");
	T_STR(j.jobs[j.spots[1].job].user, "bob");
	T_STR(j.jobs[j.spots[2].job].user, "eve");
	T_STR(j.jobs[1].account, "fc_y");
	T_STR(j.jobs[1].state, "CG");
	T_INT(j.jobs[0].elapsed_s, 86401);
	T_INT(j.jobs[0].started, INT64_C(1795820400000));
	T_INT(j.jobs[2].started, 0);
	end();
}

static void
t_a_squeue_that_tells_less_is_understood(void)
{
	struct slurm_jobs j;

	begin();
	j = jobs_of("17|bob|fc_x|0:10|n1\n");
	T_INT(j.n, 1);
	T_STR(j.jobs[0].state, "");
	T_INT(j.jobs[0].started, 0);
	end();
}

static void
t_jobs_that_are_none_are_rubbish(void)
{
	struct slurm_jobs j;

	begin();
	j = jobs_of("17|bob|x|0:10\n$(reboot)|bob|x|0:10|n1|R|N/A\n17|bob|x|0:10|n[3-1]|R|N/A\n17|bob|x|0:10|n1!n2|R|N/A\n"
	            "17|bob|x|0:10|@all|R|N/A\n17|bob|x|0:10|n[1-99999]|R|N/A\n17|bob|x|0:10|<script>|R|N/A\nslurm_load_jobs error\n");
	T_INT(j.n, 0);
	T_INT(j.lines, 8);
	T_INT(j.rubbish, 8);
	T_STR(j.first_rubbish, "17|bob|x|0:10");
	j = jobs_of("17|b\033ob|<script>|0:10|n1|R|N/A\n"); /* text stays text */
	T_STR(j.jobs[0].user, "b?ob");
	T_STR(j.jobs[0].account, "<script>");
	end();
}

static void
t_jobs_on_more_nodes_than_there_may_be_are_rubbish(void)
{
	struct buf text = BUF(4096);
	struct slurm_jobs j;

	begin();
	for (int i = 0; i < 12; i++)
		buf_printf(&text, "%d|bob|x|0:10|n[00001-65536]|R|N/A\n", i);
	j = jobs_of(text.p);
	T_INT(j.n, LIMIT_SLURM_SPOTS / LIMIT_HOSTS);
	T_INT(j.n_spots, LIMIT_SLURM_SPOTS);
	T_INT(j.n + j.rubbish, 12);
	buf_free(&text);
	end();
}

/* ---- values --------------------------------------------------------------------------------------- */

static void
t_a_nodes_value_says_it_all(void)
{
	struct slurm_nodes s;
	struct status_value *v;
	struct err e = {0};
	json_t *data;
	size_t n;

	begin();
	s = nodes_of(two_nodes);
	slurm_node_values(&s, 1000, 30000, a, &v, &n);
	T_INT(n, 2);
	T_STR(v[1].thing, "n0003.savio3");
	T_STR(v[1].check, "slurm");
	T_STR(v[1].text, "drain*");
	T_STR(v[1].detail, "bad DIMM | A3 \"x\" $(reboot) <script>");
	T_STR(v[1].data, "{\"state\":\"drain\",\"flags\":[\"not_responding\"],\"reason\":\"bad DIMM | A3 \\\"x\\\" $(reboot) <script>\","
	                 "\"user\":\"ana\",\"since\":\"2026-07-28T22:26:29Z\",\"partitions\":[\"savio3_gpu\",\"savio3\"]}");
	T_STR(v[0].data, "{\"state\":\"idle\",\"flags\":[],\"reason\":null,\"user\":null,\"since\":null,\"partitions\":[\"savio3\"]}");
	T_OK(v[0].detail == NULL);
	T_INT(v[0].at, 1000);
	T_INT(v[0].interval, 30000);
	data = jsn_parse(str_of(v[1].data), "data", &e);
	T_OK(data != NULL);
	json_decref(data);
	end();
}

static void
t_jobs_of_a_node_are_counted_and_named(void)
{
	struct slurm_nodes s;
	struct slurm_jobs j;
	struct status_value *v;
	size_t n;

	begin();
	s = nodes_of("n1|idle|Unknown|root|p|none\nn2|idle|Unknown|root|p|none\nn3|idle|Unknown|root|p|none\n");
	j = jobs_of("17|bob|x|0:10|n[2-3]|R|2026-11-28T00:00:00\n18|eve|y|0:10|n[2,9]|CG|N/A\n19|bob|x|0:10|n2|R|N/A\n"
	            "20|joe|x|0:1|n3|R|N/A\n21|ann|x|0:1|n3|R|N/A\n22|max|x|0:1|n3|R|N/A\n23|kim|x|0:1|n3|R|N/A\n");
	slurm_job_values(&s, &j, 1000, 30000, a, &v, &n);
	T_INT(n, 3);
	T_STR(v[0].text, "none");
	T_STR(v[0].data, "{\"jobs\":[]}");
	T_OK(v[0].number > -0.5 && v[0].number < 0.5);
	T_STR(v[1].text, "3: bob,eve");
	T_OK(v[1].number > 2.5 && v[1].number < 3.5);
	T_STR(v[1].data, "{\"jobs\":[{\"id\":\"17\",\"user\":\"bob\",\"account\":\"x\",\"state\":\"R\",\"started\":\"2026-11-27T23:00:00Z\"},"
	                 "{\"id\":\"18\",\"user\":\"eve\",\"account\":\"y\",\"state\":\"CG\",\"started\":null},"
	                 "{\"id\":\"19\",\"user\":\"bob\",\"account\":\"x\",\"state\":\"R\",\"started\":null}]}");
	T_STR(v[2].text, "5: bob,joe,ann,+2");
	T_INT(v[2].level, STATUS_OK);
	end();
}

static void
t_partitions_and_the_sick_are_groups(void)
{
	struct slurm_nodes s;
	struct status_group *g;
	size_t n;

	begin();
	s = nodes_of("n1|idle|Unknown|root|all*|none\nn2|drained|Unknown|root|all*|fan\nn3|down*|Unknown|root|all*|none\n"
	             "n10|idle|Unknown|root|gpu|kept\nn9|down|Unknown|root|gpu|disk\nn9|down|Unknown|root|$(x)|disk\n"
	             "n9|down|Unknown|root|sinfo|disk\n");
	slurm_groups(&s, 5, a, &g, &n);
	T_INT(n, 3);
	T_STR(g[0].name, "all");
	T_STR(g[0].members, "n[1-3]");
	T_STR(g[1].name, "gpu");
	T_STR(g[1].members, "n[9-10]");
	T_STR(g[2].source, "slurm");
	T_STR(g[2].name, "sinfo");
	T_STR(g[2].members, "n[2,9]"); /* n3 has no reason, n10 is well */
	T_INT(g[2].at, 5);
	end();
}

/* ---- lists that unfold and unfold ------------------------------------------------------------- */

static struct str
lines_of(struct buf *b, size_t lines, const char *line)
{
	for (size_t i = 0; i < lines; i++)
		buf_puts(b, line);
	return buf_view(b);
}

/* Each line stands for 65,536 names: all of them would take minutes, on the loop that switches. */
static void
t_lists_that_unfold_again_and_again_are_left_out(void)
{
	enum { LINES = 20000 };
	struct buf b = BUF(LIMIT_SLURM_TEXT);
	struct slurm_nodes s;
	struct slurm_jobs j;

	begin();
	slurm_parse_nodes(lines_of(&b, LINES, "n[0-65535]|idle|x|u|p|r\n"), a, &s);
	T_INT(s.n, LIMIT_HOSTS);
	T_INT(s.lines, LINES);
	T_OK(s.rubbish > LINES - 30);
	T_OK(s.rubbish < 2 * LIMIT_SLURM_SPOTS + LINES);
	buf_clear(&b);
	slurm_parse_jobs(lines_of(&b, LINES, "1|u|a|1:00|n[0-65535]|R|x\n"), a, &j);
	T_INT(j.n, LIMIT_SLURM_SPOTS / LIMIT_HOSTS);
	T_INT(j.rubbish, LINES - j.n);
	buf_clear(&b);
	end();
	begin();
	slurm_parse_nodes(lines_of(&b, LINES, "n[0-60000],m[0-60000],(x)|idle|x|u|p|r\n"), a, &s); /* in pieces, and not at once */
	T_OK(s.n >= 60001);
	T_OK(s.rubbish < 10u * LIMIT_HOSTS);
	buf_free(&b);
	end();
}

/* An arena that is full ends larchd: what does not fit is left out. */
static void
t_long_reasons_of_all_nodes_fit(void)
{
	enum { REASON = 4000, NODES = 6000 };
	struct buf b = BUF(LIMIT_SLURM_TEXT);
	struct status_value *v;
	struct slurm_nodes s;
	struct arena *kept;
	size_t n;

	begin();
	kept = arena_create();
	buf_printf(&b, "n[1-%d]|drained|x|u|p|", NODES);
	for (size_t i = 0; i < REASON; i++)
		buf_char(&b, '"');
	buf_char(&b, '\n');
	slurm_parse_nodes(buf_view(&b), a, &s);
	T_OK(s.n > NODES / 2);
	slurm_node_values(&s, 1, 1000, kept, &v, &n);
	T_INT(n, s.n);
	T_OK(v[0].data != NULL && v[0].detail != NULL);
	T_STR(v[n - 1].text, "drain");
	T_OK(v[n - 1].detail == NULL);
	T_OK(arena_used(kept) < LIMIT_ARENA / 2);
	arena_destroy(kept);
	buf_free(&b);
	end();
}

T_MAIN(T(t_lists_that_unfold_again_and_again_are_left_out), T(t_long_reasons_of_all_nodes_fit), T(t_a_node_of_two_partitions_is_one_node), T(t_rubbish_is_counted_and_the_rest_goes_on), T(t_nodes_that_are_alike_come_in_one_line),
    T(t_a_name_that_is_none_takes_no_other_along), T(t_nothing_is_no_node),
    T(t_control_bytes_are_cleaned_and_a_long_reason_is_cut), T(t_more_nodes_than_a_list_can_hold_are_rubbish),
    T(t_more_partitions_than_there_may_be_are_left_out), T(t_states_have_their_short_word_and_their_level),
    T(t_times_are_the_rooms), T(t_spans_are_seconds), T(t_a_job_stands_on_each_of_its_nodes),
    T(t_a_squeue_that_tells_less_is_understood), T(t_jobs_that_are_none_are_rubbish),
    T(t_jobs_on_more_nodes_than_there_may_be_are_rubbish), T(t_a_nodes_value_says_it_all),
    T(t_jobs_of_a_node_are_counted_and_named), T(t_partitions_and_the_sick_are_groups))
