/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_DISK_SQL_H
#define SENTIO_HOST_DISK_SQL_H

/* What the disk's thread says to SQLite. Texts are compared by their bytes. */

enum { DISK_VERSION = 2 }; /* of the schema: PRAGMA user_version */

/* What makes each version of the one before it. `everyone` of a cursor is like `offset`, for the
 * topic "*". */
#define DISK_SCHEMA_1                                                                               \
    "CREATE TABLE channel (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"                      \
    " epoch TEXT NOT NULL, offset INTEGER NOT NULL, time INTEGER NOT NULL,"                         \
    " floor INTEGER NOT NULL);"                                                                     \
    "CREATE TABLE item (id INTEGER PRIMARY KEY, channel INTEGER NOT NULL,"                          \
    " offset INTEGER NOT NULL, time INTEGER NOT NULL, flags INTEGER NOT NULL, topic TEXT NOT NULL," \
    " key TEXT, type TEXT, attributes BLOB, json TEXT NOT NULL);"                                   \
    "CREATE UNIQUE INDEX item_offset ON item (channel, offset);"                                    \
    "CREATE INDEX item_topic ON item (channel, topic, offset);"                                     \
    "CREATE TABLE topic (id INTEGER PRIMARY KEY, channel INTEGER NOT NULL, name TEXT NOT NULL,"     \
    " trimmed INTEGER NOT NULL, time INTEGER NOT NULL);"                                            \
    "CREATE UNIQUE INDEX topic_name ON topic (channel, name);"                                      \
    "CREATE TABLE cursor (id INTEGER PRIMARY KEY, channel INTEGER NOT NULL, user TEXT NOT NULL,"    \
    " consumer TEXT NOT NULL, offset INTEGER NOT NULL, everyone INTEGER NOT NULL,"                  \
    " seen INTEGER NOT NULL);"                                                                      \
    "CREATE UNIQUE INDEX cursor_user ON cursor (channel, user, consumer);"                          \
    "CREATE INDEX cursor_everyone ON cursor (channel, everyone);"                                   \
    "CREATE TABLE request (channel INTEGER NOT NULL, publisher TEXT NOT NULL, key TEXT NOT NULL,"   \
    " hash BLOB NOT NULL, accepted INTEGER NOT NULL, offset INTEGER NOT NULL,"                      \
    " time INTEGER NOT NULL, PRIMARY KEY (channel, publisher, key)) WITHOUT ROWID;"                 \
    "CREATE INDEX request_time ON request (channel, time);"                                         \
    "PRAGMA user_version = 1;"

/* A consequence (struct disk_consequence): of an update of `channel`, on `target`. What is to be
 * published there has a body; what is to be observed has its items from `first` to `last`. */
#define DISK_SCHEMA_2                                                                              \
    "CREATE TABLE consequence (id INTEGER PRIMARY KEY, channel INTEGER NOT NULL,"                  \
    " target TEXT NOT NULL, body TEXT, first INTEGER, last INTEGER, tries INTEGER NOT NULL);"      \
    "CREATE INDEX consequence_observed ON consequence (channel, first) WHERE first > 0;"           \
    "PRAGMA user_version = 2;"

/* In the order in which disk_item() reads them. */
#define SQL_ITEM_COLUMNS "offset, time, flags, topic, key, type, attributes, json"

#define DISK_STATEMENTS(X)                                                                         \
    X(BEGIN, "BEGIN IMMEDIATE")                                                                    \
    X(COMMIT, "COMMIT")                                                                            \
    X(ROLLBACK, "ROLLBACK")                                                                        \
    X(CHANNEL_FIND, "SELECT id, epoch, offset, time, floor FROM channel WHERE name = ?")           \
    X(CHANNEL_ADD,                                                                                 \
      "INSERT INTO channel (name, epoch, offset, time, floor) VALUES (?, ?, 0, 0, 0)")             \
    X(CHANNEL_SET, "UPDATE channel SET offset = ?2, time = ?3 WHERE id = ?1")                      \
    X(CHANNEL_TRIMMED, "SELECT max(trimmed) FROM topic WHERE channel = ?")                         \
    X(ITEM_ADD, "INSERT INTO item (channel, " SQL_ITEM_COLUMNS ")"                                 \
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")                                             \
    X(ITEM_GET, "SELECT " SQL_ITEM_COLUMNS " FROM item WHERE id = ?")                              \
    X(ITEMS, "SELECT offset, id FROM item WHERE channel = ?1 AND offset > ?2 AND offset <= ?3"     \
             " ORDER BY offset LIMIT ?4")                                                          \
    X(ITEMS_LAST, "SELECT offset, id FROM item WHERE channel = ?1 AND offset > ?2"                 \
                  " AND offset <= ?3 ORDER BY offset DESC LIMIT ?4")                               \
    X(TOPIC_ITEMS, "SELECT offset, id FROM item WHERE channel = ?1 AND topic = ?5"                 \
                   " AND offset > ?2 AND offset <= ?3 ORDER BY offset LIMIT ?4")                   \
    X(TOPIC_ITEMS_LAST, "SELECT offset, id FROM item WHERE channel = ?1 AND topic = ?5"            \
                        " AND offset > ?2 AND offset <= ?3 ORDER BY offset DESC LIMIT ?4")         \
    X(NEWEST, "SELECT " SQL_ITEM_COLUMNS " FROM item WHERE channel = ? ORDER BY offset DESC")      \
    X(TIME_FROM, "SELECT time, offset FROM item WHERE channel = ? AND offset >= ?"                 \
                 " ORDER BY offset LIMIT 1")                                                       \
    X(TOPIC_AFTER, "SELECT topic FROM item WHERE channel = ? AND topic > ?"                        \
                   " ORDER BY topic LIMIT 1")                                                      \
    X(TOPIC_RANK, "SELECT offset FROM item WHERE channel = ? AND topic = ?"                        \
                  " ORDER BY offset DESC LIMIT 1 OFFSET ?")                                        \
    X(TOPIC_OLDEST, "SELECT max(offset), count(*), sum(offset > ?4) FROM (SELECT offset FROM item" \
                    " WHERE channel = ?1 AND topic = ?2 AND offset <= ?3"                          \
                    " ORDER BY offset LIMIT ?5)")                                                  \
    X(TOPIC_DROP, "DELETE FROM item WHERE channel = ? AND topic = ? AND offset <= ?")              \
    X(TOPIC_TRIMMED, "SELECT trimmed FROM topic WHERE channel = ? AND name = ?")                   \
    X(TOPIC_TRIM, "INSERT INTO topic (channel, name, trimmed, time) VALUES (?, ?, ?, ?)"           \
                  " ON CONFLICT (channel, name)"                                                   \
                  " DO UPDATE SET trimmed = excluded.trimmed, time = excluded.time")               \
    X(CURSOR, "SELECT offset, everyone FROM cursor"                                                \
              " WHERE channel = ? AND user = ? AND consumer = ?")                                  \
    X(CURSOR_ADD, "INSERT INTO cursor (channel, user, consumer, offset, everyone, seen)"           \
                  " VALUES (?, ?, ?, ?, ?, ?)")                                                    \
    X(CURSOR_SEEN, "UPDATE cursor SET seen = ?4"                                                   \
                   " WHERE channel = ?1 AND user = ?2 AND consumer = ?3 AND seen < ?5")            \
    X(CURSOR_MOVE, "UPDATE cursor SET offset = max(offset, ?4), everyone = max(everyone, ?4)"      \
                   " WHERE channel = ?1 AND user = ?2 AND consumer = ?3")                          \
    X(CURSOR_LEAST, "SELECT min(offset) FROM cursor WHERE channel = ? AND user = ?")               \
    X(CURSOR_EVERYONE, "SELECT min(everyone) FROM cursor WHERE channel = ?")                       \
    X(LAST_ROW, "SELECT max(ifnull((SELECT max(id) FROM cursor), 0),"                              \
                " ifnull((SELECT max(id) FROM topic), 0))")                                        \
    X(CURSOR_EXPIRE, "DELETE FROM cursor WHERE channel = ?1 AND id > ?2 AND id <= ?3"              \
                     " AND seen < ?4")                                                             \
    X(TOPIC_EXPIRED, "SELECT max(trimmed) FROM topic WHERE channel = ?1 AND id > ?2 AND id <= ?3"  \
                     " AND time < ?4")                                                             \
    X(TOPIC_EXPIRE, "DELETE FROM topic WHERE channel = ?1 AND id > ?2 AND id <= ?3 AND time < ?4") \
    X(CHANNEL_FLOOR, "UPDATE channel SET floor = ?2 WHERE id = ?1")                                \
    X(REQUEST_ADD, "INSERT OR REPLACE INTO request (channel, publisher, key, hash, accepted,"      \
                   " offset, time) VALUES (?, ?, ?, ?, ?, ?, ?)")                                  \
    X(REQUESTS, "SELECT publisher, key, hash, accepted, offset, time FROM request"                 \
                " WHERE channel = ? AND time >= ? ORDER BY offset")                                \
    X(REQUESTS_EXPIRE, "DELETE FROM request WHERE channel = ? AND time < ?")                       \
    X(FORWARD_ADD, "INSERT INTO consequence (channel, target, body, tries) VALUES (?, ?, ?, 0)")   \
    X(OBSERVE_ADD, "INSERT INTO consequence (channel, target, first, last, tries)"                 \
                   " VALUES (?, ?, ?, ?, 0)")                                                      \
    X(CONSEQUENCE_DROP, "DELETE FROM consequence WHERE id = ?")                                    \
    X(CONSEQUENCES, "SELECT id, target, body, first, last, tries FROM consequence"                 \
                    " WHERE channel = ? ORDER BY id")                                              \
    X(CONSEQUENCES_TRIED, "UPDATE consequence SET tries = tries + 1 WHERE channel = ?")            \
    X(CONSEQUENCES_CALM, "UPDATE consequence SET tries = 0 WHERE tries > 0")                       \
    X(OBSERVED_FIRST, "SELECT min(first) FROM consequence WHERE channel = ? AND first > 0")        \
    X(PROBE, "CREATE TABLE probe AS SELECT zeroblob(65536)")                                       \
    X(PROBE_END, "DROP TABLE probe")

enum disk_sql {
#define SQL_ENUM(name, text) SQL_##name,
    DISK_STATEMENTS(SQL_ENUM)
#undef SQL_ENUM
        SQL_COUNT
};

#endif
