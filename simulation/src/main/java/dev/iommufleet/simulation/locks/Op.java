package dev.iommufleet.simulation.locks;

/**
 * What a thread does in one go; between two of them another thread may run.
 *
 * @param target number of a lock or of an object; of a {@code JUMP}: where to
 * @param when of a {@code JUMP} and a {@code WAIT}: null elsewhere
 * @param effect what else happens, in the same go; null: nothing
 * @param text for people
 */
record Op(Kind kind, int target, Condition when, Effect effect, String text) {

  /** What it is to other threads. */
  enum Kind {
    /** Takes a lock, and waits while a thread has it, this one included. */
    TAKE,
    GIVE,
    /** Stands on a record of an object from now on, as an iteration does. */
    WALK,
    /** Relies on what it has read of an object. */
    RELY,
    /** Ends a walk or a reliance. */
    LEAVE,
    /** Changes an object. */
    CHANGE,
    /** Touches nothing that others iterate over or rely on. */
    ACT,
    /** Waits without a lock until the condition holds. */
    WAIT,
    /** Goes to {@code target} if the condition holds; belongs to the step before it. */
    JUMP
  }

  /** Looks at the state as a thread sees it. */
  interface Condition {
    boolean holds(Machine machine, int thread);
  }

  /** Changes the state; returns what went wrong thereby, or null. */
  interface Effect {
    Hazard apply(Machine machine, int thread);
  }
}
