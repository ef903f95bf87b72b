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
          Entities.LIVING,
          Entities.OWING)),

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
  static final int VERSION = 2;

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

  /** Make the tables in an empty file. */
  List<String> statements() {
    return statements;
  }

  /** Make the tables of a file of version 1 those of this version. */
  List<String> fromVersion1() {
    return switch (this) {
      case JOURNAL -> Entities.FROM_1;
      case SNAPSHOTS -> List.of();
    };
  }

  /**
   * Tables of entities, new in version 2. A class of its own, for an enum's constants come first.
   */
  private static final class Entities {
    /** Who was created and not deleted. Kept in the transactions that write the entries. */
    static final String LIVING =
        """
        create table living_entity (
          persistence_id varchar not null primary key) without rowid
        """;

    /** Who has something to go on with after a restart; the same. */
    static final String OWING =
        """
        create table owing_entity (
          persistence_id varchar not null primary key) without rowid
        """;

    /** From tags of single entries, which a page of a list had to gather, to tables of entities. */
    static final List<String> FROM_1 =
        List.of(
            LIVING,
            OWING,
            """
            insert into living_entity
            select j.persistence_id from event_journal j
            where j.sequence_number = 1 and not exists (
              select 1 from event_tag t join event_journal d on d.ordering = t.event_id
              where t.tag = 'deleted' and d.persistence_id = j.persistence_id)
            """,
            """
            insert into owing_entity
            select j.persistence_id from event_tag t join event_journal j on j.ordering = t.event_id
            where t.tag in ('owes', 'settled')
            group by j.persistence_id
            having max(case when t.tag = 'owes' then j.sequence_number else 0 end)
                 > max(case when t.tag = 'settled' then j.sequence_number else 0 end)
            """,
            "drop table event_tag");
  }
}
