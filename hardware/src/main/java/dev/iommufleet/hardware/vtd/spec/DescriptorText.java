package dev.iommufleet.hardware.vtd.spec;

import dev.iommufleet.hardware.vtd.Access;
import dev.iommufleet.hardware.vtd.spec.DescriptorForm.Fields;
import dev.iommufleet.hardware.vtd.spec.DescriptorForm.Refusal;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Descriptors as people write them: {@code cc-d 00:02.0 fm=0}, {@code pc did=5 pasid=3}. Numbers
 * are decimal or {@code 0x…}.
 */
public final class DescriptorText {

  /** The address of a sized device-TLB range that covers everything. [INV-4.13] */
  static final long EVERYTHING = 0x7FFF_FFFF_FFFF_F000L;

  private static final List<String> NONE = List.of();

  /** In the order in which they are offered. */
  private static final List<DescriptorForm> FORMS =
      List.of(
          new DescriptorForm("cc-g", false, NONE, NONE, NONE),
          new DescriptorForm("cc-dom", false, List.of("did"), NONE, NONE),
          new DescriptorForm("cc-d", true, NONE, List.of("fm", "did"), NONE),
          new DescriptorForm("iotlb-g", false, NONE, NONE, List.of("dr", "dw")),
          new DescriptorForm("iotlb-d", false, List.of("did"), NONE, List.of("dr", "dw")),
          new DescriptorForm(
              "iotlb-p", false, List.of("did", "addr"), List.of("am"), List.of("ih", "dr", "dw")),
          new DescriptorForm("dtlb", true, NONE, List.of("addr", "qdep"), List.of("s", "all")),
          new DescriptorForm("iec-g", false, NONE, NONE, NONE),
          new DescriptorForm("iec", false, List.of("index"), List.of("im"), NONE),
          new DescriptorForm(
              "wait", false, NONE, List.of("data", "addr"), List.of("sw", "if", "fn", "pd")),
          new DescriptorForm(
              "piotlb", false, List.of("did", "pasid"), List.of("addr", "am"), List.of("ih")),
          new DescriptorForm("pc-g", false, NONE, NONE, NONE),
          new DescriptorForm("pc", false, List.of("did"), List.of("pasid"), NONE),
          new DescriptorForm(
              "pdtlb", true, List.of("pasid"), List.of("addr", "qdep"), List.of("s", "all", "g")),
          new DescriptorForm("pgresp", true, List.of("prgi"), List.of("pasid", "code"), NONE));

  /** What became of a text. */
  public sealed interface Parsed {

    /** A descriptor with its fields in range. */
    record Known(Descriptor descriptor) implements Parsed {

      @Override
      public long[] words() {
        return descriptor.encode();
      }
    }

    /** {@code raw} and its words, whatever they mean. */
    record Raw(long q0, long q1, long q2, long q3) implements Parsed {

      @Override
      public long[] words() {
        return new long[] {q0, q1, q2, q3};
      }
    }

    /**
     * The text is wrong.
     *
     * @param word counted from 1; 0: the words together
     * @param message what is wrong and what is possible, in one sentence
     */
    record Refused(int word, String message) implements Parsed {

      /**
       * There are none.
       *
       * @throws IllegalStateException always
       */
      @Override
      public long[] words() {
        throw new IllegalStateException("no words for a refused text: " + message);
      }
    }

    /** The 4 words of the descriptor. */
    long[] words();
  }

  /**
   * Where a wait writes its status if the text does not say.
   *
   * @param data 32 bits
   * @param address 4-byte aligned
   */
  public record StatusSlot(int data, long address) {}

  private DescriptorText() {}

  /**
   * Parses one descriptor. A {@code wait} that names no effect writes its status.
   *
   * @param slot used by a wait for what the text leaves out
   */
  public static Parsed parse(String text, StatusSlot slot) {
    var words = text.strip().split("\\s+");
    try {
      if (words[0].equals("raw")) {
        return raw(words);
      }
      var form = FORMS.stream().filter(known -> known.verb().equals(words[0])).findFirst();
      if (form.isEmpty()) {
        throw new Refusal(1, "\"" + words[0] + "\" is no descriptor; possible are " + verbs());
      }
      return new Parsed.Known(build(form.get(), form.get().parse(words), slot));
    } catch (Refusal refusal) {
      return new Parsed.Refused(refusal.word(), refusal.getMessage());
    }
  }

  /** The forms, one for each line, for help texts. */
  public static List<String> forms() {
    return FORMS.stream().map(form -> form.usage().substring("form: ".length())).toList();
  }

  /** The descriptor in words {@link #parse} takes; fields that mean nothing are left out. */
  public static String format(Descriptor descriptor) {
    return DescriptorPrinter.print(descriptor);
  }

  /** The words as {@code raw 0x… 0x… 0x… 0x…}. */
  public static String formatRaw(long q0, long q1, long q2, long q3) {
    return "raw "
        + DescriptorPrinter.hex(q0)
        + " "
        + DescriptorPrinter.hex(q1)
        + " "
        + DescriptorPrinter.hex(q2)
        + " "
        + DescriptorPrinter.hex(q3);
  }

  private static String verbs() {
    return FORMS.stream().map(DescriptorForm::verb).collect(Collectors.joining(", ")) + ", raw";
  }

  private static Parsed raw(String[] words) throws Refusal {
    if (words.length < 2 || words.length > 5) {
      throw new Refusal(0, "raw takes 1 to 4 words of 64 bits, not " + (words.length - 1));
    }
    var q = new long[4];
    for (int i = 1; i < words.length; i++) {
      q[i - 1] = DescriptorForm.number(words[i], 64, i + 1, "word " + i + " of the descriptor");
    }
    return new Parsed.Raw(q[0], q[1], q[2], q[3]);
  }

  private static Descriptor build(DescriptorForm form, Fields f, StatusSlot slot) throws Refusal {
    int did = f.number("did", 0);
    return switch (form.verb()) {
      case "cc-g" ->
          new Descriptor.ContextCache(Descriptor.ContextCache.Granularity.GLOBAL, 0, 0, 0);
      case "cc-dom" ->
          new Descriptor.ContextCache(Descriptor.ContextCache.Granularity.DOMAIN, did, 0, 0);
      case "cc-d" ->
          new Descriptor.ContextCache(
              Descriptor.ContextCache.Granularity.DEVICE, did, f.sourceId(), f.number("fm", 0));
      case "iotlb-g" -> iotlb(Descriptor.Iotlb.Granularity.GLOBAL, f);
      case "iotlb-d" -> iotlb(Descriptor.Iotlb.Granularity.DOMAIN, f);
      case "iotlb-p" -> iotlb(Descriptor.Iotlb.Granularity.PAGE, f);
      case "dtlb" -> deviceTlb(form, f);
      case "iec-g" -> new Descriptor.InterruptEntryCache(true, 0, 0);
      case "iec" ->
          new Descriptor.InterruptEntryCache(false, f.number("index", 0), f.number("im", 0));
      case "wait" -> waitFor(f, slot);
      case "piotlb" -> pasidIotlb(form, f);
      case "pc-g" -> new Descriptor.PasidCache(Descriptor.PasidCache.Granularity.GLOBAL, 0, 0);
      case "pc" -> pasidCache(f);
      case "pdtlb" -> pasidDeviceTlb(form, f);
      case "pgresp" ->
          new Descriptor.PageGroupResponse(
              f.sourceId(),
              f.number("pasid", Access.NO_PASID),
              f.number("code", 0),
              f.number("prgi", 0));
      default -> throw new IllegalStateException("a form without a descriptor: " + form.verb());
    };
  }

  private static Descriptor iotlb(Descriptor.Iotlb.Granularity granularity, Fields f)
      throws Refusal {
    return new Descriptor.Iotlb(
        granularity,
        f.has("dw"),
        f.has("dr"),
        f.number("did", 0),
        aligned(f.address(0), 0xFFF),
        f.number("am", 0),
        f.has("ih"));
  }

  private static Descriptor waitFor(Fields f, StatusSlot slot) throws Refusal {
    boolean status = f.has("sw") || f.has("data") || f.has("addr") || !f.has("if") && !f.has("fn");
    return new Descriptor.Wait(
        f.has("if"),
        status,
        f.has("fn"),
        f.has("pd"),
        status ? f.number("data", slot.data()) : 0,
        status ? aligned(f.address(slot.address()), 3) : 0);
  }

  private static Descriptor pasidIotlb(DescriptorForm form, Fields f) throws Refusal {
    boolean page = f.has("addr");
    if (!page && (f.has("am") || f.has("ih"))) {
      throw new Refusal(0, "am= and ih need addr=, without it they mean nothing; " + form.usage());
    }
    return new Descriptor.PasidIotlb(
        page ? Descriptor.PasidIotlb.Granularity.PAGE : Descriptor.PasidIotlb.Granularity.PASID,
        f.number("did", 0),
        f.number("pasid", 0),
        aligned(f.address(0), 0xFFF),
        f.number("am", 0),
        f.has("ih"));
  }

  private static Descriptor pasidCache(Fields f) {
    var granularity =
        f.has("pasid")
            ? Descriptor.PasidCache.Granularity.PASID
            : Descriptor.PasidCache.Granularity.DOMAIN;
    return new Descriptor.PasidCache(granularity, f.number("did", 0), f.number("pasid", 0));
  }

  private static Descriptor deviceTlb(DescriptorForm form, Fields f) throws Refusal {
    return new Descriptor.DeviceTlb(
        f.sourceId(), f.number("qdep", 0), range(form, f), f.has("s") || f.has("all"));
  }

  private static Descriptor pasidDeviceTlb(DescriptorForm form, Fields f) throws Refusal {
    return new Descriptor.PasidDeviceTlb(
        f.sourceId(),
        f.number("qdep", 0),
        f.number("pasid", 0),
        f.has("g"),
        range(form, f),
        f.has("s") || f.has("all"));
  }

  private static long range(DescriptorForm form, Fields f) throws Refusal {
    if (f.has("all") == f.has("addr") || f.has("all") && f.has("s")) {
      throw new Refusal(
          0, "either all, or addr=N with or without s (sized), is needed; " + form.usage());
    }
    return f.has("all") ? EVERYTHING : aligned(f.address(0), 0xFFF);
  }

  private static long aligned(long address, long mask) throws Refusal {
    if ((address & mask) != 0) {
      throw new Refusal(
          0,
          "addr is "
              + DescriptorPrinter.hex(address)
              + "; a multiple of "
              + DescriptorPrinter.hex(mask + 1)
              + " is needed");
    }
    return address;
  }
}
