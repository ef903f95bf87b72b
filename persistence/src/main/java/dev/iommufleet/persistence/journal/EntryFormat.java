package dev.iommufleet.persistence.journal;

import dev.iommufleet.persistence.mapping.MalformedException;
import dev.iommufleet.protocol.journal.v1.Entry;
import dev.iommufleet.protocol.journal.v1.HostDeviceEntry;
import dev.iommufleet.protocol.journal.v1.HostDeviceSnapshot;
import dev.iommufleet.protocol.journal.v1.Snapshot;

/** Versions of what journals hold. How they may change: docs/adr/0006-proto-evolution.md. */
public final class EntryFormat {
  /** Of entries and of snapshots, as this version writes them. */
  public static final int SCHEMA = 1;

  private EntryFormat() {}

  /**
   * @throws MalformedException written by a later version, or without a cause
   */
  public static void check(Entry entry) {
    check("an entry", entry.getSchema());
    if (entry.getCause().getOriginCase().getNumber() == 0) {
      throw new MalformedException(
          MalformedException.Code.UNKNOWN_KIND,
          "an entry has no cause, or one that this version does not know");
    }
  }

  /**
   * @throws MalformedException written by a later version
   */
  public static void check(Snapshot snapshot) {
    check("a snapshot", snapshot.getSchema());
  }

  /**
   * @throws MalformedException written by a later version, or without a cause
   */
  public static void check(HostDeviceEntry entry) {
    check("an entry", entry.getSchema());
    if (entry.getCause().getOriginCase().getNumber() == 0) {
      throw new MalformedException(
          MalformedException.Code.UNKNOWN_KIND,
          "an entry has no cause, or one that this version does not know");
    }
  }

  /**
   * @throws MalformedException written by a later version
   */
  public static void check(HostDeviceSnapshot snapshot) {
    check("a snapshot", snapshot.getSchema());
  }

  private static void check(String what, int schema) {
    if (schema < 1 || schema > SCHEMA) {
      throw new MalformedException(
          MalformedException.Code.NEWER_SCHEMA,
          "%s has schema %d; this version knows 1 to %d"
              .formatted(what, Integer.toUnsignedLong(schema), SCHEMA));
    }
  }
}
