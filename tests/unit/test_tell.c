/* SPDX-License-Identifier: Apache-2.0 */
/* Who is told of what, with a program for sendmail that keeps what it is given, and curl against a listener. */
#include <arpa/inet.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "t.h"
#include "tell/inner.h"

static uv_loop_t loop;
static struct conf conf;
static struct conf_rule rule;
static const char *to[] = {"room@example.org", "ana@example.org"};
static struct status *status;
static struct inv *inv;
static char outbox[600], program[600];

static void
write_program(const char *text)
{
	struct err e = {0};

	snprintf(program, sizeof(program), "%s/sendmail", t_folder());
	snprintf(outbox, sizeof(outbox), "%s/outbox", t_folder());
	unlink(outbox);
	T_OK(file_publish(program, str_of(text), 0755, &e) == 0);
}

static void
configure(void)
{
	conf = (struct conf){.site = "Room", .origin = "https://larch.example.org",
	    .notify = {.sendmail = program, .from = "larch@example.org", .rules = &rule, .n_rules = 1}};
	rule = (struct conf_rule){.name = "night", .events = 1u << CONF_NODE_DIED | 1u << CONF_NODE_BACK | 1u << CONF_JOB_PARTIAL,
	    .mail = to, .n_mail = 2, .every_ms = 1000};
}

static void
begin(void)
{
	char path[600], text[2400];
	struct err e = {0};

	uv_loop_init(&loop);
	snprintf(path, sizeof(path), "%s/status.db", t_folder());
	unlink(path);
	T_OK(status_open(path, &status, &e) == 0);
	snprintf(outbox, sizeof(outbox), "%s/outbox", t_folder());
	snprintf(text, sizeof(text), "#!/bin/sh\n{ echo \"args: $*\"; cat; echo; } >>%s.new && mv %s.new %s\n", outbox, outbox, outbox);
	write_program(text);
	configure();
	inv = NULL;
}

static void
end(void)
{
	status_close(status);
	uv_run(&loop, UV_RUN_DEFAULT);
	T_INT(uv_loop_close(&loop), 0);
}

static void
see(const char *thing, const char *check, enum status_level level, const char *text)
{
	struct status_value v = {.thing = thing, .check = check, .level = level, .text = text, .number = NAN, .at = times_now(),
	    .interval = 30000};
	struct err e = {0};

	T_OK(status_put(status, &v, 1, NULL, 0, &e) == 0);
}

static const char *
read_outbox(void)
{
	static struct buf text;
	struct err e;

	buf_free(&text);
	return file_read(outbox, 1 << 20, &text, &e) == 0 && text.n > 0 ? text.p : "";
}

static struct status_told
told(void)
{
	static struct arena *a;
	struct status_told *rows;
	struct err e = {0};
	size_t n;

	arena_destroy(a);
	a = arena_create();
	T_OK(status_told(status, a, &rows, &n, &e) == 0);
	return n == 1 ? rows[0] : (struct status_told){.rule = "", .trouble = ""};
}

/* Let the loop go round until the condition holds, twenty seconds at most. */
#define UNTIL(condition)                                              \
	do {                                                          \
		for (int64_t t_ = times_boot(); !(condition) && times_boot() - t_ < 20000;) \
			(void)uv_run(&loop, UV_RUN_ONCE);             \
		T_OK(condition);                                      \
	} while (0)

static void
t_a_digest_says_what_died_folded_and_counts_each_node_once(void)
{
	struct arena *a = arena_create();
	struct tell_item items[] = {
	    {CONF_NODE_DIED, 1000, "n0001", "ping", "up", "down", ""},
	    {CONF_NODE_DIED, 1000, "n0002", "ping", "up", "down", ""},
	    {CONF_NODE_DIED, 1000, "n0002", "ssh", "up", "timed-out", ""},
	    {CONF_JOB_PARTIAL, 2000, "n[0001-0004]", "", "", "", "job 14, cycle by ana, ended partial"},
	};
	struct tell_digest d;

	configure();
	tell_digest(&conf, &rule, items, LARCH_COUNT(items), a, &d);
	T_STR(d.subject, "[Room] 2 nodes died, 1 power job did not end well");
	T_OK(strstr(d.body, "n[0001-0002]  ping: down, was up\n") != NULL);
	T_OK(strstr(d.body, "n0002  ssh: timed-out, was up\n") != NULL);
	T_OK(strstr(d.body, "job 14, cycle by ana, ended partial\n") != NULL);
	T_OK(strstr(d.body, "\nhttps://larch.example.org/since?t=1970-01-01T00:00:01Z\n") != NULL);
	T_OK(strstr(d.json, "\"total\":4") != NULL && strstr(d.json, "\"event\":\"node-died\"") != NULL);
	arena_destroy(a);
}

static void
t_foreign_text_makes_no_header_no_line_and_no_setting_of_curl(void)
{
	struct arena *a = arena_create();
	struct tell_item item = {CONF_LEVEL, 1000, "n1\r\nBcc: all@example.org", "slurm", "idle", "drain\n.\nQUIT", "\033[31m\"x\\"};
	struct conf_rule r;
	struct conf c;
	struct buf mail = BUF(1 << 20), curl = BUF(1 << 20);
	struct tell_digest d;

	configure();
	r = rule;
	c = conf;
	c.site = "R\xc3\xa4um\r\nBcc: x@y";
	r.webhook = "https://hook.example.org/x";
	tell_digest(&c, &r, &item, 1, a, &d);
	tell_mail(&c, &r, &d, 0, &mail);
	T_OK(strstr(mail.p, "\nBcc:") == NULL);
	T_OK(strstr(mail.p, "Subject: =?UTF-8?B?") != NULL);
	T_OK(strstr(mail.p, "Date: Thu, 1 Jan 1970 00:00:00 +0000\r\n") != NULL);
	T_OK(strstr(mail.p, "\r\n.\r\n") == NULL && memchr(mail.p, '\033', mail.n) == NULL);
	tell_curl(&r, STR("s\"ecret\nurl = \"file:///etc/shadow"), &d, &curl);
	T_OK(strstr(curl.p, "\nurl = \"file") == NULL);
	T_OK(strstr(curl.p, "header = \"Authorization: Bearer s\\\"ecret\\nurl") != NULL);
	buf_free(&mail);
	buf_free(&curl);
	arena_destroy(a);
}

static void
t_quiet_hours_may_lie_around_midnight(void)
{
	struct conf_rule r = {.quiet_from = 22 * 60, .quiet_to = 6 * 60 + 30};

	T_OK(tell_quiet(&r, 23 * 60) && tell_quiet(&r, 0) && tell_quiet(&r, 6 * 60 + 29));
	T_OK(!tell_quiet(&r, 6 * 60 + 30) && !tell_quiet(&r, 21 * 60 + 59));
	r = (struct conf_rule){.quiet_from = 60, .quiet_to = 120};
	T_OK(tell_quiet(&r, 60) && !tell_quiet(&r, 120) && !tell_quiet(&r, 59));
	r = (struct conf_rule){.quiet_from = 0, .quiet_to = 0};
	T_OK(!tell_quiet(&r, 0));
}

static void
t_a_node_that_dies_is_mailed_once_and_not_again_after_a_restart(void)
{
	struct tell *t = NULL;
	struct err e = {0};

	begin();
	see("n0001", "ping", STATUS_OK, "up");
	see("n0002", "ping", STATUS_OK, "up");
	T_OK(tell_create(&(struct tell_room){&loop, &conf, &inv, status}, &t, &e) == 0);
	see("n0001", "ping", STATUS_CRITICAL, "down");
	see("n0002", "ping", STATUS_CRITICAL, "down");
	UNTIL(access(outbox, F_OK) == 0 && told().at != 0);
	T_OK(strstr(read_outbox(), "args: -i -- room@example.org ana@example.org") != NULL);
	T_OK(strstr(read_outbox(), "Subject: [Room] 2 nodes died") != NULL);
	tell_destroy(t);
	unlink(outbox);
	T_OK(tell_create(&(struct tell_room){&loop, &conf, &inv, status}, &t, &e) == 0);
	see("n0001", "ping", STATUS_OK, "up");
	UNTIL(access(outbox, F_OK) == 0);
	T_OK(strstr(read_outbox(), "died") == NULL && strstr(read_outbox(), "1 node is back") != NULL);
	tell_destroy(t);
	end();
}

static void
t_a_message_that_does_not_go_out_is_kept_with_its_reason(void)
{
	struct tell *t = NULL;
	struct err e = {0};

	begin();
	write_program("#!/bin/sh\ncat >/dev/null\necho no queue >&2\nexit 75\n");
	see("n0001", "ping", STATUS_OK, "up");
	T_OK(tell_create(&(struct tell_room){&loop, &conf, &inv, status}, &t, &e) == 0);
	see("n0001", "ping", STATUS_CRITICAL, "down");
	UNTIL(told().tried != 0);
	T_OK(strstr(told().trouble, "no queue") != NULL);
	T_INT(told().at, 0);
	T_INT(told().change, 0);
	tell_destroy(t);
	end();
}

static void
t_a_job_that_did_not_end_well_is_an_event_once(void)
{
	struct status_job j = {.id = 14, .who = "ana", .verb = "cycle", .way = "pdu", .machines = "n[0001-0002]",
	    .state = "partial", .created = 1, .ended = 2};
	struct arena *a = arena_create();
	struct status_event *events;
	struct err e = {0};
	size_t n;

	begin();
	T_OK(status_put_job(status, &j, &e) == 0 && status_put_job(status, &j, &e) == 0);
	j.id = 15;
	j.state = "ok";
	T_OK(status_put_job(status, &j, &e) == 0);
	T_OK(status_events(status, &(struct status_event_ask){.limit = 10}, a, &events, &n, &e) == 0);
	if (T_INT(n, 1)) {
		T_STR(events[0].kind, "job-partial");
		T_STR(events[0].text, "job 14, cycle by ana, ended partial");
		T_STR(events[0].thing, "n[0001-0002]");
	}
	end();
	arena_destroy(a);
}

static void
t_a_rule_that_is_gone_is_forgotten_and_a_new_one_hears_nothing_of_the_past(void)
{
	struct tell *t = NULL;
	struct err e = {0};

	begin();
	see("n0001", "ping", STATUS_OK, "up");
	see("n0001", "ping", STATUS_CRITICAL, "down");
	T_OK(tell_create(&(struct tell_room){&loop, &conf, &inv, status}, &t, &e) == 0);
	T_INT(told().change, status_last_change(status));
	conf.notify.n_rules = 0;
	tell_set_conf(t, &conf);
	T_STR(told().rule, "");
	tell_destroy(t);
	end();
}

/* ---- a webhook -------------------------------------------------------------------- */

static int listener;
static char heard[65536];

static void *
serve(void *unused)
{
	int c = accept(listener, NULL, NULL);
	size_t n = 0;
	ssize_t got;

	(void)unused;
	while (n < sizeof(heard) - 1 && strstr(heard, "\"url\":\"https://larch.example.org\"}") == NULL &&
	    (got = read(c, heard + n, sizeof(heard) - 1 - n)) > 0)
		n += (size_t)got;
	(void)!write(c, "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n", 46);
	close(c);
	return NULL;
}

static void
t_a_webhook_gets_the_secret_in_its_header_and_nothing_in_argv(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t size = sizeof(at);
	char url[100], secret[600];
	pthread_t thread;
	struct tell *t = NULL;
	struct err e = {0};

	begin();
	heard[0] = '\0';
	listener = socket(AF_INET, SOCK_STREAM, 0);
	T_OK(bind(listener, (struct sockaddr *)&at, size) == 0 && listen(listener, 1) == 0);
	T_OK(getsockname(listener, (struct sockaddr *)&at, &size) == 0);
	pthread_create(&thread, NULL, serve, NULL);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/hook", ntohs(at.sin_port));
	snprintf(secret, sizeof(secret), "%s/hook.secret", t_folder());
	T_OK(file_publish(secret, STR("sesame\n"), 0600, &e) == 0);
	rule.n_mail = 0;
	rule.webhook = url;
	rule.webhook_secret_file = secret;
	see("n0001", "ping", STATUS_OK, "up");
	T_OK(tell_create(&(struct tell_room){&loop, &conf, &inv, status}, &t, &e) == 0);
	see("n0001", "ping", STATUS_CRITICAL, "down");
	UNTIL(told().tried != 0);
	pthread_join(thread, NULL);
	T_STR(told().trouble, "");
	T_OK(strstr(heard, "POST /hook HTTP/1.1\r\n") != NULL);
	T_OK(strstr(heard, "Authorization: Bearer sesame\r\n") != NULL);
	T_OK(strstr(heard, "\"subject\":\"[Room] 1 node died\"") != NULL);
	close(listener);
	tell_destroy(t);
	end();
}

T_MAIN(T(t_a_digest_says_what_died_folded_and_counts_each_node_once),
    T(t_foreign_text_makes_no_header_no_line_and_no_setting_of_curl), T(t_quiet_hours_may_lie_around_midnight),
    T(t_a_node_that_dies_is_mailed_once_and_not_again_after_a_restart),
    T(t_a_message_that_does_not_go_out_is_kept_with_its_reason), T(t_a_job_that_did_not_end_well_is_an_event_once),
    T(t_a_rule_that_is_gone_is_forgotten_and_a_new_one_hears_nothing_of_the_past),
    T(t_a_webhook_gets_the_secret_in_its_header_and_nothing_in_argv))
