package dev.iommufleet.hardware.vtd;

import java.util.ArrayList;
import java.util.List;

/**
 * What the IOMMU offers to its guest. CAP and ECAP follow from it. [REG-4] [REG-5]
 *
 * @param addressWidth bits of guest-physical and second-stage addresses: 39 or 48
 * @param cachingMode CAP.CM: not-present entries may be cached, mapping listeners are possible
 * @param scalableMode ECAP.SMTS
 * @param firstStage ECAP.FSTS; without it scalable mode offers second stage
 * @param snoopControl ECAP.SC
 * @param pasidBits width of a PASID, 0 (no PASIDs) to 20
 * @param pageRequests ECAP.PRS and PDS
 * @param staleTransientMapping bit 62 of second-stage leaves is not reserved
 * @param firstStage1GiB CAP.FS1GP
 * @param deviceTlb ECAP.DT
 * @param dmaTranslation false: SAGAW is empty and GCMD.TE does nothing
 * @param interruptRemapping ECAP.IR
 * @param extendedInterrupts ECAP.EIM
 */
public record Capabilities(
    int addressWidth,
    boolean cachingMode,
    boolean scalableMode,
    boolean firstStage,
    boolean snoopControl,
    int pasidBits,
    boolean pageRequests,
    boolean staleTransientMapping,
    boolean firstStage1GiB,
    boolean deviceTlb,
    boolean dmaTranslation,
    boolean interruptRemapping,
    boolean extendedInterrupts) {

  /** Legacy mode, 48 bits, interrupt remapping. */
  public static final Capabilities LEGACY =
      new Capabilities(
          48, false, false, false, false, 0, false, false, true, false, true, true, false);

  /** Every constraint that this configuration breaks; empty: it can be built. [REG-5.1] */
  public List<Refusal> conflicts() {
    var found = new ArrayList<Refusal>();
    if (addressWidth != 39 && addressWidth != 48) {
      found.add(conflict("addressWidth is " + addressWidth + "; 39 and 48 are possible"));
    } else if (firstStage && addressWidth != 48) {
      found.add(conflict("firstStage needs addressWidth 48, not " + addressWidth));
    }
    if (pasidBits < 0 || pasidBits > 20) {
      found.add(conflict("pasidBits is " + pasidBits + "; 0 to 20 are possible"));
    }
    need(found, extendedInterrupts, "extendedInterrupts", interruptRemapping, "interruptRemapping");
    need(found, firstStage, "firstStage", scalableMode, "scalableMode");
    need(found, pasidBits > 0, "pasidBits", scalableMode, "scalableMode");
    need(found, pageRequests, "pageRequests", deviceTlb, "deviceTlb");
    need(found, pageRequests, "pageRequests", firstStage, "firstStage");
    need(found, pageRequests, "pageRequests", dmaTranslation, "dmaTranslation");
    need(found, pageRequests, "pageRequests", pasidBits > 0, "pasidBits");
    return List.copyOf(found);
  }

  private static void need(
      List<Refusal> found, boolean given, String name, boolean needed, String neededName) {
    if (given && !needed) {
      found.add(conflict(name + " needs " + neededName));
    }
  }

  private static Refusal conflict(String message) {
    return new Refusal(Refusal.Code.CONFIG_CONFLICT, message);
  }

  /** The capability register, 64 bits. [REG-4] */
  public long cap() {
    long cap =
        6 // ND [2:0]: 65,536 domain ids
            | (long) (addressWidth - 1) << 16 // MGAW [21:16]
            | 0x22L << 24 // FRO [33:24], in 16 bytes
            | 3L << 34 // SSLPS [37:34]: 2 MiB, 1 GiB
            | 1L << 39 // PSI
            | 18L << 48 // MAMV [53:48]
            | 3L << 54 // DWD, DRD
            | 1L << 63; // ESRTPS
    cap |= bit(7, cachingMode) | bit(56, firstStage && firstStage1GiB);
    return cap | sagaw() << 8;
  }

  /** CAP.SAGAW: bit 1 three levels, bit 2 four levels; 0 when there is no DMA translation. */
  long sagaw() {
    if (!dmaTranslation) {
      return 0;
    }
    return addressWidth >= 48 ? 6 : 2;
  }

  /** The extended capability register, 64 bits. [REG-5] */
  public long ecap() {
    long ecap =
        1L << 1 // QI
            | 1L << 6 // PT
            | 0xFL << 8; // IRO [17:8], in 16 bytes
    ecap |= bit(2, deviceTlb) | bit(3, interruptRemapping) | bit(4, extendedInterrupts);
    ecap |= bit(7, snoopControl) | (interruptRemapping ? 15L << 20 : 0); // MHMV [23:20]
    ecap |= bit(29, pageRequests) | bit(31, scalableMode && !firstStage) | bit(33, pageRequests);
    ecap |= pasidBits == 0 ? 0 : (long) (pasidBits - 1) << 35 | 1L << 40; // PSS [39:35], PASID
    ecap |= bit(42, pageRequests) | bit(43, scalableMode);
    return ecap | bit(46, scalableMode && !firstStage) | bit(47, firstStage);
  }

  private static long bit(int position, boolean set) {
    return set ? 1L << position : 0;
  }
}
