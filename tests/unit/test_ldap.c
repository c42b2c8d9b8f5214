/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The checker against a real slapd: who gets in, who does not, and what
 * happens when the directory is silent, forged or gone.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "auth/ldap.h"
#include "slapd_child.h"

static struct slapd_child directory;
static struct arena *arena;

static struct auth_ldap
by_search(const char *which)
{
	static const char *uri[1];
	static char ca[512];

	uri[0] = slapd_child_fact(&directory, which);
	snprintf(ca, sizeof(ca), "%s", slapd_child_fact(&directory, "ca_file"));
	return (struct auth_ldap){.uri = uri, .n_uri = 1, .starttls = strcmp(which, "ldap") == 0, .ca_file = ca,
	    .bind_dn = slapd_child_fact(&directory, "bind_dn"),
	    .bind_secret_file = slapd_child_fact(&directory, "bind_secret_file"),
	    .user_base = slapd_child_fact(&directory, "people_base"), .user_filter = "(uid=%s)",
	    .group_name = "cn", .timeout_ms = 3000};
}

static struct auth_ldap
by_template(const char *which)
{
	struct auth_ldap l = by_search(which);

	l.bind_dn = l.bind_secret_file = l.user_base = l.user_filter = NULL;
	l.dn_template = arena_printf(arena, "uid=%%s,%s", slapd_child_fact(&directory, "people_base"));
	return l;
}

static enum auth_outcome
check(const struct auth_ldap *l, const char *name, const char *password, struct auth_found *f)
{
	struct auth_checker *c = NULL;
	enum auth_outcome outcome;
	struct err e = {0};

	*f = (struct auth_found){0};
	if (!T_OK(auth_checker_start(l, &c, &e) == 0))
		return AUTH_DOWN;
	outcome = auth_check(c, str_of(name), str_of(password), arena, f, &e);
	if (outcome == AUTH_WRONG)
		T_STR(e.text, "The login name or the password is wrong.");
	if (outcome == AUTH_DOWN)
		T_ERR(e, "who is logged in stays logged in");
	auth_checker_stop(c);
	return outcome;
}

static void
expect(const struct auth_ldap *l, const char *name, const char *password, enum auth_outcome want)
{
	struct auth_found f;
	enum auth_outcome got = check(l, name, password, &f);

	if (!T_INT(got, want))
		printf("# '%s': %s\n", name, f.why == NULL ? "" : f.why);
}

static void
groups_are(const struct auth_found *f, const char *want)
{
	struct buf b = BUF(1000);

	for (size_t i = 0; i < f->n_groups; i++)
		buf_printf(&b, "%s%s", i > 0 ? "," : "", f->groups[i]);
	T_STR(b.n > 0 ? b.p : "", want);
	buf_free(&b);
}

/* ---- who gets in -------------------------------------------------------------------- */

static void
t_a_right_password_gets_in_by_every_kind_of_address(void)
{
	static const char *const which[] = {"ldaps", "ldap", "ldapi"};

	for (size_t i = 0; i < LARCH_COUNT(which); i++) {
		struct auth_ldap l = by_search(which[i]);
		struct auth_found f;

		if (!T_INT(check(&l, "ana", "ana-opens-it", &f), AUTH_OK)) {
			printf("# %s\n", f.why);
			continue;
		}
		T_STR(f.display, "Ana Krenn");
		T_OK(strncmp(f.dn, "uid=ana,", 8) == 0);
		groups_are(&f, "admins,operators,staff");
	}
}

static void
t_a_dn_template_needs_no_service_account(void)
{
	struct auth_ldap l = by_template("ldaps");
	struct auth_found f;

	if (!T_INT(check(&l, "ben", "ben-opens-it", &f), AUTH_OK))
		printf("# %s\n", f.why);
	T_STR(f.display, "Ben Okoro");
	groups_are(&f, "o*ps, (night),operators,staff");
	expect(&l, "ben", "wrong", AUTH_WRONG);
	expect(&l, "nobody", "wrong", AUTH_WRONG);
}

static void
t_groups_are_found_by_search_too(void)
{
	struct auth_ldap l = by_search("ldaps");
	struct auth_found f;

	l.group_base = slapd_child_fact(&directory, "groups_base");
	l.group_filter = "(&(objectClass=groupOfNames)(member=%s))";
	T_INT(check(&l, "ben", "ben-opens-it", &f), AUTH_OK);
	groups_are(&f, "o*ps, (night),operators,staff");
	T_INT(check(&l, "loner", "loner-opens-it", &f), AUTH_OK);
	groups_are(&f, "");
	l = by_template("ldaps");
	l.group_base = slapd_child_fact(&directory, "groups_base");
	l.group_filter = "(member=%s)";
	T_INT(check(&l, "cyd", "cyd-opens-it", &f), AUTH_OK);
	groups_are(&f, "staff");
}

static void
t_a_group_outside_the_base_does_not_count(void)
{
	struct auth_ldap l = by_search("ldaps");
	struct auth_found f;

	l.group_base = "ou=real,ou=groups,dc=example,dc=org";
	T_INT(check(&l, "ana", "ana-opens-it", &f), AUTH_OK);
	groups_are(&f, "");
	l.group_base = "OU=Groups,dc=example,dc=ORG";
	T_INT(check(&l, "ana", "ana-opens-it", &f), AUTH_OK);
	groups_are(&f, "admins,operators,staff");
}

static void
t_names_with_every_special_sign_log_in_as_themselves(void)
{
	static const char *const names[][2] = {{"w*ld", "wild-opens-it"}, {"par(en)", "paren-opens-it"},
	    {"back\\slash", "back-opens-it"}, {"quo\"te,comma", "quote-opens-it"}};
	struct auth_ldap search = by_search("ldapi"), template = by_template("ldapi");

	for (size_t i = 0; i < LARCH_COUNT(names); i++) {
		expect(&search, names[i][0], names[i][1], AUTH_OK);
		expect(&template, names[i][0], names[i][1], AUTH_OK);
		expect(&search, names[i][0], "ana-opens-it", AUTH_WRONG);
	}
}

/* ---- who does not -------------------------------------------------------------------- */

static void
t_wrong_password_and_unknown_user_are_one_sentence(void)
{
	struct auth_ldap l = by_search("ldaps");
	struct auth_found f;

	T_INT(check(&l, "ana", "ben-opens-it", &f), AUTH_WRONG);
	T_OK(strstr(f.why, "wrong password") != NULL);
	T_INT(f.n_groups, 0);
	T_INT(check(&l, "eve", "ana-opens-it", &f), AUTH_WRONG);
	T_OK(strstr(f.why, "no entry") != NULL);
	expect(&l, "ana", "ana-opens-it ", AUTH_WRONG);
	expect(&l, "ana", "ANA-opens-it", AUTH_WRONG);
}

static void
t_an_empty_password_never_reaches_the_directory(void)
{
	struct auth_ldap l = by_search("ldaps");
	int before = slapd_child_say(&directory, "binds");
	struct auth_checker *c = NULL;
	struct auth_found f;
	struct err e = {0};

	expect(&l, "ana", "", AUTH_WRONG);
	if (T_OK(auth_checker_start(&l, &c, &e) == 0)) {
		T_INT(auth_check(c, STR("ana"), STR("ana-opens-it\0x"), arena, &f, &e), AUTH_WRONG);
		T_INT(auth_check(c, STR("ana\0x"), STR("ana-opens-it"), arena, &f, &e), AUTH_WRONG);
		T_INT(auth_check(c, STR(""), STR("ana-opens-it"), arena, &f, &e), AUTH_WRONG);
		auth_checker_stop(c);
	}
	T_INT(slapd_child_say(&directory, "binds"), before);
}

static const char *const hostile_names[] = {"*", "a*", "ana*", "*)(uid=ana", "ana)(uid=*", "ana)(objectClass=*",
    "*)(&", "ana))(|(uid=*", "ana\\2a", "\\61na", "ana\\", "ana,ou=people", "ana+cn=Ana",
    "ana,ou=people,dc=example,dc=org", "x,uid=ana", "\"ana\"", "#616e61", "ana;", "<ana>", "(", ")", "\\",
    "ana\\00", "%s", "%n%n%n", "uid=ana", "ana=", "an\\61", "||", "&", "!(uid=x)", "ana)(", "(uid=ana)"};

struct attack {
	struct auth_checker *checker;
	size_t first;
	pthread_t thread;
	char told[256]; /* what went wrong, if anything */
};

#define ATTACKERS 8

/* Every eighth name, each with a password that is right for ana. */
static void *
attack(void *arg)
{
	struct attack *t = arg;
	struct arena *a = arena_create();

	for (size_t i = t->first; i < LARCH_COUNT(hostile_names); i += ATTACKERS) {
		struct auth_found f;
		struct err e;

		if (auth_check(t->checker, str_of(hostile_names[i]), STR("ana-opens-it"), a, &f, &e) != AUTH_WRONG)
			snprintf(t->told, sizeof(t->told), "'%s': %.150s", hostile_names[i], f.why);
	}
	arena_destroy(a);
	return NULL;
}

static void
t_no_injected_filter_or_dn_matches_somebody(void)
{
	struct auth_ldap ways[2] = {by_search("ldapi"), by_template("ldapi")};

	for (size_t k = 0; k < LARCH_COUNT(ways); k++) {
		struct attack t[ATTACKERS] = {0};
		struct auth_checker *c = NULL;
		struct err e;

		if (!T_OK(auth_checker_start(&ways[k], &c, &e) == 0))
			return;
		for (size_t i = 0; i < ATTACKERS; i++) {
			t[i].checker = c;
			t[i].first = i;
			T_OK(pthread_create(&t[i].thread, NULL, attack, &t[i]) == 0);
		}
		for (size_t i = 0; i < ATTACKERS; i++) {
			pthread_join(t[i].thread, NULL);
			T_STR(t[i].told, "");
		}
		auth_checker_stop(c);
	}
}

static void
t_a_name_that_matches_two_entries_is_refused(void)
{
	struct auth_ldap l = by_search("ldapi");
	struct auth_found f;

	l.user_filter = "(|(uid=%s)(uid=ben))";
	T_INT(check(&l, "ana", "ana-opens-it", &f), AUTH_WRONG);
	T_OK(strstr(f.why, "more than one entry") != NULL);
}

/* ---- a directory that is not well ---------------------------------------------------------- */

static void
t_a_foreign_ca_is_refused(void)
{
	static const char *const which[] = {"ldaps", "ldap"};
	int before = slapd_child_say(&directory, "binds");

	for (size_t i = 0; i < LARCH_COUNT(which); i++) {
		struct auth_ldap l = by_search(which[i]);

		l.ca_file = slapd_child_fact(&directory, "foreign_ca_file");
		expect(&l, "ana", "ana-opens-it", AUTH_DOWN);
		l.ca_file = NULL; /* the system's, which did not sign it either */
		expect(&l, "ana", "ana-opens-it", AUTH_DOWN);
		l.ca_file = "/nonexistent/ca.pem";
		expect(&l, "ana", "ana-opens-it", AUTH_DOWN);
	}
	T_INT(slapd_child_say(&directory, "binds"), before);
}

static void
t_an_ldaprc_in_the_working_directory_softens_nothing(void)
{
	struct auth_ldap l = by_search("ldaps");
	char was[4096], path[600];
	struct err e;

	l.ca_file = slapd_child_fact(&directory, "foreign_ca_file");
	snprintf(path, sizeof(path), "%s/ldaprc", t_folder());
	if (!T_OK(getcwd(was, sizeof(was)) != NULL) ||
	    !T_OK(file_publish(path, STR("TLS_REQCERT never\n"), 0644, &e) == 0) || !T_OK(chdir(t_folder()) == 0))
		return;
	expect(&l, "ana", "ana-opens-it", AUTH_DOWN);
	T_OK(chdir(was) == 0);
	unlink(path);
}

static void
t_ldap_without_starttls_is_not_used(void)
{
	struct auth_ldap l = by_search("ldap");
	struct auth_found f;

	l.starttls = false;
	T_INT(check(&l, "ana", "ana-opens-it", &f), AUTH_DOWN);
	T_OK(strstr(f.why, "without StartTLS") != NULL);
}

/* A listening socket that accepts nothing and says nothing. */
static int
silent(char uri[64], const char *scheme)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) != 0 || listen(fd, 8) != 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &n) != 0)
		return -1;
	snprintf(uri, 64, "%s://127.0.0.1:%d", scheme, ntohs(a.sin_port));
	return fd;
}

static void
t_a_silent_server_is_given_up_at_the_deadline(void)
{
	static const char *const schemes[] = {"ldaps", "ldap"};

	for (size_t i = 0; i < LARCH_COUNT(schemes); i++) {
		struct auth_ldap l = by_search(schemes[i]);
		char uri[64];
		const char *list[1] = {uri};
		int fd = silent(uri, schemes[i]);
		int64_t began = times_boot(), took;

		l.uri = list;
		l.timeout_ms = 1000;
		expect(&l, "ana", "ana-opens-it", AUTH_DOWN);
		took = times_boot() - began;
		if (!T_OK(took >= 900 && took < 2500))
			printf("# %s took %lld ms\n", uri, (long long)took);
		close(fd);
	}
}

static void
t_a_second_address_answers_for_a_dead_and_a_silent_one(void)
{
	struct auth_ldap l = by_search("ldaps");
	char uri[64];
	int fd = silent(uri, "ldaps");
	const char *list[3] = {"ldaps://127.0.0.1:1", uri, l.uri[0]};
	struct auth_found f;

	l.uri = list;
	l.n_uri = 3;
	l.timeout_ms = 1000;
	if (!T_INT(check(&l, "ana", "ana-opens-it", &f), AUTH_OK))
		printf("# %s\n", f.why);
	l.n_uri = 2;
	T_INT(check(&l, "ana", "ana-opens-it", &f), AUTH_DOWN);
	T_OK(strstr(f.why, "127.0.0.1:1:") != NULL && strstr(f.why, "no answer within 1000 ms") != NULL);
	close(fd);
}

static void
t_a_stopped_slapd_is_down_and_then_up_again(void)
{
	struct auth_ldap l = by_search("ldapi");

	l.timeout_ms = 1000;
	T_OK(slapd_child_say(&directory, "pause") == 0);
	expect(&l, "ana", "ana-opens-it", AUTH_DOWN);
	T_OK(slapd_child_say(&directory, "resume") == 0);
	l.timeout_ms = 3000;
	expect(&l, "ana", "ana-opens-it", AUTH_OK);
}

static void
t_a_service_account_with_a_wrong_secret_is_down_not_wrong(void)
{
	struct auth_ldap l = by_search("ldaps");
	struct auth_found f;
	char path[600];
	struct err e;

	snprintf(path, sizeof(path), "%s/wrong.secret", t_folder());
	T_OK(file_publish(path, STR("not-the-secret\n"), 0640, &e) == 0);
	l.bind_secret_file = path;
	T_INT(check(&l, "ana", "ana-opens-it", &f), AUTH_DOWN);
	T_OK(strstr(f.why, "service account") != NULL && strstr(f.why, "not-the-secret") == NULL);
	l.bind_secret_file = "/nonexistent/secret";
	T_INT(check(&l, "ana", "ana-opens-it", &f), AUTH_DOWN);
	T_OK(strstr(f.why, "/nonexistent/secret") != NULL);
}

/* ---- the helper ------------------------------------------------------------------------------- */

static void
t_groups_are_asked_again_without_a_password(void)
{
	struct auth_ldap l = by_search("ldapi"), t = by_template("ldapi");
	struct auth_checker *c = NULL;
	struct auth_found f;
	struct err e = {0};

	if (!T_OK(auth_checker_start(&l, &c, &e) == 0))
		return;
	T_OK(auth_recheck_possible(c));
	T_INT(auth_recheck(c, STR("cyd"), arena, &f, &e), AUTH_OK);
	groups_are(&f, "staff");
	T_INT(auth_recheck(c, STR("nobody"), arena, &f, &e), AUTH_GONE);
	T_INT(auth_recheck(c, STR("*"), arena, &f, &e), AUTH_GONE);
	auth_checker_stop(c);
	/* a directory that shows nobody at all is not believed */
	l.user_filter = "(&(uid=%s)(objectClass=device))";
	if (!T_OK(auth_checker_start(&l, &c, &e) == 0))
		return;
	T_INT(auth_recheck(c, STR("cyd"), arena, &f, &e), AUTH_DOWN);
	T_ERR(e, "shows nobody at all");
	auth_checker_stop(c);
	/* and of one that shows two for a name nothing is decided */
	l.user_filter = "(|(uid=%s)(uid=ben))";
	if (!T_OK(auth_checker_start(&l, &c, &e) == 0))
		return;
	T_INT(auth_recheck(c, STR("cyd"), arena, &f, &e), AUTH_WRONG);
	auth_checker_stop(c);
	if (!T_OK(auth_checker_start(&t, &c, &e) == 0))
		return;
	T_OK(!auth_recheck_possible(c));
	auth_checker_stop(c);
	t.bind_dn = l.bind_dn;
	t.bind_secret_file = l.bind_secret_file;
	if (!T_OK(auth_checker_start(&t, &c, &e) == 0))
		return;
	T_INT(auth_recheck(c, STR("cyd"), arena, &f, &e), AUTH_OK);
	T_INT(auth_recheck(c, STR("nobody"), arena, &f, &e), AUTH_GONE);
	auth_checker_stop(c);
}

static void
t_no_answer_comes_before_its_time(void)
{
	struct auth_ldap l = by_search("ldapi");
	struct auth_checker *c = NULL;
	static const char *const names[] = {"ana", "nobody", ""};
	struct auth_found f;
	struct err e = {0};

	if (!T_OK(auth_checker_start(&l, &c, &e) == 0))
		return;
	for (size_t i = 0; i < LARCH_COUNT(names); i++) {
		int64_t began = times_boot();

		T_OK(auth_check(c, str_of(names[i]), STR("wrong"), arena, &f, &e) == AUTH_WRONG);
		T_OK(times_boot() - began >= AUTH_LEAST_MS);
	}
	auth_checker_stop(c);
	auth_checker_stop(NULL);
}

/* How many descriptors of a process are not /dev/null, standard error, or a socket. */
static int
foreign(pid_t pid, const char *secret)
{
	int bad = 0;

	for (int fd = 0; fd < 64; fd++) {
		char path[64], to[512];
		ssize_t n;

		snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)pid, fd);
		n = readlink(path, to, sizeof(to) - 1);
		if (n < 0)
			continue;
		to[n] = '\0';
		bad += fd < 2 ? strcmp(to, "/dev/null") != 0 : fd > 2 && strcmp(to, secret) == 0;
		if (fd > 2 && strncmp(to, "socket:", 7) != 0)
			bad++;
	}
	return bad;
}

static void
t_the_helper_holds_nothing_of_the_program_and_ends_with_it(void)
{
	struct auth_ldap l = by_search("ldapi");
	struct auth_checker *c = NULL;
	struct { struct auth_ldap l; struct arena *a; int fd; pid_t helper; } *inside;
	char uri[64], link[64], name[128] = "";
	int listening = silent(uri, "x");
	struct auth_found f;
	struct err e = {0};
	pid_t pid;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", listening);
	T_OK(readlink(link, name, sizeof(name) - 1) > 0);
	if (!T_OK(auth_checker_start(&l, &c, &e) == 0))
		return;
	inside = (void *)c;
	pid = inside->helper;
	T_INT(auth_check(c, STR("ana"), STR("ana-opens-it"), arena, &f, &e), AUTH_OK);
	T_INT(foreign(pid, name), 0);
	T_OK(kill(pid, SIGTERM) == 0);
	T_INT(auth_check(c, STR("ana"), STR("ana-opens-it"), arena, &f, &e), AUTH_OK);
	T_OK(kill(pid, SIGKILL) == 0);
	T_INT(auth_check(c, STR("ana"), STR("ana-opens-it"), arena, &f, &e), AUTH_DOWN);
	T_OK(f.why[0] != '\0');
	auth_checker_stop(c);
	T_OK(kill(pid, 0) != 0);
	close(listening);
}

static void
t_an_answer_cut_short_or_forged_is_no_answer(void)
{
	struct ldap_answer in = {.outcome = AUTH_OK, .found = {.dn = "d", .display = "D", .why = "",
	    .groups = (const char *[]){"a", "b"}, .n_groups = 2}}, out;
	struct buf b = BUF(LDAP_ANSWER_MAX), many = BUF(LDAP_ANSWER_MAX);

	auth_ldap_pack(&in, &b);
	T_OK(auth_ldap_unpack(buf_view(&b), arena, &out) == 0);
	T_INT(out.found.n_groups, 2);
	T_STR(out.found.groups[1], "b");
	for (size_t n = 0; n < b.n; n++) /* whole up to a NUL it may be; then groups are missing, never invented */
		if (auth_ldap_unpack((struct str){b.p, n}, arena, &out) == 0)
			T_OK(out.found.n_groups < 2);
	b.p[0] = 'Z';
	T_OK(auth_ldap_unpack(buf_view(&b), arena, &out) != 0);
	T_INT(out.outcome, AUTH_DOWN);
	buf_puts(&many, "A");
	for (int i = 0; i < LDAP_GROUPS_MAX + 10; i++)
		buf_add(&many, "g", 2);
	T_OK(auth_ldap_unpack(buf_view(&many), arena, &out) != 0);
	buf_free(&b);
	buf_free(&many);
}

static void
t_filters_and_dns_are_escaped(void)
{
	T_STR(auth_ldap_filter("(uid=%s)", "a*(b)\\c", arena), "(uid=a\\2A\\28b\\29\\5Cc)");
	T_STR(auth_ldap_filter("(|(uid=%s)(mail=%s))", "ana", arena), "(|(uid=ana)(mail=ana))");
	T_STR(auth_ldap_dn("uid=%s,o=x", "a,b", arena), "uid=a\\2Cb,o=x");
	T_STR(auth_ldap_rdn("cn=ops,ou=groups,o=x", "cn", NULL, arena), "ops");
	T_STR(auth_ldap_rdn("ou=a+CN=ops,o=x", "cn", "o=X", arena), "ops");
	T_OK(auth_ldap_rdn("cn=ops,ou=evil,o=x", "cn", "ou=groups,o=x", arena) == NULL);
	T_OK(auth_ldap_rdn("ou=groups,o=x", "ou", "ou=groups,o=x", arena) == NULL);
	T_OK(auth_ldap_rdn("uid=ops,o=x", "cn", NULL, arena) == NULL);
	T_OK(auth_ldap_rdn("not a dn", "cn", NULL, arena) == NULL);
	T_OK(auth_ldap_rdn("cn=ops\\00x,ou=groups,o=x", "cn", NULL, arena) == NULL);
	T_OK(auth_ldap_rdn("", "cn", NULL, arena) == NULL);
}

static void
t_start_the_directory(void)
{
	arena = arena_create();
	if (access("/usr/sbin/slapd", X_OK) != 0) {
		printf("1..1\nok 1 - the checker against slapd # SKIP slapd is not installed\n");
		exit(0);
	}
	T_OK(slapd_child_start(&directory, t_folder()) == 0);
}

static void
t_stop_the_directory(void)
{
	slapd_child_stop(&directory);
	arena_destroy(arena);
}

T_MAIN(T(t_start_the_directory), T(t_a_right_password_gets_in_by_every_kind_of_address),
    T(t_a_dn_template_needs_no_service_account), T(t_groups_are_found_by_search_too),
    T(t_a_group_outside_the_base_does_not_count), T(t_names_with_every_special_sign_log_in_as_themselves),
    T(t_wrong_password_and_unknown_user_are_one_sentence), T(t_an_empty_password_never_reaches_the_directory),
    T(t_no_injected_filter_or_dn_matches_somebody), T(t_a_name_that_matches_two_entries_is_refused),
    T(t_a_foreign_ca_is_refused), T(t_an_ldaprc_in_the_working_directory_softens_nothing),
    T(t_ldap_without_starttls_is_not_used), T(t_a_silent_server_is_given_up_at_the_deadline),
    T(t_a_second_address_answers_for_a_dead_and_a_silent_one), T(t_a_stopped_slapd_is_down_and_then_up_again),
    T(t_a_service_account_with_a_wrong_secret_is_down_not_wrong), T(t_groups_are_asked_again_without_a_password),
    T(t_no_answer_comes_before_its_time), T(t_the_helper_holds_nothing_of_the_program_and_ends_with_it),
    T(t_an_answer_cut_short_or_forged_is_no_answer), T(t_filters_and_dns_are_escaped), T(t_stop_the_directory))
