/* SPDX-License-Identifier: Apache-2.0 */
/* What the policy asks of a thing, of a real status.db and the rules that are shipped. */
#include <stdlib.h>
#include <unistd.h>

#include "advice/advice.h"
#include "modules.h"
#include "status_frame.h"

#define NOW INT64_C(1795210685000)
#define MINUTE INT64_C(60000)

static const struct status_column columns[] = {
    {.name = "ping", .probe = "ping", .title = "ping", .unit = "", .help = "", .interval = 30000, .counts = true},
    {.name = "ssh", .probe = "ssh", .title = "ssh", .unit = "", .help = "", .interval = 30000, .counts = true},
    {.name = "bmc", .probe = "ipmi", .title = "bmc", .unit = "", .help = "", .interval = 30000, .counts = true},
    {.name = "chassis", .probe = "ipmi", .title = "chassis", .unit = "", .help = "", .interval = 30000, .counts = true},
    {.name = "slurm", .probe = "slurm", .title = "slurm", .unit = "", .help = "", .interval = 30000},
    {.name = "jobs", .probe = "slurm", .title = "jobs", .unit = "", .help = "", .kind = STATUS_MEASURE, .interval = 30000},
};

static struct advice_rules *rules;

static struct status_value
known(const char *check, const char *thing, enum status_level level, const char *text, int64_t at)
{
	struct status_value v = seen(thing, check, level, text, at);

	v.since = at;
	return v;
}

static struct status_value
jobs(const char *thing, double n, int64_t at)
{
	struct status_value v = seen(thing, "jobs", STATUS_OK, "", at);

	v.number = n;
	return v;
}

/* A machine whose chassis is off, seen twice: since 40 minutes, last at `at`. */
static void
put_off(struct status *s, const char *thing, int64_t at)
{
	for (int64_t when = at - 40 * MINUTE; when <= at; when += 40 * MINUTE) {
		const struct status_value v[] = {
		    known("ping", thing, STATUS_CRITICAL, "down", when), known("ssh", thing, STATUS_CRITICAL, "down", when),
		    known("bmc", thing, STATUS_OK, "ok", when), known("chassis", thing, STATUS_CRITICAL, "off", when)};

		put(s, v, LARCH_COUNT(v));
	}
}

static struct status *
room(int64_t beat, size_t n_columns)
{
	struct status *s = opened(fresh_path());

	T_INT(status_put_columns(s, columns, n_columns, &e), 0);
	if (beat != 0)
		T_INT(status_set_pulse(s, &(struct status_pulse){.beat = beat, .notice = "", .version = "t"}, &e), 0);
	if (rules == NULL && !T_INT(advice_load(t_path("etc/advice.json"), modules(), &rules, &e), 0))
		exit(1);
	return s;
}

static void
t_the_verb_of_the_advice_and_no_other(void)
{
	struct status *s = room(NOW, LARCH_COUNT(columns));
	struct advice_room r = {rules, s, NOW};

	put_off(s, "n1", NOW - 5000);
	T_INT(advice_says(&r, "on", "n1", &e), 1);
	T_INT(advice_says(&r, "cycle", "n1", &e), 0);
	T_ERR(e, "the advice is 'on'");
	T_INT(advice_says(&r, "rebuild", "n1", &e), 0);
	put_one(s, known("ping", "n2", STATUS_OK, "up", NOW - 5000));
	T_INT(advice_says(&r, "cycle", "n2", &e), 0);
	T_ERR(e, "it is well");
	status_close(s);
}

static void
t_what_is_old_is_not_known(void)
{
	struct status *s = room(NOW, LARCH_COUNT(columns));
	struct advice_room r = {rules, s, NOW};

	T_INT(advice_says(&r, "on", "n1", &e), -1);
	T_ERR(e, "has not looked at it yet");
	put_off(s, "n1", NOW - 10 * MINUTE);
	T_INT(advice_says(&r, "on", "n1", &e), -1);
	T_ERR(e, "larchd last looked at it 10 min ago");
	r.now = NOW - 10 * MINUTE; /* a clock that was put back makes the pulse come from later: that is no silence */
	T_INT(advice_says(&r, "on", "n1", &e), 1);
	r.now = NOW + STATUS_GONE_MS + 1;
	T_INT(advice_says(&r, "on", "n1", &e), -1);
	T_ERR(e, "larchd has not been heard of for 20 s");
	T_INT(advice_busy(&r, "n1", &e), -1);
	T_ERR(e, "larchd has not been heard of for 20 s");
	status_close(s);
	s = room(0, LARCH_COUNT(columns));
	r = (struct advice_room){rules, s, NOW};
	T_INT(advice_busy(&r, "n1", &e), -1);
	T_ERR(e, "larchd has never run");
	status_close(s);
}

static void
t_jobs_of_slurm(void)
{
	struct status *s = room(NOW, LARCH_COUNT(columns) - 1);
	struct advice_room r = {rules, s, NOW};

	T_INT(advice_busy(&r, "n1", &e), 0); /* Slurm is not asked here */
	status_close(s);
	s = room(NOW, LARCH_COUNT(columns));
	r.status = s;
	T_INT(advice_busy(&r, "n1", &e), -1);
	T_ERR(e, "Slurm has not said yet");
	put_one(s, jobs("n1", 0, NOW - 5000));
	T_INT(advice_busy(&r, "n1", &e), 0);
	T_INT(advice_busy(&r, "gw1", &e), 0); /* no node of Slurm's */
	put_one(s, jobs("n1", 2, NOW - 5000));
	T_INT(advice_busy(&r, "n1", &e), 1);
	T_ERR(e, "2 jobs run on it");
	put_one(s, jobs("n1", NAN, NOW - 4000));
	T_INT(advice_busy(&r, "n1", &e), -1);
	T_ERR(e, "does not say how many");
	r.now = NOW + 3 * MINUTE;
	T_INT(status_set_pulse(s, &(struct status_pulse){.beat = r.now, .notice = "", .version = "t"}, &e), 0);
	T_INT(advice_busy(&r, "n1", &e), -1);
	T_ERR(e, "Slurm last said");
	T_INT(advice_busy(&r, "n9", &e), -1); /* a node that Slurm may have got since */
	T_ERR(e, "Slurm last said");
	status_close(s);
}

static void
t_rules_are_read_again_when_their_file_differs(void)
{
	struct advice_file *f = advice_file_create();
	const struct advice_rules *r = NULL, *before;
	char path[4200], folder[4200];

	(void)snprintf(path, sizeof(path), "%s/advice.json", t_folder());
	(void)snprintf(folder, sizeof(folder), "%s", t_path("etc/yang"));
	T_INT(advice_file_rules(f, path, folder, &r, &e), 0);
	T_INT(advice_count(r), 0);
	before = r;
	T_INT(advice_file_rules(f, path, folder, &r, &e), 0);
	T_OK(r == before);
	T_INT(file_publish(path, STR("{\"larch-advice:advice\":{\"rule\":[{\"name\":\"a\",\"level\":[\"critical\"],"
	    "\"verdict\":\"v\",\"action\":\"on\",\"why\":\"w\",\"sure\":\"low\"}]}}"), 0644, &e), 0);
	if (T_INT(advice_file_rules(f, path, folder, &r, &e), 0))
		T_INT(advice_count(r), 1);
	T_INT(file_publish(path, STR("{}"), 0644, &e), 0);
	T_INT(advice_file_rules(f, path, folder, &r, &e), -1);
	T_ERR(e, "advice.json");
	advice_file_destroy(f);
	advice_file_destroy(NULL);
	advice_destroy(rules);
}

T_MAIN(T(t_the_verb_of_the_advice_and_no_other), T(t_what_is_old_is_not_known), T(t_jobs_of_slurm),
    T(t_rules_are_read_again_when_their_file_differs))
