/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ipmi-probe: one call of lib/ipmi from the command line, for tests and for
 * looking at a BMC by hand. No simulator; the password comes from the
 * environment, so that it stands in no list of processes.
 *
 *	IPMI_PASSWORD=... ipmi-probe ADDRESS PORT USER SUITES VERB
 *
 * SUITES: 17,3 or one of them. VERB: status on off cycle reset nmi soft,
 * identify-on identify-off, boot-pxe boot-disk boot-bios boot-clear, or survey.
 * Prints "OUTCOME suite=N completion=N left=0|1 power=on|off|unknown TEXT". A
 * survey prints before it, a line each, "part NAME STATE TEXT", the device, the watts, "sensor
 * NAME | LEVEL | VALUE UNIT | WORDS", and the newest 20 events "event ID | TIME | WORDS".
 * Exit: 0 the BMC obeyed, 1 it did not, 2 usage.
 */
#include <arpa/inet.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ipmi/survey.h"

static struct ipmi_answer answer;

static void
keep(void *ctx, const struct ipmi_answer *a)
{
	(void)ctx;
	answer = *a;
}

static int
read_other_verb(const char *word, struct ipmi_command *out)
{
	const struct {
		const char *word;
		struct ipmi_command command;
	} rows[] = {{"identify-on", ipmi_identify(IPMI_IDENTIFY_ON)}, {"identify-off", ipmi_identify(0)},
	    {"boot-pxe", ipmi_boot_pxe(false)}, {"boot-disk", ipmi_boot_set(IPMI_BOOT_DISK, true)},
	    {"boot-bios", ipmi_boot_set(IPMI_BOOT_BIOS, false)}, {"boot-clear", ipmi_boot_clear()}};

	for (size_t i = 0; i < LARCH_COUNT(rows); i++)
		if (strcmp(rows[i].word, word) == 0) {
			*out = rows[i].command;
			return 0;
		}
	return -1;
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
	return read_other_verb(word, out);
}

/* ---- survey ----------------------------------------------------------------------------- */

static struct ipmi_survey *survey; /* NULL: another verb */

static bool
survey_next(void *ctx, const struct ipmi_answer *a, struct ipmi_command *out)
{
	(void)ctx;
	return ipmi_survey_next(survey, a, out);
}

static void
print_parts(const struct ipmi_seen *seen)
{
	static const char *const states[] = {"not-asked", "missing", "partial", "whole"};
	const struct {
		const char *name;
		const struct ipmi_part *part;
	} parts[] = {{"device", &seen->device_part}, {"power", &seen->power_part}, {"events", &seen->events_part},
	    {"names", &seen->names_part}, {"sensors", &seen->sensors_part}};
	const struct ipmi_device *d = &seen->device;
	const char *maker = ipmi_maker(d->manufacturer);

	for (size_t i = 0; i < LARCH_COUNT(parts); i++)
		printf("part %s %s %s\n", parts[i].name, states[parts[i].part->state], parts[i].part->text);
	printf("device manufacturer=%u (%s) product=%u firmware=%u.%02u ipmi=%u.%u\n", (unsigned)d->manufacturer,
	    maker == NULL ? "?" : maker, d->product, d->firmware_major, d->firmware_minor, d->ipmi_major, d->ipmi_minor);
	if (seen->power_part.state == IPMI_PART_WHOLE)
		printf("watts %u min %u max %u average %u over %u ms\n", seen->power.watts, seen->power.min, seen->power.max,
		    seen->power.average, (unsigned)seen->power.period_ms);
}

static void
print_survey(const struct ipmi_seen *seen)
{
	char unit[IPMI_UNIT], when[TIMES_TEXT];

	print_parts(seen);
	for (size_t i = 0; i < seen->n_sensors; i++) {
		const struct ipmi_sensor *s = &seen->sensors[i];

		printf("sensor %s | %s | ", s->sdr.name, ipmi_level_name(s->level));
		if (!isnan(s->value))
			printf("%.4g %s", s->value, ipmi_sensor_unit(&s->sdr, unit));
		printf(" | %s\n", s->says);
	}
	for (size_t i = 0; i < seen->n_events; i++) {
		struct buf text = BUF(1000);

		ipmi_seen_say(seen, &seen->events[i], &text);
		printf("event %u | %s | %s\n", seen->events[i].id, ipmi_event_when(&seen->events[i], when), text.p);
		buf_free(&text);
	}
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

	if (argc == 6 && strcmp(argv[5], "survey") == 0)
		survey = ipmi_survey_create(IPMI_ASK_ALL, 20);
	if (argc != 6 || read_target(argv, &target) != 0 ||
	    (survey != NULL ? !ipmi_survey_first(survey, &command) : read_verb(argv[5], &command) != 0)) {
		fprintf(stderr, "usage: IPMI_PASSWORD=... ipmi-probe ADDRESS PORT USER SUITES VERB\n");
		return 2;
	}
	if (ipmi_client_create(uv_default_loop(), &(struct ipmi_settings){0}, &c, &e) != 0) {
		fprintf(stderr, "ipmi-probe: %s\n", e.text);
		return 1;
	}
	ipmi_ask_many(c, &target, &command, survey == NULL ? NULL : survey_next, keep, NULL);
	uv_run(uv_default_loop(), UV_RUN_DEFAULT);
	ipmi_client_destroy(c);
	uv_run(uv_default_loop(), UV_RUN_DEFAULT);
	if (survey != NULL)
		print_survey(ipmi_survey_seen(survey));
	ipmi_survey_destroy(survey);
	known = survey == NULL && ipmi_chassis_parse(&answer, &chassis) == 0;
	printf("%s suite=%d completion=%d left=%d power=%s %s\n", ipmi_outcome_name(answer.outcome), answer.suite,
	    answer.completion, answer.left, !known ? "unknown" : chassis.power_on ? "on" : "off", answer.text);
	return answer.outcome == IPMI_OK && answer.completion == 0 ? 0 : 1;
}
