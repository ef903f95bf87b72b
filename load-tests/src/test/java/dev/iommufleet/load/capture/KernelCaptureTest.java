package dev.iommufleet.load.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.hardware.device.HostCall;
import dev.iommufleet.hardware.device.Iommufd;
import dev.iommufleet.hardware.link.HostInfo;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("the kernel's model is asked the calls of a capture in the captured order")
class KernelCaptureTest {

  static List<String> shipped() throws IOException {
    return ShippedCaptures.names().stream().filter(name -> name.startsWith("host-")).toList();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("shipped")
  @DisplayName("it gives every result, the failures that were brought about among them")
  void shippedResults(String name) throws IOException, LineException {
    try (var file = ShippedCaptures.open(name)) {
      new Asked(name).all(file);
    }
  }

  @Test
  @DisplayName("it gives every result of the whole collection, where that is present")
  void collectionResults() throws IOException, LineException {
    List<Path> files = ReplayTest.collection("host-");
    Assumptions.assumeFalse(files.isEmpty(), "no collection of captures beside the project");

    long calls = 0;
    for (Path path : files) {
      try (var file = Files.newInputStream(path)) {
        calls += new Asked(path.getFileName().toString()).all(file);
      }
    }

    assertTrue(calls > 7_000, "calls: " + calls);
  }

  /** One capture. */
  private static final class Asked {
    private final String name;
    private final Iommufd kernel = new Iommufd();
    private Event opened;

    Asked(String name) {
      this.name = name;
    }

    long all(InputStream file) throws IOException, LineException {
      long calls = 0;
      try (var reader = new CaptureReader(file)) {
        while (reader.next()) {
          var line = new Event();
          reader.line().fill(line);
          if (HostCalls.isCall(line.type)) {
            call(line);
            calls++;
          } else {
            other(line, reader);
          }
        }
      }
      return calls;
    }

    private void call(Event line) {
      HostCall call = call(line, kernel);

      Event found = HostCalls.event(call, line.getInt(Field.SID), kernel);
      HostCalls.answered(found, kernel.call(call));

      assertEquals(line.describe(), found.describe(), name + ", seq " + line.seq);
    }

    private static HostCall call(Event line, Iommufd kernel) {
      int device = line.has(Field.DEVID) ? line.getInt(Field.DEVID) : 0;
      return switch (line.type) {
        case HOST_HWPT_ALLOC ->
            new HostCall.Allocate(
                device,
                line.getInt(Field.PARENT),
                line.getInt(Field.FLAGS),
                line.getInt(Field.S1_FLAGS),
                line.getInt(Field.ADDR_WIDTH),
                line.get(Field.PGTBL_ADDR));
        case HOST_HWPT_FREE -> new HostCall.Free(line.getInt(Field.ID));
        case HOST_ATTACH ->
            new HostCall.Attach(device, line.getInt(Field.PASID), line.getInt(Field.HWPT));
        case HOST_DETACH -> new HostCall.Detach(device, line.getInt(Field.PASID));
        case HOST_INVALIDATE ->
            new HostCall.Invalidate(
                line.getInt(Field.HWPT),
                line.get(Field.ADDR),
                line.get(Field.NPAGES),
                line.getInt(Field.FLAGS) == 1);
        default -> throw new IllegalArgumentException(line.type + " is no call of " + kernel);
      };
    }

    private void other(Event line, CaptureReader reader) throws IOException, LineException {
      String where = name + ", seq " + line.seq;
      switch (line.type) {
        case HOST_OPEN -> opened = line;
        case HIOD_SET -> assertEquals(opened.is(Field.HWPT_CREATED), open(line), where);
        case HOST_FAIL ->
            kernel.failNext(
                HostWords.failing(line.word(Field.KIND)),
                line.getInt(Field.N),
                line.getInt(Field.ERRNO));
        case HOST_CLOSE ->
            assertEquals(HostState.parseClosed(reader.lineBytes()), closed(line), where);
        case HOST_STATE -> state(HostState.parse(reader.lineBytes()), where);
        default -> {}
      }
    }

    private boolean open(Event line) throws LineException {
      HostInfo host = Requests.host(line);
      return kernel.open(
          opened.getInt(Field.DEVID),
          host,
          opened.getInt(Field.HWPT),
          opened.getInt(Field.HWPT_FLAGS));
    }

    private HostState.Closed closed(Event line) {
      Iommufd.Closed closed = kernel.close(line.getInt(Field.DEVID));
      OptionalInt freed = closed.defaultFreed();
      return new HostState.Closed(
          closed.attachments(), closed.left(), freed.isPresent() ? freed.getAsInt() : null);
    }

    private void state(HostState wanted, String where) {
      Map<Integer, HostState.PageTable> objects = new TreeMap<>();
      for (var object : kernel.objects()) {
        int users = kernel.users(object.id());
        objects.put(object.id(), new HostState.PageTable(object.nested(), users, object.table()));
      }
      assertEquals(wanted.objects(), objects, where);
      for (HostState.Device device : wanted.devices().values()) {
        assertEquals(device.attached(), kernel.attachments(device.deviceId()), where);
      }
    }
  }
}
