package dev.iommufleet.cli.bench;

import dev.iommufleet.cli.text.Json;
import dev.iommufleet.load.bench.Figure;
import dev.iommufleet.load.bench.Figure.Better;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A figure, and where and when it was taken. {@code where}: as {@link Surroundings} says it. */
record Taken(Figure figure, String where, String date) {

  /** Thousands with commas, two digits where they are worth something. */
  static String number(double value) {
    return String.format(Locale.ROOT, Math.abs(value) < 1_000 ? "%,.2f" : "%,.0f", value);
  }

  Map<String, Object> tree() {
    var tree = new LinkedHashMap<String, Object>();
    tree.put("name", figure.name());
    tree.put("value", figure.value());
    tree.put("unit", figure.unit());
    tree.put("better", figure.better().name().toLowerCase(Locale.ROOT));
    tree.put("runs", figure.runs());
    tree.put("spread", figure.spread());
    if (!figure.isUnjudged()) {
      tree.put("target", figure.target());
    }
    tree.put("how", figure.how());
    tree.put("where", where);
    tree.put("date", date);
    return tree;
  }

  private static Taken of(Map<?, ?> tree) {
    var target = (Number) tree.get("target");
    var figure =
        new Figure(
            (String) tree.get("name"),
            ((Number) tree.get("value")).doubleValue(),
            (String) tree.get("unit"),
            Better.valueOf(((String) tree.get("better")).toUpperCase(Locale.ROOT)),
            ((Number) tree.get("runs")).intValue(),
            ((Number) tree.get("spread")).doubleValue(),
            target == null ? Double.NaN : target.doubleValue(),
            (String) tree.get("how"));
    return new Taken(figure, (String) tree.get("where"), (String) tree.get("date"));
  }

  static void write(Path file, List<Taken> figures) throws IOException {
    Files.writeString(file, Json.pretty(figures.stream().map(Taken::tree).toList()) + "\n");
  }

  /** What {@link #write} wrote; nothing when there is no such file. */
  static List<Taken> read(Path file) throws IOException {
    var figures = new ArrayList<Taken>();
    if (Files.exists(file)) {
      for (var tree : (List<?>) Json.read(Files.readString(file))) {
        figures.add(of((Map<?, ?>) tree));
      }
    }
    return figures;
  }

  /** The old ones in their order, new values in their places, new figures behind. */
  static List<Taken> merge(List<Taken> old, List<Taken> taken) {
    var all = new LinkedHashMap<String, Taken>();
    old.forEach(it -> all.put(it.figure.name(), it));
    taken.forEach(it -> all.put(it.figure.name(), it));
    return List.copyOf(all.values());
  }
}
