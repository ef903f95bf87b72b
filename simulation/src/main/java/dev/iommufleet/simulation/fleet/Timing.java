package dev.iommufleet.simulation.fleet;

/**
 * How long things take, in microseconds of virtual time. Everything is some twenty times quicker
 * than in a deployment, in the same proportions, so that short runs see whole failovers.
 */
final class Timing {
  static final int MILLI = 1_000;
  static final int LATENCY_MIN = 50;
  static final int LATENCY_SPREAD = 300;
  static final int DETOUR = 3 * MILLI;
  static final int DETOUR_PERCENT = 2;
  static final int WRITE_MIN = 150;
  static final int WRITE_SPREAD = 600;
  static final int READ = 250;
  static final int READ_ENTRY = 2;
  static final int SLOWER = 25;

  /** A write that hangs somewhere on its way for longer than a failover takes. */
  static final int STUCK = 90 * MILLI;

  static final int HEARTBEAT = 10 * MILLI;
  static final int LEASE = 45 * MILLI;

  /** Longer than a lease: a node that is silent so long has none. */
  static final int DEAD = 60 * MILLI;

  static final int HANDOFF = 60 * MILLI;
  static final int QUERY_AGAIN = 15 * MILLI;
  static final int RESTART_BACKOFF = 8 * MILLI;
  static final int RESTART = 25 * MILLI;

  static final int CLIENT_WAITS = 25 * MILLI;
  static final int CLIENT_WAITS_MAX = 80 * MILLI;
  static final int WATCH_AGAIN = 20 * MILLI;
  static final int POLL = MILLI;
  static final int POLL_MAX = 4 * MILLI;

  static final int RESEND_MIN = 8 * MILLI;
  static final int RESEND_MAX = 40 * MILLI;
  static final int DEVICE_POLL = 5 * MILLI;
  static final int INVALIDATION = 20 * MILLI;

  /** The fault-free end may take so long. */
  static final int QUIESCENCE = 3_000 * MILLI;

  /** Nothing is owed for so long. */
  static final int QUIET = 60 * MILLI;

  private Timing() {}
}
