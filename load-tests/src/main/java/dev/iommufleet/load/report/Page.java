package dev.iommufleet.load.report;

import dev.iommufleet.load.check.Finding;
import dev.iommufleet.load.check.Verdict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The report as a page. Every text in it is escaped: ids come from users. */
final class Page {
  private static final long NANOS = 1_000_000_000L;

  private final Report report;
  private final Tally tally;
  private final Html html = new Html();

  Page(Report report) {
    this.report = report;
    this.tally = report.tally();
  }

  String text() {
    head();
    verdict();
    plots();
    invariants();
    recoveries();
    latencies();
    errors();
    about();
    return resource("page.html")
        .replace("{{title}}", Html.escape("Load " + tally.began.getScenario()))
        .replace("{{body}}", html.toString())
        .replace("{{plots}}", JsonText.of(Plots.of(tally)))
        .replace("{{report}}", JsonText.of(report.json()))
        .replace("{{css}}", resource("uPlot.min.css") + resource("page.css"))
        .replace("{{uplot}}", resource("uPlot.iife.min.js"))
        .replace("{{script}}", resource("page.js"));
  }

  private static String resource(String name) {
    try (var in = Page.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // ---- what it came to ---------------------------------------------------------------------

  private void head() {
    var began = tally.began;
    html.element("h1", "Load " + began.getScenario());
    var when = Instant.ofEpochSecond(began.getUnixNanos() / NANOS, began.getUnixNanos() % NANOS);
    html.element(
        "p",
        "%s · seed %d · %.1f s%s"
            .formatted(
                when.toString(),
                began.getSeed(),
                tally.lastNanos / 1e9,
                tally.ended.getInterrupted() ? " · ended before its time" : ""));
  }

  private void verdict() {
    var all = tally.all();
    boolean passed = report.passed();
    html.raw("<p class=\"verdict %s\">".formatted(passed ? "good" : "bad"));
    html.text(passed ? "passed" : "FAILED").raw("</p><ul>");
    report.missed().forEach(it -> html.element("li", it));
    report
        .verdict()
        .violations()
        .forEach((id, count) -> html.element("li", "%d violations of %s".formatted(count, id)));
    html.raw("</ul><div class=\"figures\">");
    figure("requests answered", all.micros.getTotalCount());
    figure("operations", tally.operations());
    figure("refused", all.refused);
    figure("outcome unknown", all.unknown);
    figure("acknowledged and lost", report.verdict().lost());
    figure("executed twice", report.verdict().duplicated());
    html.raw("</div>");
  }

  private void figure(String name, long value) {
    html.raw("<div><b>").text("%,d".formatted(value)).raw("</b>").text(name).raw("</div>");
  }

  private void plots() {
    html.raw("<div id=\"plots\">");
    plot("rate", "Requests a second");
    plot("latency", "Latency over time, milliseconds");
    plot("percentiles", "Latency by percentile, milliseconds");
    html.raw("</div><noscript><p>The plots need JavaScript; the tables do not.</p></noscript>");
  }

  private void plot(String id, String title) {
    html.element("h2", title).raw("<div class=\"plot\" id=\"plot-%s\"></div>".formatted(id));
  }

  // ---- tables ------------------------------------------------------------------------------

  private void invariants() {
    html.element("h2", "Invariants").table("", "must be", "judged", "violations", "evidence");
    for (Verdict.Judged it : report.verdict().invariants()) {
      html.raw("<tr><td>").text(it.id()).raw("</td><td>").text(it.statement()).raw("</td>");
      html.number(it.checked());
      html.raw("<td class=\"n %s\">".formatted(it.violations() > 0 ? "bad" : ""));
      html.text("%,d".formatted(it.violations())).raw("</td><td>");
      if (it.checked() == 0) {
        html.text("not judged: nothing of the kind was seen");
      }
      it.first().forEach(this::finding);
      html.raw("</td></tr>");
    }
    html.raw("</tbody></table>");
  }

  private void finding(Finding it) {
    html.raw("<details open><summary>");
    html.text("%s, %.3f s: %s".formatted(it.entity(), it.atNanos() / 1e9, it.what()));
    html.raw("</summary><ul>");
    it.evidence().forEach(line -> html.element("li", line));
    html.raw("</ul></details>");
  }

  private void recoveries() {
    if (tally.faults.isEmpty()) {
      return;
    }
    html.element("h2", "Faults and recoveries")
        .table("fault", "at, s", "undone at, s", "without service, s");
    for (Tally.Fault it : tally.faults.values()) {
      html.raw("<tr><td>").text(it.name() + " " + it.what.getDetail()).raw("</td>");
      seconds(it.atNanos);
      seconds(it.healedNanos);
      seconds(it.withoutServiceNanos);
      html.raw("</tr>");
    }
    html.raw("</tbody></table>");
  }

  private void seconds(long nanos) {
    html.raw("<td class=\"n\">").text(nanos < 0 ? "–" : "%.3f".formatted(nanos / 1e9)).raw("</td>");
  }

  private void latencies() {
    html.element("h2", "Latency from the intended start, milliseconds");
    html.table(
        "phase",
        "request",
        "answered",
        "refused",
        "unknown",
        "a second",
        "p50",
        "p90",
        "p99",
        "p99.9",
        "longest");
    for (Tally.Phase phase : tally.phases) {
      phase.names.forEach((name, it) -> latency(phase, name, it));
      if (phase.names.size() > 1) {
        latency(phase, "all", phase.all());
      }
    }
    html.raw("</tbody></table>");
  }

  private void latency(Tally.Phase phase, String name, Tally.OfName it) {
    html.raw("<tr%s><td>".formatted(name.equals("all") ? " class=\"sum\"" : ""));
    html.text(phase.name).raw("</td><td>").text(name).raw("</td>");
    html.number(it.micros.getTotalCount());
    html.number(it.refused);
    html.number(it.unknown);
    html.number(Math.round(it.micros.getTotalCount() / Math.max(1e-9, phase.seconds())));
    for (double percentile : List.of(50.0, 90.0, 99.0, 99.9, 100.0)) {
      html.raw("<td class=\"n\">");
      html.text(
          String.format(Locale.ROOT, "%.2f", it.micros.getValueAtPercentile(percentile) / 1e3));
      html.raw("</td>");
    }
    html.raw("</tr>");
  }

  private void errors() {
    if (tally.errors.isEmpty()) {
      return;
    }
    html.element("h2", "Errors by code").table("code", "times");
    tally.errors.forEach(
        (code, times) -> {
          html.raw("<tr><td>").text(code).raw("</td>");
          html.number(times);
          html.raw("</tr>");
        });
    html.raw("</tbody></table>");
  }

  private void about() {
    html.element("h2", "Versions and machine").table("what", "value");
    pairs(tally.began.getVersionsMap());
    pairs(tally.began.getMachineMap());
    pairs(
        Map.of(
            "targets",
            String.join(", ", tally.began.getTargetsList()),
            "history",
            "%,d records, %,d calls kept as digests; recording waited %.3f s in all"
                .formatted(
                    tally.ended.getRecords(),
                    tally.ended.getDigested(),
                    tally.ended.getBlockedNanos() / 1e9)));
    html.raw("</tbody></table>");
    if (!tally.began.getScenarioText().isEmpty()) {
      html.element("h2", "Scenario").raw("<pre>");
      html.text(tally.began.getScenarioText()).raw("</pre>");
    }
  }

  private void pairs(Map<String, String> pairs) {
    pairs.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(
            it -> {
              html.raw("<tr><td>").text(it.getKey()).raw("</td><td>");
              html.text(it.getValue()).raw("</td></tr>");
            });
  }
}
