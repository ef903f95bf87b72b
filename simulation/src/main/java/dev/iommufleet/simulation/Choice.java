package dev.iommufleet.simulation;

/**
 * One thing that may happen next.
 *
 * @param kind what happens
 * @param actor number of the component whose state it changes; choices of different actors commute
 * @param which tells choices of one kind and actor apart: a channel or a thread
 */
record Choice(Kind kind, int actor, int which) {

  /** What happens. */
  enum Kind {
    /** The next step of a thread of the scenario. */
    STEP,
    /** The oldest message of a channel arrives. */
    DELIVER,
    /** The oldest message of a channel is lost. */
    LOSE,
    /** The oldest message of a channel arrives, and stays to arrive again. */
    DUPLICATE,
    /** The first message that was sent after a crash arrives before those sent before it. */
    OVERTAKE,
    /** A component loses what it had not persisted, and all that it had sent and was under way. */
    CRASH,
    /** A component sends again what was not acknowledged. */
    RESEND
  }
}
