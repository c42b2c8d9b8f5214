/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ipmi-probe: one call of lib/ipmi from the command line, for tests and for
 * looking at a BMC by hand. No simulator; the password comes from the
 * environment, so that it stands in no list of processes.
 *
 *	IPMI_PASSWORD=... ipmi-probe ADDRESS PORT USER SUITES VERB
 *
 * SUITES: 17,3 or one of them. VERB: status on off cycle reset nmi soft.
 * Prints "OUTCOME suite=N completion=N left=0|1 power=on|off|unknown TEXT".
 * Exit: 0 the BMC obeyed, 1 it did not, 2 usage.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ipmi/ipmi.h"

static struct ipmi_answer answer;

static void
keep(void *ctx, const struct ipmi_answer *a)
{
	(void)ctx;
	answer = *a;
}

static int
read_verb(const char *word, struct ipmi_command *out)
{
	static const struct {
		const char *word;
		enum ipmi_control control;
	} rows[] = {{"off", IPMI_CONTROL_OFF}, {"on", IPMI_CONTROL_ON}, {"cycle", IPMI_CONTROL_CYCLE},
	    {"reset", IPMI_CONTROL_RESET}, {"nmi", IPMI_CONTROL_NMI}, {"soft", IPMI_CONTROL_SOFT}};

	*out = ipmi_chassis_status();
	if (strcmp(word, "status") == 0)
		return 0;
	for (size_t i = 0; i < LARCH_COUNT(rows); i++)
		if (strcmp(rows[i].word, word) == 0) {
			*out = ipmi_chassis_control(rows[i].control);
			return 0;
		}
	return -1;
}

static int
read_target(char **argv, struct ipmi_target *t)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)&t->address;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&t->address;
	struct str suites = str_of(argv[4]);
	int64_t n;

	if (str_int(str_of(argv[2]), 1, 65535, &n) != 0)
		return -1;
	if (inet_pton(AF_INET, argv[1], &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons((uint16_t)n);
	} else if (inet_pton(AF_INET6, argv[1], &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons((uint16_t)n);
	} else {
		return -1;
	}
	for (int i = 0; i < 2 && suites.p != NULL; i++) {
		if (str_int(str_cut(&suites, ','), 0, 255, &n) != 0)
			return -1;
		t->suites[i] = (int)n;
	}
	t->user = argv[3];
	t->password = getenv("IPMI_PASSWORD");
	return suites.p == NULL && t->password != NULL ? 0 : -1;
}

int
main(int argc, char **argv)
{
	struct ipmi_target target = {0};
	struct ipmi_command command;
	struct ipmi_client *c;
	struct ipmi_chassis chassis;
	struct err e;
	bool known;

	if (argc != 6 || read_target(argv, &target) != 0 || read_verb(argv[5], &command) != 0) {
		fprintf(stderr, "usage: IPMI_PASSWORD=... ipmi-probe ADDRESS PORT USER SUITES VERB\n");
		return 2;
	}
	if (ipmi_client_create(uv_default_loop(), &(struct ipmi_settings){0}, &c, &e) != 0) {
		fprintf(stderr, "ipmi-probe: %s\n", e.text);
		return 1;
	}
	ipmi_ask(c, &target, &command, keep, NULL);
	uv_run(uv_default_loop(), UV_RUN_DEFAULT);
	ipmi_client_destroy(c);
	uv_run(uv_default_loop(), UV_RUN_DEFAULT);
	known = ipmi_chassis_parse(&answer, &chassis) == 0;
	printf("%s suite=%d completion=%d left=%d power=%s %s\n", ipmi_outcome_name(answer.outcome), answer.suite,
	    answer.completion, answer.left, !known ? "unknown" : chassis.power_on ? "on" : "off", answer.text);
	return answer.outcome == IPMI_OK && answer.completion == 0 ? 0 : 1;
}
