package dev.iommufleet.hardware.device;

import dev.iommufleet.hardware.StateHash;
import dev.iommufleet.hardware.link.Report;

/**
 * A page request of a passed-through device, as the host's kernel keeps it. [HOST-8.5]
 *
 * @param deviceId the kernel's
 * @param pasid 20 bits, or {@link Report#NO_PASID}
 * @param groupIndex 9 bits
 * @param permissions 1 read, 2 write, 4 execute, 8 privileged
 * @param last of its group
 */
public record HostFault(
    int deviceId, int pasid, int groupIndex, long address, int permissions, boolean last) {
  public static final int READ = 1;
  public static final int WRITE = 2;
  public static final int EXECUTE = 4;
  public static final int PRIVILEGED = 8;

  private static final long TAG = 55;

  /** What is attached for this decides where the request goes. */
  int key() {
    return pasid == Report.NO_PASID ? HostCall.RID : pasid;
  }

  boolean has(int permission) {
    return (permissions & permission) != 0;
  }

  long hash() {
    long what = (long) groupIndex << 5 | permissions << 1 | (last ? 1 : 0);
    return StateHash.mix(
        TAG, StateHash.mix(TAG, (long) deviceId << 32 | pasid & 0xFFFF_FFFFL, what), address);
  }
}
