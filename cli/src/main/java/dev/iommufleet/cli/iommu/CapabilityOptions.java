package dev.iommufleet.cli.iommu;

import dev.iommufleet.protocol.api.v1.Capabilities;
import java.util.function.Consumer;
import picocli.CommandLine.Option;

/** One option for each capability; each goes before what a preset says. */
final class CapabilityOptions {

  @Option(
      names = "--address-width",
      paramLabel = "N",
      description = "Bits of guest-physical addresses: 39 or 48.")
  private Integer addressWidth;

  @Option(
      names = "--pasid-bits",
      paramLabel = "N",
      description = "Width of a PASID, 0 (none) to 20.")
  private Integer pasidBits;

  @Option(names = "--caching-mode", negatable = true, description = "CAP.CM.")
  private Boolean cachingMode;

  @Option(names = "--scalable-mode", negatable = true, description = "ECAP.SMTS.")
  private Boolean scalableMode;

  @Option(
      names = "--first-stage",
      negatable = true,
      description = "ECAP.FSTS; without it scalable mode has second stage.")
  private Boolean firstStage;

  @Option(names = "--snoop-control", negatable = true, description = "ECAP.SC.")
  private Boolean snoopControl;

  @Option(names = "--page-requests", negatable = true, description = "ECAP.PRS and PDS.")
  private Boolean pageRequests;

  @Option(
      names = "--stale-transient-mapping",
      negatable = true,
      description = "Bit 62 of second-stage leaves is not reserved.")
  private Boolean staleTransientMapping;

  @Option(
      names = "--first-stage-1gib",
      negatable = true,
      description = "CAP.FS1GP; on unless switched off.")
  private Boolean firstStage1Gib;

  @Option(names = "--device-tlb", negatable = true, description = "ECAP.DT.")
  private Boolean deviceTlb;

  @Option(names = "--dma-translation", negatable = true, description = "On unless switched off.")
  private Boolean dmaTranslation;

  @Option(
      names = "--interrupt-remapping",
      negatable = true,
      description = "ECAP.IR; on unless switched off.")
  private Boolean interruptRemapping;

  @Option(names = "--extended-interrupts", negatable = true, description = "ECAP.EIM.")
  private Boolean extendedInterrupts;

  void addTo(Capabilities.Builder asked) {
    set(addressWidth, asked::setAddressWidth);
    set(pasidBits, asked::setPasidBits);
    set(cachingMode, asked::setCachingMode);
    set(scalableMode, asked::setScalableMode);
    set(firstStage, asked::setFirstStage);
    set(snoopControl, asked::setSnoopControl);
    set(pageRequests, asked::setPageRequests);
    set(staleTransientMapping, asked::setStaleTransientMapping);
    set(firstStage1Gib, asked::setFirstStage1Gib);
    set(deviceTlb, asked::setDeviceTlb);
    set(dmaTranslation, asked::setDmaTranslation);
    set(interruptRemapping, asked::setInterruptRemapping);
    set(extendedInterrupts, asked::setExtendedInterrupts);
  }

  private static <T> void set(T value, Consumer<T> setter) {
    if (value != null) {
      setter.accept(value);
    }
  }
}
