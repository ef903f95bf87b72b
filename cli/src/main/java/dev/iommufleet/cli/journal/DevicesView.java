package dev.iommufleet.cli.journal;

import dev.iommufleet.cli.tables.GuestTables;
import dev.iommufleet.cli.text.RecordView;
import dev.iommufleet.hardware.vtd.IommuView;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The devices that are attached, what they were told and what they have not answered. */
final class DevicesView {
  private final IommuView view;

  DevicesView(IommuView view) {
    this.view = view;
  }

  List<String> text() {
    var lines = new ArrayList<String>();
    for (var device : view.devices()) {
      lines.add(RecordView.text(device));
      for (var bound : view.bindings(device.sourceId())) {
        var failed = bound.failed() ? " (failed)" : "";
        var entry = GuestTables.text(bound.entry());
        lines.add("  PASID %d %s%s".formatted(bound.pasid(), entry, failed));
      }
      view.unanswered(device.sourceId()).forEach(it -> lines.add("  owes " + RecordView.text(it)));
    }
    return lines;
  }

  List<Map<String, Object>> json() {
    var devices = new ArrayList<Map<String, Object>>();
    for (var device : view.devices()) {
      var fields = RecordView.fieldsAlone(device);
      fields.put(
          "bindings", view.bindings(device.sourceId()).stream().map(RecordView::fields).toList());
      fields.put(
          "unanswered",
          view.unanswered(device.sourceId()).stream().map(RecordView::fields).toList());
      devices.add(fields);
    }
    return devices;
  }
}
