/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables of inventory.db; docs/formats/inventory.md says them to a reader.
 *
 * What is now lies in rows of facts (attr, port, link, place, slot, member), each
 * of which is written by one function of this room that writes its row of
 * `change` beside it. `change` holds before and after, so that an edit can be
 * undone exactly: that is how a question "as of then" is answered (inv_at.c).
 *
 * thing.id is never used again. thing.edit is the last edit that touched the
 * thing: its revision grows once an edit, and only with a row of `change`.
 */
#include "inv_private.h"

static const char schema[] =
    "CREATE TABLE thing("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, type TEXT NOT NULL,"
    " revision INTEGER NOT NULL, changed INTEGER NOT NULL, changed_by TEXT NOT NULL,"
    " edit INTEGER NOT NULL DEFAULT 0) STRICT;"
    "CREATE INDEX thing_type ON thing(type,name);"
    "CREATE INDEX thing_changed ON thing(changed,name);"
    "CREATE INDEX thing_by ON thing(changed_by,name);"
    /* A multiset: the same fact may stand twice. A relation has its target and no value. */
    "CREATE TABLE attr("
    " id INTEGER PRIMARY KEY, thing INTEGER NOT NULL REFERENCES thing(id) ON DELETE CASCADE,"
    " key TEXT NOT NULL, subkey TEXT NOT NULL DEFAULT '', number INTEGER NOT NULL DEFAULT -1,"
    " kind TEXT NOT NULL DEFAULT 'string' CHECK(kind IN ('string','integer','date','json','relation')),"
    " value TEXT NOT NULL, num INTEGER, target INTEGER REFERENCES thing(id),"
    " CHECK((kind='relation')=(target IS NOT NULL))) STRICT;"
    "CREATE INDEX attr_thing ON attr(thing,key,subkey,number);"
    "CREATE INDEX attr_value ON attr(key,value,thing);"
    "CREATE INDEX attr_num ON attr(key,num,thing) WHERE num IS NOT NULL;"
    "CREATE INDEX attr_target ON attr(target,key,thing) WHERE target IS NOT NULL;"
    /* What number "auto" takes next. */
    "CREATE TABLE counter("
    " thing INTEGER NOT NULL REFERENCES thing(id) ON DELETE CASCADE, key TEXT NOT NULL, next INTEGER NOT NULL,"
    " PRIMARY KEY(thing,key)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE port("
    " id INTEGER PRIMARY KEY, thing INTEGER NOT NULL REFERENCES thing(id) ON DELETE CASCADE,"
    " name TEXT NOT NULL, kind TEXT NOT NULL, plug TEXT NOT NULL DEFAULT '', UNIQUE(thing,name)) STRICT;"
    "CREATE INDEX port_kind ON port(kind,thing);"
    "CREATE INDEX port_plug ON port(plug,thing);"
    /* A connection is two rows, one from each end: the key says that a port has one connection, and both
     * ends are asked the same way. */
    "CREATE TABLE link("
    " port INTEGER PRIMARY KEY REFERENCES port(id) ON DELETE CASCADE,"
    " peer INTEGER NOT NULL UNIQUE REFERENCES port(id) ON DELETE CASCADE,"
    " since INTEGER NOT NULL, author TEXT NOT NULL, CHECK(port<>peer)) STRICT;"
    "CREATE TABLE place("
    " thing INTEGER PRIMARY KEY REFERENCES thing(id) ON DELETE CASCADE,"
    " container INTEGER NOT NULL REFERENCES thing(id), unit INTEGER, height INTEGER,"
    " face TEXT CHECK(face IN ('front','rear','both')), side TEXT CHECK(side IN ('left','right')),"
    " CHECK(thing<>container), CHECK((unit IS NULL)=(height IS NULL)), CHECK((unit IS NULL)=(face IS NULL)),"
    " CHECK(unit IS NULL OR side IS NULL)) STRICT;"
    "CREATE INDEX place_container ON place(container,thing);"
    /* Written with place: a unit of a rack holds one thing a face. */
    "CREATE TABLE slot("
    " container INTEGER NOT NULL REFERENCES thing(id), unit INTEGER NOT NULL,"
    " face TEXT NOT NULL CHECK(face IN ('front','rear')),"
    " thing INTEGER NOT NULL REFERENCES thing(id) ON DELETE CASCADE,"
    " PRIMARY KEY(container,unit,face)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX slot_thing ON slot(thing);"
    "CREATE TABLE member("
    " pool INTEGER NOT NULL REFERENCES thing(id) ON DELETE CASCADE,"
    " thing INTEGER NOT NULL REFERENCES thing(id) ON DELETE CASCADE,"
    " PRIMARY KEY(pool,thing), CHECK(pool<>thing)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX member_thing ON member(thing,pool);"
    /* etc/types.json as it was taken over; no history. */
    "CREATE TABLE type("
    " name TEXT PRIMARY KEY, title TEXT NOT NULL, is_machine INTEGER NOT NULL, is_place INTEGER NOT NULL,"
    " units INTEGER, face TEXT, json TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE type_port("
    " type TEXT NOT NULL REFERENCES type(name) ON DELETE CASCADE, seq INTEGER NOT NULL, names TEXT NOT NULL,"
    " kind TEXT NOT NULL, plug TEXT NOT NULL, PRIMARY KEY(type,seq)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE plug_fits(a TEXT NOT NULL, b TEXT NOT NULL, PRIMARY KEY(a,b)) STRICT, WITHOUT ROWID;"
    /* How far the writer has taken over what another program publishes. No history. */
    "CREATE TABLE mark(name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    /* One transaction: who, when, why; and each fact that it changed. */
    "CREATE TABLE edit("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, who TEXT NOT NULL, why TEXT NOT NULL,"
    " request TEXT NOT NULL, facts INTEGER NOT NULL DEFAULT 0) STRICT;"
    "CREATE INDEX edit_at ON edit(at);"
    "CREATE TABLE change("
    " edit INTEGER NOT NULL REFERENCES edit(id), seq INTEGER NOT NULL, thing INTEGER NOT NULL, name TEXT NOT NULL,"
    " what TEXT NOT NULL CHECK(what IN ('thing','name','type','attr','port','cable','place','pool')),"
    " before TEXT, after TEXT, mirror INTEGER NOT NULL DEFAULT 0, PRIMARY KEY(edit,seq)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX change_thing ON change(thing,edit);"
    "CREATE INDEX change_name ON change(name,edit);";

const struct store_migration inv_migrations[] = {
    {1, schema},
};
const size_t inv_migrations_count = LARCH_COUNT(inv_migrations);
