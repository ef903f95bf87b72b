package dev.iommufleet.actors;

import java.util.Set;

/** What the entries of all kinds of entities say of themselves, on their way into the state. */
interface EntityEvent {
  /** Made by this incarnation a moment ago: the hardware has executed it in place. */
  boolean live();

  /** For the index; of what was read back, none. */
  Set<String> tags();

  /** It is the last of its entity. */
  boolean deletes();

  long incarnation();

  String modelVersion();

  long stateHash();

  /** Size of the entry. */
  int bytes();
}
