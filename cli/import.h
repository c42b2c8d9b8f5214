/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Importers: each reads a format of other programs and says what it found to a
 * draft of a room (struct room), which becomes room.json. They run on the
 * person's machine; the server takes room.json alone.
 *
 * An importer refuses (-1, with file and line) what it cannot read, and notes
 * what it can read but not carry over, or had to make up. Nothing is dropped
 * without a note. It opens no connection and prints nothing: import.c does.
 *
 * Names here are those of the source; room_finish gives those that cannot stand
 * in room.json a safe form, each with a note and the attribute original_name.
 */
#ifndef LARCH_CLI_IMPORT_H
#define LARCH_CLI_IMPORT_H

#include "base/base.h"

/* ---- what is read -------------------------------------------------------------------- */

struct source {
	const char *name;      /* for sentences: the path, or "standard input" */
	const char *path;      /* NULL: not a file of the disk */
	struct str text;       /* UTF-8 without a byte order mark, NUL or carriage return before a newline's end */
};

struct room;

struct importer {
	const char *name;      /* --from NAME */
	const char *help;      /* what its files are called elsewhere */
	bool database;         /* it opens source.path itself; source.text holds the first bytes only */
	/* Does this text look like the format? Then the reason, for the sentence that says what was guessed; else NULL. */
	const char *(*looks)(const struct source *s);
	int (*read)(struct room *r, const struct source *s, size_t n, struct err *e);
};

extern const struct importer importers[];
extern const size_t n_importers;

/* The importer of that name, or NULL. */
const struct importer *import_named(const char *name);
/* The first that the text looks like, and why; NULL: none. */
const struct importer *import_guess(const struct source *s, const char **why_out);
/* Take over the files into room.json text (compact when `compact`), with *notes an array of sentences. */
int import_convert(const struct importer *im, const struct source *s, size_t n, json_t **room_out, json_t **notes_out,
    struct err *e);
/*
 * Bytes of a file as text: UTF-16 and NUL bytes are refused, what is not UTF-8 is taken for
 * Latin-1 (*latin1_out), a byte order mark goes. *out is the caller's (buf_free).
 */
int import_text(struct str bytes, const char *name, struct buf *out, bool *latin1_out, struct err *e);

/* ---- the draft of a room ----------------------------------------------------------------- */

struct room *room_create(void);
void room_destroy(struct room *r);

/*
 * The thing of that name, made when it is new; borrowed. Two things may have one name when
 * their `space` or `within` differs (racks "1" of two sites): room_finish tells them apart.
 * space "" is for machines, which keep their names before all others.
 */
json_t *room_thing(struct room *r, const char *space, struct str name);
json_t *room_thing_in(struct room *r, const char *space, struct str within, struct str name);
/* The same without making one: NULL when there is none. */
json_t *room_find(const struct room *r, const char *space, struct str name);

/* Its type, as the source says it; said differently before: the first stays, with a note. */
void room_type(struct room *r, json_t *thing, const char *type);
/* Its type, made up when nothing says another; `why` (a literal) goes into the note. */
void room_guess(struct room *r, json_t *thing, const char *type, const char *why);
bool room_is_type(const json_t *thing, const char *type);

struct room_attr {
	struct str key, subkey, value; /* subkey {NULL,0}: none */
	const char *kind;              /* NULL: string; "integer" "date" "json" */
	int64_t number;                /* -1: none */
};
/* A key that is no word and a value that is no text get a safe form, with a note. An empty value is left out. */
void room_attr(struct room *r, json_t *thing, const struct room_attr *a);
void room_fact(struct room *r, json_t *thing, const char *key, struct str value);
/* The same for what people write in a table: "2027-01-31" is kept as a date, with a note that it is midnight UTC. */
void room_cell(struct room *r, json_t *thing, const char *key, struct str value);
void room_fact_n(struct room *r, json_t *thing, const char *key, int64_t number, struct str value);
void room_relation(struct room *r, json_t *thing, const struct room_attr *a, json_t *target);
/* From here on equal facts of one thing stay as many as they are, as in clusto; else the second is left out with a note. */
void room_keep_equal(struct room *r);
/* Is there a fact of that key? How many? */
size_t room_facts(const json_t *thing, const char *key);

/* A port; kind and plug NULL: not said. Said before: what was not said yet is added. */
void room_port(struct room *r, json_t *thing, struct str name, const char *kind, const char *plug);
bool room_has_port(const json_t *thing, struct str name);

struct room_cable {
	json_t *a, *b;
	struct str a_port, b_port;
	const char *a_kind, *b_kind;   /* NULL: not said */
	const char *file;              /* for notes; */
	size_t line;                   /* 0: none */
};
/* A cable; one whose port is in use already is left out, with a note. True when it is in. */
bool room_cable(struct room *r, const struct room_cable *c);

struct room_place {
	json_t *container;
	int64_t unit, height;          /* unit 0: none; height 0: 1 */
	const char *face, *side;       /* NULL: not said */
};
/* Where it is; said differently before: the first stays, with a note. */
void room_place(struct room *r, json_t *thing, const struct room_place *p);
bool room_placed(const json_t *thing);
void room_member(struct room *r, json_t *pool, json_t *thing);

/* A sentence of what was not carried over or was made up; room_once says it one time only. */
void room_note(struct room *r, const char *fmt, ...) LARCH_PRINTF(2, 3);
void room_once(struct room *r, const char *fmt, ...) LARCH_PRINTF(2, 3);
/* 0, or -1 when it holds more than a room.json can: look at it once a line. */
int room_fits(const struct room *r, struct err *e);

/* The document {"larch-room:room": ...} and the notes; both are the caller's. The draft is used up. */
int room_finish(struct room *r, json_t **room_out, json_t **notes_out, struct err *e);

/* ---- helpers ------------------------------------------------------------------------------- */

/* The next line and its number (from 1), without its end; false at the end. */
bool import_line(struct str *rest, struct str *line, size_t *number);
/*
 * A host list of the LLNL family, "a[1-3,7],b", each name in the order it is written: what is matched
 * by position must not be sorted. *out is an array of texts, the caller's. The error is ERR_INPUT.
 */
int import_range(struct str text, json_t **out, struct err *e);
/* "0:1:2:a:b:c", "00-01-02-0a-0b-0c", "0001.020a.0b0c" as "00:01:02:0a:0b:0c": 0 or -1. */
int import_mac(struct str text, char out[18]);
/* A numeric address without prefix length and brackets, at most 45 bytes: 0 or -1. */
int import_address(struct str text, char out[64]);
/* A word of room.json (a key, a type): letters, digits . _ -, lower case when `lower`; "" becomes fallback. */
void import_word(struct str text, bool lower, const char *fallback, char out[65]);
/* Does the text contain the word, in any case? */
bool import_contains(struct str text, const char *word);
bool import_same(struct str a, const char *b); /* equal in any case */

/* ---- CSV: import_csv.c ----------------------------------------------------------------------- */

#define CSV_COLUMNS 256


struct csv {
	const struct source *source;
	size_t at, line;               /* line: of the row that was read */
	size_t next_line;
	char sep;
	bool comments;                 /* rows that begin with # are left out */
	struct buf row;                /* the fields' bytes */
	struct str field[CSV_COLUMNS];
	size_t n;
	/* after csv_header: */
	char title[CSV_COLUMNS][65];   /* lower case, letters digits _ */
	bool used[CSV_COLUMNS];        /* asked for by csv_get */
	size_t n_titles;
};

/* The separator is the one of , ; tab | that the first line has most of. */
void csv_begin(struct csv *c, const struct source *s);
void csv_finish(struct csv *c);
/* 1 a row, 0 the end, -1 a sentence. Rows of nothing are left out. Fields are trimmed. */
int csv_next(struct csv *c, struct err *e);
/* Read the row of titles; two equal ones are refused. */
int csv_header(struct csv *c, struct err *e);
/* Is there such a column? The first of the names, with blanks between, that there is: its number, or -1. */
int csv_column(struct csv *c, const char *names);
/* That column of this row; {NULL,0} when there is none or it is empty. */
struct str csv_get(struct csv *c, const char *names);

/* ---- the formats --------------------------------------------------------------------------------- */
const char *pdu_config_looks(const struct source *s);
int pdu_config_read(struct room *r, const struct source *s, size_t n, struct err *e);
const char *powerman_looks(const struct source *s);
int powerman_read(struct room *r, const struct source *s, size_t n, struct err *e);
const char *genders_looks(const struct source *s);
int genders_read(struct room *r, const struct source *s, size_t n, struct err *e);
const char *ethers_looks(const struct source *s);
int ethers_read(struct room *r, const struct source *s, size_t n, struct err *e);
const char *netbox_looks(const struct source *s);
int netbox_read(struct room *r, const struct source *s, size_t n, struct err *e);
const char *racktables_looks(const struct source *s);
int racktables_read(struct room *r, const struct source *s, size_t n, struct err *e);
const char *clusto_looks(const struct source *s);
int clusto_read(struct room *r, const struct source *s, size_t n, struct err *e);

#endif
