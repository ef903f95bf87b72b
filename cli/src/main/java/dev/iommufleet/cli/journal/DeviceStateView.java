package dev.iommufleet.cli.journal;

import dev.iommufleet.cli.text.Json;
import dev.iommufleet.cli.text.Numbers;
import dev.iommufleet.cli.text.RecordView;
import dev.iommufleet.hardware.device.ConfigRegister;
import dev.iommufleet.hardware.device.DeviceView;
import dev.iommufleet.hardware.vtd.spec.SourceId;
import dev.iommufleet.persistence.journal.HostDeviceReplay;
import dev.iommufleet.persistence.mapping.HostDevices;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The state of a host device that its entries' facts add up to. */
final class DeviceStateView implements Shown {
  private final String id;
  private final HostDeviceReplay replay;
  private final DeviceView view;

  DeviceStateView(String id, HostDeviceReplay replay) {
    this.id = id;
    this.replay = replay;
    this.view = replay.device().view();
  }

  @Override
  public List<String> text(boolean all) {
    var lines = new ArrayList<String>();
    lines.add(
        "%s after entry %d%s: state %s, translations %s"
            .formatted(
                id,
                replay.sequenceNumber(),
                replay.deleted() ? " (deleted)" : "",
                EntryHead.hash(replay.device().stateHash()),
                EntryHead.hash(replay.device().softHash())));
    lines.add(RecordView.text(HostDevices.read(replay.config())));
    lines.add(attachment());
    lines.add("registers");
    for (var register : ConfigRegister.values()) {
      if (all || view.config(register) != 0) {
        lines.add("  %-20s %s".formatted(name(register), value(register)));
      }
    }
    lists().forEach((name, rows) -> add(lines, name, rows));
    return lines;
  }

  private static void add(List<String> lines, String name, List<Map<String, Object>> rows) {
    lines.add(RecordView.dashed(name).replace('-', ' '));
    rows.forEach(row -> lines.add("  " + RecordView.text(row)));
  }

  private String attachment() {
    var link = view.linkUp() ? "" : ", link down";
    return view.sourceId() < 0
        ? "detached" + link
        : "%s: %s as %s, epoch %d, command %d is done%s"
            .formatted(
                RecordView.dashed(view.state().name()),
                view.iommu(),
                SourceId.format(view.sourceId()),
                view.epoch(),
                view.lastDone(),
                link);
  }

  private static String name(ConfigRegister register) {
    return RecordView.dashed(register.name());
  }

  private String value(ConfigRegister register) {
    return Numbers.hex(view.config(register));
  }

  /** What there may be many of, by name; each row's fields. */
  private Map<String, List<Map<String, Object>>> lists() {
    var lists = new LinkedHashMap<String, List<Map<String, Object>>>();
    lists.put("bindings", bindings());
    lists.put("objects", objects());
    lists.put("queues", records(view.queues()));
    lists.put("translations", records(view.translations()));
    lists.put("groups", groups());
    lists.put("dmas", records(view.dmas()));
    lists.put("withheld", withheld());
    lists.put("owed", records(view.owed()));
    return lists;
  }

  private static List<Map<String, Object>> records(List<? extends Record> records) {
    return records.stream().map(RecordView::fieldsAlone).toList();
  }

  private List<Map<String, Object>> bindings() {
    var rows = new ArrayList<Map<String, Object>>();
    view.bindings()
        .forEach(
            (pasid, binding) -> {
              var row = Json.object("pasid", pasid);
              row.putAll(RecordView.fieldsAlone(binding));
              row.put("undetached", view.undetached().contains(pasid));
              rows.add(row);
            });
    return rows;
  }

  private List<Map<String, Object>> objects() {
    var rows = new ArrayList<Map<String, Object>>();
    for (var object : view.objects()) {
      var row = RecordView.fieldsAlone(object);
      row.put("users", view.users(object.id()));
      row.put("unfreed", view.unfreed().contains(object.id()));
      row.put("pasids", pasids(object.id()));
      rows.add(row);
    }
    return rows;
  }

  /** That the host has attached to the object. */
  private List<Integer> pasids(int object) {
    return view.attachments().entrySet().stream()
        .filter(it -> it.getValue() == object)
        .map(Map.Entry::getKey)
        .toList();
  }

  private List<Map<String, Object>> groups() {
    var rows = new ArrayList<Map<String, Object>>();
    for (var group : view.groups()) {
      var row = RecordView.fieldsAlone(group);
      var atHost = view.hostGroup(group.groupIndex());
      if (atHost != null) {
        row.put("host", RecordView.fieldsAlone(atHost));
      }
      rows.add(row);
    }
    return rows;
  }

  private List<Map<String, Object>> withheld() {
    var rows = new ArrayList<Map<String, Object>>();
    view.withheld().forEach((command, late) -> rows.add(Json.object("id", command, "late", late)));
    return rows;
  }

  @Override
  public Map<String, Object> json() {
    var registers = new LinkedHashMap<String, Object>();
    for (var register : ConfigRegister.values()) {
      registers.put(name(register), value(register));
    }
    var fields =
        Json.object(
            "id", id,
            "sequenceNumber", replay.sequenceNumber(),
            "deleted", replay.deleted(),
            "stateHash", EntryHead.hash(replay.device().stateHash()),
            "softHash", EntryHead.hash(replay.device().softHash()),
            "config", RecordView.fields(HostDevices.read(replay.config())),
            "attachment",
                Json.object(
                    "state", RecordView.dashed(view.state().name()),
                    "iommu", view.iommu().isEmpty() ? null : view.iommu(),
                    "sourceId", view.sourceId() < 0 ? null : SourceId.format(view.sourceId()),
                    "epoch", view.epoch(),
                    "lastDone", view.lastDone(),
                    "linkUp", view.linkUp()),
            "registers", registers);
    fields.putAll(lists());
    return fields;
  }
}
