package dev.iommufleet.actors;

/**
 * Whether this node is certain that what it runs is run by no other node. One that is not writes
 * nothing and answers nothing: others may have taken over while it was paused or cut off. [I9]
 */
@FunctionalInterface
public interface Ownership {
  /** A node of its own: nobody else can take over. */
  Ownership ALWAYS = () -> true;

  boolean certain();
}
