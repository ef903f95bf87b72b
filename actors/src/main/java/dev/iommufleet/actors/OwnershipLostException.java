package dev.iommufleet.actors;

/** An entity was about to write, and its node may no longer be the one that runs it. */
final class OwnershipLostException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  OwnershipLostException(String name) {
    super(name + " is not certain to be run by this node alone; nothing was written");
  }
}
