package dev.iommufleet.cli.tables;

import dev.iommufleet.cli.text.Json;
import dev.iommufleet.cli.text.Numbers;
import dev.iommufleet.cli.text.RecordView;
import dev.iommufleet.cli.text.RegisterPage;
import dev.iommufleet.hardware.vtd.spec.PageRequestDescriptor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The page-request queue: what the unit wrote and software has not read. */
public final class PrqView {
  private static final int WORDS = PageRequestDescriptor.BYTES / Long.BYTES;

  private final RegisterPage registers;
  private final MemoryReader memory;

  public PrqView(RegisterPage registers, MemoryReader memory) {
    this.registers = registers;
    this.memory = memory;
  }

  private int entries() {
    long pages = 1L << registers.field("PQA", "PQS");
    return (int) (pages * MemoryReader.PAGE_BYTES / PageRequestDescriptor.BYTES);
  }

  private int head() {
    return (int) registers.field("PQH", "PQH");
  }

  private int tail() {
    return (int) registers.field("PQT", "PQT");
  }

  private long base() {
    return registers.value("PQA") & -MemoryReader.PAGE_BYTES;
  }

  private List<Map<String, Object>> requests(int limit) {
    var list = new ArrayList<Map<String, Object>>();
    int waiting = Math.floorMod(tail() - head(), entries());
    for (int i = 0; i < Math.min(waiting, limit); i++) {
      int index = (head() + i) % entries();
      var words = memory.words(base() + (long) index * PageRequestDescriptor.BYTES, WORDS);
      var request = Json.object("index", index);
      words.ifPresentOrElse(
          it -> {
            var decoded = PageRequestDescriptor.decode(it[0], it[1]);
            request.putAll(RecordView.fields(decoded));
            request.remove("kind");
            request.put("stopMarker", decoded.stopMarker());
          },
          () -> request.put("unreadable", true));
      list.add(request);
    }
    return list;
  }

  public Map<String, Object> json(int limit) {
    return Json.object(
        "base", Numbers.hex(base()),
        "entries", entries(),
        "head", head(),
        "tail", tail(),
        "pending", registers.field("PRS", "PPR") != 0,
        "overflow", registers.field("PRS", "PRO") != 0,
        "requests", requests(limit));
  }

  public List<String> text(int limit) {
    var lines = new ArrayList<String>();
    json(limit)
        .forEach(
            (name, value) -> {
              if (value instanceof List<?> requests) {
                lines.add("requests");
                requests.forEach(it -> lines.add("  " + it));
              } else {
                lines.add("%-9s %s".formatted(name, value));
              }
            });
    return lines;
  }
}
