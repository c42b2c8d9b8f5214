/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>

#include "cred/cred.h"
#include "t.h"

static struct yang *y;

static void
put(const char *name, const char *text, unsigned mode)
{
	char path[600];
	struct err e;

	snprintf(path, sizeof(path), "%s/%s", t_folder(), name);
	T_OK(file_publish(path, str_of(text), mode, &e) == 0);
}

static struct cred *
load(const char *inner, struct err *e)
{
	char path[600], text[4000];
	struct cred *c = NULL;

	if (y == NULL && !T_OK(yang_create(t_path("etc/yang"), &y, e) == 0))
		return NULL;
	put("read", "public\n", 0640);
	put("write", "private\n", 0640);
	put("short", "1234567\n", 0640);
	put("long", "123456789012345678901\n", 0640);
	put("good", "correct-horse\n", 0600);
	put("open", "secret\n", 0644);
	snprintf(text, sizeof(text), "{\"larch-credentials:credentials\":{%s}}", inner);
	put("credentials.json", text, 0644);
	snprintf(path, sizeof(path), "%s/credentials.json", t_folder());
	return cred_load(path, y, &c, e) == 0 ? c : NULL;
}

static void
t_the_first_row_that_matches_is_used(void)
{
	struct err e = {0};
	struct cred *c = load("\"snmp\":[{\"match\":\"pdu-1*\",\"version\":\"2c\",\"read_file\":\"read\","
	                      "\"write_file\":\"write\"},{\"match\":\"*\",\"version\":\"3\",\"user\":\"u\","
	                      "\"auth_file\":\"good\",\"priv_file\":\"good\"}],"
	                      "\"bmc\":[{\"match\":\"old-*\",\"user\":\"a\",\"password_file\":\"good\",\"suites\":[17,3]},"
	                      "{\"match\":\"n*\",\"user\":\"b\",\"password_file\":\"good\"}]",
	    &e);

	if (!T_OK(c != NULL)) {
		T_STR(e.text, "");
		return;
	}
	T_INT(cred_find_snmp(c, "pdu-12")->version, 2);
	T_STR(cred_find_snmp(c, "pdu-12")->read, "public");
	T_STR(cred_find_snmp(c, "pdu-12")->write, "private");
	T_INT(cred_find_snmp(c, "switch")->version, 3);
	T_STR(cred_find_snmp(c, "switch")->auth_secret, "correct-horse");
	T_STR(cred_find_bmc(c, "old-1")->user, "a");
	T_INT(cred_find_bmc(c, "old-1")->suites[1], 3);
	T_INT(cred_find_bmc(c, "n1")->suites[0], 17);
	T_INT(cred_find_bmc(c, "n1")->suites[1], 0);
	T_OK(cred_find_bmc(c, "gw") == NULL);
	cred_destroy(c);
	cred_destroy(NULL);
}

/* Plain names are found another way than patterns: whichever comes first in the file still wins. */
static void
t_a_plain_name_and_a_pattern_match_in_the_order_of_the_file(void)
{
	struct err e = {0};
	struct cred *c = load("\"bmc\":[{\"match\":\"n3\",\"user\":\"plain\",\"password_file\":\"good\"},"
	                      "{\"match\":\"n[1-4]\",\"user\":\"some\",\"password_file\":\"good\"},"
	                      "{\"match\":\"n2\",\"user\":\"too late\",\"password_file\":\"good\"},"
	                      "{\"match\":\"n9\",\"user\":\"nine\",\"password_file\":\"good\"},"
	                      "{\"match\":\"n\\\\*\",\"user\":\"star\",\"password_file\":\"good\"},"
	                      "{\"match\":\"n?\",\"user\":\"any\",\"password_file\":\"good\"}]",
	    &e);
	static const char *const rows[][2] = {{"n3", "plain"}, {"n1", "some"}, {"n2", "some"}, {"n9", "nine"}, {"n7", "any"},
	    {"n*", "star"}, {"n\\*", NULL}, {"n", NULL}, {"n33", NULL}, {"", NULL}};

	if (!T_OK(c != NULL)) {
		T_STR(e.text, "");
		return;
	}
	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		const struct cred_bmc *b = cred_find_bmc(c, rows[i][0]);

		T_STR(b == NULL ? "none" : b->user, rows[i][1] == NULL ? "none" : rows[i][1]);
	}
	T_OK(cred_find_snmp(c, "n3") == NULL);
	cred_destroy(c);
}

static void
t_less_than_authpriv_is_what_a_row_says_and_nothing_else(void)
{
	static const char rows[] =
	    "\"snmp\":[{\"match\":\"full\",\"version\":\"3\",\"user\":\"u\",\"auth_file\":\"good\",\"priv_file\":\"good\"},"
	    "{\"match\":\"said\",\"version\":\"3\",\"security\":\"authPriv\",\"user\":\"u\",\"auth_file\":\"good\",\"priv_file\":\"good\"},"
	    "{\"match\":\"half\",\"version\":\"3\",\"security\":\"authNoPriv\",\"user\":\"u\",\"auth_file\":\"good\"},"
	    "{\"match\":\"open\",\"version\":\"3\",\"security\":\"noAuthNoPriv\",\"user\":\"u\"}]";
	struct err e = {0};
	struct cred *c = load(rows, &e);

	T_STR(e.text, "");
	if (c == NULL)
		return;
	T_INT(cred_find_snmp(c, "full")->security, CRED_AUTH_PRIV);
	T_INT(cred_find_snmp(c, "said")->security, CRED_AUTH_PRIV);
	T_INT(cred_find_snmp(c, "half")->security, CRED_AUTH_NO_PRIV);
	T_INT(cred_find_snmp(c, "open")->security, CRED_NO_AUTH);
	T_OK(cred_find_snmp(c, "half")->priv_secret == NULL && cred_find_snmp(c, "open")->auth_secret == NULL);
	cred_destroy(c);
}

static void
t_a_row_that_cannot_be_used_is_refused_and_no_secret_is_told(void)
{
	static const struct {
		const char *inner, *reason;
	} rows[] = {
	    {"\"snmp\":[{\"match\":\"*\",\"version\":\"2c\"}]", "need read_file"},
	    {"\"snmp\":[{\"match\":\"*\",\"version\":\"2\",\"read_file\":\"read\"}]", "version"},
	    {"\"snmp\":[{\"match\":\"*\",\"version\":\"3\",\"user\":\"u\",\"auth_file\":\"good\"}]", "needs auth_file and priv_file"},
	    {"\"snmp\":[{\"match\":\"*\",\"version\":\"3\",\"user\":\"u\"}]", "unless 'security' says"},
	    {"\"snmp\":[{\"match\":\"*\",\"version\":\"3\",\"auth_file\":\"good\",\"priv_file\":\"good\"}]", "needs user"},
	    {"\"snmp\":[{\"match\":\"*\",\"version\":\"3\",\"user\":\"u\",\"security\":\"authNoPriv\"}]", "needs auth_file"},
	    {"\"snmp\":[{\"match\":\"*\",\"version\":\"3\",\"user\":\"u\",\"security\":\"none\"}]", "security"},
	    {"\"snmp\":[{\"match\":\"*\",\"version\":\"3\",\"user\":\"u\",\"security\":\"noAuthNoPriv\",\"auth_file\":\"good\"}]",
	        "not used with noAuthNoPriv"},
	    {"\"snmp\":[{\"match\":\"*\",\"version\":\"3\",\"user\":\"u\",\"security\":\"authNoPriv\",\"auth_file\":\"good\","
	     "\"priv_file\":\"good\"}]",
	        "used with authPriv alone"},
	    {"\"snmp\":[{\"match\":\"*\",\"version\":\"2c\",\"read_file\":\"read\",\"security\":\"noAuthNoPriv\"}]",
	        "security belongs to version 3"},
	    {"\"snmp\":[{\"match\":\"*\",\"version\":\"3\",\"user\":\"u\",\"auth_file\":\"short\",\"priv_file\":\"good\"}]",
	        "8 to"},
	    {"\"snmp\":[{\"match\":\"*\",\"version\":\"2c\",\"read_file\":\"read\",\"user\":\"u\"}]", "belongs to version 3"},
	    {"\"snmp\":[{\"match\":\"*\",\"version\":\"2c\",\"read_file\":\"absent\"}]", "absent: No such file"},
	    {"\"snmp\":[{\"match\":\"*\",\"version\":\"2c\",\"read_file\":\"open\"}]", "mode 0644"},
	    {"\"snmp\":[{\"match\":\"*\",\"version\":\"2c\",\"read\":\"public\"}]", "read"},
	    {"\"snmp\":[{\"match\":\"*\",\"version\":\"2c\",\"read_file\":\"read\"},{\"match\":\"*\",\"version\":\"2c\","
	     "\"read_file\":\"read\"}]",
	        "match"},
	    {"\"bmc\":[{\"match\":\"*\",\"user\":\"seventeen-letters\",\"password_file\":\"good\"}]", "user"},
	    {"\"bmc\":[{\"match\":\"*\",\"user\":\"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\","
	     "\"password_file\":\"good\"}]",
	        "16 bytes"},
	    {"\"bmc\":[{\"match\":\"*\",\"user\":\"u\",\"password_file\":\"long\"}]", "1 to 20 bytes"},
	    {"\"bmc\":[{\"match\":\"*\",\"user\":\"u\",\"password_file\":\"good\",\"suites\":[0]}]", "suites"},
	    {"\"bmc\":[{\"match\":\"*\",\"user\":\"u\",\"password_file\":\"good\",\"suites\":[17,2]}]", "suites"},
	    {"\"bmc\":[{\"match\":\"*\",\"password_file\":\"good\"}]", "user"},
	};

	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		struct err e = {0};

		T_OK(load(rows[i].inner, &e) == NULL);
		T_ERR(e, rows[i].reason);
		T_ERR(e, "credentials.json: ");
		T_OK(strstr(e.text, "correct-horse") == NULL && strstr(e.text, "12345") == NULL);
	}
	yang_destroy(y);
}

static void
t_the_example_fits_its_module(void)
{
	struct yang *all = NULL;
	struct err e = {0};

	if (T_OK(yang_create(t_path("etc/yang"), &all, &e) == 0) &&
	    yang_check_file(all, "larch-credentials", t_path("etc/credentials.json"), LIMIT_CONFIG_FILE, NULL, &e) != 0)
		T_STR(e.text, "");
	yang_destroy(all);
}

T_MAIN(T(t_the_first_row_that_matches_is_used), T(t_a_plain_name_and_a_pattern_match_in_the_order_of_the_file),
    T(t_less_than_authpriv_is_what_a_row_says_and_nothing_else),
    T(t_a_row_that_cannot_be_used_is_refused_and_no_secret_is_told), T(t_the_example_fits_its_module))
