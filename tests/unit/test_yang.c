/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>

#include "modules.h"

static void
t_the_example_policy_is_instance_data_of_its_module(void)
{
	struct yang *y = modules();
	struct err e = {0};
	json_t *v = NULL;

	if (T_OK(yang_check_file(y, "larch-policy", t_path("etc/policy.json"), LIMIT_CONFIG_FILE, &v,
	        &e) == 0))
		T_INT(json_array_size(json_object_get(v, "roles")), 5);
	else
		T_STR(e.text, "");
	json_decref(v);
}

#define ROLE(more) \
	"{\"larch-policy:policy\":{\"roles\":[{\"name\":\"r\",\"groups\":[\"g\"],\"verbs\":[\"on\"],\"hosts\":\"n1\"," \
	"\"at_once\":1,\"per_hour\":1" more "}]}}"

static void
t_every_kind_of_wrong_policy_is_refused_with_its_reason(void)
{
	static const struct {
		const char *text, *reason;
	} rows[] = {
	    {"", "not valid JSON"},
	    {" \n", "not valid JSON"},
	    {"{}", "is empty"},
	    {"[]", "is empty"},
	    {"null", "not valid JSON"},
	    {"{\"larch-policy:policy\":{}} junk", "end of file expected"},
	    {"{\"larch-policy:policy\":{}}{}", "end of file expected"},
	    {"{\"larch-policy:policy\":{},\"larch-policy:policy\":{}}", "duplicate"},
	    {"{\"larch-policy:policy\":{\"@\":{\"yang:operation\":\"delete\"}}}", "is metadata"},
	    {"{\"larch-policy:policy\":{\"@comment\":{\"x:y\":1},\"comment\":\"a\"}}", "is metadata"},
	    {"{\"larch-policy:policy\":{},\"larch-conf:larch\":{}}", "nothing beside it"},
	    {"{\"larch-conf:larch\":{}}", "must hold one member \"larch-policy:"},
	    {"{\"policy\":{}}", "must hold one member"},
	    {"{\"larch-policy:polcy\":{}}", "polcy"},
	    {"{\"larch-policy:policy\":7}", "policy"},
	    {ROLE(",\"colour\":1"), "colour"},
	    {ROLE(",\"things\":\"type=node\""), "things"},
	    {"{\"larch-policy:policy\":{\"roles\":[{\"name\":\"r\"}]}}", "/larch-policy:policy/roles"},
	    {"{\"larch-policy:policy\":{\"roles\":[{\"name\":\"r\",\"groups\":[\"g\"],\"verbs\":[\"fly\"],"
	     "\"hosts\":\"n1\",\"at_once\":1,\"per_hour\":1}]}}",
	        "fly"},
	    {"{\"larch-policy:policy\":{\"roles\":[{\"name\":\"r\",\"groups\":[],\"verbs\":[\"on\"],"
	     "\"hosts\":\"n1\",\"at_once\":1,\"per_hour\":1}]}}",
	        "groups"},
	    {"{\"larch-policy:policy\":{\"roles\":[{\"name\":\"r\",\"groups\":[\"g\"],\"verbs\":[\"on\"],"
	     "\"at_once\":1,\"per_hour\":1}]}}",
	        "which"},
	    {"{\"larch-policy:policy\":{\"roles\":[{\"name\":\"r\",\"groups\":[\"g\"],\"verbs\":[\"on\"],"
	     "\"hosts\":\"n1\",\"at_once\":0,\"per_hour\":1}]}}",
	        "at_once"},
	    {"{\"larch-policy:policy\":{\"roles\":[{\"name\":\"r\",\"groups\":[\"g\"],\"verbs\":[\"on\"],"
	     "\"hosts\":\"n1\",\"at_once\":\"1\",\"per_hour\":1}]}}",
	        "at_once"},
	    {"{\"larch-policy:policy\":{\"roles\":[{\"name\":\"r\",\"groups\":[\"g\"],\"verbs\":[\"on\"],"
	     "\"hosts\":\"n1\",\"per_hour\":1}]}}",
	        "at_once"},
	    {"{\"larch-policy:policy\":{\"comment\":\"a\\u0000b\"}}", "not valid JSON"},
	    {"{\"larch-policy:policy\":{\"comment\":\"a\xff\"}}", "not valid JSON"},
	};

	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		struct err e = {0};

		T_OK(yang_check(modules(), "larch-policy", str_of(rows[i].text), "policy.json", NULL, &e) != 0);
		T_ERR(e, rows[i].reason);
		T_ERR(e, "policy.json: ");
	}
}

static void
t_an_error_names_the_line(void)
{
	struct err e = {0};

	T_OK(yang_check(modules(), "larch-policy",
	         STR("{\n\"larch-policy:policy\": {\n\"comment\": \"a\",\n\"wings\": 2\n}}"), "p.json", NULL, &e) != 0);
	T_ERR(e, "p.json: line 4");
	T_ERR(e, "wings");
}

static void
t_a_filled_check_adds_the_defaults_of_the_module(void)
{
	struct err e = {0};
	json_t *v = NULL;

	if (T_OK(yang_check_filled(modules(), "larch-conf",
	        STR("{\"larch-conf:larch\":{\"site\":\"s\",\"origin\":\"https://h\",\"ldap\":{\"uri\":[\"ldaps://h\"],"
	            "\"user_base\":\"o=x\"}}}"),
	        "larch.json", &v, &e) == 0))
		T_STR(jsn_text_or(json_object_get(v, "power"), "dwell", "?"), "5s");
	else
		T_STR(e.text, "");
	json_decref(v);
}

static void
write_module(const char *folder, const char *name, const char *text)
{
	char path[600];
	struct err e;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	T_OK(file_publish(path, str_of(text), 0644, &e) == 0);
}

static void
t_a_folder_with_a_bad_module_is_refused_with_its_name(void)
{
	char folder[512];
	struct yang *y = NULL;
	struct err e = {0};

	snprintf(folder, sizeof(folder), "%s/yang", t_folder());
	T_OK(yang_create(folder, &y, &e) != 0);
	T_ERR(e, "YANG");
	T_OK(mkdir(folder, 0755) == 0);
	T_OK(yang_create(folder, &y, &e) != 0);
	T_ERR(e, "holds no YANG module");
	write_module(folder, "a@2026-11-20.yang",
	    "module a { yang-version 1.1; namespace \"urn:a\"; prefix a;\nrevision 2026-11-20;\nleaf x { typ string; } }");
	T_OK(yang_create(folder, &y, &e) != 0);
	T_ERR(e, "a@2026-11-20.yang: ");
	T_ERR(e, "line 3");
	write_module(folder, "a@2026-11-20.yang", "module a { yang-version 1.1; namespace \"urn:a\"; prefix a; revision 2026-11-20; }");
	write_module(folder, "stray.yang", "module stray { namespace \"urn:s\"; prefix s; }");
	T_OK(yang_create(folder, &y, &e) != 0);
	T_ERR(e, "MODULE@YYYY-MM-DD.yang");
}

static void
t_of_two_revisions_the_newest_is_used(void)
{
	char folder[512];
	struct yang *y = NULL;
	struct err e = {0};

	snprintf(folder, sizeof(folder), "%s/two", t_folder());
	T_OK(mkdir(folder, 0755) == 0);
	write_module(folder, "a@2026-11-20.yang",
	    "module a { yang-version 1.1; namespace \"urn:a\"; prefix a; revision 2026-11-20; container c { leaf x { type string; } } }");
	write_module(folder, "a@2026-12-01.yang",
	    "module a { yang-version 1.1; namespace \"urn:a\"; prefix a; revision 2026-12-01; revision 2026-11-20; container c { leaf x { type string; } leaf y { type string; } } }");
	if (!T_OK(yang_create(folder, &y, &e) == 0))
		return;
	T_OK(yang_check(y, "a", STR("{\"a:c\":{\"y\":\"1\"}}"), "t", NULL, &e) == 0);
	yang_destroy(y);
	yang_destroy(NULL);
	yang_destroy(modules());
}

T_MAIN(T(t_the_example_policy_is_instance_data_of_its_module),
    T(t_every_kind_of_wrong_policy_is_refused_with_its_reason), T(t_an_error_names_the_line),
    T(t_a_filled_check_adds_the_defaults_of_the_module),
    T(t_a_folder_with_a_bad_module_is_refused_with_its_name), T(t_of_two_revisions_the_newest_is_used))
