/* SPDX-License-Identifier: Apache-2.0 */
static const char ask[] = "SELECT name FROM thing";
void
bad(void)
{
	store_run(s, e, "UPDATE thing SET a=1", "");
	sqlite3_exec(db, text, 0, 0, 0);
	log_info("select a name from the list, update it and set it");
}
/* "DELETE FROM thing" in a comment is no SQL. */
