package dev.iommufleet.load.engine;

/** Sends the requests of a phase. */
interface Drive {

  /** Returns when no request is to be started any more and none is under way. */
  void run() throws InterruptedException;

  /** Nothing is started any more. */
  void stop();

  /** The same, and what is under way is given up. */
  void abort();

  /** Done of the phase, 0 to 1; negative: only time knows. */
  double share();

  /** The same in words; empty: only time knows. */
  String done();
}
