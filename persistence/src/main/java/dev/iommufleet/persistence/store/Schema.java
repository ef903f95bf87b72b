package dev.iommufleet.persistence.store;

import java.util.List;

/**
 * The tables that akka-persistence-jdbc 5.2.1 writes, as SQLite has them. The version is the file's
 * {@code user_version}; what makes a file ours is its {@code application_id}.
 */
enum Schema {
  JOURNAL(
      "journal.db",
      List.of(
          """
          create table event_journal (
            ordering integer primary key autoincrement,
            deleted boolean not null default 0,
            persistence_id varchar not null,
            sequence_number bigint not null,
            writer varchar not null,
            write_timestamp bigint not null,
            adapter_manifest varchar,
            event_payload blob not null,
            event_ser_id integer not null,
            event_ser_manifest varchar not null,
            meta_payload blob,
            meta_ser_id integer,
            meta_ser_manifest varchar,
            unique (persistence_id, sequence_number))
          """,
          // Who exists, in pages, without a scan of all entries.
          """
          create index event_journal_first on event_journal (persistence_id)
            where sequence_number = 1
          """,
          """
          create table event_tag (
            event_id bigint,
            tag varchar,
            primary key (event_id, tag)) without rowid
          """,
          "create index event_tag_tag on event_tag (tag, event_id)")),

  SNAPSHOTS(
      "snapshots.db",
      List.of(
          """
          create table snapshot (
            persistence_id varchar not null,
            sequence_number bigint not null,
            created bigint not null,
            snapshot_ser_id integer not null,
            snapshot_ser_manifest varchar not null,
            snapshot_payload blob not null,
            meta_ser_id integer,
            meta_ser_manifest varchar,
            meta_payload blob,
            primary key (persistence_id, sequence_number))
          """));

  /** Of both files. */
  static final int VERSION = 1;

  /** "IMFL". */
  static final int APPLICATION_ID = 0x494D_464C;

  private final String file;
  private final List<String> statements;

  Schema(String file, List<String> statements) {
    this.file = file;
    this.statements = statements;
  }

  String file() {
    return file;
  }

  List<String> statements() {
    return statements;
  }
}
