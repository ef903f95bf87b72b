package dev.iommufleet.simulation;

import java.util.List;

/** Something that has states, and choices in each of them. */
interface Explorable<S extends Explorable<S>> {

  /** The same state, independent from now on. */
  S fork();

  /**
   * Sum of the hashes of its components: equal for equal states. A choice changes the terms of its
   * own actor only, so what two commuting choices change adds up.
   */
  long hash();

  /** What may happen next; empty: nothing, this is an end. */
  List<Choice> choices();

  /** Whether two choices lead to the same state in either order. */
  default boolean commute(Choice one, Choice other) {
    return one.actor() != other.actor();
  }

  /** Lets it happen. */
  void take(Choice choice);

  /** The invariant that this state breaks, and how; null: none. */
  String broken();
}
