/* SPDX-License-Identifier: Apache-2.0 */
/* Which nodes have a place for a shared connection, and what becomes of the folder of the sockets. */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/base.h"
#include "probe/login_masters.h"
#include "t.h"

#define LONG_MS 3600000

static char folder[80];

/* A fresh one each. */
static struct login_masters *
create(const char *name)
{
	snprintf(folder, sizeof(folder), "%s/%s", t_folder(), name);
	return login_masters_create(folder);
}

static void
t_the_first_that_ask_have_the_places_and_keep_them(void)
{
	struct login_masters *m = create("first");
	struct login_master *a, *b;

	login_masters_set(m, 2, LONG_MS);
	a = login_masters_at(m, "n1", NULL);
	b = login_masters_at(m, "n2", "192.0.2.2");
	T_OK(a != NULL && b != NULL && strcmp(a->path, b->path) != 0);
	T_OK(login_masters_at(m, "n3", NULL) == NULL);
	a->ready = b->ready = true;
	T_OK(login_masters_at(m, "n1", NULL) == a && a->ready);
	T_OK(login_masters_at(m, "n2", "192.0.2.2") == b);
	T_OK(login_masters_at(m, "n3", NULL) == NULL);
	T_INT(login_masters_count(m), 2);
	login_masters_lose(m, a);
	T_INT(login_masters_count(m), 1);
	T_OK(login_masters_at(m, "n3", NULL) != NULL);
	T_OK(login_masters_at(m, "n1", NULL) == NULL);
	login_masters_lose(m, NULL);
	login_masters_destroy(m);
	login_masters_destroy(NULL);
}

static void
t_another_address_is_another_machine(void)
{
	struct login_masters *m = create("address");
	struct login_master *a;

	login_masters_set(m, 1, LONG_MS);
	login_masters_at(m, "n1", "192.0.2.1")->ready = true;
	T_OK(login_masters_at(m, "n1", "192.0.2.1")->ready);
	a = login_masters_at(m, "n1", "192.0.2.2");
	T_OK(a != NULL && !a->ready);
	a->ready = true;
	a = login_masters_at(m, "n1", NULL);
	T_OK(a != NULL && !a->ready);
	login_masters_destroy(m);
}

static void
t_a_place_whose_master_is_over_is_given_to_the_next_unless_it_is_held(void)
{
	struct login_masters *m = create("over");
	struct login_master *a;

	login_masters_set(m, 1, -1); /* over at once */
	a = login_masters_at(m, "n1", NULL);
	a->held = true;
	T_OK(login_masters_at(m, "n2", NULL) == NULL);
	T_OK(login_masters_at(m, "n1", NULL) == a);
	a->held = false;
	T_OK(login_masters_at(m, "n2", NULL) != NULL);
	login_masters_destroy(m);
}

static void
t_fewer_places_take_those_beyond_and_none_takes_all(void)
{
	struct login_masters *m = create("fewer");

	login_masters_set(m, 3, LONG_MS);
	for (int i = 0; i < 3; i++)
		login_masters_at(m, (const char *[]){"n1", "n2", "n3"}[i], NULL)->ready = true;
	login_masters_set(m, 1, LONG_MS);
	T_OK(login_masters_at(m, "n1", NULL)->ready);
	T_OK(login_masters_at(m, "n3", NULL) == NULL);
	T_OK(login_masters_at(m, "n2", NULL) == NULL);
	T_INT(login_masters_count(m), 1);
	login_masters_set(m, 0, LONG_MS);
	T_OK(login_masters_at(m, "n1", NULL) == NULL);
	T_INT(login_masters_count(m), 0);
	login_masters_set(m, 3, LONG_MS);
	T_OK(login_masters_at(m, "n3", NULL) != NULL);
	login_masters_destroy(m);
}

/* A socket that nobody listens on. */
static bool
leave_socket(const char *name)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	bool left;

	snprintf(at.sun_path, sizeof(at.sun_path), "%s/%.20s", folder, name);
	left = fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0;
	if (fd >= 0)
		close(fd);
	return left;
}

static bool
is_there(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return access(path, F_OK) == 0;
}

static void
t_sockets_that_were_left_behind_go_at_the_start_and_at_the_end(void)
{
	struct login_masters *m;

	login_masters_destroy(create("left"));
	T_OK(leave_socket("0") && leave_socket("4095") && leave_socket("0.abcdefgh") && leave_socket("-1") && leave_socket("123456"));
	m = login_masters_create(folder);
	T_OK(!is_there("0") && !is_there("4095") && !is_there("0.abcdefgh"));
	T_OK(is_there("-1") && is_there("123456")); /* no names of ours */
	T_OK(leave_socket("7"));
	login_masters_destroy(m);
	T_OK(!is_there("7"));
}

static void
t_a_folder_that_is_not_ours_alone_has_no_places(void)
{
	char path[512], other[512];
	struct login_masters *m;

	snprintf(path, sizeof(path), "%s/open", t_folder());
	T_INT(mkdir(path, 0755), 0);
	T_INT(chmod(path, 0710), 0);
	snprintf(other, sizeof(other), "%s/link", t_folder());
	T_INT(symlink(t_folder(), other), 0);
	for (int i = 0; i < 5; i++) {
		const char *tried[] = {path, other, "/no/such/folder/ssh", "/tmp/%h", "/tmp/a-folder-whose-name-is-so-long-that-what-ssh-makes-of-a-socket-in-it/is-no-address"};

		m = login_masters_create(tried[i]);
		login_masters_set(m, 8, LONG_MS);
		T_OK(login_masters_at(m, "n1", NULL) == NULL);
		T_INT(login_masters_count(m), 0);
		login_masters_destroy(m);
	}
	T_OK(access("/tmp/%h", F_OK) != 0);
}

T_MAIN(T(t_the_first_that_ask_have_the_places_and_keep_them), T(t_another_address_is_another_machine),
    T(t_a_place_whose_master_is_over_is_given_to_the_next_unless_it_is_held), T(t_fewer_places_take_those_beyond_and_none_takes_all),
    T(t_sockets_that_were_left_behind_go_at_the_start_and_at_the_end), T(t_a_folder_that_is_not_ours_alone_has_no_places))
