package dev.iommufleet.hardware.device;

/** The kernel interface that devices are bound to page tables with. */
@FunctionalInterface
public interface Host {

  Reply call(HostCall call);

  /** Whether another device of the same user is attached to the object. */
  default boolean isShared(int object) {
    return false;
  }

  /**
   * @param errno 0 or a negated errno
   * @param value the id of an allocated object, the number of invalidation entries processed, of
   *     bytes read or written, or 0
   */
  record Reply(int errno, int value) {
    public static final Reply DONE = new Reply(0, 0);

    public boolean ok() {
      return errno == 0;
    }

    static Reply failed(Errno errno) {
      return new Reply(errno.negated(), 0);
    }
  }
}
