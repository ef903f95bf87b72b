package dev.iommufleet.load.capture;

import dev.iommufleet.hardware.link.HostInfo;
import dev.iommufleet.hardware.vtd.AttachOutcome;
import dev.iommufleet.hardware.vtd.Reply;
import java.io.IOException;
import java.io.InputStream;

/** Replays one capture into a target and compares every answer. */
public final class Replayer {
  private final CaptureReader reader;
  private final Target target;
  private final Report report;
  private final Comparer comparer;
  private final StepBuilder builder;
  private final HostLines hostLines;

  private Replayer(CaptureReader reader, Target target, Report report) {
    this.reader = reader;
    this.target = target;
    this.report = report;
    comparer = new Comparer(report);
    builder = new StepBuilder(this);
    hostLines = new HostLines(report, target);
  }

  /**
   * Replays the capture; what was found stands in the report. A file that is no whole capture ends
   * with the report's error, after everything before it was compared.
   */
  public static void replay(InputStream file, Target target, Report report) throws IOException {
    long start = System.nanoTime();
    try (var reader = new CaptureReader(file)) {
      var replayer = new Replayer(reader, target, report);
      try {
        replayer.run();
      } catch (CaptureException e) {
        target.drain();
        report.failed(e.getMessage());
      }
      report.lines(reader.lineNumber());
    } catch (CaptureException e) {
      report.failed(e.getMessage());
    }
    report.took(System.nanoTime() - start);
  }

  private void run() throws IOException {
    while (reader.next()) {
      try {
        builder.line(reader);
      } catch (LineException e) {
        throw reader.error(e.getMessage());
      } catch (IllegalArgumentException e) {
        throw new CaptureException(builder.openedAt(), "refused: " + e.getMessage());
      } catch (RuntimeException e) {
        throw new CaptureException(builder.openedAt(), "the target failed: " + e);
      }
    }
    target.drain();
  }

  /** A capture begins with its configuration, or says at a reset that it is as before. */
  void create(ConfigLine config) throws LineException {
    target.drain();
    target.create(config.config());
    hostLines.clear();
    comparer.registers().clear();
    setRegisters(config);
  }

  /** What is loaded counts as the register file before the load. */
  void loaded(ConfigLine config) {
    target.drain();
    comparer.registers().clear();
    setRegisters(config);
  }

  private void setRegisters(ConfigLine config) {
    for (ConfigLine.Word word : config.registers()) {
      comparer.registers().set(word.offset(), word.value());
    }
  }

  /** A line about the host that stands between operations. */
  void host(CaptureReader reader) throws IOException, LineException {
    target.drain();
    hostLines.line(reader);
  }

  /** A device is set: its host is known now. */
  void hostKnown(HostInfo info) {
    target.drain();
    hostLines.open(info);
  }

  HostSide host() {
    return hostLines.host();
  }

  void notCompared(Kind kind) {
    report.notCompared(kind);
  }

  void submit(Step step) {
    report.operation();
    step.seal();
    target.execute(step);
  }

  void answered(Step step) {
    boolean accepted =
        step.reply() instanceof Reply.DeviceAttached attached
            && attached.outcome() == AttachOutcome.ACCEPTED;
    if (accepted) {
      host().attached(step.request);
    } else if (step.type == EventType.HIOD_UNSET) {
      host().detached(step.request.getInt(Field.SID));
    }
    comparer.compare(step, builder.memory());
    if (step.config != null) {
      new ConfigComparer(report, step).compare(target.registers(), comparer.registers());
    }
    builder.giveBack(step);
  }
}
