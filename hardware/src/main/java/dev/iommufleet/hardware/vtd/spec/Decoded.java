package dev.iommufleet.hardware.vtd.spec;

/** What became of the words that should have been a descriptor. */
public sealed interface Decoded {

  /** The words are a valid descriptor. */
  record Ok(Descriptor descriptor) implements Decoded {}

  /**
   * The guest erred; the queue stops here.
   *
   * @param info IQER.IQEI, 4 bits: {@link Descriptor#BAD_TYPE}, {@link Descriptor#RESERVED_BITS} or
   *     {@link Descriptor#BAD_WIDTH} [INV-2.1]
   */
  record Rejected(int info) implements Decoded {}
}
