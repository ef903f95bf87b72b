package dev.iommufleet.hardware.vtd;

import dev.iommufleet.hardware.memory.GuestMemory;
import dev.iommufleet.hardware.vtd.Refusal.Code;
import java.util.List;
import java.util.Optional;

/** Refuses requests that no machine could make or that would pass a limit, before they run. */
final class Admission {
  static final int MAX_MEMORY_BYTES = 65_536;
  static final int MAX_ADDRESS_SPACES = 65_536;
  static final int MAX_DMA_BYTES = 65_536;

  private static final int PAGE_BYTES = 4_096;

  /** A range in the middle of another leaves two ends of that one. */
  private static final int MOST_NEW_RANGES = 2;

  private final Core core;
  private int newPages;
  private int newSpaces;
  private int newRanges;

  Admission(Core core) {
    this.core = core;
  }

  Optional<Refusal> refusal(List<Operation> operations) {
    for (int i = 0; i < operations.size(); i++) {
      String wrong = wrong(operations.get(i));
      if (wrong != null) {
        return Optional.of(refused(Code.BAD_ARGUMENT, i, wrong));
      }
      if (core.memory.pages() + newPages > core.config.limits().memoryPages()) {
        String limit = "guest memory would exceed memoryPages = %d pages of 4 KiB";
        return Optional.of(
            refused(Code.LIMIT_EXCEEDED, i, limit.formatted(core.config.limits().memoryPages())));
      }
      if (core.spaces.size() + newSpaces > MAX_ADDRESS_SPACES) {
        String limit = "address spaces (source id, PASID) would exceed " + MAX_ADDRESS_SPACES;
        return Optional.of(refused(Code.LIMIT_EXCEEDED, i, limit));
      }
    }
    return Optional.empty();
  }

  private static Refusal refused(Code code, int index, String what) {
    return new Refusal(code, "operation " + index + ": " + what);
  }

  private String wrong(Operation operation) {
    return switch (operation) {
      case Operation.ReadRegister o -> register(o.offset(), o.size());
      case Operation.WriteRegister o -> register(o.offset(), o.size());
      case Operation.ReadMemory o -> memory(o.address(), o.length());
      case Operation.WriteMemory o -> writeMemory(o);
      case Operation.SetMemoryRange o -> range(o);
      case Operation.Translate o -> function(o.sourceId(), o.pasid());
      case Operation.Dma o -> dma(o);
      case Operation.RemapInterrupt o -> sourceId(o.sourceId());
      case Operation.AccessInterruptWindow o -> function(o.sourceId(), o.pasid());
      case Operation.AtsTranslate o -> function(o.sourceId(), o.pasid());
      case Operation.RequestPage o -> pageRequest(o);
      case Operation.AddAddressSpace o -> function(o.sourceId(), o.pasid());
      case Operation.AddNotifier o -> notifier(o);
      case Operation.AddPageResponseListener o -> function(o.sourceId(), o.pasid());
      case Operation.ReplayMappings o -> function(o.sourceId(), o.pasid());
      case Operation.AttachFunction o -> sourceId(o.sourceId());
      case Operation.DetachFunction o -> sourceId(o.sourceId());
      case Operation.CompleteInvalidation o -> sourceId(o.sourceId());
      case Operation.ExpireInvalidations o -> sourceId(o.sourceId());
      case Operation.AttachDevice o -> sourceId(o.sourceId());
      case Operation.DetachDevice o -> sourceId(o.sourceId());
      case Operation.DeviceLost o -> sourceId(o.sourceId());
      case Operation.AnswerCommand o -> sourceId(o.sourceId());
      case Operation.WalkNested o -> sourceId(o.sourceId());
      case Operation.DevicePageRequest o -> deviceRequest(o);
      case Operation.LoadState o -> StateLoader.wrong(o);
      case Operation.Continue _, Operation.Reset _ -> null;
    };
  }

  private static String register(int offset, int size) {
    if (size != 1 && size != 2 && size != 4 && size != 8) {
      return "access size %d; 1, 2, 4 and 8 bytes are possible".formatted(size);
    }
    boolean inPage = offset >= 0 && offset <= PAGE_BYTES - size;
    return inPage
        ? null
        : "register offset %#x; the register page has %#x bytes".formatted(offset, PAGE_BYTES);
  }

  private String writeMemory(Operation.WriteMemory o) {
    String wrong = memory(o.address(), o.data().length);
    if (wrong == null) {
      newPages += core.memory.newPages(o.address(), o.data().length);
    }
    return wrong;
  }

  private static String memory(long address, int length) {
    if (length < 1 || length > MAX_MEMORY_BYTES) {
      return "memory length %d; 1 to %d bytes are possible".formatted(length, MAX_MEMORY_BYTES);
    }
    boolean wraps = Long.compareUnsigned(address + length - 1, address) < 0;
    return wraps ? "memory at %#x of %d bytes wraps".formatted(address, length) : null;
  }

  private String range(Operation.SetMemoryRange o) {
    boolean wraps =
        o.length() != 0 && Long.compareUnsigned(o.address() + o.length() - 1, o.address()) < 0;
    if (wraps || o.length() == 0 && o.address() != 0) {
      return "memory range at %#x of %#x bytes wraps".formatted(o.address(), o.length());
    }
    boolean fits =
        newRanges == 0
            ? core.memory.canSetRange(o.address(), o.length(), o.kind())
            : ranges() + newRanges + MOST_NEW_RANGES <= GuestMemory.MAX_RANGES;
    newRanges += MOST_NEW_RANGES;
    return fits ? null : "guest memory would have more than " + GuestMemory.MAX_RANGES + " ranges";
  }

  private int ranges() {
    int[] count = new int[1];
    core.memory.forEachRange((_, _, _) -> count[0]++);
    return count[0];
  }

  private String dma(Operation.Dma o) {
    if (o.length() < 1 || o.length() > MAX_DMA_BYTES) {
      return "DMA length %d; 1 to %d bytes are possible".formatted(o.length(), MAX_DMA_BYTES);
    }
    if (o.write() && o.data().length != o.length()) {
      return "DMA length %d, but %d bytes of data".formatted(o.length(), o.data().length);
    }
    return function(o.sourceId(), o.pasid());
  }

  private String pageRequest(Operation.RequestPage o) {
    if (o.groupIndex() < 0 || o.groupIndex() > 0x1FF) {
      return "page-request group index %d; 0 to 511 are possible".formatted(o.groupIndex());
    }
    return function(o.sourceId(), o.pasid());
  }

  private String deviceRequest(Operation.DevicePageRequest o) {
    int inner = o.request().sourceId();
    return inner == o.sourceId()
        ? pageRequest(o.request())
        : "page request of source id %#x from the device at %#x".formatted(inner, o.sourceId());
  }

  private String notifier(Operation.AddNotifier o) {
    if (o.flags() < 1 || o.flags() > 7) {
      return "notifier flags %d; 1 to 7 are possible".formatted(o.flags());
    }
    return function(o.sourceId(), o.pasid());
  }

  private String function(int sourceId, int pasid) {
    String wrong = sourceId(sourceId);
    if (wrong != null) {
      return wrong;
    }
    if (pasid < Access.NO_PASID || pasid > 0xFFFFF) {
      return "PASID %d; 0 to 1048575 are possible, or none".formatted(pasid);
    }
    newSpaces += core.spaces.find(sourceId, Translator.key(pasid)) == null ? 1 : 0;
    return null;
  }

  private static String sourceId(int sourceId) {
    return sourceId >= 0 && sourceId <= 0xFFFF
        ? null
        : "source id %#x; 16 bits are possible".formatted(sourceId);
  }
}
