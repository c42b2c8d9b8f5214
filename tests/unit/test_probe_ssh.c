/* SPDX-License-Identifier: Apache-2.0 */
/* Each way an ssh server may answer or not, on sockets of loopback. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probe/probe.h"
#include "t.h"

#define CLIENTS 64

struct seen {
	int n, of[PROBE_SSH_CANCELLED + 1];
	char banner[512], text[512];
	double ms;
};

/* What listens: who connects is told the parts, one a turn, then perhaps dropped. */
struct server {
	int fd;
	struct sockaddr_storage at;
	const char *parts[4];
	enum { STAY, END, RESET } then;
	int client[CLIENTS], part[CLIENTS];
	int n, most, open;
};

static uv_loop_t loop;
static uv_timer_t pulse; /* so that no turn of the loop waits for long: the server beside it must have its turn */
static struct probe_ssh *probe;

static void
beat(uv_timer_t *timer)
{
	(void)timer;
}

static void
keep(void *ctx, const struct probe_ssh_answer *a)
{
	struct seen *s = ctx;

	s->n++;
	s->of[a->outcome]++;
	s->ms = a->ms;
	snprintf(s->banner, sizeof(s->banner), "%s", a->banner);
	snprintf(s->text, sizeof(s->text), "%s", a->text);
}

static void
begin(int sockets)
{
	uv_loop_init(&loop);
	uv_timer_init(&loop, &pulse);
	uv_timer_start(&pulse, beat, 1, 1);
	T_INT(probe_ssh_create(&loop, sockets, &probe), 0);
}

static void
end(void)
{
	probe_ssh_destroy(probe);
	probe = NULL;
	uv_close((uv_handle_t *)&pulse, NULL);
	uv_run(&loop, UV_RUN_DEFAULT);
	T_INT(uv_loop_close(&loop), 0);
}

static void
bind_one(struct server *s, const char *address)
{
	socklen_t size = sizeof(s->at);
	struct err e;

	s->at.ss_family = AF_UNSPEC;
	T_INT(addr_parse(str_of(address), 0, &s->at, &e), 0);
	s->fd = socket(s->at.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	T_INT(bind(s->fd, (struct sockaddr *)&s->at, addr_length(&s->at)), 0);
	T_INT(getsockname(s->fd, (struct sockaddr *)&s->at, &size), 0);
}

static void
listen_one(struct server *s, int backlog)
{
	bind_one(s, "127.0.0.1");
	T_INT(listen(s->fd, backlog), 0);
}

static void
drop(struct server *s, int i)
{
	struct linger reset = {.l_onoff = 1, .l_linger = 0};

	if (s->then == RESET)
		(void)setsockopt(s->client[i], SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	close(s->client[i]);
	s->client[i] = -1;
}

static void
say(struct server *s, int i)
{
	const char *part = s->part[i] < (int)LARCH_COUNT(s->parts) ? s->parts[s->part[i]] : NULL;
	char byte;

	if (s->client[i] < 0)
		return;
	if (part != NULL) {
		(void)send(s->client[i], part, strlen(part), MSG_NOSIGNAL);
		s->part[i]++;
	} else if (s->then != STAY) {
		drop(s, i);
	} else if (recv(s->client[i], &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN) {
		s->open++;
	}
}

static void
serve(struct server *s)
{
	int fd;

	s->open = 0;
	for (int i = 0; i < s->n; i++)
		say(s, i);
	if (s->open > s->most)
		s->most = s->open;
	while (s->n < CLIENTS && (fd = accept4(s->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
		s->client[s->n++] = fd;
}

static void
finish(struct server *s)
{
	for (int i = 0; i < s->n; i++)
		if (s->client[i] >= 0)
			close(s->client[i]);
	close(s->fd);
}

/* Turn the loop, and the server beside it, until so many have been answered. */
static void
wait_for(const struct seen *s, int n, struct server *server)
{
	uint64_t until = uv_hrtime() + UINT64_C(20000000000);

	while (s->n < n && uv_hrtime() < until) {
		if (server != NULL)
			serve(server);
		uv_run(&loop, UV_RUN_ONCE);
	}
	T_INT(s->n, n);
}

/* One question of a server that says this and then does that. */
static void
ask(struct server *server, int timeout_ms, enum probe_ssh_outcome want, struct seen *seen)
{
	*seen = (struct seen){0};
	begin(0);
	listen_one(server, 16);
	probe_ssh_ask(probe, &server->at, timeout_ms, keep, seen);
	T_INT(seen->n, 0); /* never before it returns */
	wait_for(seen, 1, server);
	T_INT(seen->of[want], 1);
	if (want != PROBE_SSH_UP)
		T_OK(strstr(seen->text, "127.0.0.1:") != NULL);
	end();
	T_INT(seen->n, 1);
	finish(server);
}

static void
t_a_version_line_is_up_in_one_piece_in_several_and_after_other_lines(void)
{
	struct seen seen;

	ask(&(struct server){.parts = {"SSH-2.0-OpenSSH_9.2p1 Debian\r\n"}}, 10000, PROBE_SSH_UP, &seen);
	T_STR(seen.banner, "SSH-2.0-OpenSSH_9.2p1 Debian");
	T_STR(seen.text, "");
	T_OK(seen.ms > 0 && seen.ms < 10000);
	ask(&(struct server){.parts = {"Hello\r\nSS", "H-1.99-", "x y", "\n"}}, 10000, PROBE_SSH_UP, &seen);
	T_STR(seen.banner, "SSH-1.99-x y");
	ask(&(struct server){.parts = {"SSH-2.0-x\r\nand the key exchange"}, .then = END}, 10000, PROBE_SSH_UP, &seen);
	T_STR(seen.banner, "SSH-2.0-x");
}

static void
t_the_server_hears_our_version_and_then_a_reset(void)
{
	struct server server = {.parts = {"SSH-2.0-x\r\n"}};
	struct seen seen = {0};
	char bytes[64] = "";

	begin(0);
	listen_one(&server, 16);
	probe_ssh_ask(probe, &server.at, 10000, keep, &seen);
	wait_for(&seen, 1, &server);
	T_INT(recv(server.client[0], bytes, sizeof(bytes) - 1, 0), 15);
	T_STR(bytes, "SSH-2.0-larch\r\n");
	T_INT(recv(server.client[0], bytes, sizeof(bytes), 0), -1);
	T_INT(errno, ECONNRESET);
	end();
	finish(&server);
}

static void
t_nobody_listens_is_refused(void)
{
	struct server server = {0};
	struct seen seen = {0};

	begin(0);
	bind_one(&server, "127.0.0.1"); /* bound and not listening: nobody else has the port */
	probe_ssh_ask(probe, &server.at, 10000, keep, &seen);
	wait_for(&seen, 1, NULL);
	T_INT(seen.of[PROBE_SSH_REFUSED], 1);
	T_OK(strstr(seen.text, " refuses connections") != NULL);
	T_STR(seen.banner, "");
	end();
	finish(&server);
}

static void
t_silence_on_a_connection_is_no_banner(void)
{
	struct seen seen;

	ask(&(struct server){0}, 60, PROBE_SSH_NO_BANNER, &seen);
	T_OK(strstr(seen.text, " takes connections and says nothing within 60 ms") != NULL);
	T_OK(seen.ms >= 60);
}

static void
t_a_full_backlog_is_timed_out(void)
{
	struct server server = {0};
	struct seen seen = {0};
	int fill[3];

	begin(0);
	listen_one(&server, 0);
	for (int i = 0; i < 3; i++) {
		fill[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		(void)connect(fill[i], (struct sockaddr *)&server.at, addr_length(&server.at));
	}
	probe_ssh_ask(probe, &server.at, 60, keep, &seen);
	wait_for(&seen, 1, NULL);
	T_INT(seen.of[PROBE_SSH_TIMED_OUT], 1);
	T_OK(strstr(seen.text, " does not answer within 60 ms") != NULL);
	for (int i = 0; i < 3; i++)
		close(fill[i]);
	end();
	finish(&server);
}

static void
t_something_else_is_a_wrong_banner_and_is_shown(void)
{
	struct seen seen;

	ask(&(struct server){.parts = {"SSH-1.5-old\r\n"}}, 10000, PROBE_SSH_WRONG_BANNER, &seen);
	T_STR(seen.banner, "SSH-1.5-old");
	ask(&(struct server){.parts = {"220 mail ready\r\n"}}, 60, PROBE_SSH_WRONG_BANNER, &seen); /* and then waits for us */
	T_STR(seen.banner, "220 mail ready");
	T_OK(strstr(seen.text, "what answers at 127.0.0.1:") == seen.text);
	T_OK(strstr(seen.text, " is no ssh server: it says \"220 mail ready\"") != NULL);
	ask(&(struct server){.parts = {"Exceeded MaxStartups\r\n"}, .then = END}, 10000, PROBE_SSH_WRONG_BANNER, &seen);
	T_STR(seen.banner, "Exceeded MaxStartups");
	ask(&(struct server){.parts = {"SSH-2.0-hal"}, .then = RESET}, 10000, PROBE_SSH_WRONG_BANNER, &seen);
	T_STR(seen.banner, "SSH-2.0-hal");
}

static void
t_a_hostile_banner_is_cut_and_cleaned(void)
{
	static char flood[100001];
	struct seen seen;

	memset(flood, 'x', sizeof(flood) - 1);
	ask(&(struct server){.parts = {flood, flood}}, 10000, PROBE_SSH_WRONG_BANNER, &seen);
	T_INT(strlen(seen.banner), LIMIT_SSH_VERSION);
	ask(&(struct server){.parts = {"SSH-2.0-\x1b[31m\a<script>\xff\x7f\r\n"}}, 10000, PROBE_SSH_WRONG_BANNER, &seen);
	T_STR(seen.banner, "SSH-2.0-?[31m?<script>??");
	ask(&(struct server){.parts = {"SSH-2.0-x\x1b[31m\a<script>\xff\x7f\r\n"}}, 10000, PROBE_SSH_UP, &seen);
	T_STR(seen.banner, "SSH-2.0-x?[31m?<script>??");
}

static void
t_an_end_before_a_word_is_closed(void)
{
	struct seen seen;

	ask(&(struct server){.then = END}, 10000, PROBE_SSH_CLOSED, &seen);
	T_OK(strstr(seen.text, " closes the connection and says nothing") != NULL);
	ask(&(struct server){.then = RESET}, 10000, PROBE_SSH_CLOSED, &seen);
}

static void
t_the_end_cancels_what_is_open_and_what_waits(void)
{
	struct server server = {0};
	struct seen seen = {0};

	begin(2);
	listen_one(&server, 16);
	for (int i = 0; i < 5; i++)
		probe_ssh_ask(probe, &server.at, 10000, keep, &seen);
	while (server.n < 2) {
		uv_run(&loop, UV_RUN_NOWAIT);
		serve(&server);
	}
	T_INT(seen.n, 0);
	end();
	T_INT(seen.of[PROBE_SSH_CANCELLED], 5);
	finish(&server);
}

static void
t_no_more_sockets_are_open_than_were_allowed(void)
{
	struct server server = {0};
	struct seen seen = {0};

	begin(3);
	listen_one(&server, 64);
	for (int i = 0; i < 12; i++)
		probe_ssh_ask(probe, &server.at, 40, keep, &seen);
	wait_for(&seen, 12, &server);
	T_INT(seen.of[PROBE_SSH_NO_BANNER], 12);
	T_INT(server.n, 12);
	T_INT(server.most, 3);
	probe_ssh_set_sockets(probe, 5);
	for (int i = 0; i < 10; i++)
		probe_ssh_ask(probe, &server.at, 40, keep, &seen);
	wait_for(&seen, 22, &server);
	T_INT(server.most, 5);
	end();
	finish(&server);
}

static void
t_where_the_process_has_no_more_sockets_the_others_wait(void)
{
	struct server server = {.parts = {"SSH-2.0-x\r\n"}};
	struct rlimit was, few;
	struct seen seen = {0};
	int next;

	begin(0);
	listen_one(&server, 64);
	T_INT(getrlimit(RLIMIT_NOFILE, &was), 0);
	next = dup(server.fd);
	few = (struct rlimit){(rlim_t)next + 4, was.rlim_max};
	close(next);
	T_INT(setrlimit(RLIMIT_NOFILE, &few), 0);
	for (int i = 0; i < 10; i++)
		probe_ssh_ask(probe, &server.at, 10000, keep, &seen);
	for (int i = 0; i < 5; i++)
		uv_run(&loop, UV_RUN_NOWAIT);
	T_INT(seen.n, 0);
	T_INT(setrlimit(RLIMIT_NOFILE, &was), 0);
	wait_for(&seen, 10, &server);
	T_INT(seen.of[PROBE_SSH_UP], 10);
	few.rlim_cur = 0;
	T_INT(setrlimit(RLIMIT_NOFILE, &few), 0);
	probe_ssh_ask(probe, &server.at, 10000, keep, &seen);
	wait_for(&seen, 11, NULL);
	T_INT(setrlimit(RLIMIT_NOFILE, &was), 0);
	T_INT(seen.of[PROBE_SSH_NOT_ASKED], 1);
	T_OK(strstr(seen.text, "this machine could not ask 127.0.0.1:") == seen.text);
	T_OK(strstr(seen.text, ": Too many open files") != NULL);
	end();
	finish(&server);
}

static void
t_a_ceiling_of_connections_a_second_is_kept(void)
{
	struct server server = {.parts = {"SSH-2.0-x\r\n"}};
	struct seen seen = {0};
	uint64_t began;

	begin(0);
	listen_one(&server, 64);
	probe_ssh_set_rate(probe, 100);
	began = uv_hrtime();
	for (int i = 0; i < 21; i++)
		probe_ssh_ask(probe, &server.at, 10000, keep, &seen);
	wait_for(&seen, 21, &server);
	T_OK(uv_hrtime() - began >= UINT64_C(190000000)); /* one at once, twenty at 10 ms each */
	end();
	finish(&server);
}

static void
t_a_loop_that_was_held_up_calls_nobody_late_who_had_answered(void)
{
	struct server server = {.parts = {"SSH-2.0-x\r\n"}};
	struct seen seen = {0};

	begin(0);
	listen_one(&server, 16);
	probe_ssh_ask(probe, &server.at, 20, keep, &seen);
	while (server.n == 0 || server.part[0] == 0) {
		uv_run(&loop, UV_RUN_NOWAIT);
		serve(&server);
	}
	if (seen.n == 0)
		for (uint64_t until = uv_hrtime() + 60000000; uv_hrtime() < until;)
			;
	wait_for(&seen, 1, NULL);
	T_INT(seen.of[PROBE_SSH_UP], 1);
	end();
	finish(&server);
}

static struct seen nested;

static void
ask_again_then_end(void *ctx, const struct probe_ssh_answer *a)
{
	keep(&nested, a);
	if (nested.n < 3) {
		probe_ssh_ask(probe, ctx, 10000, ask_again_then_end, ctx);
	} else if (nested.n == 3) {
		probe_ssh_ask(probe, ctx, 10000, keep, &nested); /* waits when the end comes */
		probe_ssh_destroy(probe);
		probe_ssh_ask(probe, ctx, 10000, keep, &nested); /* too late */
		probe = NULL;
	}
}

static void
t_who_is_answered_may_ask_again_and_may_end_it(void)
{
	struct server server = {0};

	begin(0);
	bind_one(&server, "127.0.0.1");
	nested = (struct seen){0};
	probe_ssh_ask(probe, &server.at, 10000, ask_again_then_end, &server.at);
	wait_for(&nested, 5, NULL);
	T_INT(nested.of[PROBE_SSH_REFUSED], 3);
	T_INT(nested.of[PROBE_SSH_CANCELLED], 2);
	end();
	finish(&server);
}

static void
t_an_ipv6_server_is_asked_alike(void)
{
	struct server server = {.parts = {"SSH-2.0-six\r\n"}};
	struct seen seen = {0};
	struct sockaddr_in6 a = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) != 0) {
		t_skip("there is no ::1");
		if (fd >= 0)
			close(fd);
		return;
	}
	close(fd);
	begin(0);
	bind_one(&server, "::1");
	T_INT(listen(server.fd, 16), 0);
	probe_ssh_ask(probe, &server.at, 10000, keep, &seen);
	wait_for(&seen, 1, &server);
	T_INT(seen.of[PROBE_SSH_UP], 1);
	T_STR(seen.banner, "SSH-2.0-six");
	end();
	finish(&server);
}

static void
t_each_outcome_has_a_name(void)
{
	for (int i = 0; i <= PROBE_SSH_CANCELLED; i++)
		T_OK(strlen(probe_ssh_name((enum probe_ssh_outcome)i)) > 1);
	T_STR(probe_ssh_name(PROBE_SSH_NO_BANNER), "no-banner");
	T_STR(probe_ssh_name((enum probe_ssh_outcome)99), "?");
}

T_MAIN(T(t_a_version_line_is_up_in_one_piece_in_several_and_after_other_lines), T(t_the_server_hears_our_version_and_then_a_reset),
    T(t_nobody_listens_is_refused), T(t_silence_on_a_connection_is_no_banner), T(t_a_full_backlog_is_timed_out),
    T(t_something_else_is_a_wrong_banner_and_is_shown), T(t_a_hostile_banner_is_cut_and_cleaned),
    T(t_an_end_before_a_word_is_closed), T(t_the_end_cancels_what_is_open_and_what_waits),
    T(t_no_more_sockets_are_open_than_were_allowed), T(t_where_the_process_has_no_more_sockets_the_others_wait),
    T(t_a_ceiling_of_connections_a_second_is_kept), T(t_a_loop_that_was_held_up_calls_nobody_late_who_had_answered),
    T(t_who_is_answered_may_ask_again_and_may_end_it), T(t_an_ipv6_server_is_asked_alike), T(t_each_outcome_has_a_name))
