/* SPDX-License-Identifier: Apache-2.0 */
/* What one cell of a table says. */
#include <math.h>
#include <stdio.h>

#include "room.h"

static const struct {
	char level;
	const char *word;
} levels[] = {{'o', "ok"}, {'w', "warn"}, {'c', "critical"}, {'u', "unknown"}};

int
web_level_rank(char level)
{
	for (int i = 0; i < 4; i++)
		if (levels[i].level == level)
			return i;
	return 3;
}

const char *
web_level_word(char level)
{
	return levels[web_level_rank(level)].word;
}

struct web_cell
web_cell_text(const char *text)
{
	return (struct web_cell){.text = text};
}

struct web_cell
web_cell_link(const char *text, const char *href)
{
	return (struct web_cell){.text = text, .href = href};
}

struct web_cell
web_cell_flag(bool value)
{
	return (struct web_cell){.text = value ? "yes" : ""};
}

struct web_cell
web_cell_number(double value)
{
	return isnan(value) ? (struct web_cell){0} : (struct web_cell){.number = value, .is_number = true};
}

struct web_cell
web_cell_time(int64_t at)
{
	return (struct web_cell){.at = at};
}

struct web_cell
web_cell_level(int level, const char *text, int64_t at, bool stale)
{
	char letter = level >= 0 && level < 4 ? levels[level].level : 'u';

	return (struct web_cell){.text = text, .level = letter, .at = at, .stale = stale};
}

static bool
is_when(const struct web_column *col)
{
	return col->kind == WEB_COL_TIME || col->kind == WEB_COL_AGE;
}

bool
web_cell_known(const struct web_column *col, const struct web_cell *cell)
{
	if (is_when(col))
		return cell->at != 0;
	if (col->kind == WEB_COL_NUMBER)
		return cell->is_number;
	return cell->text != NULL;
}

bool
web_cell_judged(const struct web_column *col, const struct web_cell *cell)
{
	return cell->level != 0 || (col->kind == WEB_COL_LEVEL && !web_cell_known(col, cell));
}

const char *
web_cell_shown(const struct web_call *c, const struct web_column *col, const struct web_cell *cell,
    char scratch[TIMES_TEXT])
{
	if (!web_cell_known(col, cell))
		return cell->text != NULL && cell->text[0] == '\0' ? "" : "unknown"; /* "": not yet, or there is none */
	if (col->kind == WEB_COL_TIME)
		return times_room(cell->at, scratch);
	if (col->kind == WEB_COL_AGE)
		return times_age(c->now - cell->at, scratch);
	if (cell->text != NULL)
		return cell->text;
	snprintf(scratch, TIMES_TEXT, "%.6g", cell->number);
	return scratch;
}
