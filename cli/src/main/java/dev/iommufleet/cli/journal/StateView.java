package dev.iommufleet.cli.journal;

import dev.iommufleet.cli.tables.GuestTables;
import dev.iommufleet.cli.tables.QueueView;
import dev.iommufleet.cli.text.Json;
import dev.iommufleet.cli.text.Numbers;
import dev.iommufleet.cli.text.RegisterPage;
import dev.iommufleet.hardware.vtd.Access;
import dev.iommufleet.hardware.vtd.IommuView;
import dev.iommufleet.hardware.vtd.spec.RegisterMap;
import dev.iommufleet.hardware.vtd.spec.SourceId;
import dev.iommufleet.persistence.journal.IommuReplay;
import dev.iommufleet.persistence.mapping.Configs;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The state that the entries' facts add up to. */
final class StateView implements Shown {
  private static final int BEFORE_HEAD = 4;

  private final String id;
  private final IommuReplay replay;
  private final IommuView view;
  private final RegisterPage registers;
  private final QueueView queue;

  StateView(String id, IommuReplay replay) {
    this.id = id;
    this.replay = replay;
    this.view = replay.iommu().view();
    this.registers = RegisterPage.of(view);
    this.queue =
        new QueueView(
            registers,
            Configs.read(replay.config()),
            (address, length) -> Optional.ofNullable(view.memory(address, length)));
  }

  private String stateHash() {
    return Numbers.hex(replay.iommu().stateHash(), Long.BYTES);
  }

  private String softHash() {
    return Numbers.hex(replay.iommu().softHash(), Long.BYTES);
  }

  @Override
  public List<String> text(boolean all) {
    var lines = new ArrayList<String>();
    lines.add(
        "%s after entry %d%s: state %s, caches %s"
            .formatted(
                id,
                replay.sequenceNumber(),
                replay.deleted() ? " (deleted)" : "",
                stateHash(),
                softHash()));
    lines.add(
        "%d pages of guest memory, %d IOTLB entries, %d address spaces, %d devices attached"
            .formatted(
                view.memoryPages(),
                view.iotlbEntries(),
                view.addressSpaces(),
                view.attachedDevices()));
    lines.add("registers");
    var shown = RegisterMap.all().stream().filter(it -> all || registers.value(it) != 0).toList();
    registers.text(shown, all).forEach(line -> lines.add("  " + line));
    lines.add("latched");
    registers.latchText().forEach(line -> lines.add("  " + line));
    lines.add("PASID cache");
    for (var it : view.pasidCache()) {
      lines.add(
          "  %s PASID %s %s"
              .formatted(
                  SourceId.format(it.sourceId()),
                  it.pasid() == Access.NO_PASID ? "none" : Integer.toString(it.pasid()),
                  GuestTables.text(it.entry())));
    }
    lines.add("devices");
    new DevicesView(view).text().forEach(line -> lines.add("  " + line));
    addQueue(lines);
    return lines;
  }

  private void addQueue(List<String> lines) {
    lines.add("invalidation queue");
    queue.json().forEach((name, value) -> lines.add("  %-15s %s".formatted(name, value)));
    if (view.pendingWaitPosition() >= 0) {
      lines.add("  wait %d is pending".formatted(view.pendingWaitPosition()));
    }
    view.openInvalidations()
        .forEach(
            it ->
                lines.add(
                    "  %s owes the answer with ITag %d"
                        .formatted(SourceId.format(it.sourceId()), it.itag())));
    queue
        .around(BEFORE_HEAD, 0)
        .forEach(
            it ->
                lines.add(
                    "  %5s  %-8s %s"
                        .formatted(it.get("index"), it.get("place"), it.get("descriptor"))));
  }

  @Override
  public Map<String, Object> json() {
    var pasids = new ArrayList<Map<String, Object>>();
    for (var it : view.pasidCache()) {
      pasids.add(
          Json.object(
              "sourceId", SourceId.format(it.sourceId()),
              "pasid", it.pasid() == Access.NO_PASID ? null : it.pasid(),
              "entry", GuestTables.text(it.entry())));
    }
    var queueJson = queue.json();
    queueJson.put("descriptors", queue.around(BEFORE_HEAD, 0));
    return Json.object(
        "id", id,
        "sequenceNumber", replay.sequenceNumber(),
        "deleted", replay.deleted(),
        "stateHash", stateHash(),
        "softHash", softHash(),
        "memoryPages", view.memoryPages(),
        "iotlbEntries", view.iotlbEntries(),
        "registers", registers.json(RegisterMap.all()),
        "latches", registers.latchJson(),
        "pasidCache", pasids,
        "devices", new DevicesView(view).json(),
        "queue", queueJson);
  }
}
