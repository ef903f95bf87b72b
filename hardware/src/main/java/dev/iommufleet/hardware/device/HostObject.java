package dev.iommufleet.hardware.device;

/**
 * A page-table object of the kernel.
 *
 * @param owner id of the device that it was allocated for, 0 for a paging object
 * @param parent id of the paging object that a nested one lies in, 0 for a paging object
 * @param flags of a paging object: {@link #NEST_PARENT}, {@link #PASID_USE}; of a nested one: the
 *     latter
 * @param tableFlags as in {@link HostCall.Allocate}
 * @param addressWidth of a nested object, bits
 * @param table of a nested object: where its top table lies in the guest's memory
 * @param queue id of its fault queue; 0: none
 */
public record HostObject(
    int id,
    int owner,
    int parent,
    int flags,
    int tableFlags,
    int addressWidth,
    long table,
    int queue) {
  public static final int NEST_PARENT = 1;
  public static final int PASID_USE = HostCall.Allocate.PASID_USE;

  static HostObject paging(int id, int flags) {
    return new HostObject(id, 0, 0, flags, 0, 0, 0, 0);
  }

  /** A flag that says that the queue is meant is not kept. */
  static HostObject paging(int id, HostCall.AllocatePaging call) {
    int flags = call.flags() & ~HostCall.Allocate.QUEUE_VALID;
    return new HostObject(id, 0, 0, flags, 0, 0, 0, queue(call.flags(), call.queue()));
  }

  private static int queue(int flags, int queue) {
    return (flags & HostCall.Allocate.QUEUE_VALID) != 0 ? queue : 0;
  }

  static HostObject nested(int id, HostCall.Allocate call) {
    return new HostObject(
        id,
        call.deviceId(),
        call.parent(),
        call.flags() & ~HostCall.Allocate.QUEUE_VALID,
        call.tableFlags(),
        call.addressWidth(),
        call.table(),
        queue(call.flags(), call.queue()));
  }

  public boolean nested() {
    return parent != 0;
  }

  boolean has(int flag) {
    return (flags & flag) != 0;
  }
}
