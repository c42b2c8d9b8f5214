/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/base.h"
#include "t.h"

/* The parsed names with blanks between, or the error's sentence. */
static const char *
names_with(const char *text, const struct hosts_rules *rules)
{
	static struct buf out = {.max = 8u << 20};
	struct arena *a = arena_create();
	struct hosts h;
	struct err e = {0};

	buf_clear(&out);
	if (hosts_parse(str_of(text), rules, a, &h, &e) != 0) {
		buf_printf(&out, "! %s", e.text);
		T_INT(h.n, 0);
		T_OK(e.kind == ERR_INPUT || e.kind == ERR_LIMIT || e.kind == ERR_NOT_FOUND);
	}
	for (size_t i = 0; i < h.n; i++)
		buf_printf(&out, "%s%s", i > 0 ? " " : "", h.name[i]);
	arena_destroy(a);
	return out.n > 0 ? out.p : "";
}

static const char *
names(const char *text)
{
	return names_with(text, NULL);
}

/* Parse, fold, parse and fold again: the folded text; the names stay the same. */
static const char *
folded(const char *text)
{
	static struct buf out = {.max = 8u << 20};
	struct arena *a = arena_create();
	struct hosts h, again;
	struct err e = {0};
	char *f;

	buf_clear(&out);
	if (!T_OK(hosts_parse(str_of(text), NULL, a, &h, &e) == 0)) {
		arena_destroy(a);
		return e.text[0] != '\0' ? "refused" : "?";
	}
	f = hosts_fold(&h, a);
	buf_puts(&out, f);
	T_OK(hosts_parse(str_of(f), NULL, a, &again, &e) == 0);
	T_INT(again.n, h.n);
	for (size_t i = 0; i < h.n && i < again.n; i++)
		T_STR(again.name[i], h.name[i]);
	T_STR(hosts_fold(&again, a), f);
	arena_destroy(a);
	return out.p;
}

static const char *
groups(void *ctx, struct str source, struct str group, struct arena *a, struct err *e)
{
	static const struct {
		const char *source, *group, *text;
	} rows[] = {
	    {NULL, "all4", "n[1-4]"},
	    {NULL, "*", "n[1-9],gw"},
	    {NULL, "gpu", "n[2,4]"},
	    {NULL, "both", "@all4,@gpu,x1"},
	    {NULL, "none", ""},
	    {NULL, "loop", "@loop"},
	    {NULL, "broken", "n[3-1]"},
	    {NULL, "rack1", "r1n[1-2]"},
	    {NULL, "rack2", "r2n[1-2]"},
	    {"slurm", "debug", "n9"},
	    {"genders", "rack=b07", "n[5-6]"},
	    {"slurm", "*", "n[8-9]"},
	};

	(void)ctx;
	(void)a;
	for (size_t i = 0; i < LARCH_COUNT(rows); i++)
		if (str_is(group, rows[i].group) && str_eq(source, str_of(rows[i].source)))
			return rows[i].text;
	err_set(e, ERR_NOT_FOUND, "there is no group '%.*s'", (int)group.n, group.p);
	return NULL;
}

static const struct hosts_rules with_groups = {.group = groups};

static void
t_a_list_is_expanded_in_natural_order(void)
{
	T_STR(names("n1"), "n1");
	T_STR(names("n[1-3]"), "n1 n2 n3");
	T_STR(names("n10,n9,n1"), "n1 n9 n10");
	T_STR(names("n[1-3,7],gw"), "gw n1 n2 n3 n7");
	T_STR(names("n1,n1,n[1-1]"), "n1");
	T_STR(names("pdu-b07.room:2,a/b,x@y,p+q,_z"), "_z a/b p+q pdu-b07.room:2 x@y");
	T_STR(names("[1-3]"), "1 2 3");
	T_STR(names("  n1 ,\tn2  "), "n1 n2");
	T_STR(names("n[ 1 , 3-4 ]"), "n1 n3 n4");
}

static void
t_lines_are_a_union(void)
{
	T_STR(names("n1\nn2\r\n\n  n[5-6]\n"), "n1 n2 n5 n6");
	T_STR(names("n[1-3]\n!n2\n"), "n1 n3");
	T_STR(names("n[1-3],\nn4"), "n1 n2 n3 n4");
}

static void
t_zeros_before_a_number_are_kept(void)
{
	T_STR(names("n[08-11]"), "n08 n09 n10 n11");
	T_STR(names("n[008-11]"), "n008 n009 n010 n011");
	T_STR(names("n[98-101]"), "n98 n99 n100 n101");
	T_STR(names("n[098-101]"), "n098 n099 n100 n101");
	T_STR(names("n[08-101/31]"), "n08 n39 n70 n101");
	T_STR(names("n[1,01]"), "n01 n1");
	T_STR(names("n[0-2,00]"), "n0 n00 n1 n2");
	T_STR(names("n[0000-0002].savio3"), "n0000.savio3 n0001.savio3 n0002.savio3");
}

static void
t_a_step_walks_the_range(void)
{
	T_STR(names("n[0-6/2]"), "n0 n2 n4 n6");
	T_STR(names("n[0-7/3]"), "n0 n3 n6");
	T_STR(names("n[01-10/4]"), "n01 n05 n09");
	T_STR(names("n[1-3/9]"), "n1");
	T_STR(names("n[999999999999999990-999999999999999999/9]"), "n999999999999999990 n999999999999999999");
}

static void
t_several_brackets_multiply(void)
{
	T_STR(names("r[1-2]u[01-02]"), "r1u01 r1u02 r2u01 r2u02");
	T_STR(names("r[1-2][3-4]"), "r13 r14 r23 r24");
	T_STR(names("a[1-2]b[1,3]c[5]d"), "a1b1c5d a1b3c5d a2b1c5d a2b3c5d");
}

static void
t_operators_apply_from_left_to_right(void)
{
	T_STR(names("n[1-5]!n3"), "n1 n2 n4 n5");
	T_STR(names("n[1-5]&n[4-9]"), "n4 n5");
	T_STR(names("n[1-3]^n[3-5]"), "n1 n2 n4 n5");
	T_STR(names("n[1-5]!n[1-5],n2"), "n2");
	T_STR(names("n2,n[1-5]!n[1-5],n7"), "n7");
	T_STR(names("n[1-5]&n[2-4]&n[3-9],n1!n3"), "n1 n4");
	T_STR(names("n[1-3]^n[3,3,3]"), "n1 n2");
	T_STR(names("n1^n1^n1"), "n1");
	T_STR(names("n[1-3]&n[2,2]"), "n2");
	T_STR(names("n1!n9"), "n1");
	T_STR(names("n[1-2]&n3,n5"), "n5");
	T_STR(names("n[1-2]&n3^n1"), "n1");
}

static void
t_groups_are_resolved_by_the_caller(void)
{
	T_STR(names_with("@all4", &with_groups), "n1 n2 n3 n4");
	T_STR(names_with("@*", &with_groups), "gw n1 n2 n3 n4 n5 n6 n7 n8 n9");
	T_STR(names_with("@all4!@gpu", &with_groups), "n1 n3");
	T_STR(names_with("@all4&@gpu", &with_groups), "n2 n4");
	T_STR(names_with("@all4^@both", &with_groups), "x1");
	T_STR(names_with("@slurm:debug,@slurm:*", &with_groups), "n8 n9");
	T_STR(names_with("@rack[1-2]", &with_groups), "r1n1 r1n2 r2n1 r2n2");
	T_STR(names_with("@genders:rack=b07,n1", &with_groups), "n1 n5 n6");
	T_STR(names_with("r[1-3]n1&@rack[1-2]", &with_groups), "r1n1 r2n1");
	T_STR(names_with("n7,@none", &with_groups), "n7");
}

static void
t_a_group_that_is_unknown_broken_or_circular_is_an_error(void)
{
	T_STR(names_with("n1,@nix", &with_groups), "! host list, column 4: there is no group 'nix'");
	T_STR(names_with("@gpu:nix", &with_groups), "! host list, column 1: there is no group 'nix'");
	T_OK(strstr(names_with("@loop", &with_groups), "perhaps in a circle") != NULL);
	T_STR(names_with("@broken", &with_groups),
	    "! group 'broken': host list, column 3: the range 3-1 runs backwards; write the smaller number first");
	T_STR(names_with("n1,@", &with_groups), "! host list, column 4: a group's name is missing after the '@'");
	T_STR(names_with("@slurm:", &with_groups), "! host list, column 1: a group's name is missing after the ':'");
	T_STR(names_with("@a*", &with_groups), "! host list, column 1: '@a*' is not a group");
	T_STR(names_with("@a=", &with_groups), "! host list, column 1: '@a=' is not a group");
	T_STR(names_with("@=a", &with_groups), "! host list, column 1: '@=a' is not a group");
	T_STR(names_with("@a=b=c", &with_groups), "! host list, column 1: '@a=b=c' is not a group");
	T_STR(names("a=b"), "! host list, column 2: '=' has no place in a name");
	T_STR(names_with("@@a", &with_groups), "! host list, column 1: there is no group '@a'");
	T_STR(names("@all4"), "! host list, column 1: groups ('@') cannot be used here; write the names");
	T_STR(names_with("@none", &with_groups),
	    "! the host list '@none' selects nothing; that never means all");
}

static void
t_a_broken_list_is_refused_with_the_column(void)
{
	static const struct {
		const char *text, *says;
	} rows[] = {
	    {"n[3-1]", "column 3: the range 3-1 runs backwards; write the smaller number first"},
	    {"a,n[3-1]", "column 5: the range 3-1 runs backwards"},
	    {"n[1-2", "column 2: the bracket is not closed"},
	    {"n[1-", "column 5: the bracket is not closed"},
	    {"n[", "column 3: the bracket is not closed"},
	    {"n[]", "column 3: ']' has no place in a bracket"},
	    {"n[1,]", "column 5: ']' has no place"},
	    {"n[,1]", "column 3: ',' has no place"},
	    {"n[-3]", "column 3: '-' has no place"},
	    {"n[a-b]", "column 3: 'a' has no place"},
	    {"n[1-2-3]", "column 6: '-' has no place"},
	    {"n[1 2]", "column 5: '2' has no place"},
	    {"n[[1]]", "column 3: '[' has no place"},
	    {"n[1]]", "column 5: a ']' without its '['"},
	    {"n]", "column 2: a ']' without its '['"},
	    {"]", "column 1: a ']' without its '['"},
	    {"n[1/2]", "column 4: a step without a range"},
	    {"n[1-4/0]", "column 7: a step of 0 never ends"},
	    {"n[1-4/]", "column 7: ']' has no place"},
	    {"n[1-010]", "column 3: the range 1-010 has ends of different width"},
	    {"n[010-0100]", "column 3: the range 010-0100 has ends of different width"},
	    {"n[1-9999999999999999999]", "column 5: a number of 19 digits"},
	    {",", "column 1: a name is missing before ','"},
	    {"n1,,n2", "column 4: a name is missing before ','"},
	    {"n1,", "column 4: nothing follows the ','"},
	    {"n1!", "column 4: nothing follows the '!'"},
	    {"!n1", "column 1: a name is missing before '!'"},
	    {"n1!,n2", "column 4: a name is missing before ','"},
	    {"^n1", "column 1: a name is missing before '^'"},
	    {"n1 n2", "column 3: a blank inside a name; put a comma between names"},
	    {"n1,n2 # x", "column 6: a blank inside a name"},
	    {"n1;n2", "column 3: ';' has no place in a name"},
	    {"n*", "column 2: '*' has no place in a name"},
	    {"n\x01", "column 2: the byte 0x01 has no place in a name"},
	    {"n\xc3\xa9", "column 2: the byte 0xc3 has no place in a name"},
	    {"-n1", "column 1: '-n1' is not a name: it begins with '-'"},
	    {"n1,.x", "column 4: '.x' is not a name: it begins with '.'"},
	    {"n1\nn[2-1]", "line 2, column 3: the range 2-1 runs backwards"},
	    {"n[1][1][1][1][1][1][1][1][1]", "column 26: more than 8 brackets"},
	};

	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		const char *got = names(rows[i].text);

		if (!T_OK(got[0] == '!' && strstr(got, rows[i].says) != NULL))
			printf("# %s: %s\n", rows[i].text, got);
	}
}

static void
t_nothing_selected_is_an_error_and_never_all(void)
{
	static const struct hosts_rules may_be_empty = {.empty_ok = true};

	T_STR(names(""), "! the host list is empty; empty never means all: name the machines");
	T_STR(names("  \n "), "! the host list is empty; empty never means all: name the machines");
	T_STR(names("n1!n1"), "! the host list 'n1!n1' selects nothing; that never means all");
	T_STR(names("n1&n2"), "! the host list 'n1&n2' selects nothing; that never means all");
	T_STR(names_with("", &may_be_empty), "");
	T_STR(names_with("n1!n1", &may_be_empty), "");
	T_STR(names_with("n1!", &may_be_empty), "! host list, column 4: nothing follows the '!'");
}

static void
t_an_expansion_has_a_ceiling(void)
{
	struct arena *a = arena_create();
	struct hosts h;
	struct err e = {0};

	T_OK(hosts_parse(STR("n[1-65536]"), NULL, a, &h, &e) == 0);
	T_INT(h.n, 65536);
	T_STR(hosts_fold(&h, a), "n[1-65536]");
	T_OK(hosts_parse(STR("n[0-65536]"), NULL, a, &h, &e) != 0 && e.kind == ERR_LIMIT);
	T_ERR(e, "stands for more than 65536 names");
	T_OK(hosts_parse(STR("n[0-999999999999999999]"), NULL, a, &h, &e) != 0 && e.kind == ERR_LIMIT);
	T_OK(hosts_parse(STR("n[1-300]m[1-300]"), NULL, a, &h, &e) != 0 && e.kind == ERR_LIMIT);
	T_OK(hosts_parse(STR("n[1-65536],gw"), NULL, a, &h, &e) != 0 && e.kind == ERR_LIMIT);
	T_ERR(e, "column 12: from here there are more than 65536");
	T_OK(hosts_parse(STR("a[1-65536]!a[1-65536],b[1-65536]!b[1-65536],c1"), NULL, a, &h, &e) != 0);
	T_ERR(e, "would be made on the way");
	T_OK(hosts_parse(STR("n[1-65536]!n[1-65536],gw"), NULL, a, &h, &e) == 0);
	T_INT(h.n, 1);
	arena_destroy(a);
}

static void
t_a_name_of_more_than_128_bytes_is_refused(void)
{
	char text[200];

	memset(text, 'n', sizeof(text));
	text[129] = '\0';
	T_STR(names(text), "! host list, column 1: a name of more than 128 bytes");
	text[128] = '\0';
	T_STR(names(text), text);
	memcpy(text + 126, "[1]", 4);
	T_OK(names(text)[0] == 'n');
	memcpy(text + 126, "[8-1000]", 9);
	T_STR(names(text), "! host list, column 1: a name of more than 128 bytes");
}

static void
t_names_fold_and_read_back_the_same(void)
{
	T_STR(folded("n1"), "n1");
	T_STR(folded("n1,n2,n3"), "n[1-3]");
	T_STR(folded("n1,n3"), "n[1,3]");
	T_STR(folded("n[1-3],n5,n[7-9],gw"), "gw,n[1-3,5,7-9]");
	T_STR(folded("n0000.savio3,n0001.savio3"), "n[0000-0001].savio3");
	T_STR(folded("r1u01,r1u02,r2u01,r2u02"), "r[1-2]u[01-02]");
	T_STR(folded("r1u01,r1u02,r2u01,r2u03"), "r1u[01-02],r2u[01,03]");
	T_STR(folded("n[9-11]"), "n[9-11]");
	T_STR(folded("n[08-11]"), "n[08-11]");
	T_STR(folded("n[98-101]"), "n[98-101]");
	T_STR(folded("n[098-101]"), "n[098-101]");
	T_STR(folded("n[08-101]"), "n[08-99,100-101]");
	T_STR(folded("n[1,01]"), "n[1,01]");
	T_STR(folded("n[0,00,000]"), "n[0,00,000]");
	T_STR(folded("n[1-3,01-03]"), "n[1-3,01-03]");
	T_STR(folded("n[1-10,05]"), "n[1-9,05,10]");
	T_STR(folded("[1-3]"), "[1-3]");
	T_STR(folded("10.0.[0-1].[1-20]"), "10.0.[0-1].[1-20]");
	T_STR(folded("r[1-3]u[1-9]s[0-1]p[4,6]"), "r[1-3]u[1-9]s[0-1]p[4,6]");
	T_STR(folded("a1b2c3d4e5f6g7h8i[1-3]"), "a1b2c3d4e5f6g7h8i[1-3]");
	T_STR(folded("a[1-3]b2c3d4e5f6g7h8i9"), "a1b2c3d4e5f6g7h8i9,a2b2c3d4e5f6g7h8i9,a3b2c3d4e5f6g7h8i9");
	T_STR(folded("n1234567890123456789,n1234567890123456790"), "n1234567890123456789,n1234567890123456790");
	T_STR(folded("n1-ib,n1,n2,n2-ib"), "n[1-2],n[1-2]-ib");
	T_STR(folded("sw,n2,gw,n1"), "gw,n[1-2],sw");
}

static void
t_names_made_elsewhere_never_show_as_something_else(void)
{
	char *name[] = {(char *)(uintptr_t)"n2", (char *)(uintptr_t)"n[1]", (char *)(uintptr_t)"a,b",
	    (char *)(uintptr_t)"@all", (char *)(uintptr_t)"", (char *)(uintptr_t)"n1",
	    (char *)(uintptr_t)"x!y", (char *)(uintptr_t)"PDU 1", (char *)(uintptr_t)"l\nl"};
	struct hosts h = {name, LARCH_COUNT(name)};
	struct arena *a = arena_create();

	T_STR(hosts_fold(&h, a), "PDU 1,n[1-2]");
	h.n = 0;
	T_STR(hosts_fold(&h, a), "");
	arena_destroy(a);
}

static void
t_a_sorted_list_is_searched(void)
{
	struct arena *a = arena_create();
	struct hosts h;

	T_OK(hosts_parse(STR("n[1-20],n[01-03]"), NULL, a, &h, NULL) == 0);
	T_INT(h.n, 23);
	T_OK(hosts_has(&h, "n01") && hosts_has(&h, "n1") && hosts_has(&h, "n20"));
	T_OK(!hosts_has(&h, "n21") && !hosts_has(&h, "n001") && !hosts_has(&h, ""));
	arena_destroy(a);
}

static void
t_ten_thousand_names_are_quick(void)
{
	struct arena *a = arena_create();
	struct buf text = BUF(LIMIT_HOSTS_TEXT);
	struct hosts h;
	int64_t began, took;

	for (int i = 0; i < 10000; i++)
		buf_printf(&text, "%sr%dn%03d", i > 0 ? "," : "", (i * 7919) % 10000 / 100, (i * 7919) % 100);
	began = times_boot();
	T_OK(hosts_parse(buf_view(&text), NULL, a, &h, NULL) == 0);
	T_STR(hosts_fold(&h, a), "r[0-99]n[000-099]");
	took = times_boot() - began;
	printf("# 10,000 shuffled names parsed and folded in %lld ms\n", (long long)took);
	T_INT(h.n, 10000);
	buf_free(&text);
	arena_destroy(a);
}

T_MAIN(T(t_a_list_is_expanded_in_natural_order), T(t_lines_are_a_union),
    T(t_zeros_before_a_number_are_kept), T(t_a_step_walks_the_range),
    T(t_several_brackets_multiply), T(t_operators_apply_from_left_to_right),
    T(t_groups_are_resolved_by_the_caller),
    T(t_a_group_that_is_unknown_broken_or_circular_is_an_error),
    T(t_a_broken_list_is_refused_with_the_column),
    T(t_nothing_selected_is_an_error_and_never_all), T(t_an_expansion_has_a_ceiling),
    T(t_a_name_of_more_than_128_bytes_is_refused), T(t_names_fold_and_read_back_the_same),
    T(t_names_made_elsewhere_never_show_as_something_else), T(t_a_sorted_list_is_searched),
    T(t_ten_thousand_names_are_quick))
