package dev.iommufleet.load.capture;

import dev.iommufleet.hardware.device.HostCall;
import dev.iommufleet.hardware.link.HostInfo;
import dev.iommufleet.hardware.vtd.Reply;
import java.util.regex.Pattern;

/** What the reference says of hosts to people, and the capture's words for hosts. */
final class HostWords {
  /** Names that the recorded machine gave to its devices and files. */
  private static final Pattern NAMES =
      Pattern.compile("\\[iommufd=\\d+] |(?<=error attach )\\S+ |(?<=detach )\\S+ (?=pasid )");

  private static final Pattern CAPABILITY_OF =
      Pattern.compile("^\\S+: (?=unsupported capability )");

  private HostWords() {}

  static HostInfo.Provider provider(Word kind) throws LineException {
    return switch (kind) {
      case IOMMUFD -> HostInfo.Provider.IOMMUFD;
      case LEGACY -> HostInfo.Provider.LEGACY;
      case NOCAP -> HostInfo.Provider.MUTE;
      default -> throw new LineException("'" + kind.text() + "' is no kind of host device");
    };
  }

  static HostCall.Kind failing(Word kind) throws LineException {
    return switch (kind) {
      case ALLOC -> HostCall.Kind.ALLOCATE;
      case FREE -> HostCall.Kind.FREE;
      case ATTACH -> HostCall.Kind.ATTACH;
      case DETACH -> HostCall.Kind.DETACH;
      case INVALIDATE -> HostCall.Kind.INVALIDATE;
      default -> throw new LineException("'" + kind.text() + "' is no kind of call");
    };
  }

  /** Why a device was refused; null: it was accepted. */
  static String refusal(Reply.DeviceAttached reply) {
    int wanted = reply.wanted();
    int offered = reply.offered();
    return switch (reply.outcome()) {
      case ACCEPTED -> null;
      case CACHING_MODE_OFF ->
          "Device assignment is not allowed without enabling caching-mode=on for Intel IOMMU.";
      case ALREADY_ATTACHED -> "Host IOMMU device already exist";
      case NO_CAPABILITY_QUERY -> ".get_cap() not implemented";
      case WIDTH_UNKNOWN -> "unsupported capability 1";
      case WIDTH_EXCEEDED -> "aw-bits " + wanted + " > host aw-bits " + offered;
      case NEEDS_IOMMUFD -> "Need IOMMUFD backend when fsts=on";
      case OTHER_HARDWARE -> "Incompatible host platform IOMMU type " + offered;
      case FIRST_STAGE_1GIB_MISSING -> "First stage 1GB large page is unsupported by host IOMMU";
      case PASID_WIDTH_EXCEEDED ->
          "PASID bits size " + wanted + " > host IOMMU PASID bits size " + offered;
      case BEHIND_ALIAS -> "Host device downstream to a PCI bridge is unsupported when fsts=on";
      case TOO_MANY -> "The reference takes any number of devices";
    };
  }

  /** A text of the capture without the names of its machine. */
  static String withoutNames(String text) {
    return NAMES.matcher(CAPABILITY_OF.matcher(text).replaceFirst("")).replaceAll("");
  }

  // ---- what a failed call makes the reference print; errno negated --------------------------

  static String bindingFailed(boolean replaces, HostCall call, int errno) {
    return (replaces ? "Replacing HWPT attachment failed: " : "Attaching to HWPT failed: ")
        + cause(call, errno);
  }

  static String unbindingFailed(HostCall call, int errno) {
    return "Detaching from HWPT failed: " + cause(call, errno);
  }

  static String invalidationFailed(int errno) {
    return "IOMMU_HWPT_INVALIDATE failed: total 1 entries, processed 0 entries: " + text(errno);
  }

  static String nothingProcessed() {
    return "IOMMU_HWPT_INVALIDATE succeed but with unprocessed entries:"
        + " total 1 entries, processed 0 entries. Kernel BUG?!";
  }

  private static String cause(HostCall call, int errno) {
    return switch (call) {
      case HostCall.Allocate _ -> "Failed to allocate hwpt: " + text(errno);
      case HostCall.Attach c ->
          "error attach (%d) pasid %d to id=%d: %s"
              .formatted(c.deviceId(), c.pasid(), c.object(), text(errno));
      case HostCall.Detach c -> "detach pasid " + c.pasid() + " failed: " + text(errno);
      case HostCall.Free _,
          HostCall.Invalidate _,
          HostCall.AllocatePaging _,
          HostCall.AllocateQueue _,
          HostCall.ReadFaults _,
          HostCall.WriteFaults _ ->
          throw new IllegalArgumentException(call + " fails no binding");
    };
  }

  private static String text(int errno) {
    return switch (-errno) {
      case 1 -> "Operation not permitted";
      case 2 -> "No such file or directory";
      case 5 -> "Input/output error";
      case 12 -> "Cannot allocate memory";
      case 14 -> "Bad address";
      case 16 -> "Device or resource busy";
      case 17 -> "File exists";
      case 19 -> "No such device";
      case 22 -> "Invalid argument";
      case 28 -> "No space left on device";
      case 95 -> "Operation not supported";
      case 110 -> "Connection timed out";
      default -> "Unknown error " + -errno;
    };
  }
}
