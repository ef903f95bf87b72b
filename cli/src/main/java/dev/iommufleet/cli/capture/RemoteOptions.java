package dev.iommufleet.cli.capture;

import dev.iommufleet.cli.CommandException;
import dev.iommufleet.cli.TargetOption;
import dev.iommufleet.client.FleetClient;
import dev.iommufleet.client.FleetException;
import dev.iommufleet.client.RefusedException;
import dev.iommufleet.client.RetryPolicy;
import dev.iommufleet.load.capture.ReplayRun;
import dev.iommufleet.load.capture.Report;
import dev.iommufleet.load.capture.Target;
import dev.iommufleet.load.remote.Outage;
import dev.iommufleet.load.remote.RemoteTarget;
import dev.iommufleet.protocol.api.v1.JournalLevel;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Replaying into IOMMUs of a node: through gRPC, shard and journal. */
final class RemoteOptions {
  private static final int ATTEMPTS_PER_SECOND = 10;

  @Mixin private TargetOption target;

  @Option(
      names = "--iommu",
      paramLabel = "ID",
      description = "With --target and one file: the id of the IOMMU that is made.")
  private String iommuId;

  @Option(
      names = "--keep",
      description = "With --target: leave the IOMMUs there. Default: they are deleted.")
  private boolean keep;

  @Option(
      names = "--journal-level",
      paramLabel = "LEVEL",
      defaultValue = "full",
      description = "With --target: facts or full. Default: ${DEFAULT-VALUE}.")
  private String level;

  /** What is to be replayed. */
  record Wanted(List<Path> files, int workers, int first, LongConsumer progress) {}

  boolean given() {
    if (!target.given() && (iommuId != null || keep)) {
      throw CommandException.usage("--iommu and --keep need --target");
    }
    return target.given();
  }

  List<Report> replay(Wanted wanted) throws InterruptedException {
    if (iommuId != null && wanted.files.size() != 1) {
      throw CommandException.usage(
          "--iommu names one IOMMU, but there are %d files", wanted.files.size());
    }
    try (var client = target.connect(RetryPolicy.NONE)) {
      checkNew(client);
      return new ReplayRun(targets(client), wanted.workers, wanted.first, wanted.progress)
          .replay(wanted.files);
    } catch (IllegalStateException e) {
      throw e.getCause() instanceof FleetException failure ? failure : e;
    }
  }

  private void checkNew(FleetClient client) {
    if (iommuId == null) {
      return;
    }
    try {
      client.get(iommuId);
    } catch (RefusedException e) {
      if (e.code().equals("IOMMU_NOT_FOUND")) {
        return;
      }
      throw e;
    }
    throw CommandException.refused("IOMMU %s exists; name another with --iommu", iommuId);
  }

  private Supplier<Target> targets(FleetClient client) {
    var outage = Outage.patience(1 + target.retrySeconds() * ATTEMPTS_PER_SECOND);
    var codec = new MappedCodec(level());
    var run = "capture-" + UUID.randomUUID().toString().substring(0, 8);
    var count = new AtomicInteger();
    return () -> {
      var id = iommuId != null ? iommuId : run + "-" + count.incrementAndGet();
      return new RemoteTarget(new RemoteTarget.Place(client, id, keep, codec, outage));
    };
  }

  private JournalLevel level() {
    return switch (level) {
      case "facts" -> JournalLevel.JOURNAL_LEVEL_FACTS;
      case "full" -> JournalLevel.JOURNAL_LEVEL_FULL;
      default -> throw CommandException.usage("--journal-level is '%s'; facts and full go", level);
    };
  }
}
