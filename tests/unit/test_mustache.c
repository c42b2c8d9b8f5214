/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mustache/mustache.h"
#include "t.h"

/* ---- the official specification, one test a file ---- */

static void
spec_case(const char *file, const json_t *test)
{
	const char *name = json_string_value(json_object_get(test, "name")), *partial;
	const char *text = json_string_value(json_object_get(test, "template"));
	const char *want = json_string_value(json_object_get(test, "expected"));
	struct mustache_value data = mustache_json(json_object_get(test, "data"));
	json_t *partials = json_object_get(test, "partials"), *v;
	struct mustache_set *set = NULL;
	struct buf out = BUF(LIMIT_PAGE);
	struct err e = {0};
	bool ok = mustache_add(&set, "the template", str_of(text), &e) == 0;

	json_object_foreach(partials, partial, v)
		ok = ok && mustache_add(&set, partial, str_of(json_string_value(v)), &e) == 0;
	ok = ok && mustache_render(set, "the template", &data, &out, &e) == 0;
	if (!T_OK(ok) || !T_STR(out.n > 0 ? out.p : "", want))
		printf("# %s: %s %s\n", file, name, e.text);
	buf_free(&out);
	mustache_destroy(set);
}

static void
spec_file(const char *file, size_t least)
{
	char path[200];
	json_t *doc, *test;
	struct err e;
	size_t i;

	snprintf(path, sizeof(path), "../shared/mustache-spec/%s.json", file);
	if (access(t_path(path), R_OK) != 0) {
		t_skip("../shared/mustache-spec is not there");
		return;
	}
	doc = jsn_load(t_path(path), LIMIT_ROOM_FILE, &e);
	if (!T_OK(doc != NULL))
		return;
	T_OK(json_array_size(json_object_get(doc, "tests")) >= least);
	json_array_foreach(json_object_get(doc, "tests"), i, test)
		spec_case(file, test);
	json_decref(doc);
}

static void
t_specification_comments(void)
{
	spec_file("comments", 12);
}

static void
t_specification_delimiters(void)
{
	spec_file("delimiters", 14);
}

static void
t_specification_interpolation(void)
{
	spec_file("interpolation", 42);
}

static void
t_specification_inverted(void)
{
	spec_file("inverted", 22);
}

static void
t_specification_partials(void)
{
	spec_file("partials", 12);
}

static void
t_specification_sections(void)
{
	spec_file("sections", 34);
}

/* ---- our own ---- */

/* What the template makes of the JSON, or the error's sentence. */
static const char *
rendered_as(const char *name, const char *text, const char *json)
{
	static struct buf out = {.max = LIMIT_PAGE};
	struct mustache_set *set = NULL;
	struct mustache_value data;
	struct err e = {0};
	json_t *doc = jsn_parse(str_of(json), "data", &e);

	T_OK(doc != NULL);
	buf_clear(&out);
	data = mustache_json(doc);
	if (mustache_add(&set, name, str_of(text), &e) != 0 ||
	    mustache_render(set, name, &data, &out, &e) != 0)
		buf_printf(&out, "! %s", e.text);
	mustache_destroy(set);
	json_decref(doc);
	return out.n > 0 ? out.p : "";
}

static const char *
rendered(const char *text, const char *json)
{
	return rendered_as("t", text, json);
}

static void
t_every_value_is_escaped_unless_the_tag_says_so(void)
{
	T_STR(rendered("<a title='{{x}}'>{{{x}}}{{&x}}", "{\"x\":\"<'\\\"&>\"}"),
	    "<a title='&lt;&#39;&quot;&amp;&gt;'><'\"&><'\"&>");
	T_STR(rendered("{{#l}}{{.}}{{/l}}", "{\"l\":[\"<\",\">\"]}"), "&lt;&gt;");
	T_STR(rendered("{{#x}}{{.}}{{/x}}", "{\"x\":\"<script>\"}"), "&lt;script&gt;");
}

static void
t_a_text_template_cleans_for_a_terminal(void)
{
	T_STR(rendered_as("a.txt", "{{x}}|{{{x}}}", "{\"x\":\"<b>\\u001b[2J\"}"), "<b>?[2J|<b>\x1b[2J");
}

static void
t_numbers_are_written_as_json_writes_them(void)
{
	T_STR(rendered("{{#l}}{{.}} {{/l}}", "{\"l\":[0,-7,85.0,1.21,-0.5,0.1,1e21,9223372036854775807,"
	    "-9223372036854775808,3.141592653589793,1e-7]}"),
	    "0 -7 85 1.21 -0.5 0.1 1e+21 9223372036854775807 -9223372036854775808 3.141592653589793 1e-07 ");
	T_STR(rendered("{{#n}}present{{/n}}{{^n}}absent{{/n}}", "{\"n\":0}"), "present");
}

static void
t_a_section_is_false_when_empty(void)
{
	static const char text[] = "{{#x}}yes{{/x}}{{^x}}no{{/x}}";

	T_STR(rendered(text, "{\"x\":\"\"}"), "no");
	T_STR(rendered(text, "{\"x\":[]}"), "no");
	T_STR(rendered(text, "{\"x\":null}"), "no");
	T_STR(rendered(text, "{\"x\":false}"), "no");
	T_STR(rendered(text, "{}"), "no");
	T_STR(rendered(text, "{\"x\":{}}"), "yes");
	T_STR(rendered(text, "{\"x\":\"0\"}"), "yes");
	T_STR(rendered(text, "{\"x\":true}"), "yes");
	T_STR(rendered("{{x}}|{{y}}|{{z}}", "{\"x\":true,\"y\":{},\"z\":[1]}"), "true||");
}

static void
t_a_name_is_looked_up_from_the_inside_out(void)
{
	T_STR(rendered("{{#a}}{{#b}}{{x}}{{y}}{{z}}{{/b}}{{/a}}",
	    "{\"x\":1,\"y\":1,\"z\":1,\"a\":{\"x\":2,\"y\":2,\"b\":{\"x\":3}}}"), "321");
	T_STR(rendered("{{#a}}[{{x}}]{{/a}}", "{\"x\":1,\"a\":{\"x\":null}}"), "[]");
	T_STR(rendered("{{#l}}{{#x}}{{.}}{{n}}{{.}} {{/x}}{{/l}}",
	    "{\"n\":\"-\",\"l\":[{\"x\":\"a\"},{\"x\":\"\"},{\"x\":\"b\"}]}"), "a-a b-b ");
}

static const struct {
	const char *text, *says;
} broken[] = {
    {"a\n b{{x", "t:2:3: this tag is not closed: '}}' is missing"},
    {"{{{x}}", "t:1:1: this tag is not closed: '}}}' is missing"},
    {"{{=<% %>}}", "t:1:1: this tag is not closed: '=}}' is missing"},
    {"{{! x", "t:1:1: this tag is not closed"},
    {"{{}}", "t:1:1: this tag has no name"},
    {"{{ # }}", "t:1:1: '#' is not a name"},
    {"{{#}}{{/}}", "t:1:1: this tag has no name"},
    {"x\n{{>}}", "t:2:1: this tag has no name"},
    {"{{a b}}", "t:1:1: 'a b' is not a name: ' ' has no place in one"},
    {"{{a..b}}", "t:1:1: 'a..b': a part of the name is empty"},
    {"{{.a}}", "a part of the name is empty"},
    {"{{a.}}", "a part of the name is empty"},
    {"{{..}}", "a part of the name is empty"},
    {"{{\"x\"}}", "'\"' has no place in one"},
    {"{{#a}}\n  x\n", "t:1:1: the section 'a' is not closed"},
    {"x {{/a}}", "t:1:3: '/a' closes a section, but none is open"},
    {"{{#a}}\n {{^b}}{{/a}}{{/b}}", "t:2:8: '/a' does not close the open section 'b'"},
    {"{{#a}}{{/ab}}", "'/ab' does not close the open section 'a'"},
    {"{{=<%=}}", "delimiters are two words"},
    {"{{==}}", "delimiters are two words"},
    {"{{=a b c=}}", "a delimiter holds neither blanks nor '='"},
    {"{{=a= b=}}", "a delimiter holds neither blanks nor '='"},
    {"{{=0123456789abcdef0 x=}}", "delimiters are two words"},
    {"{{<a}}{{/a}}", "templates cannot be inherited ('<')"},
    {"{{$a}}{{/a}}", "templates cannot be inherited ('$')"},
};

static void
t_a_broken_template_is_refused_with_line_and_column(void)
{
	for (size_t i = 0; i < LARCH_COUNT(broken); i++) {
		const char *got = rendered(broken[i].text, "{}");

		if (!T_OK(got[0] == '!' && strstr(got, broken[i].says) != NULL))
			printf("# %s: %s\n", broken[i].text, got);
	}
}

static void
t_a_refused_template_leaves_the_set_as_it_was(void)
{
	struct mustache_set *set = NULL;
	struct mustache_value none = {.kind = MUSTACHE_FALSE};
	struct buf out = BUF(100);
	struct err e;

	T_OK(mustache_add(&set, "a", STR("{{"), &e) != 0 && set == NULL);
	T_OK(mustache_add(&set, "a", STR("A{{>b}}"), &e) == 0 && set != NULL);
	T_OK(mustache_add(&set, "b", STR("{{#x}}"), &e) != 0);
	T_OK(mustache_render(set, "a", &none, &out, &e) == 0);
	T_STR(out.p, "A");
	T_OK(mustache_add(&set, "b", STR("B"), &e) == 0);
	T_OK(mustache_add(&set, "b", STR("C"), &e) != 0 && e.kind == ERR_CONFLICT);
	T_OK(mustache_render(set, "a", &none, &out, &e) == 0);
	T_STR(out.p, "AAB");
	T_OK(mustache_render(set, "nix", &none, &out, &e) != 0 && e.kind == ERR_NOT_FOUND);
	T_STR(e.text, "there is no template 'nix'");
	mustache_destroy(set);
	mustache_destroy(NULL);
	buf_free(&out);
}

static void
t_a_partial_that_names_itself_without_end_is_an_error(void)
{
	T_STR(rendered("x{{>t}}", "{}"),
	    "! t: more than 100 sections and partials are open; does a partial name itself without end?");
	T_STR(rendered("{{#a}}{{>t}}{{/a}}", "{\"a\":1}"),
	    "! t: more than 100 sections and partials are open; does a partial name itself without end?");
	T_STR(rendered("{{n}}{{#kids}}<{{>t}}>{{/kids}}",
	    "{\"n\":1,\"kids\":[{\"n\":2,\"kids\":[]},{\"n\":3,\"kids\":[{\"n\":4,\"kids\":[]}]}]}"),
	    "1<2><3<4>>");
}

static void
t_sections_within_each_other_have_a_ceiling(void)
{
	struct buf text = BUF(10000);

	for (int i = 0; i < 100; i++)
		buf_puts(&text, "{{#a}}");
	for (int i = 0; i < 100; i++)
		buf_puts(&text, "{{/a}}");
	T_STR(rendered(text.p, "{\"a\":1}"), "");
	buf_clear(&text);
	for (int i = 0; i < 101; i++)
		buf_puts(&text, "{{#a}}");
	T_STR(rendered(text.p, "{\"a\":1}"), "! t:1:601: more than 100 sections within each other");
	buf_free(&text);
}

static void
t_a_rendering_without_end_is_stopped(void)
{
	struct buf json = BUF(10000);

	buf_puts(&json, "{\"a\":[0");
	for (int i = 0; i < 99; i++)
		buf_puts(&json, ",0");
	buf_puts(&json, "]}");
	T_STR(rendered("{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{/a}}{{/a}}{{/a}}{{/a}}{{/a}}{{/a}}", json.p),
	    "! t: more than 20000000 steps for one page");
	buf_free(&json);
}

static void
t_a_full_buffer_is_an_error_and_keeps_what_was_there(void)
{
	struct mustache_set *set = NULL;
	struct mustache_value none = {.kind = MUSTACHE_FALSE};
	struct buf out = BUF(10);
	struct err e;

	buf_puts(&out, "before");
	T_OK(mustache_add(&set, "a", STR("12345{{!}}67890"), &e) == 0);
	T_OK(mustache_render(set, "a", &none, &out, &e) != 0 && e.kind == ERR_LIMIT);
	T_STR(e.text, "a: what it renders is longer than 10 bytes");
	T_STR(out.p, "before");
	mustache_destroy(set);
	buf_free(&out);
}

static void
t_partials_indent_their_lines_and_nothing_else(void)
{
	struct mustache_set *set = NULL;
	json_t *doc = jsn_parse(STR("{\"t\":\"1\\n2\",\"l\":[1,2]}"), "data", NULL);
	struct mustache_value data = mustache_json(doc);
	struct buf out = BUF(1000);
	struct err e;

	T_OK(mustache_add(&set, "page", STR("<p>\n  {{>body}}\n</p>\n"), &e) == 0);
	T_OK(mustache_add(&set, "body", STR("{{t}}\n{{#l}}\n* {{.}}\n{{/l}}\n\n {{>leaf}}\n({{>leaf}})\n"), &e) == 0);
	T_OK(mustache_add(&set, "leaf", STR("a\nb\n"), &e) == 0);
	T_OK(mustache_render(set, "page", &data, &out, &e) == 0);
	T_STR(out.p, "<p>\n  1\n2\n  * 1\n  * 2\n  \n   a\n   b\n  (a\nb\n)\n</p>\n");
	json_decref(doc);
	mustache_destroy(set);
	buf_free(&out);
}

/* ---- a source of rows in C ---- */

static const char *const columns[] = {"name", "state", "rack"};

static struct mustache_value
row_member(const struct mustache_value *object, struct str name)
{
	/* One buffer for all texts: each lives only until the next call, as the header allows. */
	static _Thread_local char text[64];

	for (size_t i = 0; i < LARCH_COUNT(columns); i++)
		if (str_is(name, columns[i])) {
			snprintf(text, sizeof(text), "%s%zu", columns[i], object->index);
			return (struct mustache_value){.kind = MUSTACHE_TEXT, .text = str_of(text)};
		}
	if (str_is(name, "odd"))
		return (struct mustache_value){.kind = object->index % 2 ? MUSTACHE_TRUE : MUSTACHE_FALSE};
	return (struct mustache_value){.kind = MUSTACHE_ABSENT};
}

static struct mustache_value
row_item(const struct mustache_value *list, size_t i)
{
	return (struct mustache_value){.kind = MUSTACHE_OBJECT, .source = list->source, .index = i};
}

static struct mustache_value
root_member(const struct mustache_value *object, struct str name)
{
	static const struct mustache_source rows = {.member = row_member, .item = row_item};

	if (str_is(name, "rows"))
		return (struct mustache_value){.kind = MUSTACHE_LIST, .count = object->index, .source = &rows};
	return (struct mustache_value){.kind = MUSTACHE_ABSENT};
}

static const struct mustache_source root = {.member = root_member};

static void
t_rows_come_from_a_source_in_c(void)
{
	struct mustache_value data = {.kind = MUSTACHE_OBJECT, .source = &root, .index = 3};
	struct mustache_set *set = NULL;
	struct buf out = BUF(1000);
	struct err e;

	T_OK(mustache_add(&set, "t", STR("{{#rows}}{{name}}{{#odd}}*{{/odd}}"
	    "{{#state}} {{rack}}:{{.}}{{/state}};{{nix}}{{/rows}}"), &e) == 0);
	T_OK(mustache_render(set, "t", &data, &out, &e) == 0);
	T_STR(out.p, "name0 rack0:state0;name1* rack1:state1;name2 rack2:state2;");
	mustache_destroy(set);
	buf_free(&out);
}

static void *
render_often(void *arg)
{
	struct mustache_value data = {.kind = MUSTACHE_OBJECT, .source = &root, .index = 50};
	struct buf out = BUF(LIMIT_PAGE);
	struct err e;
	uintptr_t bad = 0;

	for (int i = 0; i < 200; i++) {
		buf_clear(&out);
		bad += mustache_render(arg, "t", &data, &out, &e) != 0 || out.n != 1420;
	}
	buf_free(&out);
	return (void *)bad;
}

static void
t_threads_render_from_one_set(void)
{
	struct mustache_set *set = NULL;
	pthread_t thread[4];
	struct err e;

	T_OK(mustache_add(&set, "t", STR("{{#rows}}\n  {{>row}}\n{{/rows}}\n"), &e) == 0);
	T_OK(mustache_add(&set, "row", STR("{{#state}}{{name}} {{.}} {{rack}} {{! pad }}____{{^odd}}{{/odd}}{{/state}}\n"), &e) == 0);
	for (int i = 0; i < 4; i++)
		T_INT(pthread_create(&thread[i], NULL, render_often, set), 0);
	for (int i = 0; i < 4; i++) {
		void *bad;

		pthread_join(thread[i], &bad);
		T_INT((uintptr_t)bad, 0);
	}
	mustache_destroy(set);
}

/* ---- a folder ---- */

static void
put_file(const char *folder, const char *name, const char *text)
{
	char path[4096];
	struct err e;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	T_OK(file_publish(path, str_of(text), 0644, &e) == 0);
}

static void
t_a_folder_is_loaded_with_its_sub_folders(void)
{
	char folder[512], within[600];
	struct mustache_set *set = NULL;
	struct mustache_value none = {.kind = MUSTACHE_FALSE};
	struct buf out = BUF(1000);
	struct err e;

	snprintf(folder, sizeof(folder), "%s/good", t_folder());
	snprintf(within, sizeof(within), "%s/partials", folder);
	T_OK(mkdir(folder, 0755) == 0);
	T_OK(mustache_load(folder, &set, &e) != 0 && set == NULL);
	T_ERR(e, "there is no template");
	T_OK(mkdir(within, 0755) == 0);
	put_file(folder, "page.html", "<{{> partials/head}}>");
	put_file(folder, "page.txt", "text");
	put_file(folder, "page.html~", "{{broken");
	put_file(folder, ".page.html", "{{broken");
	put_file(folder, "README.md", "{{broken");
	put_file(within, "head.html", "head");
	T_OK(mustache_load(folder, &set, &e) == 0);
	T_OK(mustache_render(set, "page", &none, &out, &e) == 0);
	T_OK(mustache_render(set, "page.txt", &none, &out, &e) == 0);
	T_STR(out.p, "<head>text");
	mustache_destroy(set);
	buf_free(&out);
}

static void
t_a_folder_with_one_broken_template_is_refused(void)
{
	char folder[512];
	struct mustache_set *set = NULL;
	struct err e;

	snprintf(folder, sizeof(folder), "%s/bad", t_folder());
	T_OK(mkdir(folder, 0755) == 0);
	T_OK(mustache_load("/nonexistent/larch", &set, &e) != 0 && e.kind == ERR_NOT_FOUND);
	T_ERR(e, "cannot read the folder of templates");
	put_file(folder, "a.html", "fine");
	put_file(folder, "b.html", "one\ntwo {{#x}}\n");
	T_OK(mustache_load(folder, &set, &e) != 0 && set == NULL);
	T_ERR(e, "/bad/b.html:2:5: the section 'x' is not closed");
	put_file(folder, "b.html", "one\n {{>heda}}\n");
	T_OK(mustache_load(folder, &set, &e) != 0);
	T_ERR(e, "/bad/b.html:2:2: there is no partial 'heda'");
	put_file(folder, "b.html", "\n\n{{>a}}");
	T_OK(mustache_load(folder, &set, &e) == 0);
	mustache_destroy(set);
}

T_MAIN(T(t_specification_comments), T(t_specification_delimiters),
    T(t_specification_interpolation), T(t_specification_inverted), T(t_specification_partials),
    T(t_specification_sections), T(t_every_value_is_escaped_unless_the_tag_says_so),
    T(t_a_text_template_cleans_for_a_terminal), T(t_numbers_are_written_as_json_writes_them),
    T(t_a_section_is_false_when_empty), T(t_a_name_is_looked_up_from_the_inside_out),
    T(t_a_broken_template_is_refused_with_line_and_column),
    T(t_a_refused_template_leaves_the_set_as_it_was),
    T(t_a_partial_that_names_itself_without_end_is_an_error),
    T(t_sections_within_each_other_have_a_ceiling), T(t_a_rendering_without_end_is_stopped),
    T(t_a_full_buffer_is_an_error_and_keeps_what_was_there),
    T(t_partials_indent_their_lines_and_nothing_else), T(t_rows_come_from_a_source_in_c),
    T(t_threads_render_from_one_set), T(t_a_folder_is_loaded_with_its_sub_folders),
    T(t_a_folder_with_one_broken_template_is_refused))
