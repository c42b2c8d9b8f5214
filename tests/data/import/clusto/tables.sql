-- The tables of clusto, schema version 3 (facts/seeds.md, 4.2), written anew.
CREATE TABLE clustoversioning (version INTEGER NOT NULL PRIMARY KEY, timestamp TIMESTAMP, user VARCHAR(64), description TEXT);
CREATE TABLE entities (entity_id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(128) NOT NULL, type VARCHAR(32) NOT NULL,
  driver VARCHAR(32) NOT NULL, version INTEGER NOT NULL, deleted_at_version INTEGER);
CREATE TABLE entity_attrs (attr_id INTEGER NOT NULL PRIMARY KEY, entity_id INTEGER NOT NULL REFERENCES entities(entity_id),
  key VARCHAR(256), subkey VARCHAR(256), number INTEGER, datatype VARCHAR(32) NOT NULL, int_value INTEGER, string_value TEXT,
  datetime_value DATETIME, relation_id INTEGER REFERENCES entities(entity_id), version INTEGER NOT NULL, deleted_at_version INTEGER);
CREATE TABLE counters (counter_id INTEGER NOT NULL PRIMARY KEY, entity_id INTEGER NOT NULL, attr_key VARCHAR(256), value INTEGER);
