package dev.iommufleet.simulation;

import dev.iommufleet.hardware.device.AttachState;
import dev.iommufleet.hardware.device.DeviceOperation;
import dev.iommufleet.hardware.device.DeviceView;
import dev.iommufleet.hardware.link.Command;
import dev.iommufleet.hardware.link.Report;
import dev.iommufleet.hardware.vtd.Iommu;
import dev.iommufleet.hardware.vtd.IommuView;
import dev.iommufleet.hardware.vtd.Latch;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.hardware.vtd.QueueProgress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which events were met in which states: messages at a device by its attachment and link, reports
 * at the IOMMU by the attachment that they concern, and what software does by the state of the
 * invalidation queue.
 */
public final class Coverage {
  private static final int GCMD = 0x18;
  private static final int FSTS = 0x34;
  private static final int IQT = 0x88;
  private static final int PQH = 0xC0;
  private static final int PRS = 0xDC;

  /** One event in one state of one table. */
  record Pair(String table, String state, String event) {}

  /**
   * A pair that can be thought of.
   *
   * @param table device, link or queue
   * @param times that it was met
   * @param impossible why it cannot be met; empty: it can
   */
  public record Row(String table, String state, String event, long times, String impossible) {
    public boolean isMissing() {
      return times == 0 && impossible.isEmpty();
    }
  }

  private final Map<Pair, long[]> times = new HashMap<>();

  // ---- what happens ----

  /** An operation reaches a device. */
  public void device(DeviceView before, DeviceOperation operation) {
    String event =
        switch (operation) {
          case DeviceOperation.AttachAnswered o -> of(before, o.epoch(), "AttachAnswered");
          case DeviceOperation.AttachmentEnded o -> of(before, o.epoch(), "Ended");
          case DeviceOperation.LossAcknowledged _ -> "LossAcknowledged";
          case DeviceOperation.Receive o -> of(before, o.epoch(), name(o.command()));
          case DeviceOperation.Translated o -> of(before, o.epoch(), "Translated");
          case DeviceOperation.Accessed o -> of(before, o.epoch(), "Accessed");
          default -> operation.getClass().getSimpleName();
        };
    met("device", before.state() + (before.linkUp() ? "" : ", link down"), event);
  }

  private static String of(DeviceView device, long epoch, String event) {
    return device.epoch() == epoch ? event : event + " of another epoch";
  }

  private static String name(Command command) {
    return command.getClass().getSimpleName();
  }

  /** A report reaches the IOMMU. */
  public void report(IommuView before, int sourceId, boolean holds, Report report) {
    var device = before.devices().stream().filter(it -> it.sourceId() == sourceId).findFirst();
    String state =
        device.isEmpty()
            ? "absent"
            : !holds ? "another's" : device.get().detaching() ? "detaching" : "attached";
    met("link", state, report.getClass().getSimpleName());
  }

  /** Software, or a timer, reaches the IOMMU. */
  public void queue(Iommu before, Operation operation) {
    String event =
        switch (operation) {
          case Operation.WriteRegister o -> register(o.offset());
          case Operation.Reset _ -> "Reset";
          case Operation.ExpireInvalidations _ -> "ExpireInvalidations";
          default -> null;
        };
    if (event != null) {
      met("queue", queue(before), event);
    }
  }

  private static String register(int offset) {
    return switch (offset) {
      case GCMD -> "GCMD";
      case FSTS -> "FSTS";
      case IQT -> "IQT";
      case PQH -> "PQH";
      case PRS -> "PRS";
      default -> null;
    };
  }

  private static String queue(Iommu iommu) {
    if (iommu.latch(Latch.QUEUE_ENABLED) == 0) {
      return "off";
    }
    if ((iommu.faultStatus() & Guest.QUEUE_ERRORS) != 0) {
      return "stopped";
    }
    return iommu.progress() == QueueProgress.PARKED ? "parked" : "idle";
  }

  private void met(String table, String state, String event) {
    times.computeIfAbsent(new Pair(table, state, event), _ -> new long[1])[0]++;
  }

  /** What another run met counts as well. */
  public void add(Coverage other) {
    other.times.forEach((pair, n) -> times.computeIfAbsent(pair, _ -> new long[1])[0] += n[0]);
  }

  // ---- what could happen ----

  /** Every pair, in the order of the tables. */
  public List<Row> rows() {
    var impossible = new Impossible();
    List<Row> rows = new ArrayList<>();
    for (Pair pair : universe()) {
      long[] n = times.getOrDefault(pair, new long[1]);
      rows.add(
          new Row(
              pair.table(),
              pair.state(),
              pair.event(),
              n[0],
              n[0] > 0 ? "" : impossible.why(pair)));
    }
    return rows;
  }

  /** Pairs that were met although they are named as impossible, with the reasons. */
  public Map<String, String> contradictions() {
    var impossible = new Impossible();
    var found = new TreeMap<String, String>();
    for (Pair pair : times.keySet()) {
      String why = impossible.why(pair);
      if (!why.isEmpty()) {
        found.put(pair.table() + " " + pair.state() + ": " + pair.event(), why);
      }
    }
    return found;
  }

  private static List<Pair> universe() {
    List<Pair> pairs = new ArrayList<>();
    for (AttachState state : AttachState.values()) {
      for (String link : List.of("", ", link down")) {
        for (String event : deviceEvents()) {
          pairs.add(new Pair("device", state + link, event));
        }
      }
    }
    for (String state : List.of("absent", "attached", "detaching", "another's")) {
      for (String event : leaves(Report.class)) {
        pairs.add(new Pair("link", state, event));
      }
    }
    for (String state : List.of("off", "idle", "parked", "stopped")) {
      for (String event :
          List.of("IQT", "GCMD", "FSTS", "PRS", "PQH", "Reset", "ExpireInvalidations")) {
        pairs.add(new Pair("queue", state, event));
      }
    }
    return pairs;
  }

  private static List<String> deviceEvents() {
    List<String> messages = new ArrayList<>(leaves(Command.class));
    messages.addAll(List.of("AttachAnswered", "Ended", "Translated", "Accessed"));
    List<String> events = new ArrayList<>();
    for (String message : messages) {
      events.add(message);
      events.add(message + " of another epoch");
    }
    events.add("LossAcknowledged");
    events.addAll(
        List.of("Attach", "Detach", "Remove", "Resume", "RequestPage", "StartDma", "SetLink"));
    return events;
  }

  /** Names of the records of a sealed hierarchy. */
  private static List<String> leaves(Class<?> sealed) {
    List<String> names = new ArrayList<>();
    for (Class<?> permitted : sealed.getPermittedSubclasses()) {
      if (permitted.isRecord()) {
        names.add(permitted.getSimpleName());
      } else {
        names.addAll(leaves(permitted));
      }
    }
    return names;
  }
}
