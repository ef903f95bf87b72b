package dev.iommufleet.persistence.journal;

import dev.iommufleet.hardware.vtd.Access;
import dev.iommufleet.hardware.vtd.AddressType;
import dev.iommufleet.hardware.vtd.Operation;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** What a small guest does to its IOMMU, in legacy mode with 4-level tables and a queue. */
final class Guest {
  /** 00:02.0. */
  static final int DEVICE = 0x10;

  static final long QUEUE = 0x1_0000;
  static final long STATUS = 0x2_0000;
  static final int DOMAIN = 5;

  private static final int GCMD = 0x18;
  private static final int RTADDR = 0x20;
  private static final int IQT = 0x88;
  private static final int IQA = 0x90;
  private static final int DESCRIPTOR_BYTES = 16;

  private static final long SET_ROOT = 1L << 30;
  private static final long TRANSLATE = 1L << 31;
  private static final long QUEUE_ENABLE = 1L << 26;

  private Guest() {}

  /** Tables that map IOVA 0 to 2 MiB - 1 page by page to 1 MiB and above. */
  static List<Operation> boot() {
    var operations = new ArrayList<Operation>();
    operations.add(new Operation.AddAddressSpace(DEVICE, Access.NO_PASID));
    operations.add(quads(0x1000, 0x2001, 0));
    operations.add(quads(0x2000 + DEVICE * 16L, 0x3001, DOMAIN << 8 | 2));
    operations.add(quads(0x3000, 0x4003));
    operations.add(quads(0x4000, 0x5003));
    operations.add(quads(0x5000, 0x6003));
    var leaves = new long[512];
    for (int i = 0; i < leaves.length; i++) {
      leaves[i] = 0x10_0003 + i * 0x1000L;
    }
    operations.add(quads(0x6000, leaves));
    operations.add(new Operation.WriteRegister(RTADDR, 8, 0x1000));
    operations.add(new Operation.WriteRegister(GCMD, 4, SET_ROOT));
    operations.add(new Operation.WriteRegister(IQA, 8, QUEUE));
    operations.add(new Operation.WriteRegister(GCMD, 4, QUEUE_ENABLE));
    operations.add(new Operation.WriteRegister(GCMD, 4, QUEUE_ENABLE | TRANSLATE));
    return operations;
  }

  static Operation translate(long iova) {
    return new Operation.Translate(
        DEVICE, Access.NO_PASID, iova, Access.READ, AddressType.UNTRANSLATED);
  }

  static Operation dmaWrite(long iova, byte... data) {
    return new Operation.Dma(
        DEVICE, Access.NO_PASID, iova, data.length, AddressType.UNTRANSLATED, data);
  }

  /** Two invalidations and a wait at {@code index} of the queue, then the doorbell. */
  static List<Operation> invalidate(int index, int status) {
    return List.of(
        quads(
            QUEUE + (long) index * DESCRIPTOR_BYTES,
            0x22 | (long) DOMAIN << 16, // IOTLB, domain-selective
            0,
            0x32 | (long) DOMAIN << 16, // IOTLB, page-selective
            0x7000,
            0x25 | (long) status << 32, // wait, status write
            STATUS),
        doorbell(index + 3));
  }

  static Operation doorbell(int tail) {
    return new Operation.WriteRegister(IQT, 8, (long) tail * DESCRIPTOR_BYTES);
  }

  static Operation quads(long address, long... values) {
    var bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (long value : values) {
      bytes.putLong(value);
    }
    return new Operation.WriteMemory(address, bytes.array());
  }
}
