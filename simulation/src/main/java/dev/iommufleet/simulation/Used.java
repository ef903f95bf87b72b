package dev.iommufleet.simulation;

import dev.iommufleet.hardware.StateHash;
import dev.iommufleet.hardware.device.DeviceOperation;

/** What was used of a scenario's budget: by component, and by channel. */
final class Used {
  private static final long TAG = 11;
  private static final int KINDS = 100;

  final int[] crashes;
  final int[] losses;
  final int[] duplicates;
  final int[] resends;

  /** Times that a device's link came up: what came while it was down is told again. */
  final int[] returns;

  /** Devices that said that a completion is withheld: their time-out runs. */
  final boolean[] armed;

  Used(int devices) {
    crashes = new int[devices + 1];
    losses = new int[2 * devices];
    duplicates = new int[2 * devices];
    resends = new int[2 * devices];
    returns = new int[devices];
    armed = new boolean[devices];
  }

  private Used(Used other) {
    crashes = other.crashes.clone();
    losses = other.losses.clone();
    duplicates = other.duplicates.clone();
    resends = other.resends.clone();
    returns = other.returns.clone();
    armed = other.armed.clone();
  }

  Used fork() {
    return new Used(this);
  }

  /** A device has done it. */
  void done(int device, DeviceOperation operation) {
    if (operation instanceof DeviceOperation.SetLink link && link.up()) {
      returns[device]++;
    }
  }

  /**
   * Repetitions that are due on a channel: a loss in either direction is noticed by whoever still
   * waits, and what the receiver knew and had not persisted went with its crash.
   */
  boolean mayResend(int channel) {
    int receiver = (channel & 1) == 0 ? channel / 2 + 1 : 0;
    int reasons = losses[channel] + losses[channel ^ 1] + crashes[receiver] + returns[channel / 2];
    return resends[channel] < reasons;
  }

  long hash() {
    long hash = terms(losses, 0) + terms(duplicates, 1) + terms(resends, 2) + terms(crashes, 3);
    hash += terms(returns, 5);
    for (int i = 0; i < armed.length; i++) {
      hash += armed[i] ? StateHash.mix(TAG, 4 * KINDS + i, 1) : 0;
    }
    return hash;
  }

  private static long terms(int[] counts, int kind) {
    long hash = 0;
    for (int i = 0; i < counts.length; i++) {
      hash += counts[i] == 0 ? 0 : StateHash.mix(TAG, kind * KINDS + i, counts[i]);
    }
    return hash;
  }
}
