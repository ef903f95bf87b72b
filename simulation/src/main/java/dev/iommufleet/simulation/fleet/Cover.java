package dev.iommufleet.simulation.fleet;

import java.util.ArrayList;
import java.util.List;

/**
 * What a wait's completion means: frames that nobody uses any more, address spaces that a PASID
 * cannot reach any more, tables that a host has attached by then.
 */
record Cover(List<Frame> frames, List<Revoked> revoked, List<Attached> attached) {

  record Frame(int frame, long generation) {}

  record Revoked(int slot, int pasid, int space) {}

  /** {@code table} 0: nothing of the guest's. */
  record Attached(int slot, int pasid, long table) {}

  static Cover nothing() {
    return new Cover(new ArrayList<>(0), new ArrayList<>(0), new ArrayList<>(0));
  }
}
