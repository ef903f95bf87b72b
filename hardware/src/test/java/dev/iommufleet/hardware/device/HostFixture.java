package dev.iommufleet.hardware.device;

import dev.iommufleet.hardware.link.Command;
import dev.iommufleet.hardware.link.HostInfo;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * One device of the captures, open on a kernel of its own: id 1, default object 10, 8 PASID bits.
 */
final class HostFixture {
  static final int DEVICE = 1;
  static final int DEFAULT = 10;
  static final long CAP = 0x19ed008c40780c66L;
  static final long ECAP = 0x899c84000f5eL;
  static final HostInfo INFO = host(ECAP, 8);

  /** As {@link #ECAP}, with page requests: bit 29. */
  static final long FAULTING = ECAP | 1L << 29;

  /** The entries of the captures, words 0 to 2: first stage, another table, pass-through. */
  static final long[] FIRST = {0x49, 5, 0x10100000, 0, 0, 0, 0, 0};

  static final long[] SECOND = {0x49, 5, 0x10104000, 0, 0, 0, 0, 0};
  static final long[] PASS = {0x109, 5, 0, 0, 0, 0, 0, 0};

  final Iommufd kernel = new Iommufd();
  final RecordingHost host = new RecordingHost(kernel);
  final HostBindings bindings = new HostBindings(host, DEVICE, DEFAULT);

  HostFixture() {
    kernel.open(DEVICE, INFO, DEFAULT, 9);
  }

  static HostInfo host(long ecap, int pasidWidth) {
    return new HostInfo(
        HostInfo.Provider.IOMMUFD, 48, HostInfo.INTEL_VTD, CAP, ecap, pasidWidth, false);
  }

  int bind(int pasid, long[] entry) {
    return bindings.bind(new Command.Bind(pasid, entry, true, false));
  }

  int bindCarefully(int pasid, long[] entry) {
    return bindings.bind(new Command.Bind(pasid, entry, true, true));
  }

  int unbind(int pasid) {
    return bindings.unbind(new Command.Unbind(pasid, false));
  }

  int unbindToDefault(int pasid) {
    return bindings.unbind(new Command.Unbind(pasid, true));
  }

  int flush(int pasid) {
    return bindings.flush(new Command.Flush(pasid, 0, Command.ALL_PAGES, false));
  }

  List<String> calls() {
    return host.taken();
  }

  /** Nested object of each PASID as the bindings see it. */
  String believed() {
    var nested = new TreeMap<Integer, Integer>();
    bindings.bindings().forEach((pasid, binding) -> nested.put(pasid, binding.nested()));
    return line(nested);
  }

  /** Attached object of each PASID as the kernel sees it. */
  String attached() {
    return line(kernel.attachments(DEVICE));
  }

  /** id:users of each object. */
  String objects() {
    return kernel.objects().stream()
        .map(object -> object.id() + ":" + kernel.users(object.id()))
        .collect(Collectors.joining(" "));
  }

  private static String line(Map<Integer, Integer> map) {
    return map.entrySet().stream()
        .map(entry -> entry.getKey() + ":" + entry.getValue())
        .collect(Collectors.joining(" "));
  }
}
