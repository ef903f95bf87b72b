package dev.iommufleet.actors;

import dev.iommufleet.hardware.vtd.Fact;
import dev.iommufleet.hardware.vtd.FactSink;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.persistence.mapping.Facts;
import dev.iommufleet.persistence.mapping.Payloads;
import dev.iommufleet.protocol.api.v1.OperationFacts;
import java.util.ArrayList;
import java.util.List;

/** Takes the facts of the operations that go into one entry. */
final class Segment implements FactSink {
  /** Index of the first operation. */
  final int first;

  /** Lasting facts and outcomes. */
  final List<OperationFacts> facts = new ArrayList<>();

  final List<SoftFact> soft = new ArrayList<>(0);

  /** Bytes of {@link #facts}, about. */
  int bytes;

  /** Facts of all kinds taken so far. */
  int count;

  private final Run run;
  private final int observedBytesMax;
  private OperationFacts.Builder current;
  private OperationFacts.Builder observed;
  private Payloads payloads;

  /** A soft fact and the index of the operation that it belongs to. */
  record SoftFact(int operation, Fact fact) {}

  Segment(Run run, int observedBytesMax) {
    this.run = run;
    this.first = run.next;
    this.observedBytesMax = observedBytesMax;
  }

  void begin(Operation operation) {
    payloads = new Payloads(operation);
  }

  @Override
  public boolean wantsTraces() {
    return run.observesTraces();
  }

  @Override
  public void accept(Fact fact) {
    count++;
    if (run.observesFacts()) {
      observe(fact);
    }
    switch (fact) {
      case Fact.Lasting lasting -> keep(payloads.journaled(lasting));
      case Fact.Outcome outcome -> keep(Facts.write(outcome));
      case Fact.Soft it -> soft.add(new SoftFact(run.next, it));
      case Fact.Trace _ -> {
        // Tells how an answer came about; re-execution tells it again.
      }
    }
  }

  private void keep(dev.iommufleet.protocol.api.v1.Fact message) {
    if (current == null) {
      current = OperationFacts.newBuilder().setOperation(run.next);
    }
    current.addFacts(message);
    bytes += message.getSerializedSize() + 4;
  }

  private void observe(Fact fact) {
    var message = Facts.write(fact);
    run.observedBytes += message.getSerializedSize() + 4;
    run.observedTruncated |= run.observedBytes > observedBytesMax;
    if (!run.observedTruncated) {
      observed = observed == null ? OperationFacts.newBuilder().setOperation(run.next) : observed;
      observed.addFacts(message);
    }
  }

  /** The current operation has ended. */
  void end() {
    if (current != null) {
      facts.add(current.build());
      current = null;
    }
    if (observed != null) {
      run.observed.add(observed.build());
      observed = null;
    }
  }
}
