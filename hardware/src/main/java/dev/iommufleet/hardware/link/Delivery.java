package dev.iommufleet.hardware.link;

/**
 * What an IOMMU tells a device of its attachment, beside which the attachment's epoch travels. A
 * {@link Posted} command is told again until it is answered; the others answer a {@link Report} and
 * are told again when that is.
 *
 * <p>Addresses are unsigned 64-bit.
 */
public sealed interface Delivery {

  record AttachAnswered(boolean accepted) implements Delivery {}

  /** {@code previous}: id of the numbered command before this one, 0: none. */
  record Posted(long id, long previous, Command command) implements Delivery {}

  /** This attachment is over, or never was. */
  record Ended() implements Delivery {}

  /** The IOMMU has noted that this attachment was lost. */
  record LossAcknowledged() implements Delivery {}

  /**
   * @param generation id of the last command that had been posted then
   * @param address of the page, aligned; {@code mask} inclusive (FFF = 4 KiB)
   * @param permissions 1 read, 2 write; 0: not mapped
   */
  record Translated(long ask, long generation, long address, long mask, int permissions)
      implements Delivery {}

  /** {@code data}: what a read returned. */
  record Accessed(long ask, boolean ok, byte[] data) implements Delivery {}
}
