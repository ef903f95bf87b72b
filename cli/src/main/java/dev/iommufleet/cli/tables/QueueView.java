package dev.iommufleet.cli.tables;

import dev.iommufleet.cli.text.Json;
import dev.iommufleet.cli.text.Numbers;
import dev.iommufleet.cli.text.RegisterPage;
import dev.iommufleet.hardware.vtd.IommuConfig;
import dev.iommufleet.hardware.vtd.Latch;
import dev.iommufleet.hardware.vtd.Quirk;
import dev.iommufleet.hardware.vtd.spec.Decoded;
import dev.iommufleet.hardware.vtd.spec.Descriptor;
import dev.iommufleet.hardware.vtd.spec.DescriptorRules;
import dev.iommufleet.hardware.vtd.spec.DescriptorText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The invalidation queue as the unit has latched it, and the descriptors in it. */
public final class QueueView {
  private static final int MAX_ADDRESS_MASK = 18; // CAP.MAMV
  private static final int NARROW_BYTES = 16;
  private static final int WIDE_BYTES = 32;

  private final RegisterPage registers;
  private final MemoryReader memory;
  private final DescriptorRules rules;

  public QueueView(RegisterPage registers, IommuConfig config, MemoryReader memory) {
    this.registers = registers;
    this.memory = memory;
    this.rules =
        new DescriptorRules(
            registers.latch(Latch.QUEUE_WIDE) != 0,
            config.capabilities().pageRequests(),
            !config.has(Quirk.RESPONSE_NEEDS_PASID),
            config.has(Quirk.RESPONSE_IN_NARROW_QUEUE),
            MAX_ADDRESS_MASK,
            config.has(Quirk.OVERSIZED_PASID_MASK_REJECTED));
  }

  public boolean enabled() {
    return registers.latch(Latch.QUEUE_ENABLED) != 0;
  }

  /** Number of descriptors that the queue holds. */
  public int entries() {
    return (int) registers.latch(Latch.QUEUE_ENTRIES);
  }

  /** Bytes of one descriptor. */
  public int descriptorBytes() {
    return rules.wide() ? WIDE_BYTES : NARROW_BYTES;
  }

  public int head() {
    return (int) registers.latch(Latch.QUEUE_HEAD);
  }

  public int tail() {
    return (int) registers.latch(Latch.QUEUE_TAIL);
  }

  /** The queue stopped with an error that software has not cleared: FSTS.IQE, ICE or ITE. */
  public boolean stopped() {
    return registers.field("FSTS", "IQE") != 0 || registers.field("FSTS", "ITE") != 0;
  }

  /** Guest-physical address of a descriptor. */
  public long address(int index) {
    return registers.latch(Latch.QUEUE_BASE) + (long) index * descriptorBytes();
  }

  /** The value of IQT that names this index. */
  public long tailRegister(int index) {
    return (long) index * descriptorBytes();
  }

  /** A descriptor in the words that {@code qi} takes, or what is wrong with it. */
  public String text(int index) {
    int count = descriptorBytes() / Long.BYTES;
    var read = memory.words(address(index), count);
    if (read.isEmpty()) {
      return "cannot be read";
    }
    var words = new long[4];
    System.arraycopy(read.get(), 0, words, 0, count);
    if ((words[0] | words[1] | words[2] | words[3]) == 0) {
      return "all zero";
    }
    return switch (Descriptor.decode(words[0], words[1], words[2], words[3], rules)) {
      case Decoded.Ok(var descriptor) -> DescriptorText.format(descriptor);
      case Decoded.Rejected(int info) ->
          "%s: %s"
              .formatted(
                  DescriptorText.formatRaw(words[0], words[1], words[2], words[3]), error(info));
    };
  }

  /** Why it stopped. */
  public String error() {
    return registers.field("FSTS", "IQE") == 0 && registers.field("FSTS", "ITE") != 0
        ? "ITE, a device-TLB invalidation timed out"
        : error((int) registers.field("IQER", "IQEI"));
  }

  /** What IQER.IQEI says, 4 bits. */
  private static String error(int info) {
    return switch (info) {
      case 0 -> "no error recorded";
      case 1 -> "IQEI 1, the tail is not in the queue";
      case 2 -> "IQEI 2, the descriptor could not be fetched";
      case Descriptor.BAD_TYPE -> "IQEI 3, no such descriptor type";
      case Descriptor.RESERVED_BITS -> "IQEI 4, a reserved bit or code is set";
      case Descriptor.BAD_WIDTH -> "IQEI 5, the type needs a queue of 256-bit descriptors";
      default -> "IQEI " + info;
    };
  }

  /** The descriptors from {@code before} in front of the head to {@code after} behind the tail. */
  public List<Map<String, Object>> around(int before, int after) {
    var list = new ArrayList<Map<String, Object>>();
    if (entries() == 0) {
      return list;
    }
    int waiting = Math.floorMod(tail() - head(), entries());
    int count = Math.min(entries(), before + waiting + after);
    for (int i = 0; i < count; i++) {
      int index = Math.floorMod(head() - before + i, entries());
      list.add(
          Json.object(
              "index", index,
              "address", Numbers.hex(address(index)),
              "place", place(i - before, waiting),
              "descriptor", text(index)));
    }
    return list;
  }

  private static String place(int fromHead, int waiting) {
    if (fromHead < 0) {
      return "fetched";
    }
    return fromHead < waiting ? "waiting" : "free";
  }

  public Map<String, Object> json() {
    return Json.object(
        "enabled", enabled(),
        "base", Numbers.hex(registers.latch(Latch.QUEUE_BASE)),
        "entries", entries(),
        "descriptorBits", descriptorBytes() * Byte.SIZE,
        "head", head(),
        "tail", tail(),
        "stopped", stopped(),
        "faultStatus", Numbers.hex(registers.value("FSTS"), 4),
        "error", error());
  }
}
