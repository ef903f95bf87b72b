package dev.iommufleet.hardware.vtd.spec;

import static dev.iommufleet.hardware.vtd.spec.RegisterMap.register;
import static dev.iommufleet.hardware.vtd.spec.RegisterMap.ro;
import static dev.iommufleet.hardware.vtd.spec.RegisterMap.rw;
import static dev.iommufleet.hardware.vtd.spec.RegisterMap.w1c;
import static dev.iommufleet.hardware.vtd.spec.RegisterMap.wo;

import java.util.List;

/** Commands, tables, register-based invalidation and faults. [REG-3.1] */
final class RegisterMapControl {

  private static final Register COMMAND =
      register(
          "GCMD",
          0x018,
          4,
          "Global command",
          wo("TE", 31, 31, "translation on or off"),
          wo("SRTP", 30, 30, "take the root pointer"),
          wo("SFL", 29, 29, "take the fault log"),
          wo("EAFL", 28, 28, "advanced fault logging on or off"),
          wo("WBF", 27, 27, "flush the write buffer"),
          wo("QIE", 26, 26, "queued invalidation on or off"),
          wo("IRE", 25, 25, "interrupt remapping on or off"),
          wo("SIRTP", 24, 24, "take the interrupt-table pointer"),
          wo("CFI", 23, 23, "let compatibility-format interrupts pass"));

  private static final Register STATUS =
      register(
          "GSTS",
          0x01C,
          4,
          "Global status",
          ro("TES", 31, 31, "translation is on"),
          ro("RTPS", 30, 30, "the root pointer was taken"),
          ro("FLS", 29, 29, "the fault log was taken"),
          ro("AFLS", 28, 28, "advanced fault logging is on"),
          ro("WBFS", 27, 27, "a write-buffer flush runs"),
          ro("QIES", 26, 26, "queued invalidation is on"),
          ro("IRES", 25, 25, "interrupt remapping is on"),
          ro("IRTPS", 24, 24, "the interrupt-table pointer was taken"),
          ro("CFIS", 23, 23, "compatibility-format interrupts pass"));

  private static final Register ROOT_TABLE =
      register(
          "RTADDR",
          0x020,
          8,
          "Root-table address",
          rw("RTA", 63, 12, "root table, in 4 KiB"),
          rw("TTM", 11, 10, "mode: 0 legacy, 1 scalable"));

  private static final Register CONTEXT_COMMAND =
      register(
          "CCMD",
          0x028,
          8,
          "Context command",
          rw("ICC", 63, 63, "invalidate the context cache; cleared when done"),
          rw("CIRG", 62, 61, "wanted: 1 global, 2 domain, 3 device"),
          ro("CAIG", 60, 59, "done: 0 refused, 1 global, 2 domain, 3 device"),
          wo("FM", 33, 32, "function mask: 0 exact, 1 to 3 ignore low bits"),
          wo("SID", 31, 16, "source id"),
          rw("DID", 15, 0, "domain id"));

  private static final Register FAULT_STATUS =
      register(
          "FSTS",
          0x034,
          4,
          "Fault status",
          ro("FRI", 15, 8, "first pending fault record"),
          ro("PRO", 7, 7, "page-request overflow, of old revisions"),
          ro("ITE", 6, 6, "a device-TLB invalidation timed out"),
          ro("ICE", 5, 5, "an unexpected device-TLB completion"),
          w1c("IQE", 4, "the invalidation queue stopped"),
          ro("PPF", 1, 1, "a fault record is pending"),
          w1c("PFO", 0, "a fault found no free record"));

  private static final Register PROTECTED_MEMORY =
      register(
          "PMEN",
          0x064,
          4,
          "Protected memory",
          ro("EPM", 31, 31, "protected regions on or off"),
          ro("PRS", 0, 0, "protected regions are on"));

  private static final Register INVALIDATE_ADDRESS =
      register(
          "IVA",
          0x0F0,
          8,
          "Invalidate address",
          wo("ADDR", 63, 12, "page address, in 4 KiB"),
          wo("IH", 6, 6, "only leaves changed"),
          wo("AM", 5, 0, "address mask, log2 of pages"));

  private static final Register IOTLB_INVALIDATE =
      register(
          "IOTLB",
          0x0F8,
          8,
          "IOTLB invalidate",
          rw("IVT", 63, 63, "invalidate the IOTLB; cleared when done"),
          rw("IIRG", 61, 60, "wanted: 1 global, 2 domain, 3 page"),
          ro("IAIG", 58, 57, "done: 0 refused, 1 global, 2 domain, 3 page"),
          rw("DR", 49, 49, "drain reads"),
          rw("DW", 48, 48, "drain writes"),
          rw("DID", 47, 32, "domain id"));

  private static final Register FAULT_RECORD_LOW =
      register(
          "FRCD_LO",
          RegisterMap.FAULT_RECORD,
          8,
          "Fault record, low half",
          ro("FI", 63, 12, "page address in 4 KiB; of interrupts the index, shifted by 36"));

  private static final Register FAULT_RECORD_HIGH =
      register(
          "FRCD_HI",
          RegisterMap.FAULT_RECORD + 8,
          8,
          "Fault record, high half",
          w1c("F", 63, "the record is pending"),
          ro("T", 62, 62, "0 write, 1 read"),
          ro("AT", 61, 60, "address type"),
          ro("PV", 59, 40, "PASID"),
          ro("FR", 39, 32, "fault reason"),
          ro("PP", 31, 31, "a PASID is present"),
          ro("EXE", 30, 30, "execute was wanted"),
          ro("PRIV", 29, 29, "privileged access was wanted"),
          ro("T2", 28, 28, "second bit of the request's type"),
          ro("SID", 15, 0, "source id"));

  static final List<Register> REGISTERS =
      List.of(
          COMMAND,
          STATUS,
          ROOT_TABLE,
          CONTEXT_COMMAND,
          FAULT_STATUS,
          PROTECTED_MEMORY,
          INVALIDATE_ADDRESS,
          IOTLB_INVALIDATE,
          FAULT_RECORD_LOW,
          FAULT_RECORD_HIGH);

  private RegisterMapControl() {}
}
