package dev.iommufleet.simulation;

import dev.iommufleet.hardware.device.DeviceOperation;
import java.util.regex.Pattern;

/**
 * One step of a thread.
 *
 * <p>Address spaces are numbered from 0, their pages from 0 to 511. {@code device} is a device's
 * number in the scenario.
 */
public sealed interface Step {

  /** A step of the guest's software, at the IOMMU. */
  sealed interface Guest extends Step {}

  /** {@code type} 1 first stage, 4 pass-through, 0: not present. */
  record Entry(int device, int pasid, int domain, int space, int type) implements Guest {}

  /** The context leads to the PASID directory of device {@code directoryOf}; -1: not present. */
  record Context(int device, int directoryOf) implements Guest {}

  /** {@code target}: 4 KiB frame number, 0: not present. */
  record Leaf(int space, int page, int target, boolean writable) implements Guest {}

  /** Descriptors as people write them; {@code number}: of the wait behind them, 0: none. */
  record Submit(String descriptors, int number) implements Guest {
    private static final Pattern DRAIN = Pattern.compile("\\bwait\\b[^;]*\\bpd\\b");

    /** One of its waits drains page requests. */
    boolean drains() {
      return DRAIN.matcher(descriptors).find();
    }
  }

  /** Software polls until the wait's status is written; {@code orError}: or FSTS has IQE or ITE. */
  record Await(int number, boolean orError) implements Guest {}

  /** Software polls until nothing in GSTS, CCMD or IOTLB is due. */
  record AwaitCommand() implements Guest {}

  /** GCMD bits as they shall be in GSTS: TE, and one-shot SRTP. */
  record Command(boolean translation, boolean setRoot, boolean queue) implements Guest {}

  record Reset() implements Guest {}

  /**
   * Takes one page request from the queue and answers its group with {@code code}. {@code ifAny}:
   * looks once; otherwise it waits for one.
   */
  record Serve(int code, boolean map, boolean ifAny) implements Guest {}

  /** Takes all page requests from the queue, and answers the groups that they end. */
  record ServeAll(int code) implements Guest {}

  /** Moves PQH: the queue holds fewer requests before it is full. */
  record MoveRequestHead(long head) implements Guest {}

  /** Clears bits of PRS. */
  record ClearRequestStatus(int bits) implements Guest {}

  /** Clears bits of FSTS. */
  record ClearFaultStatus(int bits) implements Guest {}

  /** The time-out of device-TLB invalidations that the device was told to be late with. */
  record Expire(int device) implements Guest {}

  /** A user of the device, or its own engine. */
  record Device(int device, DeviceOperation operation) implements Step {}
}
