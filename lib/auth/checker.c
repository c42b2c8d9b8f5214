/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ldap.h"

struct auth_checker {
	struct auth_ldap ldap;
	struct arena *arena;
	int fd;       /* the helper listens at the other end */
	pid_t helper;
};

/* ---- the helper: single-threaded from its first moment to its last ------------------- */

/* Take one request and the socket its answer goes to. 0 at the end of the program. */
static ssize_t
take_request(int ctl, struct ldap_request *q, int *fd)
{
	union {
		char space[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec part = {.iov_base = q, .iov_len = sizeof(*q)};
	struct msghdr m = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.space,
	    .msg_controllen = sizeof(control.space)};
	struct cmsghdr *c;
	ssize_t n;

	*fd = -1;
	do
		n = recvmsg(ctl, &m, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	c = n > 0 ? CMSG_FIRSTHDR(&m) : NULL;
	if (c != NULL && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS &&
	    c->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(fd, CMSG_DATA(c), sizeof(int));
	return n;
}

static bool
whole(const struct ldap_request *q, ssize_t n)
{
	return n == (ssize_t)sizeof(*q) && q->name_n <= LDAP_NAME_MAX && q->password_n <= LDAP_PASSWORD_MAX &&
	    q->name[q->name_n] == '\0' && q->password[q->password_n] == '\0';
}

/* Nothing of the program stays with the helper: not its FastCGI socket, not its databases. */
static void
let_go_of_everything(int keep)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null >= 0) {
		(void)dup2(null, 0);
		(void)dup2(null, 1);
	}
	if (keep > 3)
		(void)close_range(3, (unsigned)keep - 1, 0);
	(void)close_range((unsigned)keep + 1, ~0u, 0);
}

static void
helper(const struct auth_ldap *ldap, int ctl)
{
	struct rlimit no_core = {0, 0};
	struct ldap_request q;
	ssize_t n;
	int fd;

	if (ctl < 3) /* a program started without standard descriptors */
		ctl = fcntl(ctl, F_DUPFD_CLOEXEC, 3);
	let_go_of_everything(ctl);
	(void)setrlimit(RLIMIT_CORE, &no_core);
	(void)prctl(PR_SET_DUMPABLE, 0);
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	(void)setenv("LDAPNOINIT", "1", 1); /* no ldaprc may soften what we ask for */
	(void)signal(SIGCHLD, SIG_IGN);
	(void)signal(SIGPIPE, SIG_IGN);
	/* it ends when its program does, not before: a login in flight completes */
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	while ((n = take_request(ctl, &q, &fd)) > 0) {
		if (fd >= 0 && whole(&q, n) && fork() == 0) {
			close(ctl);
			auth_ldap_judge(ldap, &q, fd);
		}
		explicit_bzero(&q, sizeof(q));
		if (fd >= 0)
			close(fd);
	}
	_exit(0);
}

/* ---- starting ----------------------------------------------------------------------------- */

static const char *
copy(struct arena *a, const char *s)
{
	return s == NULL ? NULL : arena_strdup(a, s);
}

static void
copy_ldap(struct auth_checker *c, const struct auth_ldap *from)
{
	struct auth_ldap *to = &c->ldap;
	struct arena *a = c->arena;

	*to = *from;
	to->uri = arena_array(a, from->n_uri + 1, sizeof(char *));
	for (size_t i = 0; i < from->n_uri; i++)
		to->uri[i] = arena_strdup(a, from->uri[i]);
	to->ca_file = copy(a, from->ca_file);
	to->bind_dn = copy(a, from->bind_dn);
	to->bind_secret_file = copy(a, from->bind_secret_file);
	to->dn_template = copy(a, from->dn_template);
	to->user_base = copy(a, from->user_base);
	to->user_filter = copy(a, from->user_filter);
	to->group_base = copy(a, from->group_base);
	to->group_filter = copy(a, from->group_filter);
	to->group_name = copy(a, from->group_name != NULL ? from->group_name : "cn");
}

int
auth_checker_start(const struct auth_ldap *ldap, struct auth_checker **out, struct err *e)
{
	struct arena *a = arena_create();
	struct auth_checker *c = arena_alloc(a, sizeof(*c));
	int pair[2];

	c->arena = a;
	copy_ldap(c, ldap);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
		arena_destroy(a);
		return err_set(e, ERR_INTERNAL, "the password checker cannot be started: %s", strerror(errno));
	}
	c->helper = fork();
	if (c->helper == 0)
		helper(&c->ldap, pair[1]);
	close(pair[1]);
	c->fd = pair[0];
	if (c->helper < 0) {
		err_set(e, ERR_INTERNAL, "the password checker cannot be started: %s", strerror(errno));
		auth_checker_stop(c);
		return -1;
	}
	*out = c;
	return 0;
}

void
auth_checker_stop(struct auth_checker *c)
{
	if (c == NULL)
		return;
	close(c->fd); /* its end: the helper leaves */
	if (c->helper > 0)
		while (waitpid(c->helper, NULL, 0) < 0 && errno == EINTR)
			;
	arena_destroy(c->arena);
}

bool
auth_recheck_possible(const struct auth_checker *c)
{
	return c->ldap.dn_template == NULL || c->ldap.bind_dn != NULL;
}

bool
auth_checker_gone(const struct auth_checker *c)
{
	struct pollfd p = {.fd = c->fd, .events = 0};

	return poll(&p, 1, 0) == 1 && (p.revents & (POLLHUP | POLLERR)) != 0;
}

/* ---- asking ------------------------------------------------------------------------------------ */

static int
send_request(int ctl, const struct ldap_request *q, int fd)
{
	union {
		char space[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = {.space = {0}};
	struct iovec part = {.iov_base = (void *)q, .iov_len = sizeof(*q)};
	struct msghdr m = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.space,
	    .msg_controllen = sizeof(control.space)};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);
	ssize_t n;

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(int));
	do
		n = sendmsg(ctl, &m, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof(*q) ? 0 : -1;
}

/* The answer, or its absence, as an answer. */
static void
await(const struct auth_checker *c, int fd, struct arena *a, struct ldap_answer *out)
{
	int64_t until = times_boot() + (int64_t)c->ldap.n_uri * c->ldap.timeout_ms + 1000, left;
	struct pollfd p = {.fd = fd, .events = POLLIN};
	char bytes[LDAP_ANSWER_MAX + 1];
	ssize_t n = -1;

	while (n < 0 && (left = until - times_boot()) > 0) {
		int rc = poll(&p, 1, (int)left);

		if (rc > 0)
			n = recv(fd, bytes, sizeof(bytes), 0);
		if ((rc < 0 || n < 0) && errno != EINTR && rc != 0)
			break;
	}
	if (n > 0 && auth_ldap_unpack((struct str){bytes, (size_t)n}, a, out) == 0)
		return;
	*out = (struct ldap_answer){.outcome = AUTH_DOWN};
	out->found.why = n == 0 ? "the process that checks ended without an answer" : "the checker gave no answer in time";
}

static void
ask(const struct auth_checker *c, struct ldap_request *q, struct arena *a, struct ldap_answer *out)
{
	int pair[2];

	*out = (struct ldap_answer){.outcome = AUTH_DOWN};
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
		out->found.why = arena_strdup(a, strerror(errno));
		return;
	}
	if (send_request(c->fd, q, pair[1]) != 0) {
		close(pair[1]);
		out->found.why = arena_printf(a, "the password checker is gone (%s); 'login' must be started again",
		    strerror(errno));
	} else {
		close(pair[1]);
		explicit_bzero(q, sizeof(*q));
		await(c, pair[0], a, out);
	}
	explicit_bzero(q, sizeof(*q));
	close(pair[0]);
}

int auth_least_ms = AUTH_LEAST_MS;

void
auth_rest_until(int64_t at)
{
	int64_t left;

	while ((left = at - times_boot()) > 0)
		(void)poll(NULL, 0, (int)left);
}

enum auth_outcome
auth_check(struct auth_checker *c, struct str name, struct str password, struct arena *a,
    struct auth_found *out, struct err *e)
{
	int64_t least = times_boot() + auth_least_ms;
	struct ldap_request q = {.kind = LDAP_ASK_PASSWORD};
	struct ldap_answer answer = {.outcome = AUTH_WRONG, .found = {.why = "not a password"}};

	if (password.n > 0 && password.n <= LDAP_PASSWORD_MAX && name.n > 0 && name.n <= LDAP_NAME_MAX &&
	    memchr(password.p, '\0', password.n) == NULL && memchr(name.p, '\0', name.n) == NULL) {
		q.name_n = (uint32_t)name.n;
		q.password_n = (uint32_t)password.n;
		memcpy(q.name, name.p, name.n);
		memcpy(q.password, password.p, password.n);
		ask(c, &q, a, &answer);
	}
	auth_rest_until(least);
	auth_local_strip(&answer.found);
	*out = answer.found;
	if (answer.outcome == AUTH_WRONG || answer.outcome == AUTH_GONE) {
		err_set(e, ERR_LOGIN, AUTH_WRONG_TEXT);
		return AUTH_WRONG;
	}
	if (answer.outcome != AUTH_OK) {
		err_set(e, ERR_UNAVAILABLE,
		    "The directory does not answer as it should, so nobody can log in now; who is logged in stays "
		    "logged in. Try again in a minute.");
		return AUTH_DOWN;
	}
	return AUTH_OK;
}

enum auth_outcome
auth_recheck(struct auth_checker *c, struct str name, struct arena *a, struct auth_found *out,
    struct err *e)
{
	struct ldap_request q = {.kind = LDAP_ASK_GROUPS};
	struct ldap_answer answer = {.outcome = AUTH_DOWN, .found = {.why = "not a login name"}};

	if (name.n > 0 && name.n <= LDAP_NAME_MAX && memchr(name.p, '\0', name.n) == NULL) {
		q.name_n = (uint32_t)name.n;
		memcpy(q.name, name.p, name.n);
		ask(c, &q, a, &answer);
	}
	auth_local_strip(&answer.found);
	*out = answer.found;
	if (answer.outcome == AUTH_OK || answer.outcome == AUTH_GONE)
		return answer.outcome;
	err_set(e, ERR_UNAVAILABLE, "the groups of '%.*s' cannot be asked again: %s", (int)name.n, name.p,
	    answer.found.why);
	return answer.outcome == AUTH_WRONG ? AUTH_WRONG : AUTH_DOWN;
}
