/* SPDX-License-Identifier: Apache-2.0 */
/*
 * advice: what to do about a machine that is not well, from rules that are data (etc/advice.json, larch-advice(5)), and
 * in how many past cases the same action helped after the same signs. Pages show it and larchd notes it before it
 * acts. It decides nothing, asks no device, has no clock and keeps no file: who calls it gives what is known and what
 * time it is.
 *
 *	advice_load(path, yang, &rules, &e)
 *	advice_facts_of(&(struct advice_seen){...}, arena, &facts)
 *	if (advice_for(rules, &facts, arena, &advice))
 *		advice_line(&advice, &buf);
 */
#ifndef LARCH_ADVICE_ADVICE_H
#define LARCH_ADVICE_ADVICE_H

#include "base/base.h"
#include "status/status.h"
#include "yang/yang.h"

/* ---- rules ---------------------------------------------------------------------- */

struct advice_rules;

/*
 * Read a file of rules. One that is not there gives no rules, and so no advice. A wrong one is refused whole: the
 * sentence names the file, the path within it and the reason. What YANG cannot say is refused here: a duration that is
 * none, and a hole in a sentence that nothing fills.
 */
LARCH_API int advice_load(const char *path, struct yang *y, struct advice_rules **out, struct err *e);
/* The same of a text; `what` names it. */
LARCH_API int advice_parse(struct str text, const char *what, struct yang *y, struct advice_rules **out, struct err *e);
LARCH_API void advice_destroy(struct advice_rules *r);
LARCH_API size_t advice_count(const struct advice_rules *r);
/* Of rule i: its name, and 16 hex digits that differ when its conditions do. */
LARCH_API const char *advice_rule_name(const struct advice_rules *r, size_t i);
LARCH_API const char *advice_rule_signs(const struct advice_rules *r, size_t i);

/* ---- what is known of a machine -------------------------------------------------- */

struct advice_check {
	const char *column, *text, *detail; /* detail NULL: none */
	const char *data;                   /* a JSON object, or NULL */
	enum status_level level;
	double number;                      /* NAN: none */
	int64_t at, since;                  /* ms */
	bool stale, counts;
};
struct advice_act {
	int64_t at;
	const char *verb;                   /* "cycle" */
};
struct advice_facts {
	const char *thing;
	int64_t now;                        /* ms */
	enum status_level level;            /* the machine's: the worst of what counts; stale is unknown */
	const struct advice_check *checks;
	size_t n_checks;
	const struct status_column *columns; /* those of the room */
	size_t n_columns;
	const struct advice_act *acts;      /* that were done, or may have been */
	size_t n_acts;
	const struct status_cured *cured;   /* past cases of all machines */
	size_t n_cured;
};

/* What status keeps of one machine, as status_columns, status_values, status_actions and status_cures give it. */
struct advice_seen {
	const char *thing;
	const struct status_column *columns;
	size_t n_columns;
	const struct status_value *values;
	size_t n_values;
	const struct status_action *actions;
	size_t n_actions;
	const struct status_cured *cured;
	size_t n_cured;
	int64_t now;
};
/*
 * Values of columns that the room does not have are left out; of actions those that sent nothing, or failed. The facts
 * point into what was seen.
 */
LARCH_API void advice_facts_of(const struct advice_seen *seen, struct arena *a, struct advice_facts *out);

/* ---- advice ---------------------------------------------------------------------- */

enum advice_verb { ADVICE_CYCLE, ADVICE_ON, ADVICE_OFF, ADVICE_RESET, ADVICE_NONE, ADVICE_TICKET, ADVICE_SENTENCE, ADVICE_VERB_COUNT };
/* Is it one that a power plan is made of? */
LARCH_API bool advice_is_power(enum advice_verb v);
LARCH_API bool advice_verb_is_power(const char *verb); /* of the word: "cycle" */

/* In how many past cases the same action, after the same signs, left the machine well within fifteen minutes. */
struct advice_share {
	int64_t n, well;
	double low, high;                   /* the 95 % Wilson interval, 0 to 1 */
};
#define ADVICE_CASES 5                  /* below so many, no number is shown */

struct advice {
	const char *rule, *signs;           /* the rule's name, and its signs */
	const char *verdict, *why;          /* a line each, holes filled */
	enum advice_verb verb;
	const char *action;                 /* "cycle", "ticket", "none", or a sentence */
	const char *sure;                   /* "high" "medium" "low" */
	bool well;                          /* what is left is no fault of the machine */
	bool has_share;                     /* the action is one that a power plan is made of */
	struct advice_share share;
};

/*
 * The advice of the first rule whose conditions all hold; false: the machine is well, or no rule fits. Pure. Texts are
 * in the arena or of the rules; what came from a device stands in them as it is: escape it where it is shown.
 */
LARCH_API bool advice_for(const struct advice_rules *r, const struct advice_facts *f, struct arena *a, struct advice *out);

/* "it hangs; a cycle likely helps: cycle (high). No ping ... Helped in 9 of 12 cases: 75 %, between 47 and 91 %." */
LARCH_API void advice_line(const struct advice *x, struct buf *out);
/* "it hangs; a cycle likely helps: cycle it (sure: high), 9 of 12", as much as a cell of a table holds. */
LARCH_API void advice_short(const struct advice *x, struct buf *out);
/* The last sentence of that alone; nothing when the action has no share. Below ADVICE_CASES it says so. */
LARCH_API void advice_share_line(const struct advice *x, struct buf *out);
/* {rule, signs, verdict, action, why, sure, share: {n, well, low, high} or null below ADVICE_CASES}; the caller's. */
LARCH_API json_t *advice_json(const struct advice *x);

/* ---- what the policy asks ----------------------------------------------------------- */

/* A thread's rules, read again when their file differs. The rules are the file's, until it is asked again. */
struct advice_file;
LARCH_API struct advice_file *advice_file_create(void);
LARCH_API void advice_file_destroy(struct advice_file *f);
LARCH_API int advice_file_rules(struct advice_file *f, const char *path, const char *yang_folder, const struct advice_rules **out,
    struct err *e);

struct advice_room {
	const struct advice_rules *rules;
	struct status *status;
	int64_t now;                        /* ms */
};
/*
 * Is this verb what is advised for the thing (advice_says); does Slurm run jobs on it (advice_busy)? 1 or 0, and *e
 * says what is so where that is a reason to refuse. -1: it is not known, because larchd is gone, has not looked, or
 * looked too long ago; *e says which.
 */
LARCH_API int advice_says(const struct advice_room *r, const char *verb, const char *thing, struct err *e);
LARCH_API int advice_busy(const struct advice_room *r, const char *thing, struct err *e);

/*
 * The 95 % interval of a share by Wilson's score method without correction (E. B. Wilson, J. Am. Stat. Assoc. 22 (1927)
 * 209-212). n 0: from 0 to 1.
 */
LARCH_API void advice_wilson(int64_t well, int64_t n, double *low, double *high);

#endif
