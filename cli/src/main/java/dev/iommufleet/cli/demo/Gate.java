package dev.iommufleet.cli.demo;

import dev.iommufleet.client.FleetException;
import dev.iommufleet.load.remote.Outage;
import java.util.concurrent.TimeUnit;

/** Holds guests back from the moment the node is killed until the new one has been looked at. */
final class Gate implements Outage {
  private static final int ATTEMPTS = 200;
  private static final long PAUSE_MILLIS = 100;

  private boolean closed;
  private int waiting;

  synchronized void close() {
    closed = true;
  }

  synchronized void open() {
    closed = false;
    notifyAll();
  }

  /** Guests that wait. */
  synchronized int waiting() {
    return waiting;
  }

  @Override
  public void await(FleetException failure, int attempt) {
    try {
      if (!passed() && attempt < ATTEMPTS) {
        TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
      } else if (attempt >= ATTEMPTS) {
        throw failure;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure;
    }
  }

  /** Whether the gate was closed and has been opened. */
  private synchronized boolean passed() throws InterruptedException {
    boolean held = closed;
    waiting++;
    while (closed) {
      wait();
    }
    waiting--;
    return held;
  }
}
