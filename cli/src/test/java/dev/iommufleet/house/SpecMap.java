package dev.iommufleet.house;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The table of docs/spec-map.md: {@code | id | rule | evidence | source |}. */
record SpecMap(List<Row> rows, List<String> defects) {
  static final Set<String> EVIDENCE = Set.of("captured", "code", "quoted", "believed");

  /** A fact id names a sheet and a place in it, as in REG-6.1. */
  static final String ID = "[A-Z]{2,6}-\\d+(?:\\.\\d+)*";

  record Row(int line, String id, String rule, String evidence, String source) {}

  SpecMap {
    rows = List.copyOf(rows);
    defects = List.copyOf(defects);
  }

  /** Reads the rows of every table with that heading; what is wrong with a row is a defect. */
  static SpecMap parse(List<String> lines) {
    var rows = new ArrayList<Row>();
    var defects = new ArrayList<String>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (!line.startsWith("|") || line.matches("[|:\\s-]+")) {
        continue;
      }
      String[] cells = line.substring(1).split("(?<!\\\\)\\|", -1);
      if (cells.length != 5 || !cells[4].isBlank()) {
        defects.add("line " + (i + 1) + ": not four cells: " + line);
      } else if (!cells[0].strip().equals("id")) {
        rows.add(
            new Row(i + 1, cells[0].strip(), cells[1].strip(), cells[2].strip(), cells[3].strip()));
      }
    }
    rows.forEach(row -> defects.addAll(defects(row)));
    return new SpecMap(rows, defects);
  }

  private static List<String> defects(Row row) {
    var found = new ArrayList<String>();
    String place = "line " + row.line + ": ";
    if (!row.id.matches(ID)) {
      found.add(place + "not a fact id: " + row.id);
    }
    if (row.rule.isEmpty() || row.source.isEmpty()) {
      found.add(place + row.id + " lacks its rule or its source");
    }
    if (!EVIDENCE.contains(row.evidence)) {
      found.add(place + row.id + ": evidence is one of " + EVIDENCE + ", not " + row.evidence);
    }
    return found;
  }
}
