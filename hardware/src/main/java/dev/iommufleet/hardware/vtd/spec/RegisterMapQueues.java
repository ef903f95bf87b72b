package dev.iommufleet.hardware.vtd.spec;

import static dev.iommufleet.hardware.vtd.spec.RegisterMap.register;
import static dev.iommufleet.hardware.vtd.spec.RegisterMap.ro;
import static dev.iommufleet.hardware.vtd.spec.RegisterMap.rw;
import static dev.iommufleet.hardware.vtd.spec.RegisterMap.w1c;

import java.util.List;
import java.util.stream.Stream;

/** Queues, the interrupt table, and the three interrupts of the unit itself. [REG-3.1] */
final class RegisterMapQueues {

  private static final Register IQ_HEAD =
      register(
          "IQH",
          0x080,
          8,
          "Invalidation-queue head",
          ro("QH", 18, 4, "next to fetch, in 16 bytes"));

  private static final Register IQ_TAIL =
      register(
          "IQT",
          0x088,
          8,
          "Invalidation-queue tail",
          rw("QT", 18, 4, "first that is not valid, in 16 bytes"));

  private static final Register IQ_ADDRESS =
      register(
          "IQA",
          0x090,
          8,
          "Invalidation-queue address",
          rw("IQA", 63, 12, "queue, in 4 KiB"),
          rw("DW", 11, 11, "descriptors: 0 of 128 bits, 1 of 256 bits"),
          rw("QS", 2, 0, "queue of 2^n pages"));

  private static final Register COMPLETION_STATUS =
      register(
          "ICS", 0x09C, 4, "Invalidation-completion status", w1c("IWC", 0, "a wait completed"));

  private static final Register IQ_ERROR =
      register(
          "IQER",
          0x0B0,
          8,
          "Invalidation-queue error record",
          ro("ICESID", 63, 48, "source id of an unexpected completion"),
          ro("ITESID", 47, 32, "source id that timed out"),
          ro("IQEI", 3, 0, "1 tail, 2 fetch, 3 type, 4 reserved bits, 5 width"));

  private static final Register INTERRUPT_TABLE =
      register(
          "IRTA",
          0x0B8,
          8,
          "Interrupt-table address",
          rw("IRTA", 63, 12, "interrupt table, in 4 KiB"),
          rw("EIME", 11, 11, "destinations: 0 of 8 bits, 1 of 32 bits"),
          rw("S", 3, 0, "table of 2^(n+1) entries"));

  private static final Register PQ_HEAD =
      register(
          "PQH",
          0x0C0,
          8,
          "Page-request-queue head",
          rw("PQH", 18, 5, "next to read, in 32 bytes"));

  private static final Register PQ_TAIL =
      register(
          "PQT",
          0x0C8,
          8,
          "Page-request-queue tail",
          rw("PQT", 18, 5, "next to write, in 32 bytes"));

  private static final Register PQ_ADDRESS =
      register(
          "PQA",
          0x0D0,
          8,
          "Page-request-queue address",
          rw("PQA", 63, 12, "queue, in 4 KiB"),
          rw("PQS", 2, 0, "queue of 2^n pages"));

  private static final Register PAGE_REQUEST_STATUS =
      register(
          "PRS",
          0x0DC,
          4,
          "Page-request status",
          w1c("PRO", 1, "the queue overflowed"),
          w1c("PPR", 0, "a page request is pending"));

  static final List<Register> REGISTERS =
      Stream.of(
              event("FE", 0x038, "Fault event", 16, false),
              event("IE", 0x0A0, "Invalidation event", 32, false),
              event("PE", 0x0E0, "Page-request event", 16, true),
              List.of(
                  IQ_HEAD,
                  IQ_TAIL,
                  IQ_ADDRESS,
                  COMPLETION_STATUS,
                  IQ_ERROR,
                  INTERRUPT_TABLE,
                  PQ_HEAD,
                  PQ_TAIL,
                  PQ_ADDRESS,
                  PAGE_REQUEST_STATUS))
          .flatMap(List::stream)
          .toList();

  private RegisterMapQueues() {}

  /** Control, data, address and upper address of one of the unit's own interrupts. */
  private static List<Register> event(
      String prefix, int offset, String title, int dataBits, boolean upperWritable) {
    var upper =
        upperWritable
            ? rw("MUA", 31, 0, "address bits 63:32")
            : ro("MUA", 31, 0, "address bits 63:32");
    return List.of(
        register(
            prefix + "CTL",
            offset,
            4,
            title + " control",
            rw("IM", 31, 31, "the interrupt is masked"),
            ro("IP", 30, 30, "the interrupt is held back")),
        register(
            prefix + "DATA",
            offset + 4,
            4,
            title + " data",
            rw("IMD", dataBits - 1, 0, "data of the interrupt message")),
        register(
            prefix + "ADDR",
            offset + 8,
            4,
            title + " address",
            rw("MA", 31, 2, "address bits 31:2 of the interrupt message")),
        register(prefix + "UADDR", offset + 12, 4, title + " upper address", upper));
  }
}
