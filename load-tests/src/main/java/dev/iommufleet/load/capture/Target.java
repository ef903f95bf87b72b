package dev.iommufleet.load.capture;

import dev.iommufleet.hardware.vtd.IommuConfig;
import dev.iommufleet.hardware.vtd.IommuView;
import java.util.List;
import java.util.Optional;

/**
 * What a capture is replayed into: an IOMMU in this process or, behind a connection, elsewhere.
 * Used by one thread.
 *
 * <p>Steps are answered in the order in which they were given. A target that works far away may
 * gather several steps in one request and keep several requests in flight: it returns from {@link
 * #execute} before the step is answered and answers it in a later call, on the caller's thread.
 */
public interface Target extends AutoCloseable {

  /** A new IOMMU, as at power-on. What was there is gone; every earlier step has been answered. */
  void create(IommuConfig config);

  /**
   * Executes the step's operations in order, then calls {@link Step#answered()}: before it returns
   * or in a later call. Commands that the main operation's facts post are carried out by {@link
   * Step#carryOut} and answered, until none is left.
   */
  void execute(Step step);

  /** Returns when every step has been answered. */
  void drain();

  /** The register file as it is after the last step; empty: the target does not tell. */
  Optional<RegisterImage> registers();

  /**
   * What a device was told of its PASIDs, newest first, as it is after the last step; empty: the
   * target does not tell.
   */
  default Optional<List<IommuView.BoundPasid>> bindings(int sourceId) {
    return Optional.empty();
  }

  @Override
  void close();

  /** The raw register file in 32-bit words; offsets in bytes, multiples of 4. */
  interface RegisterImage {
    int value(int offset);

    int writable(int offset);

    int writeOneToClear(int offset);

    int writeOnly(int offset);
  }
}
