package dev.iommufleet.cli.device;

import dev.iommufleet.cli.text.Converters;
import dev.iommufleet.protocol.api.v1.DeviceSpec;
import dev.iommufleet.protocol.api.v1.HostDeviceKind;
import dev.iommufleet.protocol.api.v1.HostProvider;
import dev.iommufleet.protocol.api.v1.HostSpec;
import java.util.function.Consumer;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** What a device is made of. What is not said is as the node has it. */
final class DeviceOptions {

  /** How a device's DMA goes. */
  enum Kind {
    EMULATED,
    PASSTHROUGH
  }

  /** What stands between a device and its host. */
  enum Provider {
    IOMMUFD,
    LEGACY,
    MUTE
  }

  @Option(
      names = "--kind",
      paramLabel = "KIND",
      description =
          "emulated: DMA and page requests go through the IOMMU; passthrough: through the host's"
              + " tables. Default: emulated.")
  private Kind kind;

  @ArgGroup(validate = false, heading = "%nPCI capabilities:%n")
  private Pci pci = new Pci();

  @ArgGroup(validate = false, heading = "%nHost of a passed-through device:%n")
  private Host host = new Host();

  /** PCI capabilities. */
  static final class Pci {
    @Option(names = "--ats", negatable = true, description = "On unless switched off.")
    private Boolean ats;

    @Option(
        names = "--pasid-width",
        paramLabel = "N",
        converter = Converters.Count.class,
        description = "Bits of a PASID, 0 (none) to 20. Default: 20.")
    private Integer pasidWidth;

    @Option(names = "--pasid-execute", description = "Requests may ask to execute.")
    private boolean pasidExecute;

    @Option(names = "--pasid-privileged", description = "Requests may be privileged.")
    private boolean pasidPrivileged;

    @Option(
        names = "--outstanding",
        paramLabel = "N",
        converter = Converters.Count.class,
        description =
            "Page requests that may be unanswered, 0 (no page requests) to 4096. Default: 32 with"
                + " ATS, else 0.")
    private Integer outstanding;

    @Option(
        names = "--response-pasid",
        negatable = true,
        description = "Page-group responses need the PASID. On with page requests.")
    private Boolean responsePasid;
  }

  /** The host. */
  static final class Host {
    @Option(
        names = "--host-provider",
        paramLabel = "NAME",
        description = "iommufd, legacy (no page-table objects), mute. Default: iommufd.")
    private Provider provider;

    @Option(
        names = "--host-address-width",
        paramLabel = "N",
        converter = Converters.Count.class,
        description = "Bits; 0: it cannot be asked. Default: 48.")
    private Integer addressWidth;

    @Option(
        names = "--host-type",
        paramLabel = "N",
        converter = Converters.Count.class,
        description = "1: Intel VT-d. Default: 1.")
    private Integer hardwareType;

    @Option(
        names = "--host-cap",
        paramLabel = "WORD",
        converter = Converters.Word.class,
        description = "The host's capability register, 64 bits.")
    private Long cap;

    @Option(
        names = "--host-ecap",
        paramLabel = "WORD",
        converter = Converters.Word.class,
        description = "The host's extended capability register, 64 bits.")
    private Long ecap;

    @Option(
        names = "--host-pasid-width",
        paramLabel = "N",
        converter = Converters.Count.class,
        description = "Bits of a PASID at the host, 0 (none) to 20. Default: 20.")
    private Integer pasidWidth;

    @Option(
        names = "--behind-alias",
        description = "Behind a bridge that replaces the requester id.")
    private boolean behindAlias;

    @Option(
        names = "--host-siblings",
        paramLabel = "N",
        converter = Converters.Count.class,
        description =
            "Other functions of its group at the host, at most 7; see 'device call'. Default: 0.")
    private Integer siblings;

    private HostSpec spec() {
      var spec = HostSpec.newBuilder().setBehindAlias(behindAlias);
      set(siblings, spec::setSiblings);
      set(provider, it -> spec.setProvider(HostProvider.valueOf("HOST_PROVIDER_" + it)));
      set(addressWidth, spec::setAddressWidth);
      set(hardwareType, spec::setHardwareType);
      set(cap, spec::setCap);
      set(ecap, spec::setEcap);
      set(pasidWidth, spec::setPasidWidth);
      return spec.build();
    }
  }

  DeviceSpec spec() {
    var spec =
        DeviceSpec.newBuilder()
            .setPasidExecute(pci.pasidExecute)
            .setPasidPrivileged(pci.pasidPrivileged);
    set(kind, it -> spec.setKind(HostDeviceKind.valueOf("HOST_DEVICE_KIND_" + it)));
    set(pci.ats, spec::setAts);
    set(pci.pasidWidth, spec::setPasidWidth);
    set(pci.outstanding, spec::setOutstanding);
    set(pci.responsePasid, spec::setResponsePasid);
    var asked = host.spec();
    if (!asked.equals(HostSpec.getDefaultInstance())) {
      spec.setHost(asked);
    }
    return spec.build();
  }

  private static <T> void set(T value, Consumer<T> setter) {
    if (value != null) {
      setter.accept(value);
    }
  }
}
