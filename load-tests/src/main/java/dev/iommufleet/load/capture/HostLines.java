package dev.iommufleet.load.capture;

import dev.iommufleet.hardware.link.HostInfo;
import dev.iommufleet.hardware.vtd.IommuView.BoundPasid;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/** The lines between operations that are about the host, not about the IOMMU. */
final class HostLines {
  /** Nothing is known of a device that is opened and never set. */
  private static final HostInfo UNKNOWN =
      new HostInfo(HostInfo.Provider.IOMMUFD, HostInfo.UNKNOWN_WIDTH, 0, 0, 0, 0, false);

  private final Report report;
  private final Target target;
  private final Event line = new Event();
  private final Event openLine = new Event();
  private boolean opening;
  private HostSide host = new HostSide();

  HostLines(Report report, Target target) {
    this.report = report;
    this.target = target;
  }

  /** The host of the devices that are there. */
  HostSide host() {
    return host;
  }

  /** Everything starts anew. */
  void clear() {
    host = new HostSide();
    opening = false;
  }

  /** Takes the reader's present line. Every step before it has been answered. */
  void line(CaptureReader reader) throws IOException, LineException {
    reader.line().fill(line);
    open(UNKNOWN);
    switch (line.type) {
      case HOST_OPEN -> {
        openLine.copy(line);
        opening = true;
      }
      case HOST_CLOSE -> closed(HostState.parseClosed(reader.lineBytes()));
      case HOST_FAIL -> fail();
      case HOST_STATE -> compare(HostState.parse(reader.lineBytes()));
      default -> throw new LineException(line.type.text() + " stands between operations");
    }
  }

  /** The line that sets a device says what host it has; the line that opened it came before. */
  void open(HostInfo host) {
    if (opening) {
      opening = false;
      boolean made = this.host.opened(openLine, host);
      check(
          openLine.seq,
          "default object",
          "made " + openLine.is(Field.HWPT_CREATED),
          "made " + made);
    }
  }

  private void fail() throws LineException {
    host.kernel()
        .failNext(
            HostWords.failing(line.word(Field.KIND)),
            line.getInt(Field.N),
            line.getInt(Field.ERRNO));
  }

  private void closed(HostState.Closed wanted) throws LineException {
    int deviceId = line.getInt(Field.DEVID);
    if (!host.kernel().devices().contains(deviceId)) {
      throw new LineException("device " + deviceId + " is closed and was never opened");
    }
    check(line.seq, "device " + deviceId, wanted, host.closed(deviceId));
  }

  // ---- states ------------------------------------------------------------------------------

  private void compare(HostState wanted) {
    compare("device", wanted.devices(), devices(wanted));
    compare("object", wanted.objects(), objects());
  }

  private <T> void compare(String name, Map<Integer, T> wanted, Map<Integer, T> found) {
    var keys = new TreeMap<Integer, T>(found);
    keys.putAll(wanted);
    for (int key : keys.keySet()) {
      check(line.seq, name + " " + key, wanted.get(key), found.get(key));
    }
  }

  private Map<Integer, HostState.Device> devices(HostState wanted) {
    Map<Integer, HostState.Device> devices = new TreeMap<>();
    host.devices()
        .forEach(
            (sourceId, device) -> {
              Optional<List<BoundPasid>> told = target.bindings(sourceId);
              if (told.isPresent()) {
                devices.put(sourceId, state(device, told.get()));
              } else {
                wanted.devices().remove(sourceId);
                report.notCompared(Kind.HOST_STATE);
              }
            });
    return devices;
  }

  private Map<Integer, HostState.PageTable> objects() {
    Map<Integer, HostState.PageTable> objects = new TreeMap<>();
    for (var object : host.kernel().objects()) {
      int users = host.kernel().users(object.id());
      objects.put(object.id(), new HostState.PageTable(object.nested(), users, object.table()));
    }
    return objects;
  }

  private HostState.Device state(HostSide.Hosted device, List<BoundPasid> told) {
    var nested = device.bindings().bindings();
    List<HostState.Bound> bound = new ArrayList<>();
    for (BoundPasid binding : told) {
      var there = nested.get(binding.pasid());
      int object = there == null ? 0 : there.nested();
      bound.add(new HostState.Bound(binding.pasid(), object, hex(binding.entry())));
    }
    return new HostState.Device(
        device.deviceId(), bound, host.kernel().attachments(device.deviceId()));
  }

  private static String hex(long[] words) {
    var bytes = ByteBuffer.allocate(words.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asLongBuffer().put(words);
    return HexFormat.of().formatHex(bytes.array());
  }

  private void check(long seq, String what, Object wanted, Object found) {
    report.compared(Kind.HOST_STATE);
    if (!Objects.equals(wanted, found)) {
      report.mismatch(
          new Mismatch(
              seq, line.type.text() + " " + what, Kind.HOST_STATE, text(wanted), text(found)));
    }
  }

  private static String text(Object state) {
    return state == null ? "nothing" : state.toString();
  }
}
