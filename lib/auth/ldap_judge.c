/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ldap.h"

#define CPU_S 3 /* of one asker: GnuTLS spins when a server is silent (facts A4) */

/* The asker: one address, one answer, and away. */
static void
ask_and_exit(const struct auth_ldap *conf, const char *uri, struct ldap_request *q, int fd)
{
	struct rlimit cpu = {CPU_S, CPU_S};
	struct buf packed = BUF(LDAP_ANSWER_MAX);
	struct arena *a = arena_create();
	struct ldap_answer answer;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)setrlimit(RLIMIT_CPU, &cpu);
	auth_ldap_ask(conf, uri, q, a, &answer);
	explicit_bzero(q, sizeof(*q));
	auth_ldap_pack(&answer, &packed);
	if (!packed.over)
		(void)send(fd, packed.p, packed.n, MSG_NOSIGNAL);
	_exit(0);
}

/* Wait for the answer until the deadline: bytes, 0 for an end without one, -1 too late. */
static ssize_t
await(int fd, int timeout_ms, char *bytes, size_t size)
{
	int64_t until = times_boot() + timeout_ms, left;
	struct pollfd p = {.fd = fd, .events = POLLIN};
	int rc;

	while ((left = until - times_boot()) > 0) {
		rc = poll(&p, 1, (int)left);
		if (rc > 0)
			return recv(fd, bytes, size, 0);
		if (rc < 0 && errno != EINTR)
			return 0;
	}
	return -1;
}

static void
no_answer(struct ldap_answer *out, struct arena *a, const char *uri, const char *why)
{
	*out = (struct ldap_answer){.outcome = AUTH_DOWN};
	out->found.why = arena_printf(a, "%s: %s", uri, why);
}

/* One address, in a child that is killed when its time is over. */
static void
ask_one(const struct auth_ldap *conf, const char *uri, struct ldap_request *q, struct arena *a,
    struct ldap_answer *out)
{
	static char bytes[LDAP_ANSWER_MAX + 1];
	int pair[2];
	ssize_t n;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
		no_answer(out, a, uri, strerror(errno));
		return;
	}
	pid = fork();
	if (pid == 0) {
		close(pair[0]);
		ask_and_exit(conf, uri, q, pair[1]);
	}
	close(pair[1]);
	n = pid < 0 ? 0 : await(pair[0], conf->timeout_ms, bytes, sizeof(bytes));
	if (n < 0)
		no_answer(out, a, uri, arena_printf(a, "no answer within %d ms", conf->timeout_ms));
	else if (n == 0 || auth_ldap_unpack((struct str){bytes, (size_t)n}, a, out) != 0)
		no_answer(out, a, uri, "the process that asked it ended without an answer");
	if (pid > 0) {
		(void)kill(pid, SIGKILL);
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	close(pair[0]);
}

void
auth_ldap_judge(const struct auth_ldap *conf, struct ldap_request *q, int fd)
{
	struct arena *a = arena_create();
	struct buf packed = BUF(LDAP_ANSWER_MAX), why = BUF(LDAP_ANSWER_MAX / 2);
	struct ldap_answer answer;

	(void)signal(SIGCHLD, SIG_DFL); /* the helper ignores its children; we wait for ours */
	no_answer(&answer, a, "ldap", "no address is configured");
	for (size_t i = 0; i < conf->n_uri; i++) {
		ask_one(conf, conf->uri[i], q, a, &answer);
		if (answer.outcome != AUTH_DOWN)
			break;
		buf_printf(&why, "%s%s", why.n > 0 ? "; " : "", answer.found.why);
	}
	explicit_bzero(q, sizeof(*q));
	if (answer.outcome == AUTH_DOWN && why.n > 0)
		answer.found.why = why.p;
	auth_ldap_pack(&answer, &packed);
	(void)send(fd, packed.p, packed.n, MSG_NOSIGNAL);
	_exit(0);
}
