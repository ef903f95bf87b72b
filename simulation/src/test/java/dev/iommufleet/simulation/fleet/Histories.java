package dev.iommufleet.simulation.fleet;

import dev.iommufleet.hardware.device.DeviceFact;
import dev.iommufleet.hardware.device.DeviceOperation;
import dev.iommufleet.hardware.device.DeviceReply;
import dev.iommufleet.hardware.link.Report;
import dev.iommufleet.hardware.vtd.BusStatus;
import dev.iommufleet.hardware.vtd.Fact;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.hardware.vtd.Reply;
import java.util.Arrays;
import java.util.List;

/** Histories as an observer sees them, for checkers. */
abstract class Histories {
  static final FleetConfig CONFIG = new FleetConfig(1, 1, 2);
  static final int IOMMU = 0;
  static final int EMULATED = 1;
  static final int PASSTHROUGH = 2;
  static final int SOURCE = 0x10;
  static final int OTHER_SOURCE = 0x18;
  static final long FRAME_3 = 0x1000_3000L;
  static final long TABLE = 0x10_0000L;

  static String violation(Checker checker, Seen... history) {
    Arrays.stream(history).forEach(checker::see);
    return checker.violation();
  }

  // ---- entries ------------------------------------------------------------------------------

  private long number;

  Seen iommu(Entry.Cause cause, Operation operation, Fact... facts) {
    var step = new Entry.Step.OfIommu(operation, new Reply.Done(BusStatus.OK), List.of(facts));
    return wrote(IOMMU, ++number, 1, cause, step);
  }

  Seen iommu(Fact... facts) {
    return iommu(new Entry.Cause.Own("test"), new Operation.Continue(), facts);
  }

  Seen device(int device, Entry.Cause cause, DeviceFact... facts) {
    var step =
        new Entry.Step.OfDevice(new DeviceOperation.Poll(), new DeviceReply.Done(), List.of(facts));
    return wrote(device, ++number, 1, cause, step);
  }

  Seen device(int device, DeviceFact... facts) {
    return device(device, new Entry.Cause.Own("test"), facts);
  }

  static Seen wrote(int entity, long number, long writer, Entry.Cause cause, Entry.Step... steps) {
    return new Seen.Wrote(
        new Entry(entity, number, writer, 0, cause, List.of(steps), 100 + number));
  }

  static Fact status(int wait) {
    byte[] bytes = {(byte) wait, 0, 0, 0};
    return new Fact.MemoryWritten(Fact.WriteKind.WAIT_STATUS, 0x3_0000L + wait * 4L, bytes, false);
  }

  static Entry.Cause reported(Report report) {
    return new Entry.Cause.Reported(EMULATED, SOURCE, 1, report);
  }

  static Message.Answer answer(long sequence, long number, long hash, String refusal) {
    return new Message.Answer(
        IOMMU, new Message.Id(0, sequence), number, hash, number, List.of(), refusal);
  }
}
