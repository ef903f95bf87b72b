package dev.iommufleet.load.capture;

import dev.iommufleet.hardware.link.HostInfo;
import dev.iommufleet.hardware.vtd.AddressType;
import dev.iommufleet.hardware.vtd.Fact;
import dev.iommufleet.hardware.vtd.Latch;
import dev.iommufleet.hardware.vtd.Operation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The lines that open an operation, as operations of the hardware. */
final class Requests {
  private static final int MAX_DMA_BYTES = 8;
  private static final int TRANSLATED = 1;

  private static final int REGISTER_WORDS = 0x230 / 4;
  private static final int IRTA = 0xB8;

  /** What a saved state tells beside its registers. */
  private static final Map<String, Latch> LATCHES =
      Map.of(
          "root", Latch.ROOT_TABLE,
          "iq", Latch.QUEUE_BASE,
          "iq_head", Latch.QUEUE_HEAD,
          "iq_tail", Latch.QUEUE_TAIL,
          "iq_size", Latch.QUEUE_ENTRIES,
          "dmar_enabled", Latch.TRANSLATION_ENABLED,
          "qi_enabled", Latch.QUEUE_ENABLED,
          "intr_enabled", Latch.REMAPPING_ENABLED,
          "intr_root", Latch.REMAPPING_TABLE);

  private Requests() {}

  static Operation operation(Event request) throws LineException {
    return switch (request.type) {
      case MMIO_READ -> new Operation.ReadRegister(offset(request), request.getInt(Field.SIZE));
      case MMIO_WRITE ->
          new Operation.WriteRegister(
              offset(request), request.getInt(Field.SIZE), request.get(Field.VAL));
      case TRANSLATE_BEGIN ->
          new Operation.Translate(
              sourceId(request),
              pasid(request),
              request.get(Field.IOVA),
              request.getInt(Field.FLAGS),
              Words.type(request.word(Field.ADDR_TYPE)));
      case IR_BEGIN ->
          new Operation.RemapInterrupt(
              sourceId(request),
              request.get(Field.ADDR),
              request.getInt(Field.DATA),
              request.is(Field.DO_FAULT));
      case IR_RANGE_ACCESS, IR_TRANSLATED_ACCESS ->
          new Operation.AccessInterruptWindow(
              sourceId(request),
              pasid(request),
              request.get(Field.ADDR),
              request.is(Field.ARG),
              request.type == EventType.IR_TRANSLATED_ACCESS);
      case ATS_BEGIN -> ats(request);
      case PRI_BEGIN -> pageRequest(request);
      case REPLAY_BEGIN -> new Operation.ReplayMappings(sourceId(request), pasid(request));
      case DMA_BEGIN -> dma(request);
      case AS_NEW -> new Operation.AddAddressSpace(newSourceId(request), pasid(request));
      case NOTIFIER_REGISTERED ->
          new Operation.AddNotifier(
              newSourceId(request), pasid(request), request.getInt(Field.FLAGS));
      case HIOD_SET -> new Operation.AttachDevice(sourceId(request), 0, host(request));
      case HIOD_UNSET -> new Operation.DetachDevice(sourceId(request), 0);
      default -> throw new LineException(request.type.text() + " is no operation");
    };
  }

  /** Takes over a saved state; what the opening line itself tells counts too. */
  static Operation load(ConfigLine state, byte[] line) throws IOException, LineException {
    if (state == null) {
      throw new LineException("post_load_begin without the config line of what is loaded");
    }
    Map<String, Long> told = new HashMap<>(state.latches());
    told.putAll(ConfigLine.plain(line));
    int[] words = new int[REGISTER_WORDS];
    for (ConfigLine.Word word : state.registers()) {
      words[word.offset() / 4] = word.value();
    }
    long remapping = words[IRTA / 4] & 0xFFFF_FFFFL;
    List<Fact.LatchChanged> latches = new ArrayList<>();
    for (var saved : LATCHES.entrySet()) {
      latches.add(new Fact.LatchChanged(saved.getValue(), told.getOrDefault(saved.getKey(), 0L)));
    }
    latches.add(new Fact.LatchChanged(Latch.REMAPPING_ENTRIES, 2L << (remapping & 0xF)));
    latches.add(new Fact.LatchChanged(Latch.REMAPPING_EXTENDED, remapping >>> 11 & 1));
    return new Operation.LoadState(words, latches);
  }

  /** What a hiod_set line says of the host. */
  static HostInfo host(Event request) throws LineException {
    return new HostInfo(
        HostWords.provider(request.word(Field.KIND)),
        request.is(Field.AW_FAILS) ? HostInfo.UNKNOWN_WIDTH : request.getInt(Field.AW_BITS),
        request.getInt(Field.IOMMU_TYPE),
        request.get(Field.CAP_REG),
        request.get(Field.ECAP_REG),
        request.getInt(Field.MAX_PASID_LOG2),
        request.is(Field.BEHIND_ALIAS));
  }

  private static Operation ats(Event request) {
    return new Operation.AtsTranslate(
        sourceId(request),
        pasid(request),
        request.is(Field.PRIV),
        request.is(Field.EXEC),
        request.get(Field.ADDR),
        request.get(Field.LEN),
        request.is(Field.NO_WRITE),
        request.getInt(Field.MAX_RESULTS));
  }

  private static Operation pageRequest(Event request) {
    return new Operation.RequestPage(
        sourceId(request),
        pasid(request),
        request.is(Field.PRIV),
        request.is(Field.EXEC),
        request.get(Field.ADDR),
        request.is(Field.LPIG),
        request.getInt(Field.PRGI),
        request.is(Field.READ),
        request.is(Field.WRITE));
  }

  private static Operation dma(Event request) throws LineException {
    long length = request.get(Field.LEN);
    if (length < 1 || length > MAX_DMA_BYTES) {
      throw new LineException("a dma of " + length + " bytes; 1 to 8 can be recorded");
    }
    byte[] data = null;
    if (request.is(Field.WRITE)) {
      data = new byte[(int) length];
      for (int i = 0; i < length; i++) {
        data[i] = (byte) (request.get(Field.VALUE) >>> i * Byte.SIZE);
      }
    }
    boolean translated = request.getInt(Field.AT) == TRANSLATED;
    return new Operation.Dma(
        sourceId(request),
        pasid(request),
        request.get(Field.IOVA),
        (int) length,
        translated ? AddressType.TRANSLATED : AddressType.UNTRANSLATED,
        data);
  }

  private static int offset(Event request) throws LineException {
    long address = request.get(Field.ADDR);
    if (address >>> Integer.SIZE != 0 || (int) address < 0) {
      throw new LineException("a register at 0x" + Long.toHexString(address));
    }
    return (int) address;
  }

  private static int sourceId(Event request) {
    return request.getInt(Field.SID);
  }

  private static int newSourceId(Event request) {
    return request.getInt(Field.BUS) << 8 | request.getInt(Field.DEVFN);
  }

  private static int pasid(Event request) {
    return AddressSpaces.pasid(request.get(Field.PASID));
  }
}
