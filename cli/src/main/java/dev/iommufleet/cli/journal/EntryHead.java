package dev.iommufleet.cli.journal;

import dev.iommufleet.cli.text.Numbers;
import dev.iommufleet.cli.text.Times;
import dev.iommufleet.persistence.journal.Stored;
import dev.iommufleet.protocol.journal.v1.Cause;
import dev.iommufleet.protocol.journal.v1.ClientRequest;
import dev.iommufleet.protocol.journal.v1.Entry;
import dev.iommufleet.protocol.journal.v1.HostDeviceCause;
import dev.iommufleet.protocol.journal.v1.HostDeviceEntry;
import dev.iommufleet.protocol.journal.v1.PeerMessage;
import dev.iommufleet.protocol.journal.v1.Recovered;
import dev.iommufleet.protocol.journal.v1.TimerFired;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What entries of all kinds say of themselves.
 *
 * @param emptySince number of the entry since which caches are empty; null: it says nothing
 */
record EntryHead(
    long number,
    int payloadBytes,
    long timeUnixNanos,
    long incarnation,
    String modelVersion,
    String cause,
    long stateHash,
    Long emptySince) {

  static EntryHead of(Stored<Entry> stored) {
    var entry = stored.message();
    return new EntryHead(
        stored.sequenceNumber(),
        stored.payloadBytes(),
        entry.getTimeUnixNanos(),
        entry.getIncarnation(),
        entry.getModelVersion(),
        cause(entry.getCause()),
        entry.getStateHash(),
        entry.hasCachesEmptySince() ? entry.getCachesEmptySince() : null);
  }

  static EntryHead ofDevice(Stored<HostDeviceEntry> stored) {
    var entry = stored.message();
    return new EntryHead(
        stored.sequenceNumber(),
        stored.payloadBytes(),
        entry.getTimeUnixNanos(),
        entry.getIncarnation(),
        entry.getModelVersion(),
        cause(entry.getCause()),
        entry.getStateHash(),
        entry.hasCachesEmptySince() ? entry.getCachesEmptySince() : null);
  }

  String text() {
    return "#%d %s incarnation %d, %s, %d bytes, state %s"
        .formatted(
            number, Times.text(timeUnixNanos), incarnation, cause, payloadBytes, hash(stateHash));
  }

  Map<String, Object> json() {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("sequenceNumber", number);
    fields.put("time", Times.text(timeUnixNanos));
    fields.put("incarnation", incarnation);
    fields.put("modelVersion", modelVersion);
    fields.put("cause", cause);
    fields.put("payloadBytes", payloadBytes);
    if (emptySince != null) {
      fields.put("cachesEmptySince", emptySince);
    }
    return fields;
  }

  static String hash(long hash) {
    return Numbers.hex(hash, Long.BYTES);
  }

  /** What made an IOMMU's entry. */
  private static String cause(Cause cause) {
    return switch (cause.getOriginCase()) {
          case CLIENT -> text(cause.getClient());
          case CREATED -> "created as " + cause.getCreated().getIommuId();
          case PEER -> text(cause.getPeer());
          case TIMER -> text(cause.getTimer());
          case RECOVERED -> text(cause.getRecovered());
          case DELETED -> "deleted";
          case ORIGIN_NOT_SET -> "unknown cause";
        }
        + (cause.getRequestEntry() == 0 ? "" : ", goes on with entry " + cause.getRequestEntry());
  }

  private static String cause(HostDeviceCause cause) {
    return switch (cause.getOriginCase()) {
      case CLIENT -> text(cause.getClient());
      case CREATED -> "created as " + cause.getCreated().getDeviceId();
      case PEER -> text(cause.getPeer());
      case TIMER -> text(cause.getTimer());
      case RECOVERED -> text(cause.getRecovered());
      case DELETED -> "deleted";
      case ORIGIN_NOT_SET -> "unknown cause";
    };
  }

  private static String text(ClientRequest client) {
    return client.getSession().isEmpty()
        ? "a client's request without id"
        : "request %d of session %s".formatted(client.getSequence(), client.getSession());
  }

  private static String text(PeerMessage peer) {
    return "message %s/%d.%d"
        .formatted(peer.getPersistenceId(), peer.getSequenceNumber(), peer.getIndex());
  }

  private static String text(TimerFired timer) {
    return "timer " + timer.getName();
  }

  private static String text(Recovered recovered) {
    return "went on after a restart: " + recovered.getReason();
  }
}
