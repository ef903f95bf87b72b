package dev.iommufleet.hardware.vtd;

/** Takes the facts of an operation in the order in which they came true. */
@FunctionalInterface
public interface FactSink {

  void accept(Fact fact);

  /** Whether {@link Fact.Trace} facts are worth making. */
  default boolean wantsTraces() {
    return false;
  }

  /** Takes nothing. */
  FactSink NONE = fact -> {};
}
