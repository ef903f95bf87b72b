package dev.iommufleet.load.guest;

import dev.iommufleet.hardware.vtd.Iommu;
import dev.iommufleet.hardware.vtd.IommuConfig;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.hardware.vtd.QueueProgress;
import dev.iommufleet.load.capture.Replayer;
import dev.iommufleet.load.capture.Report;
import dev.iommufleet.load.capture.ShippedCaptures;
import dev.iommufleet.load.capture.Step;
import dev.iommufleet.load.capture.Target;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Captures as guests replay them: the operations of their first machine. */
public final class Recordings {
  private static final String USUAL = "fuzz-firststage-svm-1.jsonl.gz";
  private static final String ENDING = ".jsonl.gz";
  private static final int KEPT = 1;

  private Recordings() {}

  /**
   * @param nameOrFile of a shipped capture, with or without its ending; empty: the usual one
   * @throws IOException it cannot be read, or cannot be replayed by guests
   */
  public static Recording open(String nameOrFile) throws IOException {
    var name = nameOrFile.isEmpty() ? USUAL : nameOrFile;
    for (String shipped : List.of(name, name + ENDING)) {
      if (ShippedCaptures.names().contains(shipped)) {
        try (var in = ShippedCaptures.open(shipped)) {
          return read(shipped, in);
        }
      }
    }
    try (var in = Files.newInputStream(Path.of(name))) {
      return read(name, in);
    }
  }

  private static Recording read(String name, InputStream in) throws IOException {
    var report = new Report(name, KEPT);
    try (var target = new Taker()) {
      Replayer.replay(in, target, report);
      if (report.error() != null) {
        throw new IOException("capture %s: %s".formatted(name, report.error()));
      }
      if (target.hasDevices) {
        throw new IOException(
            "capture %s has host devices, which guests of a load do not replay; use".formatted(name)
                + " 'capture replay --target'");
      }
      return new Recording(name, target.config, target.taken);
    }
  }

  /** An IOMMU in this process that remembers what was done to it. */
  private static final class Taker implements Target {
    private final List<Operation> taken = new ArrayList<>();
    private IommuConfig config;
    private Iommu iommu;
    private int machines;
    private boolean hasDevices;

    @Override
    public void create(IommuConfig wanted) {
      machines++;
      iommu = new Iommu(wanted);
      if (machines == 1) {
        config = wanted;
      }
    }

    @Override
    public void execute(Step step) {
      for (Operation operation : step.operations()) {
        if (machines == 1) {
          taken.add(operation);
        }
        var reply = iommu.execute(operation, step);
        if (operation == step.main()) {
          step.reply(reply);
        }
        while (iommu.progress() == QueueProgress.MORE) {
          iommu.execute(new Operation.Continue(), step);
        }
      }
      hasDevices |= step.nextCommand() != null;
      step.answered();
    }

    @Override
    public void drain() {
      // Every step is answered at once.
    }

    @Override
    public Optional<RegisterImage> registers() {
      return Optional.empty();
    }

    @Override
    public void close() {
      iommu = null;
    }
  }
}
