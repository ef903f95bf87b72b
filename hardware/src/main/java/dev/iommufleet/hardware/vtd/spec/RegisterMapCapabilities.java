package dev.iommufleet.hardware.vtd.spec;

import static dev.iommufleet.hardware.vtd.spec.RegisterMap.register;
import static dev.iommufleet.hardware.vtd.spec.RegisterMap.ro;

import java.util.List;

/** What the unit offers. [REG-4] [REG-5] */
final class RegisterMapCapabilities {

  private static final Register VERSION =
      register(
          "VER",
          0x000,
          4,
          "Version",
          ro("MAX", 7, 4, "major version"),
          ro("MIN", 3, 0, "minor version"));

  private static final Register CAPABILITY =
      register(
          "CAP",
          0x008,
          8,
          "Capability",
          ro("ESRTPS", 63, 63, "setting the root pointer empties the caches"),
          ro("ESIRTPS", 62, 62, "setting the interrupt pointer empties the caches"),
          ro("ECMDS", 61, 61, "enhanced commands"),
          ro("FL5LP", 60, 60, "first stage with 5 levels"),
          ro("PI", 59, 59, "posted interrupts"),
          ro("FS1GP", 56, 56, "first-stage pages of 1 GiB"),
          ro("DRD", 55, 55, "invalidations can drain reads"),
          ro("DWD", 54, 54, "invalidations can drain writes"),
          ro("MAMV", 53, 48, "largest address mask, log2 of pages"),
          ro("NFR", 47, 40, "number of fault records, less 1"),
          ro("PSI", 39, 39, "page-selective invalidation"),
          ro("SSLPS", 37, 34, "second-stage large pages: bit 0 2 MiB, bit 1 1 GiB"),
          ro("FRO", 33, 24, "offset of the fault records, in 16 bytes"),
          ro("ZLR", 22, 22, "zero-length reads of write-only pages"),
          ro("MGAW", 21, 16, "width of guest addresses, less 1"),
          ro("SAGAW", 12, 8, "second-stage widths: bit 1 39 bits, bit 2 48 bits"),
          ro("CM", 7, 7, "caching mode: not-present entries may be cached"),
          ro("PHMR", 6, 6, "protected high-memory region"),
          ro("PLMR", 5, 5, "protected low-memory region"),
          ro("RWBF", 4, 4, "the write buffer must be flushed"),
          ro("AFL", 3, 3, "advanced fault logging"),
          ro("ND", 2, 0, "2^(4+2n) domain ids"));

  private static final Register EXTENDED_CAPABILITY =
      register(
          "ECAP",
          0x010,
          8,
          "Extended capability",
          ro("PMS", 51, 51, "performance monitoring"),
          ro("RPS", 49, 49, "RID_PASID of context entries"),
          ro("SMPWC", 48, 48, "scalable-mode page walks are coherent"),
          ro("FSTS", 47, 47, "first stage"),
          ro("SSTS", 46, 46, "second stage in scalable mode"),
          ro("SLADS", 45, 45, "second-stage accessed and dirty bits"),
          ro("SMTS", 43, 43, "scalable mode"),
          ro("PDS", 42, 42, "page requests can be drained"),
          ro("DIT", 41, 41, "device-TLB throttling by physical function"),
          ro("PASID", 40, 40, "PASIDs"),
          ro("PSS", 39, 35, "bits of a PASID, less 1"),
          ro("EAFS", 34, 34, "extended accessed bit"),
          ro("NWFS", 33, 33, "no-write flag of translation requests"),
          ro("SRS", 31, 31, "supervisor requests"),
          ro("PRS", 29, 29, "page requests"),
          ro("NEST", 26, 26, "nested translation"),
          ro("MHMV", 23, 20, "largest mask of an interrupt-entry invalidation"),
          ro("IRO", 17, 8, "offset of the IOTLB registers, in 16 bytes"),
          ro("SC", 7, 7, "snoop control"),
          ro("PT", 6, 6, "pass-through"),
          ro("EIM", 4, 4, "extended interrupt mode"),
          ro("IR", 3, 3, "interrupt remapping"),
          ro("DT", 2, 2, "device TLBs"),
          ro("QI", 1, 1, "queued invalidation"),
          ro("C", 0, 0, "page walks are coherent"));

  static final List<Register> REGISTERS = List.of(VERSION, CAPABILITY, EXTENDED_CAPABILITY);

  private RegisterMapCapabilities() {}
}
