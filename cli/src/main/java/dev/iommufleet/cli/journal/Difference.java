package dev.iommufleet.cli.journal;

import dev.iommufleet.cli.text.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What differs between two states as they are printed: values by name, and rows of lists. */
final class Difference {
  private final List<Map<String, Object>> changed = new ArrayList<>();
  private final List<Map<String, Object>> removed = new ArrayList<>();
  private final List<Map<String, Object>> added = new ArrayList<>();

  Difference(Map<?, ?> before, Map<?, ?> after) {
    compare("", before, after);
  }

  private void compare(String path, Map<?, ?> before, Map<?, ?> after) {
    var names = new LinkedHashSet<Object>(before.keySet());
    names.addAll(after.keySet());
    for (var name : names) {
      compare(path + name, before.get(name), after.get(name));
    }
  }

  private void compare(String path, Object before, Object after) {
    if (before instanceof Map<?, ?> old && after instanceof Map<?, ?> now) {
      compare(path + ".", old, now);
    } else if (before instanceof List<?> old && after instanceof List<?> now) {
      rows(path, old, now, removed);
      rows(path, now, old, added);
    } else if (!Objects.equals(before, after)) {
      var change = new LinkedHashMap<String, Object>();
      change.put("name", path);
      change.put("before", before);
      change.put("after", after);
      changed.add(change);
    }
  }

  /** Those that are only in the first list. */
  private static void rows(
      String path, List<?> list, List<?> other, List<Map<String, Object>> found) {
    var left = new ArrayList<Object>(other);
    for (var row : list) {
      if (!left.remove(row)) {
        found.add(Json.object("list", path, "row", row));
      }
    }
  }

  List<String> text() {
    var lines = new ArrayList<String>();
    for (var it : changed) {
      lines.add("%s: %s -> %s".formatted(it.get("name"), text(it, "before"), text(it, "after")));
    }
    removed.forEach(it -> lines.add("- %s %s".formatted(it.get("list"), text(it, "row"))));
    added.forEach(it -> lines.add("+ %s %s".formatted(it.get("list"), text(it, "row"))));
    return lines;
  }

  private static String text(Map<String, Object> found, String name) {
    var value = found.get(name);
    return value == null ? "none" : value instanceof String word ? word : Json.compact(value);
  }

  Map<String, Object> json() {
    return Json.object("changed", changed, "removed", removed, "added", added);
  }
}
