package dev.iommufleet.hardware.device;

/**
 * A call into the kernel. Object ids are positive; device ids are the kernel's; PASIDs are 20 bits,
 * {@link #RID} stands for requests without one. Addresses are unsigned 64-bit. [HOST-8]
 */
public sealed interface HostCall {
  /** The attachment that requests without PASID use. */
  int RID = 0;

  /** Number of pages that, with address 0, means everything. */
  long ALL_PAGES = -1;

  /** Which failures can be armed separately. */
  Kind kind();

  /** The kinds of calls; the number is the value's name in journals and never changes. */
  enum Kind {
    ALLOCATE(1),
    FREE(2),
    ATTACH(3),
    DETACH(4),
    INVALIDATE(5);

    private final int number;

    Kind(int number) {
      this.number = number;
    }

    public int number() {
      return number;
    }
  }

  /**
   * A new object for a guest's first-stage tables, nested in a paging object.
   *
   * @param flags {@link #PASID_USE} or 0
   * @param tableFlags 1 supervisor requests, 2 extended accessed bits, 4 write protection
   * @param addressWidth bits of an input address
   * @param table where the top table lies in the guest's memory
   */
  record Allocate(int deviceId, int parent, int flags, int tableFlags, int addressWidth, long table)
      implements HostCall {
    /** The object is to be attached to PASIDs too. */
    public static final int PASID_USE = 8;

    public static final int SUPERVISOR_REQUESTS = 1;
    public static final int EXTENDED_ACCESSED = 2;
    public static final int WRITE_PROTECT = 4;

    @Override
    public Kind kind() {
      return Kind.ALLOCATE;
    }
  }

  record Free(int object) implements HostCall {
    @Override
    public Kind kind() {
      return Kind.FREE;
    }
  }

  /** Takes the place of what was attached there, if anything was. */
  record Attach(int deviceId, int pasid, int object) implements HostCall {
    @Override
    public Kind kind() {
      return Kind.ATTACH;
    }
  }

  /** Without RID attachment a device's requests without PASID are blocked. */
  record Detach(int deviceId, int pasid) implements HostCall {
    @Override
    public Kind kind() {
      return Kind.DETACH;
    }
  }

  /** One entry for first-stage translations; {@code leaf}: only leaf entries changed. */
  record Invalidate(int object, long address, long pages, boolean leaf) implements HostCall {
    @Override
    public Kind kind() {
      return Kind.INVALIDATE;
    }
  }
}
