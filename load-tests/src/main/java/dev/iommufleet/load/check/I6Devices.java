package dev.iommufleet.load.check;

import dev.iommufleet.protocol.api.v1.WatchedFact;
import java.util.HashMap;
import java.util.Map;

/** Nothing goes to a device after it was detached. */
final class I6Devices extends Checker {
  /** By IOMMU and source id: the entry in which the device was attached, or detached (negative). */
  private final Map<String, Map<Integer, Long>> devices = new HashMap<>();

  I6Devices() {
    super("I6", "Nothing reaches a device after it was detached");
  }

  @Override
  void watched(String iommu, long entry, WatchedFact fact) {
    var kind = fact.getFact();
    switch (kind.getKindCase()) {
      case DEVICE_ATTACHED -> note(iommu, kind.getDeviceAttached().getSourceId(), entry);
      case DEVICE_DETACHED -> note(iommu, kind.getDeviceDetached().getSourceId(), -entry);
      case COMMAND_POSTED -> {
        var posted = kind.getCommandPosted();
        checked();
        long since = devices.getOrDefault(iommu, Map.of()).getOrDefault(posted.getSourceId(), 0L);
        if (since <= 0) {
          broken(
              iommu,
              "command %d went to function %#x, which is not attached"
                  .formatted(posted.getId(), posted.getSourceId()),
              since == 0 ? "it never was" : "it was detached in entry " + -since,
              "the command is in entry %d, fact %d".formatted(entry, fact.getIndex()));
        }
      }
      default -> {}
    }
  }

  private void note(String iommu, int sourceId, long entry) {
    devices.computeIfAbsent(iommu, _ -> new HashMap<>()).put(sourceId, entry);
  }
}
