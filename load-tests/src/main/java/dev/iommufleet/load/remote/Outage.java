package dev.iommufleet.load.remote;

import dev.iommufleet.client.FleetException;
import java.util.concurrent.TimeUnit;

/** What is done while no node answers. */
@FunctionalInterface
public interface Outage {

  /**
   * Returns when the request is to be sent again, with the same id.
   *
   * @param attempt how often it was sent, from 1
   * @throws FleetException the failure, when it is time to give up
   */
  void await(FleetException failure, int attempt);

  /** Sends again every 100 ms, {@code attempts} times in all. */
  static Outage patience(int attempts) {
    return (failure, attempt) -> {
      if (attempt >= attempts) {
        throw failure;
      }
      try {
        TimeUnit.MILLISECONDS.sleep(100);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw failure;
      }
    };
  }
}
