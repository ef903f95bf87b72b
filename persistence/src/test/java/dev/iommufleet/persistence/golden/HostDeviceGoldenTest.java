package dev.iommufleet.persistence.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import dev.iommufleet.hardware.device.DeviceFact;
import dev.iommufleet.hardware.device.DeviceOperation;
import dev.iommufleet.hardware.device.DeviceReply;
import dev.iommufleet.hardware.link.Delivery;
import dev.iommufleet.hardware.link.Report;
import dev.iommufleet.persistence.journal.HostDeviceReplay;
import dev.iommufleet.persistence.journal.HostDeviceVerifier;
import dev.iommufleet.persistence.journal.Stored;
import dev.iommufleet.persistence.mapping.Deliveries;
import dev.iommufleet.persistence.mapping.HostDeviceFacts;
import dev.iommufleet.persistence.mapping.HostDeviceOperations;
import dev.iommufleet.persistence.mapping.HostDeviceReplies;
import dev.iommufleet.persistence.mapping.RandomRecords;
import dev.iommufleet.persistence.mapping.Reports;
import dev.iommufleet.protocol.api.v1.HostDeviceFact;
import dev.iommufleet.protocol.api.v1.HostDeviceOperation;
import dev.iommufleet.protocol.api.v1.HostDeviceReply;
import dev.iommufleet.protocol.api.v1.HostDeviceReport;
import dev.iommufleet.protocol.cluster.v1.LinkToDevice;
import dev.iommufleet.protocol.journal.v1.HostDeviceEntry;
import dev.iommufleet.protocol.journal.v1.HostDeviceSnapshot;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What schema 1 wrote is read for ever; only {@code -Dgolden.write=SUFFIX} adds files. */
@DisplayName("Golden messages of host devices")
class HostDeviceGoldenTest {
  private static final Path DIRECTORY = Path.of("src/test/resources/golden/v1");
  private static final String DEVICE = "device|d-golden";
  private static final long SEED = 1;
  private static final int TIMES = 3;
  private static final String SUFFIX = System.getProperty("golden.write");

  @BeforeAll
  static void writeOnPurpose() throws IOException {
    if (SUFFIX == null) {
      return;
    }
    write("operations", DeviceOperation.class, HostDeviceOperations::write);
    write("replies", DeviceReply.class, HostDeviceReplies::write);
    write("facts", DeviceFact.class, HostDeviceFacts::write);
    write("reports", Report.class, Reports::write);
    write("deliveries", Delivery.class, it -> Deliveries.write(it).build());
  }

  private static <T> void write(String name, Class<T> type, Function<T, ? extends Message> writer)
      throws IOException {
    var records = new RandomRecords(SEED);
    var messages =
        RandomRecords.leaves(type)
            .flatMap(leaf -> Arrays.stream(new int[TIMES]).mapToObj(_ -> records.make(leaf)))
            .map(type::cast)
            .map(writer)
            .toList();
    new GoldenFile(DIRECTORY, "host-device-" + name + SUFFIX).write(messages);
  }

  @Test
  @DisplayName("hold operations that are read as they were written")
  void operations() throws IOException {
    same(
        "operations",
        HostDeviceOperation.parser(),
        it -> HostDeviceOperations.write(HostDeviceOperations.read(it)),
        HostDeviceOperation::getKindCase,
        HostDeviceOperation.KindCase.values().length - 1);
  }

  @Test
  @DisplayName("hold replies that are read as they were written")
  void replies() throws IOException {
    same(
        "replies",
        HostDeviceReply.parser(),
        it -> HostDeviceReplies.write(HostDeviceReplies.read(it)),
        HostDeviceReply::getKindCase,
        HostDeviceReply.KindCase.values().length - 1);
  }

  @Test
  @DisplayName("hold facts that are read as they were written")
  void facts() throws IOException {
    same(
        "facts",
        HostDeviceFact.parser(),
        it -> HostDeviceFacts.write(HostDeviceFacts.read(it)),
        HostDeviceFact::getKindCase,
        HostDeviceFact.KindCase.values().length - 1);
  }

  @Test
  @DisplayName("hold reports that are read as they were written")
  void reports() throws IOException {
    same(
        "reports",
        HostDeviceReport.parser(),
        it -> Reports.write(Reports.read(it)),
        HostDeviceReport::getKindCase,
        HostDeviceReport.KindCase.values().length - 1);
  }

  @Test
  @DisplayName("hold deliveries that are read as they were written")
  void deliveries() throws IOException {
    same(
        "deliveries",
        LinkToDevice.parser(),
        it -> Deliveries.write(Deliveries.read(it)).build(),
        LinkToDevice::getDeliveryCase,
        LinkToDevice.DeliveryCase.values().length - 1);
  }

  @Test
  @DisplayName("hold a device's life: facts alone lead to each hash, and causes execute again")
  void life() throws IOException {
    var entries = read("life-linked", HostDeviceEntry.parser());
    var verifier = new HostDeviceVerifier(DEVICE);
    var replay = new HostDeviceReplay();

    for (int i = 0; i < entries.size(); i++) {
      var stored = new Stored<>(DEVICE, i + 1, 0, entries.get(i));
      replay.apply(stored);

      assertEquals(Optional.empty(), verifier.verify(stored));
      assertEquals(entries.get(i).getStateHash(), replay.device().stateHash());
    }
    assertTrue(replay.deleted());
  }

  @Test
  @DisplayName("hold a device's snapshot, from which the rest of its life goes on")
  void snapshotAndRest() throws IOException {
    var entries = read("life-linked", HostDeviceEntry.parser());
    var snapshot = read("snapshots-linked", HostDeviceSnapshot.parser()).getFirst();
    int covered = (int) snapshot.getSequenceNumber();

    var replay = HostDeviceReplay.of(new Stored<>(DEVICE, covered, 0, snapshot));

    assertEquals(snapshot.getStateHash(), replay.device().stateHash());
    assertEquals(2, snapshot.getDmaEndsCount());
    for (int i = covered; i < entries.size(); i++) {
      replay.apply(new Stored<>(DEVICE, i + 1, 0, entries.get(i)));
      assertEquals(entries.get(i).getStateHash(), replay.device().stateHash());
    }
    assertTrue(replay.deleted());
  }

  private static <M extends Message> List<M> read(String name, Parser<M> parser)
      throws IOException {
    var file = new GoldenFile(DIRECTORY, "host-device-" + name);
    var messages = file.read(parser);
    assertEquals(file.readText(), GoldenFile.print(messages));
    return messages;
  }

  private static <M extends Message> void same(
      String name,
      Parser<M> parser,
      UnaryOperator<M> throughRecords,
      Function<M, ? extends Enum<?>> kind,
      int kinds)
      throws IOException {
    List<M> messages = new ArrayList<>();
    for (var file : GoldenFile.beginningWith(DIRECTORY, "host-device-" + name)) {
      var read = file.read(parser);
      assertEquals(file.readText(), GoldenFile.print(read));
      messages.addAll(read);
    }

    for (var message : messages) {
      assertEquals(message, throughRecords.apply(message));
    }
    var found = messages.stream().map(kind).collect(Collectors.toSet());
    assertEquals(kinds, found.size(), () -> "kinds in the files: " + found);
  }
}
