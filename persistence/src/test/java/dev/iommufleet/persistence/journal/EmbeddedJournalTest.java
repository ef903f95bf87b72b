package dev.iommufleet.persistence.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import akka.serialization.SerializationExtension;
import com.google.protobuf.Empty;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.persistence.serialization.FleetSerializer;
import dev.iommufleet.persistence.store.ReadOnlyFiles;
import dev.iommufleet.protocol.journal.v1.Snapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The embedded journal")
class EmbeddedJournalTest {
  private static final int DOORBELL_BYTES = 500;

  @TempDir static Path directory;
  private static EmbeddedJournal journal;
  private static EntryMaker life;

  @BeforeAll
  static void writeOneLife() {
    life = EntryMaker.life("vm-1");
    journal = new EmbeddedJournal(directory);
    journal.write(life, 0);
  }

  @AfterAll
  static void close() {
    journal.close();
  }

  @Test
  @DisplayName("holds our serializer's id and manifest in each row, and no Java name")
  void manifests() throws SQLException {
    assertEquals(
        List.of("71001 C1 ", "71001 E1 "),
        rows(
            "select distinct event_ser_id, event_ser_manifest, adapter_manifest"
                + " from event_journal order by 2"));
    assertEquals(
        List.of("71001 S1"),
        snapshotRows("select distinct snapshot_ser_id, snapshot_ser_manifest from snapshot"));
  }

  @Test
  @DisplayName("refuses a message that nobody gave a manifest")
  void forgottenMessage() {
    var serialization = SerializationExtension.get(journal.kit.system());

    var serializer = serialization.findSerializerFor(Empty.getDefaultInstance());

    assertEquals(FleetSerializer.IDENTIFIER, serializer.identifier());
    assertThrows(
        IllegalStateException.class, () -> serializer.toBinary(Empty.getDefaultInstance()));
  }

  @Test
  @DisplayName("gives back what was written, from the snapshot on")
  void recovery() {
    var held = journal.read(life);

    assertEquals(life.snapshot(), held.snapshot());
    assertEquals(List.of(), held.entries());
  }

  @Test
  @DisplayName("gives back every entry in order, in several batches, where no snapshot is left")
  void recoveryWithoutSnapshot(@TempDir Path copy) throws IOException {
    for (var file : List.of("journal.db", "journal.db-wal")) {
      Files.copy(directory.resolve(file), copy.resolve(file));
    }

    try (var other = new EmbeddedJournal(copy)) {
      assertEquals(
          new EmbeddedJournal.Held(Snapshot.getDefaultInstance(), life.entries), other.read(life));
    }
  }

  @Test
  @DisplayName("is read beside the node that writes it")
  void readBeside() {
    try (var reader = JournalReader.open(directory)) {
      var read = new ArrayList<>();
      reader.entries("iommu|vm-1", 1, Long.MAX_VALUE, stored -> read.add(stored.message()));

      assertEquals(List.of("iommu|vm-1"), reader.persistenceIds("iommu|vm", 10));
      assertEquals(life.entries, read);
      assertEquals(life.entries.size(), reader.summary("iommu|vm-1").orElseThrow().entries());
      assertEquals(
          life.snapshot(),
          reader.snapshot(Snapshot.class, "iommu|vm-1", Long.MAX_VALUE).orElseThrow().message());
    }
  }

  @Test
  @DisplayName("is read as a killed node leaves it: the log not folded back, nobody's lock")
  void readAfterKill(@TempDir Path copy) throws IOException {
    for (var file : List.of("journal.db", "journal.db-wal")) {
      Files.copy(directory.resolve(file), copy.resolve(file));
    }

    try (var reader = JournalReader.open(copy)) {
      assertEquals(
          life.entries.getLast(), reader.entry("iommu|vm-1", life.entries.size()).message());
      assertEquals(Optional.empty(), reader.snapshot(Snapshot.class, "iommu|vm-1", Long.MAX_VALUE));
    }
  }

  @Test
  @DisplayName("re-executes to the same facts, replies and hashes")
  void verifies() {
    try (var reader = JournalReader.open(directory)) {
      var report = JournalVerifier.verify(reader, "iommu|vm-1");

      assertEquals(List.of(), report.divergences());
      assertEquals(life.entries.size(), report.verified());
      assertEquals(life.iommu.stateHash(), report.stateHash());
    }
  }

  @Test
  @DisplayName("needs no more than 500 bytes for a doorbell with two invalidations and a wait")
  void doorbellBytes() throws SQLException {
    var maker = new EntryMaker("a-machine-with-a-name");
    maker.execute(Guest.boot());
    maker.execute(descriptors(80));
    journal.write(maker, 0);
    int prepared = maker.entries.size();
    long before = databaseBytes();
    for (int i = 0; i < 80; i++) {
      maker.execute(List.of(Guest.doorbell(i * 3 + 3)));
    }

    journal.write(maker, prepared);
    long perRow = (databaseBytes() - before) / 80;

    var payload = maker.entries.getLast().getSerializedSize();
    System.out.printf("doorbell: entry %d bytes, on disk %d bytes%n", payload, perRow);
    assertTrue(perRow <= DOORBELL_BYTES, perRow + " bytes on disk, entry " + payload);
  }

  private static List<Operation> descriptors(int groups) {
    return IntStream.range(0, groups).mapToObj(i -> Guest.invalidate(i * 3, i).getFirst()).toList();
  }

  private static long databaseBytes() throws SQLException {
    return Long.parseLong(
        rows("select page_count * page_size from pragma_page_count, pragma_page_size").getFirst());
  }

  private static List<String> rows(String sql) throws SQLException {
    try (var files = ReadOnlyFiles.open(directory)) {
      return rows(files.journal(), sql);
    }
  }

  private static List<String> snapshotRows(String sql) throws SQLException {
    try (var files = ReadOnlyFiles.open(directory)) {
      return rows(files.snapshots().orElseThrow(), sql);
    }
  }

  private static List<String> rows(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      var found = new ArrayList<String>();
      while (rows.next()) {
        var row = new StringBuilder(rows.getString(1));
        for (int i = 2; i <= rows.getMetaData().getColumnCount(); i++) {
          row.append(' ').append(rows.getString(i));
        }
        found.add(row.toString());
      }
      return found;
    }
  }
}
