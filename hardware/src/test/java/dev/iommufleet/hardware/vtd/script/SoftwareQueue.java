package dev.iommufleet.hardware.vtd.script;

import dev.iommufleet.hardware.vtd.Operation;
import java.util.ArrayList;
import java.util.List;

/** The guest's side of the invalidation queue: where it lies and where its tail is. */
final class SoftwareQueue {
  private long base;
  private int slots;
  private int slotBytes;
  private int tail;

  /** {@code queue BASE QS narrow|wide GCMD}: programs IQT and IQA, then GCMD with QIE added. */
  List<Operation> enable(String[] words) {
    base = Numbers.parse(words[1]);
    int size = Numbers.parseInt(words[2]);
    boolean wide = words[3].equals("wide");
    slotBytes = wide ? 32 : 16;
    slots = 1 << size + (wide ? 7 : 8);
    tail = 0;
    int command = Numbers.parseInt(words[4]) | 0x0400_0000;
    return List.of(
        new Operation.WriteRegister(0x88, 8, 0),
        new Operation.WriteRegister(0x90, 8, base | (wide ? 0x800 : 0) | size),
        new Operation.WriteRegister(0x18, 4, command & 0xffff_ffffL));
  }

  /** Puts the tail where the script says, in descriptors. */
  void moveTail(int index) {
    tail = index % slots;
  }

  /** {@code qi DESCRIPTOR ; DESCRIPTOR}: stores them from the tail on. */
  List<Operation> store(String descriptors) {
    var operations = new ArrayList<Operation>();
    for (String text : descriptors.split(";")) {
      long[] words = QueueWords.of(text.strip().split(" +"));
      byte[] bytes = new byte[slotBytes];
      for (int i = 0; i < slotBytes; i++) {
        bytes[i] = (byte) (words[i >> 3] >>> 8 * (i & 7));
      }
      operations.add(new Operation.WriteMemory(base + (long) tail * slotBytes, bytes));
      tail = (tail + 1) % slots;
    }
    return operations;
  }

  Operation doorbell() {
    return new Operation.WriteRegister(0x88, 4, (long) tail * slotBytes);
  }
}
