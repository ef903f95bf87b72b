package dev.iommufleet.load.check;

import dev.iommufleet.client.FleetClient;
import dev.iommufleet.client.FleetException;
import dev.iommufleet.load.history.Recorder;
import dev.iommufleet.protocol.api.v1.WatchRequest;
import dev.iommufleet.protocol.load.v1.EntityKind;
import dev.iommufleet.protocol.load.v1.FinalState;
import java.util.List;

/** Reads of each IOMMU, when nobody drives it any more, what its journal made visible. */
public final class FinalReads {
  private static final int ATTEMPTS = 5;

  private final FleetClient client;
  private final Recorder recorder;

  public FinalReads(FleetClient client, Recorder recorder) {
    this.client = client;
    this.recorder = recorder;
  }

  /**
   * Records everything from the first entry on and the state at the end.
   *
   * @param settled the guests have nothing left to do: what is open now stays open
   * @return ids that could not be read
   */
  public List<String> read(List<String> iommuIds, boolean settled) {
    return iommuIds.stream().filter(id -> !read(id, settled)).toList();
  }

  private boolean read(String iommuId, boolean settled) {
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      try {
        watch(iommuId);
        var iommu = client.get(iommuId);
        recorder.finalState(
            FinalState.newBuilder()
                .setEntityKind(EntityKind.ENTITY_KIND_IOMMU)
                .setEntity(iommuId)
                .setSequenceNumber(iommu.getSequenceNumber())
                .setStateHash(iommu.getStateHash())
                .setNode(iommu.getNode())
                .setSettled(settled)
                .build());
        return true;
      } catch (FleetException e) {
        client.reconnect(); // What was recorded twice is the same.
      }
    }
    return false;
  }

  private void watch(String iommuId) {
    var request = WatchRequest.newBuilder().setIommuId(iommuId).setFromSequence(1).build();
    long stream = recorder.stream();
    try (var watching = client.watch(request)) {
      while (watching.hasNext()) {
        var response = watching.next();
        recorder.watched(iommuId, stream, response);
        if (response.hasCaughtUp()) {
          return;
        }
      }
    }
  }
}
