/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of advice: a rule as it was read. */
#ifndef LARCH_ADVICE_INNER_H
#define LARCH_ADVICE_INNER_H

#include "advice.h"

enum advice_seen_as { SEEN_FRESH = 1, SEEN_STALE = 2, SEEN_NEVER = 4 };

struct advice_texts {
	const char **text;
	size_t n;
};

/* A text or number among a value's data. */
struct advice_member {
	const char *name;
	struct advice_texts is, not;
};

/* What one column must say; what does not choose is empty, 0 or NAN. */
struct advice_cond {
	const char *column;
	unsigned seen;               /* enum advice_seen_as, or-ed */
	unsigned levels;             /* STATUS_BIT */
	struct advice_texts is, not, detail;
	double at_least, at_most;
	int64_t for_at_least, for_at_most; /* ms; -1: not asked */
	const struct advice_member *members;
	size_t n_members;
};

/* What fills a hole. */
enum advice_part { PART_NONE, PART_THING, PART_MISSING, PART_UNWELL, PART_TIMES, PART_LAST, PART_TEXT, PART_DETAIL, PART_NUMBER, PART_LEVEL,
	PART_SINCE, PART_AGE, PART_MEMBER };
/* A sentence is pieces: text, or a hole. */
struct advice_piece {
	struct str text;
	enum advice_part part;       /* PART_NONE: text */
	const char *column;          /* from PART_TEXT on */
	const char *member;
};
struct advice_sentence {
	const struct advice_piece *piece;
	size_t n;
};

struct advice_rule {
	const char *name;
	char signs[17];
	unsigned levels;
	const struct advice_cond *conds;
	size_t n_conds;
	bool has_acted;
	struct advice_texts acted;   /* verbs */
	int64_t times, within;
	bool has_well_but;
	struct advice_texts well_but, missing;
	struct advice_sentence verdict, action, why; /* action: of ADVICE_SENTENCE */
	enum advice_verb verb;
	const char *sure;
	bool well;
};

struct advice_rules {
	struct arena *arena;
	struct advice_rule *rule;
	size_t n;
};

/* globs.c: does the whole text fit, letter case ignored? */
bool advice_glob(const char *pattern, const char *text);
bool advice_any(const struct advice_texts *globs, const char *text);
bool advice_names(const struct advice_texts *names, const char *name);

/* match.c */
bool advice_holds(const struct advice_rule *r, const struct advice_facts *f);
/* The value of a column, or NULL. */
const struct advice_check *advice_check_of(const struct advice_facts *f, const char *column);
/* Does the room have the column? */
bool advice_has_column(const struct advice_facts *f, const char *column);
/* Actions of these verbs in that time; *last: when the newest was. */
int64_t advice_acted(const struct advice_rule *r, const struct advice_facts *f, int64_t *last);
/* A member of a value's data as text; false: there is none. */
bool advice_member(const char *data, const char *name, struct buf *out);
/* Why a column is not known ("chassis: unknown", "jobs: last seen 3 h ago"); false: it is known, or not a column of the room. */
bool advice_unknown(const struct advice_facts *f, const char *column, struct buf *out);

/* say.c: compile a sentence of a rule; its conditions are read already. */
int advice_sentence(const struct advice_rule *r, const char *text, const char *where, struct arena *a, struct advice_sentence *out,
    struct err *e);
const char *advice_say(const struct advice_rule *r, const struct advice_sentence *s, const struct advice_facts *f, struct arena *a);
const char *advice_verb_name(enum advice_verb v); /* "" of ADVICE_SENTENCE */

#endif
