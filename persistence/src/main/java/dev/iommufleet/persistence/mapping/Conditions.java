package dev.iommufleet.persistence.mapping;

import dev.iommufleet.hardware.vtd.BusStatus;
import dev.iommufleet.hardware.vtd.FactSink;
import dev.iommufleet.hardware.vtd.Iommu;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.hardware.vtd.Reply;
import dev.iommufleet.protocol.api.v1.Await;
import dev.iommufleet.protocol.api.v1.MemoryWordEquals;
import dev.iommufleet.protocol.api.v1.RegisterEquals;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Whether what an await waits for is true now. Looking changes nothing. */
public final class Conditions {
  private static final VarHandle WORD =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private Conditions() {}

  /** Changes nothing, so a re-execution may ask as well. */
  public static boolean hold(Await await, Iommu iommu) {
    return switch (await.getConditionCase()) {
      case QUEUE_IDLE -> iommu.queueIdle();
      case MEMORY_WORD -> hold(await.getMemoryWord(), iommu);
      case REGISTER -> hold(await.getRegister(), iommu);
      case CONDITION_NOT_SET ->
          throw new IllegalStateException("an await without condition was let through: " + await);
    };
  }

  private static boolean hold(MemoryWordEquals wanted, Iommu iommu) {
    var read = iommu.execute(new Operation.ReadMemory(wanted.getAddress(), 4), FactSink.NONE);
    return read instanceof Reply.MemoryBytes(BusStatus status, byte[] bytes)
        && status == BusStatus.OK
        && (int) WORD.get(bytes, 0) == wanted.getValue();
  }

  private static boolean hold(RegisterEquals wanted, Iommu iommu) {
    var read =
        iommu.execute(
            new Operation.ReadRegister(wanted.getOffset(), wanted.getSize()), FactSink.NONE);
    return read instanceof Reply.RegisterValue(BusStatus status, long value)
        && status == BusStatus.OK
        && (value & wanted.getMask()) == wanted.getValue();
  }
}
