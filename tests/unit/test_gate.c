/* SPDX-License-Identifier: Apache-2.0 */
/* The line before a device: who is next, when it rests, and what becomes of it when the device moves. */
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gate/gate.h"
#include "t.h"

static uv_loop_t loop;
static struct gate *gate;
static char heard[4096]; /* "sweep:unreachable power:..." in the order of the answers */

static struct cred *
credentials(const char *match)
{
	static struct yang *y;
	char path[600], text[600];
	struct cred *c = NULL;
	struct err e = {0};

	if (y == NULL)
		T_OK(yang_create(t_path("etc/yang"), &y, &e) == 0);
	snprintf(path, sizeof(path), "%s/secret", t_folder());
	T_OK(file_publish(path, STR("opens-it\n"), 0600, &e) == 0);
	snprintf(path, sizeof(path), "%s/credentials.json", t_folder());
	snprintf(text, sizeof(text), "{\"larch-credentials:credentials\":{\"bmc\":[{\"match\":\"%s\",\"user\":\"u\","
	                             "\"password_file\":\"secret\",\"suites\":[17]}]}}", match);
	T_OK(file_publish(path, str_of(text), 0600, &e) == 0);
	T_OK(cred_load(path, y, &c, &e) == 0);
	return c;
}

static void
begin(void)
{
	struct err e = {0};

	heard[0] = '\0';
	uv_loop_init(&loop);
	T_OK(gate_create(&loop, &gate, &e) == 0);
	gate_set_cred(gate, credentials("*"));
}

static void
end(void)
{
	gate_destroy(gate);
	uv_run(&loop, UV_RUN_DEFAULT);
	T_INT(uv_loop_close(&loop), 0);
}

/* A port where nobody listens: the kernel answers with ICMP at once. */
static const char *
closed_port(void)
{
	static char text[64];
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof(at);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	T_OK(bind(fd, (struct sockaddr *)&at, n) == 0 && getsockname(fd, (struct sockaddr *)&at, &n) == 0);
	close(fd);
	snprintf(text, sizeof(text), "127.0.0.1:%u", ntohs(at.sin_port));
	return text;
}

static struct gate_device *
device(const char *address)
{
	struct gate_spec spec = {.name = "n1-bmc", .address = address, .type = NULL};
	struct gate_device *d = NULL;
	struct err e = {0};

	if (gate_device(gate, &spec, &d, &e) != 0)
		T_STR(e.text, "");
	return d;
}

static void
answered(void *ctx, const struct ipmi_answer *a)
{
	size_t n = strlen(heard);

	snprintf(heard + n, sizeof(heard) - n, "%s%s:%s", n == 0 ? "" : " ", (const char *)ctx, ipmi_outcome_name(a->outcome));
}

static void
ask(struct gate_device *d, enum gate_priority p, char *name)
{
	struct ipmi_command command = ipmi_chassis_status();

	gate_ask(d, p, &command, answered, name);
}

static void
t_power_comes_before_a_question_and_that_before_the_sweep(void)
{
	struct gate_device *d;

	begin();
	d = device(closed_port());
	ask(d, GATE_SWEEP, "running");
	ask(d, GATE_SWEEP, "sweep-1");
	ask(d, GATE_SWEEP, "sweep-2");
	ask(d, GATE_ASKED, "asked");
	ask(d, GATE_POWER, "power-1");
	ask(d, GATE_POWER, "power-2");
	uv_run(&loop, UV_RUN_DEFAULT);
	T_STR(heard, "running:unreachable power-1:unreachable power-2:unreachable asked:unreachable sweep-1:unreachable "
	             "sweep-2:unreachable");
	end();
}

static void
t_a_device_that_was_silent_three_times_rests_longer_each_time(void)
{
	struct gate_device *d;
	int64_t last = 0;

	begin();
	d = device(closed_port());
	for (int i = 0; i < 12; i++) {
		int64_t rest;

		ask(d, GATE_SWEEP, "x");
		uv_run(&loop, UV_RUN_DEFAULT);
		rest = gate_rest(d, 1000);
		T_OK(i < 2 ? rest == 0 : rest > last || rest > GATE_REST_MAX - 1000);
		T_OK(rest <= GATE_REST_MAX);
		last = rest;
	}
	end();
}

static void
t_what_was_asked_of_an_address_never_goes_to_another(void)
{
	struct gate_device *was, *now;
	char first[64];

	begin();
	snprintf(first, sizeof(first), "%s", closed_port());
	was = device(first);
	ask(was, GATE_POWER, "running");
	ask(was, GATE_POWER, "waiting");
	now = device("127.0.0.1:9");
	T_OK(now != was);
	T_OK(device("127.0.0.1:9") == now);
	uv_run(&loop, UV_RUN_DEFAULT);
	T_STR(heard, "running:unreachable waiting:unreachable");
	T_STR(gate_name(was), "n1-bmc");
	end();
}

static void
t_another_family_is_another_device(void)
{
	static const struct devtype some = {.max_varbinds = 16};
	struct gate_spec spec = {.name = "n1-bmc", .address = "127.0.0.1:9", .type = &some};
	struct gate_device *bmc, *pdu = NULL;
	struct err e = {0};

	begin();
	bmc = device("127.0.0.1:9");
	T_OK(gate_device(gate, &spec, &pdu, &e) != 0);
	T_ERR(e, "no row of credentials.json matches n1-bmc");
	T_OK(gate_type(bmc) == NULL);
	T_OK(device("127.0.0.1:9") != bmc);
	end();
}

static void
t_credentials_that_go_while_something_waits_refuse_it(void)
{
	struct gate_device *d;

	begin();
	d = device(closed_port());
	ask(d, GATE_POWER, "running");
	ask(d, GATE_POWER, "waiting");
	gate_set_cred(gate, credentials("other"));
	uv_run(&loop, UV_RUN_DEFAULT);
	T_STR(heard, "running:unreachable waiting:refused");
	ask(d, GATE_POWER, "later");
	T_OK(strstr(heard, "later:refused") != NULL);
	end();
}

static void
t_the_end_cancels_what_runs_and_what_waits(void)
{
	struct gate_device *d;

	begin();
	d = device(closed_port());
	ask(d, GATE_SWEEP, "running");
	ask(d, GATE_POWER, "waiting");
	(void)device("127.0.0.1:9");
	end();
	T_STR(heard, "running:cancelled waiting:cancelled");
}

static struct gate_device *turns_of;

static void
took_turn(void *ctx, bool cancelled)
{
	size_t n = strlen(heard);

	snprintf(heard + n, sizeof(heard) - n, "%s%s:%s", n == 0 ? "" : " ", (const char *)ctx, cancelled ? "cancelled" : "turn");
}

static void
t_a_turn_holds_the_line_until_it_ends_and_power_is_next(void)
{
	begin();
	turns_of = device(closed_port());
	gate_turn(turns_of, GATE_ASKED, took_turn, "asked");
	ask(turns_of, GATE_SWEEP, "sweep");
	gate_turn(turns_of, GATE_ASKED, took_turn, "second");
	ask(turns_of, GATE_POWER, "power");
	uv_run(&loop, UV_RUN_DEFAULT);
	T_STR(heard, "asked:turn");
	gate_turn_end(turns_of);
	uv_run(&loop, UV_RUN_DEFAULT);
	T_STR(heard, "asked:turn power:unreachable second:turn");
	gate_turn(turns_of, GATE_ASKED, took_turn, "third");
	gate_turn_end(turns_of);
	gate_turn_end(turns_of);
	uv_run(&loop, UV_RUN_DEFAULT);
	T_STR(heard, "asked:turn power:unreachable second:turn third:turn sweep:unreachable");
	gate_turn(turns_of, GATE_POWER, took_turn, "last");
	gate_turn(turns_of, GATE_POWER, took_turn, "waits");
	gate_turn_end(turns_of);
	gate_turn(turns_of, GATE_POWER, took_turn, "never");
	heard[0] = '\0';
	gate_turn_end(turns_of);
	gate_turn_end(turns_of);
	end();
	T_STR(heard, "never:turn");
}

static void
t_an_address_is_asked_with_the_credentials_of_a_name_or_not_at_all(void)
{
	struct snmp_target t;
	struct err e = {0};

	begin();
	T_OK(gate_target(gate, "10.9.0.7", "10.9.0.7", &t, &e) != 0);
	T_ERR(e, "no row of credentials.json matches 10.9.0.7");
	end();
}

static void
t_an_address_that_is_none_is_refused_by_name(void)
{
	struct gate_spec spec = {.name = "n1-bmc", .address = "not-numeric", .type = NULL};
	struct gate_device *d;
	struct err e = {0};

	begin();
	T_OK(gate_device(gate, &spec, &d, &e) != 0);
	T_ERR(e, "n1-bmc");
	spec.address = NULL;
	T_OK(gate_device(gate, &spec, &d, &e) != 0);
	T_ERR(e, "no attribute 'address'");
	end();
}

T_MAIN(T(t_power_comes_before_a_question_and_that_before_the_sweep),
    T(t_a_device_that_was_silent_three_times_rests_longer_each_time),
    T(t_what_was_asked_of_an_address_never_goes_to_another), T(t_another_family_is_another_device),
    T(t_credentials_that_go_while_something_waits_refuse_it), T(t_the_end_cancels_what_runs_and_what_waits),
    T(t_a_turn_holds_the_line_until_it_ends_and_power_is_next), T(t_an_address_is_asked_with_the_credentials_of_a_name_or_not_at_all),
    T(t_an_address_that_is_none_is_refused_by_name))
