/* SPDX-License-Identifier: Apache-2.0 */
/* Evidence is never longer than is kept, and says when it was. */
#include <string.h>

#include "drive/evidence.h"
#include "t.h"

static json_t *
list_of(size_t n, const char *key, const char *text)
{
	json_t *list = json_array();

	while (n-- > 0) {
		json_t *o = json_object();

		jsn_set_text(o, key, text);
		jsn_add(list, o);
	}
	return list;
}

static json_t *
evidence(size_t n_bmc, size_t n, const char *text)
{
	json_t *o = json_object(), *bmcs = json_array();

	jsn_set_text(o, "machine", "n0001");
	jsn_set(o, "checks", list_of(n, "text", text));
	jsn_set(o, "outlets", list_of(2, "outlet", "AA1"));
	jsn_set(o, "not_had", list_of(1, "what", "n0001-bmc"));
	while (n_bmc-- > 0) {
		json_t *bmc = json_object();

		jsn_set_text(bmc, "name", "n0001-bmc");
		jsn_set(bmc, "events", list_of(32, "text", text));
		jsn_set(bmc, "sensors", list_of(n, "name", text));
		jsn_add(bmcs, bmc);
	}
	jsn_set(o, "bmc", bmcs);
	return o;
}

static void
t_what_fits_is_kept_whole(void)
{
	json_t *o = evidence(1, 20, "Temp 1: 21 degrees C");
	struct buf b = BUF(LIMIT_EVIDENCE);

	drive_evidence_text(o, &b);
	T_OK(!b.over && strstr(b.p, "\"cut\":false") != NULL);
	T_INT(json_array_size(json_object_get(o, "checks")), 20);
	buf_free(&b);
	json_decref(o);
}

/* Four machines on an outlet, each BMC with as many sensors and entries as are read, each text as long as is kept. */
static void
t_what_is_too_long_loses_the_ends_of_its_longest_lists(void)
{
	char text[301];
	struct buf b = BUF(LIMIT_EVIDENCE);
	json_t *o, *back, *bmc;
	struct err e;
	size_t i;

	memset(text, '"', 300); /* each is two bytes in JSON */
	text[300] = '\0';
	o = evidence(4, 256, text);
	drive_evidence_text(o, &b);
	T_OK(!b.over && b.n <= LIMIT_EVIDENCE && b.n > LIMIT_EVIDENCE / 2);
	back = jsn_parse((struct str){b.p, b.n}, "the evidence", &e);
	T_OK(json_is_true(json_object_get(back, "cut")));
	T_INT(json_array_size(json_object_get(back, "outlets")), 2); /* short lists stay */
	T_INT(json_array_size(json_object_get(back, "not_had")), 1);
	T_OK(json_array_size(json_object_get(back, "checks")) > 0);
	json_array_foreach(json_object_get(back, "bmc"), i, bmc)
		T_OK(json_array_size(json_object_get(bmc, "events")) > 0 && json_array_size(json_object_get(bmc, "sensors")) > 0);
	json_decref(back);
	buf_free(&b);
	json_decref(o);
}

T_MAIN(T(t_what_fits_is_kept_whole), T(t_what_is_too_long_loses_the_ends_of_its_longest_lists))
