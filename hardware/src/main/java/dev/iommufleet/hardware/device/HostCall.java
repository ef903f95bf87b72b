package dev.iommufleet.hardware.device;

import java.util.List;

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
    INVALIDATE(5),
    ALLOCATE_PAGING(6),
    ALLOCATE_QUEUE(7),
    READ_FAULTS(8),
    WRITE_FAULTS(9);

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
   * @param flags {@link #PASID_USE}, {@link #QUEUE_VALID}, both or 0
   * @param tableFlags 1 supervisor requests, 2 extended accessed bits, 4 write protection
   * @param addressWidth bits of an input address
   * @param table where the top table lies in the guest's memory
   * @param queue fault queue for page requests that meet the object; only if the flag says so
   */
  record Allocate(
      int deviceId, int parent, int flags, int tableFlags, int addressWidth, long table, int queue)
      implements HostCall {
    /** {@code queue} means something. */
    public static final int QUEUE_VALID = 4;

    /** The object is to be attached to PASIDs too. */
    public static final int PASID_USE = 8;

    public static final int SUPERVISOR_REQUESTS = 1;
    public static final int EXTENDED_ACCESSED = 2;
    public static final int WRITE_PROTECT = 4;

    /** Without a fault queue. */
    public Allocate(
        int deviceId, int parent, int flags, int tableFlags, int addressWidth, long table) {
      this(deviceId, parent, flags, tableFlags, addressWidth, table, 0);
    }

    @Override
    public Kind kind() {
      return Kind.ALLOCATE;
    }
  }

  /**
   * A new object that maps the guest's memory, as the default object does.
   *
   * @param flags as of a {@link HostObject}, and {@link Allocate#QUEUE_VALID}
   */
  record AllocatePaging(int deviceId, int flags, int queue) implements HostCall {
    @Override
    public Kind kind() {
      return Kind.ALLOCATE_PAGING;
    }
  }

  /** A new fault queue with a descriptor of its own; no flag is known. */
  record AllocateQueue(int flags) implements HostCall {
    @Override
    public Kind kind() {
      return Kind.ALLOCATE_QUEUE;
    }
  }

  /**
   * Reads from a fault queue's descriptor.
   *
   * @param offset in the file
   * @param bytes size of the buffer
   * @param writable bytes of the buffer that can be written
   */
  record ReadFaults(int queue, int offset, int bytes, int writable) implements HostCall {
    /** Bytes of one page request. */
    public static final int RECORD = 48;

    @Override
    public Kind kind() {
      return Kind.READ_FAULTS;
    }
  }

  /**
   * Writes to a fault queue's descriptor.
   *
   * @param offset in the file
   * @param bytes to be written
   * @param answers what lies in the buffer; bytes beyond them cannot be read
   */
  record WriteFaults(int queue, int offset, int bytes, List<FaultAnswer> answers)
      implements HostCall {
    /** Bytes of one answer. */
    public static final int RECORD = 8;

    public WriteFaults {
      answers = List.copyOf(answers);
    }

    @Override
    public Kind kind() {
      return Kind.WRITE_FAULTS;
    }
  }

  /** {@code responseCode}: 0 success, 1 invalid; the kernel knows no other. */
  record FaultAnswer(int cookie, int responseCode) {}

  /** Of a page-table object, or of a fault queue with its descriptor. */
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
