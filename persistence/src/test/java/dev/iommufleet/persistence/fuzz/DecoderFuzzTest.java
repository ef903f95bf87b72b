package dev.iommufleet.persistence.fuzz;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.iommufleet.hardware.vtd.Fact;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.hardware.vtd.Reply;
import dev.iommufleet.persistence.journal.EntryFormat;
import dev.iommufleet.persistence.journal.GoldenLife;
import dev.iommufleet.persistence.journal.IommuReplay;
import dev.iommufleet.persistence.journal.JournalException;
import dev.iommufleet.persistence.journal.JournalVerifier;
import dev.iommufleet.persistence.journal.Stored;
import dev.iommufleet.persistence.mapping.Configs;
import dev.iommufleet.persistence.mapping.Facts;
import dev.iommufleet.persistence.mapping.MalformedException;
import dev.iommufleet.persistence.mapping.Operations;
import dev.iommufleet.persistence.mapping.RandomRecords;
import dev.iommufleet.persistence.mapping.Replies;
import dev.iommufleet.persistence.serialization.FleetSerializer;
import dev.iommufleet.protocol.api.v1.IommuConfig;
import dev.iommufleet.protocol.journal.v1.Entry;
import dev.iommufleet.protocol.journal.v1.Snapshot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Damaged bytes into every decoder: what comes out is a value or a refusal of ours, never another
 * exception. {@code -Dfuzz.seconds=N} for each decoder, {@code -Dfuzz.seed=N} to repeat.
 */
@DisplayName("Fuzzed bytes")
class DecoderFuzzTest {
  private static final double SECONDS = Double.parseDouble(System.getProperty("fuzz.seconds", "2"));
  private static final long SEED = Long.getLong("fuzz.seed", System.nanoTime());

  private final Random random = new Random(SEED);
  private final RandomRecords records = new RandomRecords(SEED);
  private final FleetSerializer serializer = new FleetSerializer();

  /** Takes bytes apart; throws what refuses them. */
  @FunctionalInterface
  private interface Decoder {
    void decode(byte[] bytes) throws Exception;
  }

  @Test
  @DisplayName("are an operation or refused")
  void operations() {
    fuzz(
        "operations",
        samples(Operation.class, it -> Operations.write((Operation) it).toByteArray()),
        bytes -> {
          var message = dev.iommufleet.protocol.api.v1.Operation.parseFrom(bytes);
          if (!message.hasAwait()) {
            Operations.write(Operations.read(message));
          }
        });
  }

  @Test
  @DisplayName("are a reply or refused")
  void replies() {
    fuzz(
        "replies",
        samples(Reply.class, it -> Replies.write((Reply) it).toByteArray()),
        bytes -> {
          var message = dev.iommufleet.protocol.api.v1.Reply.parseFrom(bytes);
          if (!message.hasAwaited()) {
            Replies.write(Replies.read(message));
          }
        });
  }

  @Test
  @DisplayName("are a fact or refused")
  void facts() {
    fuzz(
        "facts",
        samples(Fact.class, it -> Facts.write((Fact) it).toByteArray()),
        bytes -> Facts.write(Facts.read(dev.iommufleet.protocol.api.v1.Fact.parseFrom(bytes))));
  }

  @Test
  @DisplayName("are a configuration or refused")
  void configurations() {
    var config = GoldenLife.snapshot().getConfig().toByteArray();

    fuzz("configurations", List.of(config), bytes -> Configs.read(IommuConfig.parseFrom(bytes)));
  }

  @Test
  @DisplayName("are entries that follow from each other or refused, when replayed and verified")
  void entries() {
    var life = GoldenLife.entries().stream().map(Entry::toByteArray).toList();

    fuzz(
        "entries",
        List.of(new byte[] {0}),
        _ -> {
          var replay = new IommuReplay();
          var verifier = new JournalVerifier("iommu|fuzz");
          int damaged = random.nextInt(life.size());
          for (int i = 0; i < life.size(); i++) {
            var bytes = i == damaged ? damage(life.get(i)) : life.get(i);
            var entry = (Entry) serializer.fromBinary(bytes, FleetSerializer.ENTRY);
            EntryFormat.check(entry);
            var stored = new Stored<>("iommu|fuzz", i + 1, bytes.length, entry);
            if (verifier.verify(stored).isPresent()) {
              break;
            }
            replay.apply(stored);
          }
        });
  }

  @Test
  @DisplayName("are a snapshot or refused")
  void snapshots() {
    fuzz(
        "snapshots",
        List.of(GoldenLife.snapshot().toByteArray()),
        bytes -> {
          var snapshot = (Snapshot) serializer.fromBinary(bytes, FleetSerializer.SNAPSHOT);
          IommuReplay.of(new Stored<>("iommu|fuzz", 1, bytes.length, snapshot));
        });
  }

  @Test
  @DisplayName("are a cluster message or refused")
  void clusterMessages() {
    var samples = GoldenLife.entries().stream().map(Entry::toByteArray).toList();

    fuzz(
        "cluster messages",
        samples,
        bytes -> {
          serializer.fromBinary(bytes, FleetSerializer.REQUEST);
          serializer.fromBinary(bytes, FleetSerializer.REPLY);
        });
  }

  private void fuzz(String what, List<byte[]> samples, Decoder decoder) {
    long deadline = System.nanoTime() + (long) (SECONDS * TimeUnit.SECONDS.toNanos(1));
    long runs = 0;
    long refused = 0;
    do {
      var bytes = damage(samples.get(random.nextInt(samples.size())));
      runs++;
      try {
        decoder.decode(bytes);
      } catch (MalformedException | JournalException | InvalidProtocolBufferException e) {
        refused++;
      } catch (Exception e) {
        throw new AssertionError(
            "%s: seed %d, run %d, bytes %s"
                .formatted(what, SEED, runs, HexFormat.of().formatHex(bytes)),
            e);
      }
    } while (System.nanoTime() < deadline);
    System.out.printf("fuzz %s: seed %d, %d runs, %d refused%n", what, SEED, runs, refused);
    assertTrue(refused > 0, what + ": nothing was refused in " + runs + " runs, seed " + SEED);
  }

  /** One to four changes: a bit, a byte, a length, a cut, a repetition, an insertion. */
  private byte[] damage(byte[] sample) {
    var bytes = sample.clone();
    for (int changes = 1 + random.nextInt(4); changes > 0 && bytes.length > 0; changes--) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(6)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt();
        case 2 -> bytes[at] = (byte) 0xFF;
        case 3 -> bytes = Arrays.copyOf(bytes, at);
        case 4 -> bytes = splice(bytes, at, bytes, random.nextInt(bytes.length));
        default -> {
          var noise = new byte[1 + random.nextInt(8)];
          random.nextBytes(noise);
          bytes = splice(bytes, at, noise, 0);
        }
      }
    }
    return bytes;
  }

  /** {@code tail} from an index on, put into {@code bytes}. */
  private static byte[] splice(byte[] bytes, int at, byte[] tail, int from) {
    var spliced = new byte[bytes.length + tail.length - from];
    System.arraycopy(bytes, 0, spliced, 0, at);
    System.arraycopy(tail, from, spliced, at, tail.length - from);
    System.arraycopy(bytes, at, spliced, at + tail.length - from, bytes.length - at);
    return spliced;
  }

  private List<byte[]> samples(Class<?> type, Function<Object, byte[]> writer) {
    var samples = new ArrayList<byte[]>();
    RandomRecords.leaves(type)
        .forEach(
            leaf -> {
              for (int i = 0; i < 20; i++) {
                samples.add(writer.apply(records.make(leaf)));
              }
            });
    return samples;
  }
}
