package dev.iommufleet.persistence.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import dev.iommufleet.hardware.vtd.Fact;
import dev.iommufleet.hardware.vtd.Iommu;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.hardware.vtd.Reply;
import dev.iommufleet.persistence.journal.EntryFormat;
import dev.iommufleet.persistence.journal.GoldenLife;
import dev.iommufleet.persistence.journal.IommuReplay;
import dev.iommufleet.persistence.journal.JournalVerifier;
import dev.iommufleet.persistence.journal.Stored;
import dev.iommufleet.persistence.mapping.Configs;
import dev.iommufleet.persistence.mapping.Facts;
import dev.iommufleet.persistence.mapping.Operations;
import dev.iommufleet.persistence.mapping.RandomRecords;
import dev.iommufleet.persistence.mapping.Replies;
import dev.iommufleet.protocol.journal.v1.Cause;
import dev.iommufleet.protocol.journal.v1.Entry;
import dev.iommufleet.protocol.journal.v1.Snapshot;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What schema 1 wrote is read for ever; only {@code -Dgolden.write=SUFFIX} adds files. */
@DisplayName("Golden journals of schema 1")
class GoldenTest {
  private static final Path DIRECTORY = Path.of("src/test/resources/golden/v1");
  private static final long SEED = 1;
  private static final int TIMES = 3;

  /** For {@code -2} facts go to {@code facts-2}, and so on; nothing is written over. */
  private static final String SUFFIX = System.getProperty("golden.write");

  @BeforeAll
  static void writeOnPurpose() throws IOException {
    if (SUFFIX == null) {
      return;
    }
    file("operations").write(made(Operation.class, it -> Operations.write((Operation) it)));
    file("replies").write(made(Reply.class, it -> Replies.write((Reply) it)));
    file("facts").write(made(Fact.class, it -> Facts.write((Fact) it)));
    file("causes").write(GoldenLife.causes());
    file("life").write(GoldenLife.entries());
    file("snapshots").write(List.of(GoldenLife.snapshot()));
  }

  @Test
  @DisplayName("hold operations that are read as they were written")
  void operations() throws IOException {
    var messages = same("operations", dev.iommufleet.protocol.api.v1.Operation.parser());

    for (var message : messages) {
      assertEquals(message, Operations.write(Operations.read(message)));
    }
    assertEveryKind(
        dev.iommufleet.protocol.api.v1.Operation.KindCase.values().length - 2, // await, not set
        messages,
        dev.iommufleet.protocol.api.v1.Operation::getKindCase);
  }

  @Test
  @DisplayName("hold replies that are read as they were written")
  void replies() throws IOException {
    var messages = same("replies", dev.iommufleet.protocol.api.v1.Reply.parser());

    for (var message : messages) {
      assertEquals(message, Replies.write(Replies.read(message)));
    }
    assertEveryKind(
        dev.iommufleet.protocol.api.v1.Reply.KindCase.values().length - 2, // awaited, not set
        messages,
        dev.iommufleet.protocol.api.v1.Reply::getKindCase);
  }

  @Test
  @DisplayName("hold facts that are read as they were written")
  void facts() throws IOException {
    var messages = same("facts", dev.iommufleet.protocol.api.v1.Fact.parser());

    for (var message : messages) {
      assertEquals(message, Facts.write(Facts.read(message)));
    }
    assertEveryKind(
        dev.iommufleet.protocol.api.v1.Fact.KindCase.values().length - 1, // not set
        messages,
        dev.iommufleet.protocol.api.v1.Fact::getKindCase);
  }

  @Test
  @DisplayName("hold a cause of every kind")
  void causes() throws IOException {
    var entries = same("causes", Entry.parser());

    entries.forEach(EntryFormat::check);
    assertEveryKind(
        Cause.OriginCase.values().length - 1, // not set
        entries,
        it -> it.getCause().getOriginCase());
  }

  @Test
  @DisplayName("hold a life whose facts alone lead to the state that each entry says")
  void life() throws IOException {
    for (var file : GoldenFile.beginningWith(DIRECTORY, "life")) {
      var entries = same(file, Entry.parser());
      var replay = new IommuReplay();

      for (int i = 0; i < entries.size(); i++) {
        var entry = entries.get(i);
        replay.apply(new Stored<>("iommu|golden", i + 1, entry.getSerializedSize(), entry));

        assertEquals(entry.getStateHash(), replay.iommu().stateHash(), "entry " + (i + 1));
      }
      assertTrue(replay.deleted());
    }
  }

  /** Once the model knows better than the one that wrote them, the difference is said here. */
  @Test
  @DisplayName("hold lives of real entities whose causes execute again to what was written")
  void causesExecuteAgain() throws IOException {
    var files = GoldenFile.beginningWith(DIRECTORY, "life-");
    assertTrue(files.size() >= 7, "files: " + files);
    for (var file : files) {
      var verifier = new JournalVerifier("iommu|golden");
      var entries = same(file, Entry.parser());

      for (int i = 0; i < entries.size(); i++) {
        var entry = entries.get(i);
        var stored = new Stored<>("iommu|golden", i + 1, entry.getSerializedSize(), entry);

        assertEquals(Optional.empty(), verifier.verify(stored), file.name());
      }
    }
  }

  @Test
  @DisplayName("hold snapshots from which the rest of a life goes on as from its first entry")
  void snapshotAndRest() throws IOException {
    for (var name : List.of("entity-facts", "entity-full", "linked")) {
      var snapshot =
          same(new GoldenFile(DIRECTORY, "snapshots-" + name), Snapshot.parser()).getFirst();
      var entries = same(new GoldenFile(DIRECTORY, "life-" + name), Entry.parser());
      int covered = (int) snapshot.getSequenceNumber();

      var replay =
          IommuReplay.of(new Stored<>("iommu|i1", covered, snapshot.getSerializedSize(), snapshot));
      assertEquals(entries.get(covered - 1).getStateHash(), replay.iommu().stateHash());
      if (snapshot.hasSoftHash()) {
        assertEquals(snapshot.getSoftHash(), replay.iommu().softHash());
      }

      for (int i = covered; i < entries.size(); i++) {
        replay.apply(new Stored<>("iommu|i1", i + 1, 0, entries.get(i)));
        assertEquals(entries.get(i).getStateHash(), replay.iommu().stateHash());
      }
      assertTrue(replay.deleted());
    }
  }

  @Test
  @DisplayName("hold a snapshot that leads to the state that it says")
  void snapshot() throws IOException {
    for (var snapshot : same("snapshots", Snapshot.parser())) {
      EntryFormat.check(snapshot);
      var iommu = new Iommu(Configs.read(snapshot.getConfig()));

      snapshot.getFactsList().forEach(fact -> iommu.apply(Facts.read(fact)));

      assertEquals(snapshot.getStateHash(), iommu.stateHash());
    }
  }

  private static GoldenFile file(String name) {
    return new GoldenFile(DIRECTORY, name + SUFFIX);
  }

  private static <M extends Message> List<M> same(String prefix, Parser<M> parser)
      throws IOException {
    var messages = new ArrayList<M>();
    for (var file : GoldenFile.beginningWith(DIRECTORY, prefix)) {
      messages.addAll(same(file, parser));
    }
    return messages;
  }

  /** The messages of a file, which say what its text says. */
  private static <M extends Message> List<M> same(GoldenFile file, Parser<M> parser)
      throws IOException {
    var messages = file.read(parser);

    assertEquals(file.readText(), GoldenFile.print(messages));
    return messages;
  }

  /** A kind that is added later is added in a further file. */
  private static <M> void assertEveryKind(
      int kinds, List<M> messages, Function<M, ? extends Enum<?>> kind) {
    var found = messages.stream().map(kind).collect(Collectors.toSet());

    assertEquals(kinds, found.size(), () -> "kinds in the file: " + found);
  }

  private static <M extends Message> List<M> made(Class<?> type, Function<Object, M> writer) {
    var records = new RandomRecords(SEED);
    return RandomRecords.leaves(type)
        .flatMap(leaf -> Arrays.stream(new int[TIMES]).mapToObj(_ -> records.make(leaf)))
        .map(writer)
        .toList();
  }
}
