/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures as text. tests/data/svg/NAME.svg is what is drawn; UPDATE=1 writes it anew, to be looked at before it is committed. */
#include <stdlib.h>

#include "t.h"
#include "web/svg.h"

static struct err e;

static void
is_golden(const char *name, const struct web_strips *s)
{
	struct buf got = BUF(LIMIT_PAGE), want = BUF(LIMIT_PAGE);
	char path[4096];

	web_svg_strips(s, &got);
	(void)snprintf(path, sizeof(path), "%s/%s.svg", t_path("tests/data/svg"), name);
	if (getenv("UPDATE") != NULL) {
		FILE *f = fopen(path, "w");

		T_OK(f != NULL && fwrite(got.p, 1, got.n, f) == got.n);
		if (f != NULL)
			fclose(f);
	} else if (T_OK(file_read(path, LIMIT_PAGE, &want, &e) == 0)) {
		T_STR(got.p, want.p);
	}
	buf_free(&want);
	buf_free(&got);
}

/* `n` columns made of runs: "o30c1-9". */
static const char *
runs(const char *text, char *out)
{
	size_t n = 0;

	while (*text != '\0') {
		char level = *text++;
		long count = strtol(text, (char **)&text, 10);

		while (count-- > 0)
			out[n++] = level;
	}
	out[n] = '\0';
	return out;
}

static void
t_each_level_has_a_look_of_its_own_and_short_ones_are_seen(void)
{
	char a[128], b[128], c[128];
	const struct web_strip strip[] = {{"Ping", runs("-10o40c1o9c20o20", a)}, {"SSH", runs("-10o20w20u20o30", b)},
	    {"Slurm", runs("-100", c)}};
	const struct web_tick tick[] = {{25, "06:00"}, {75, "18:00"}};

	is_golden("strips", &(struct web_strips){.title = "n0001, the last 24 hours", .desc = "Ping is ok for 3 h.", .strip = strip,
	                        .n = LARCH_COUNT(strip), .columns = 100, .tick = tick, .n_ticks = LARCH_COUNT(tick)});
}

static void
t_foreign_text_stays_text_and_a_long_label_is_cut_between_characters(void)
{
	char a[128];
	const struct web_strip strip[] = {{"<script>\"&'", runs("o50", a)}, {"Lüfter über Lüfterñ", a}};
	const struct web_tick tick[] = {{10, "]]><b>"}};

	is_golden("foreign", &(struct web_strips){.title = "</title><script>alert(1)</script>", .desc = "$(reboot) & <b>", .strip = strip,
	                         .n = LARCH_COUNT(strip), .columns = 50, .tick = tick, .n_ticks = 1});
}

static void
t_nothing_to_show_is_a_picture_too(void)
{
	is_golden("empty", &(struct web_strips){.title = "n0001", .columns = 50});
}

static void
t_what_is_not_known_as_a_level_looks_like_nothing(void)
{
	T_STR(web_svg_letter('c'), "C");
	T_STR(web_svg_letter('u'), "?");
	T_STR(web_svg_letter('x'), "");
	T_STR(web_svg_letter('\0'), "");
	T_STR(web_svg_ink('x').ground, web_svg_ink('-').ground);
	T_OK(strcmp(web_svg_ink('c').ground, web_svg_ink('w').ground) != 0);
}

static void
t_a_picture_that_is_too_big_is_over_not_cut(void)
{
	struct buf small = BUF(64);

	web_svg_strips(&(struct web_strips){.title = "n0001", .columns = 50}, &small);
	T_OK(small.over);
	buf_free(&small);
}

T_MAIN(T(t_each_level_has_a_look_of_its_own_and_short_ones_are_seen),
    T(t_foreign_text_stays_text_and_a_long_label_is_cut_between_characters), T(t_nothing_to_show_is_a_picture_too),
    T(t_what_is_not_known_as_a_level_looks_like_nothing), T(t_a_picture_that_is_too_big_is_over_not_cut))
