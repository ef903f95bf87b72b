package dev.iommufleet.cli.bench;

import dev.iommufleet.load.bench.Figure;
import dev.iommufleet.load.bench.Figure.Better;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The page of figures: numbers out of the benchmarks, and what limits them as somebody wrote it, by
 * the beginning of the figures' names.
 */
final class PerformancePage {
  private static final String NOTES = "performance-notes.md";

  private static final String HEAD =
      """
      # Performance

      Written by `iommu-fleet bench --docs docs`; numbers are in `performance.json`, what is said of them
      in the resource `%s`. Medians of the runs; the spread is (largest − smallest) / median.
      `bench --list` names the benchmarks, `bench NAME --draft` is short, `--smoke` only shows that they
      work, and no test asserts a time. Which tuning was kept and what it gave: `adr/0023`.

      While others keep the machine busy, wall-clock figures become slower, up to several times, and
      never faster; sizes do not change. Each row says where it was taken, by the number at its end.

      """;

  /** What is said of figures whose names begin in one way. */
  private record Note(String prefix, String title, String text) {
    boolean isOf(String figure) {
      return figure.equals(prefix) || figure.startsWith(prefix + "-");
    }
  }

  private PerformancePage() {}

  private static List<Note> notes() {
    String all;
    try (var resource = PerformancePage.class.getResourceAsStream(NOTES)) {
      all = new String(resource.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    var notes = new ArrayList<Note>();
    for (var section : all.substring(2).split("\n# ")) {
      int colon = section.indexOf(": ");
      int end = section.indexOf('\n');
      notes.add(
          new Note(
              section.substring(0, colon),
              section.substring(colon + 2, end),
              section.substring(end + 1).strip()));
    }
    return notes;
  }

  /** Whether something is said of the figure. */
  static boolean explains(String figure) {
    return notes().stream().anyMatch(it -> it.isOf(figure));
  }

  private static Note of(List<Note> notes, String figure) {
    return notes.stream()
        .filter(it -> it.isOf(figure))
        .max(Comparator.comparingInt(it -> it.prefix().length()))
        .orElseThrow(
            () -> new IllegalStateException(NOTES + " says nothing of the figure " + figure));
  }

  static String text(List<Taken> figures) {
    var notes = notes();
    var groups = new LinkedHashMap<Note, List<Taken>>();
    notes.forEach(note -> groups.put(note, new ArrayList<>()));
    figures.forEach(it -> groups.get(of(notes, it.figure().name())).add(it));
    var places = places(figures);
    var page = new StringBuilder(HEAD.formatted(NOTES));
    groups.forEach(
        (note, rows) -> {
          if (!rows.isEmpty()) {
            page.append(section(note, rows, places));
          }
        });
    page.append("## Where and when\n\n");
    places.forEach((place, number) -> page.append("%d. %s\n".formatted(number, place)));
    return page.toString();
  }

  private static Map<String, Integer> places(List<Taken> figures) {
    var places = new LinkedHashSet<String>();
    figures.forEach(it -> places.add(place(it)));
    var numbered = new LinkedHashMap<String, Integer>();
    places.forEach(it -> numbered.put(it, numbered.size() + 1));
    return numbered;
  }

  private static String place(Taken figure) {
    return figure.date() + ": " + figure.where();
  }

  private static String section(Note note, List<Taken> rows, Map<String, Integer> places) {
    var section = new StringBuilder("## %s\n\n".formatted(note.title()));
    section.append("| figure | to reach | measured | spread | runs | taken |\n");
    section.append("|---|---|---|---|---|---|\n");
    for (var row : rows) {
      section.append(row(row.figure(), places.get(place(row))));
    }
    section.append('\n');
    rows.stream()
        .map(it -> it.figure().how())
        .distinct()
        .forEach(how -> section.append("- ").append(how).append('\n'));
    return section.append("\n%s\n\n".formatted(note.text())).toString();
  }

  private static String row(Figure figure, int place) {
    var target =
        figure.isUnjudged()
            ? "–"
            : (figure.better() == Better.LOWER ? "≤ " : "≥ ") + Taken.number(figure.target());
    var measured = Taken.number(figure.value()) + " " + figure.unit();
    return String.format(
        Locale.ROOT,
        "| %s | %s | %s | %.0f %% | %d | %d |\n",
        figure.name(),
        target,
        figure.isReached() ? "**%s**".formatted(measured) : "missed: " + measured,
        figure.spread() * 100,
        figure.runs(),
        place);
  }
}
