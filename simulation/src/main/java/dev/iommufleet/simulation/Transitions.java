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
public final class Transitions {
  private static final int GCMD = 0x18;
  private static final int FSTS = 0x34;
  private static final int IQT = 0x88;
  private static final int PQH = 0xC0;
  private static final int PRS = 0xDC;

  /** Before the names of commands: operations have some of those names. */
  private static final String TOLD = "told ";

  /** One event in one state of one table. */
  record Pair(String table, String state, String event) {
    String name() {
      return table + " " + state + ": " + event;
    }

    static Pair of(String name) {
      int blank = name.indexOf(' ');
      int colon = name.indexOf(": ");
      return new Pair(
          name.substring(0, blank), name.substring(blank + 1, colon), name.substring(colon + 2));
    }
  }

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

    public String name() {
      return new Pair(table, state, event).name();
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
    String state = before.state().name();
    met("device", before.linkUp() ? state : state + ", link down", event);
  }

  private static String of(DeviceView device, long epoch, String event) {
    return device.epoch() == epoch ? event : event + " of another epoch";
  }

  private static String name(Command command) {
    return TOLD + command.getClass().getSimpleName();
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
  public void add(Transitions other) {
    other.times.forEach((pair, n) -> times.computeIfAbsent(pair, _ -> new long[1])[0] += n[0]);
  }

  /** What was met, to be kept: how often and what, in the order of the names. */
  public List<String> lines() {
    return times.entrySet().stream()
        .map(entry -> Map.entry(entry.getKey().name(), entry.getValue()[0]))
        .sorted(Map.Entry.comparingByKey())
        .map(entry -> entry.getValue() + " " + entry.getKey())
        .toList();
  }

  /**
   * What was kept counts as well.
   *
   * @throws IllegalArgumentException a line is none of {@link #lines}
   */
  public void add(List<String> lines) {
    for (String line : lines) {
      int blank = line.indexOf(' ');
      try {
        long n = Long.parseLong(line.substring(0, Math.max(blank, 0)));
        times.computeIfAbsent(Pair.of(line.substring(blank + 1)), _ -> new long[1])[0] += n;
      } catch (IndexOutOfBoundsException | NumberFormatException e) {
        throw new IllegalArgumentException("no pair and how often: " + line, e);
      }
    }
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
        found.put(pair.name(), why);
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
    List<String> messages = new ArrayList<>();
    leaves(Command.class).forEach(command -> messages.add(TOLD + command));
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
