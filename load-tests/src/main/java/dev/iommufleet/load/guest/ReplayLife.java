package dev.iommufleet.load.guest;

import dev.iommufleet.hardware.vtd.Operation;
import java.util.List;
import java.util.Objects;

/** A capture from its first operation to its last, then on a new IOMMU again. */
final class ReplayLife implements Guest.Life {
  private static final String REPLAY = "replay";
  private static final int BATCH = 16;
  private static final int MOST_BYTES = 80_000;

  private final Recording recording;

  ReplayLife(Recording recording) {
    this.recording = Objects.requireNonNull(recording, "nothing to replay");
  }

  @Override
  public void boot(Guest guest) {
    guest.step(new Step.Create(LinuxLife.CREATE, recording.config()));
    var operations = recording.operations();
    for (int from = 0; from < operations.size(); ) {
      int end = end(operations, from);
      var some = operations.subList(from, end);
      guest.batch(REPLAY, batch -> some.forEach(batch::add));
      from = end;
    }
  }

  /** A request takes so many operations, or so many bytes. */
  private static int end(List<Operation> operations, int from) {
    int end = from + 1;
    int bytes = bytes(operations.get(from));
    while (end < operations.size() && end - from < BATCH) {
      bytes += bytes(operations.get(end));
      if (bytes > MOST_BYTES) {
        break;
      }
      end++;
    }
    return end;
  }

  private static int bytes(Operation operation) {
    return switch (operation) {
      case Operation.WriteMemory it -> it.data().length;
      case Operation.ReadMemory it -> it.length();
      case Operation.Dma it -> it.length();
      default -> 0;
    };
  }

  @Override
  public void goOn(Guest guest) {
    guest.step(new Step.Delete(LinuxLife.DELETE));
    boot(guest);
  }
}
