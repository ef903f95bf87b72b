package dev.iommufleet.actors;

/** What Akka holds as the state of a host device's entity; see {@link IommuState}. */
sealed interface DeviceState {

  /** Never created. */
  record Absent() implements DeviceState {}

  /** The {@code incarnation} changes in place and belongs to the running actor alone. */
  record Present(DeviceIncarnation incarnation) implements DeviceState {}

  /** A tombstone: the id is not used again. */
  record Deleted(long sequenceNumber, long incarnation) implements DeviceState {}

  /** The journal holds something that this version cannot read. */
  record Unreadable(long sequenceNumber, String why) implements DeviceState {}
}
