package dev.iommufleet.load.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.protocol.api.v1.ExecuteResponse;
import dev.iommufleet.protocol.api.v1.Operation;
import dev.iommufleet.protocol.api.v1.ReadRegister;
import dev.iommufleet.protocol.api.v1.RegisterValue;
import dev.iommufleet.protocol.api.v1.Reply;
import dev.iommufleet.protocol.api.v1.RequestId;
import dev.iommufleet.protocol.load.v1.HistoryBegan;
import dev.iommufleet.protocol.load.v1.HistoryRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("the history of a load")
class RecorderTest {
  private static final Operation READ =
      Operation.newBuilder()
          .setReadRegister(ReadRegister.newBuilder().setOffset(0x1C).setSize(4))
          .build();
  private static final HistoryBegan BEGAN =
      HistoryBegan.newBuilder().setScenario("test").setSeed(7).build();

  @TempDir Path directory;

  @Test
  @DisplayName("what several threads record is read again, each thread's in its order")
  void severalThreads() throws Exception {
    var file = directory.resolve("h");
    int threads = 4;
    int calls = 5_000;

    try (var recorder = Recorder.open(file, Keep.WHOLE, BEGAN, List.of())) {
      var all = new ArrayList<Thread>();
      for (int t = 0; t < threads; t++) {
        String iommu = "i" + t;
        all.add(Thread.ofPlatform().start(() -> drive(recorder, iommu, calls)));
      }
      for (Thread thread : all) {
        thread.join();
      }
      recorder.end(false);
    }

    var records = read(file);
    var ended = records.getLast().getEnded();
    assertEquals(2L * threads * calls + 1, ended.getRecords());
    assertEquals(2L * threads * calls + 2, records.size());
    assertEquals("test", records.getFirst().getBegan().getScenario());
    var last = new HashMap<String, Long>();
    var open = new HashMap<Long, String>();
    for (HistoryRecord record : records) {
      if (record.hasInvoked()) {
        var it = record.getInvoked();
        long before = last.getOrDefault(it.getEntity(), 0L);
        assertEquals(before + 1, it.getRequestId().getSequence());
        last.put(it.getEntity(), before + 1);
        open.put(it.getCall(), it.getEntity());
        assertEquals(List.of(READ), it.getOperationsList());
      } else if (record.hasAnswered()) {
        var entity = open.remove(record.getAnswered().getCall());
        assertEquals(last.get(entity), record.getAnswered().getSequenceNumber());
      }
    }
    assertTrue(open.isEmpty());
  }

  private static void drive(Recorder recorder, String iommu, int calls) {
    for (int i = 1; i <= calls; i++) {
      var id = RequestId.newBuilder().setSession(iommu).setSequence(i).build();
      var request = new Invocation.Request(id, List.of(READ), List.of());
      long call = recorder.invoked(Invocation.execute("g", iommu, "read", recorder.now(), request));
      recorder.answered(call, answer(i));
    }
  }

  private static ExecuteResponse answer(long number) {
    return ExecuteResponse.newBuilder()
        .setSequenceNumber(number)
        .setStateHash(0x55)
        .addReplies(
            Reply.newBuilder().setRegisterValue(RegisterValue.newBuilder().setValue(number)))
        .build();
  }

  private static List<HistoryRecord> read(Path file) throws IOException {
    var records = new ArrayList<HistoryRecord>();
    assertTrue(HistoryFile.read(file, records::add));
    return records;
  }

  @Test
  @DisplayName("digests instead of operations, while listeners see all")
  void digests() throws Exception {
    var file = directory.resolve("h");
    var heard = new ArrayList<HistoryRecord>();

    var recorder = Recorder.open(file, new Keep(0, 0), BEGAN, List.of(heard::add));
    drive(recorder, "i0", 2);
    recorder.end(false);

    var records = read(file);
    assertEquals(6, records.size());
    var first = records.get(1).getInvoked();
    assertEquals(0, first.getOperationsCount());
    assertEquals(1, first.getOperationCount());
    assertEquals(Digests.of(List.of(READ)), first.getOperationsDigest());
    assertEquals(first.getOperationsDigest(), records.get(3).getInvoked().getOperationsDigest());
    assertTrue(records.get(2).getAnswered().getRepliesDigest() != 0);
    assertEquals(2, records.getLast().getEnded().getDigested());
    assertEquals(List.of(READ), heard.get(1).getInvoked().getOperationsList());
    assertEquals(6, heard.size());
  }

  @Test
  @DisplayName("of a file that was cut off, what is before the cut")
  void cutOff() throws Exception {
    var file = directory.resolve("h");
    var recorder = Recorder.open(file, Keep.WHOLE, BEGAN, List.of());
    drive(recorder, "i0", 3);
    recorder.end(true);
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, java.util.Arrays.copyOf(whole, whole.length - 3));

    var records = new ArrayList<HistoryRecord>();

    assertFalse(HistoryFile.read(file, records::add));
    assertEquals(7, records.size());
  }

  @Test
  @DisplayName("something else is no history, and says so")
  void noHistory() throws Exception {
    for (var text : List.of("", "\n", "this is a letter", "\u0005\u0007\u0007\u0007\u0007\u0007")) {
      var file = Files.writeString(directory.resolve("h"), text);

      var e = assertThrows(IllegalArgumentException.class, () -> HistoryFile.read(file, r -> {}));

      assertTrue(e.getMessage().contains("is no history"), e.getMessage());
    }
  }

  @Test
  @DisplayName("who listens and fails ends the recorder, and who records is told")
  void listenerFails() throws Exception {
    var recorder =
        Recorder.open(
            null,
            Keep.WHOLE,
            BEGAN,
            List.of(
                record -> {
                  throw new IllegalArgumentException("no");
                }));

    var e = assertThrows(IllegalStateException.class, () -> recorder.end(false));

    assertEquals("no", e.getCause().getMessage());
  }
}
