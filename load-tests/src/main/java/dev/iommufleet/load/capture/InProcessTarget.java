package dev.iommufleet.load.capture;

import dev.iommufleet.hardware.vtd.Fact;
import dev.iommufleet.hardware.vtd.FactSink;
import dev.iommufleet.hardware.vtd.Iommu;
import dev.iommufleet.hardware.vtd.IommuConfig;
import dev.iommufleet.hardware.vtd.IommuView;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.hardware.vtd.QueueProgress;
import java.util.List;
import java.util.Optional;

/** An IOMMU in this process. */
public final class InProcessTarget implements Target {
  private static final Operation CONTINUE = new Operation.Continue();

  private Iommu iommu;

  @Override
  public void create(IommuConfig config) {
    iommu = new Iommu(config);
  }

  @Override
  public void execute(Step step) {
    var operations = step.operations();
    var refusal = iommu.refusal(operations);
    if (refusal.isPresent()) {
      throw new IllegalArgumentException(refusal.get().message());
    }
    for (int i = 0; i < operations.size(); i++) {
      Operation operation = operations.get(i);
      if (operation != step.main()) {
        iommu.execute(operation, FactSink.NONE);
      } else {
        step.reply(iommu.execute(operation, step));
        goOn(step);
        answer(step);
      }
    }
    step.answered();
  }

  private void goOn(Step step) {
    while (iommu.progress() == QueueProgress.MORE) {
      iommu.execute(CONTINUE, step);
    }
  }

  private void answer(Step step) {
    Fact.CommandPosted posted;
    while ((posted = step.nextCommand()) != null) {
      int errno = step.carryOut(posted);
      iommu.execute(new Operation.AnswerCommand(posted.sourceId(), 0, posted.id(), errno), step);
      goOn(step);
    }
  }

  @Override
  public void drain() {}

  @Override
  public Optional<List<IommuView.BoundPasid>> bindings(int sourceId) {
    return Optional.of(iommu.view().bindings(sourceId));
  }

  @Override
  public Optional<RegisterImage> registers() {
    IommuView view = iommu.view();
    return Optional.of(
        new RegisterImage() {
          @Override
          public int value(int offset) {
            return view.register(offset);
          }

          @Override
          public int writable(int offset) {
            return view.writableMask(offset);
          }

          @Override
          public int writeOneToClear(int offset) {
            return view.clearedByOneMask(offset);
          }

          @Override
          public int writeOnly(int offset) {
            return view.writeOnlyMask(offset);
          }
        });
  }

  @Override
  public void close() {}
}
