package dev.iommufleet.load.capture;

import dev.iommufleet.hardware.vtd.Fact;
import dev.iommufleet.hardware.vtd.FactSink;
import dev.iommufleet.hardware.vtd.InvalidationPolicy;
import dev.iommufleet.hardware.vtd.Iommu;
import dev.iommufleet.hardware.vtd.IommuConfig;
import dev.iommufleet.hardware.vtd.IommuView;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.hardware.vtd.Profile;
import dev.iommufleet.hardware.vtd.QueueProgress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The guest that invalidates its context and forgets the PASID cache (Linux 6.7), under each policy
 * of profile architecture: what its passthrough device has bound after each doorbell.
 */
public final class PolicyStory {
  private static final String CAPTURE = "host-directed-linux-67-order.jsonl.gz";
  private static final int IQT = 0x88;

  private PolicyStory() {}

  /**
   * One doorbell.
   *
   * @param what the guest did
   * @param bound PASIDs bound at the device, for each of {@link InvalidationPolicy} in order
   */
  public record Line(String what, List<Integer> bound) {}

  /** One line for each of the capture's doorbells that follow its boot. */
  public static List<Line> tell() throws IOException {
    List<String> what =
        List.of(
            "PASID entry written, PASID cache invalidated; the context is absent",
            "context written, context cache invalidated for the device",
            "context cache invalidated globally");
    List<List<Integer>> byPolicy = new ArrayList<>();
    for (InvalidationPolicy policy : InvalidationPolicy.values()) {
      var target = new Guest(policy);
      try (var file = ShippedCaptures.open(CAPTURE)) {
        Replayer.replay(file, target, new Report(CAPTURE, 0));
      }
      byPolicy.add(target.bound);
    }
    List<Line> lines = new ArrayList<>();
    for (int i = 0; i < what.size(); i++) {
      int doorbell = i;
      lines.add(new Line(what.get(i), byPolicy.stream().map(b -> b.get(doorbell)).toList()));
    }
    return lines;
  }

  /** Replays the guest's side; what the recorded emulator answered does not matter here. */
  private static final class Guest implements Target {
    final List<Integer> bound = new ArrayList<>();
    private final InvalidationPolicy policy;
    private Iommu iommu;

    Guest(InvalidationPolicy policy) {
      this.policy = policy;
    }

    @Override
    public void create(IommuConfig config) {
      iommu =
          new Iommu(
              new IommuConfig(
                  Profile.ARCHITECTURE,
                  policy,
                  config.capabilities(),
                  Set.of(),
                  config.limits(),
                  IommuConfig.Options.of(Profile.ARCHITECTURE)));
    }

    @Override
    public void execute(Step step) {
      for (Operation operation : step.operations()) {
        boolean main = operation == step.main();
        FactSink sink = main ? step : FactSink.NONE;
        var reply = iommu.execute(operation, sink);
        if (main) {
          step.reply(reply);
          answer(step);
          note(operation);
        }
      }
      step.answered();
    }

    private void answer(Step step) {
      Fact.CommandPosted posted;
      while ((posted = step.nextCommand()) != null) {
        int errno = step.carryOut(posted);
        iommu.execute(new Operation.AnswerCommand(posted.sourceId(), 0, posted.id(), errno), step);
        while (iommu.progress() == QueueProgress.MORE) {
          iommu.execute(new Operation.Continue(), step);
        }
      }
    }

    private void note(Operation operation) {
      boolean rings = operation instanceof Operation.WriteRegister w && w.offset() == IQT;
      if (rings && iommu.view().register(IQT) != 0) {
        bound.add(
            iommu.view().devices().stream()
                .mapToInt(device -> iommu.view().bindings(device.sourceId()).size())
                .sum());
      }
    }

    @Override
    public void drain() {}

    @Override
    public Optional<List<IommuView.BoundPasid>> bindings(int sourceId) {
      return Optional.empty();
    }

    @Override
    public Optional<RegisterImage> registers() {
      return Optional.empty();
    }

    @Override
    public void close() {}
  }
}
