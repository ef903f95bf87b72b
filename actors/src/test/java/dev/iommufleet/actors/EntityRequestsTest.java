package dev.iommufleet.actors;

import static dev.iommufleet.actors.Harness.named;
import static dev.iommufleet.actors.Harness.ok;
import static dev.iommufleet.actors.Harness.request;
import static dev.iommufleet.actors.Ops.FEDATA;
import static dev.iommufleet.actors.Ops.load;
import static dev.iommufleet.actors.Ops.read;
import static dev.iommufleet.actors.Ops.store;
import static dev.iommufleet.actors.Ops.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.iommufleet.protocol.api.v1.Capabilities;
import dev.iommufleet.protocol.api.v1.CreateIommuRequest;
import dev.iommufleet.protocol.api.v1.DeleteIommuRequest;
import dev.iommufleet.protocol.api.v1.ExecuteResponse;
import dev.iommufleet.protocol.api.v1.IommuSpec;
import dev.iommufleet.protocol.api.v1.Observe;
import dev.iommufleet.protocol.api.v1.Operation;
import dev.iommufleet.protocol.cluster.v1.EntityRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The entity of an IOMMU")
class EntityRequestsTest {
  private final Harness it = new Harness();

  @AfterEach
  void close() {
    it.close();
  }

  @Test
  @DisplayName("writes one entry for one request, with cause, facts, replies and hash")
  void oneEntry() {
    long fresh = it.create().getStateHash();

    var response =
        it.execute(write(FEDATA, 4, 0x55), store(0x1000, (byte) 7, (byte) 8), read(FEDATA, 4));

    assertEquals(2, response.getSequenceNumber());
    assertEquals(0x55, response.getReplies(2).getRegisterValue().getValue());
    assertNotEquals(fresh, response.getStateHash());
    assertEquals(2, it.entries().size());
    var entry = it.lastEntry();
    assertEquals(3, entry.getCause().getOperationsCount());
    assertEquals(3, entry.getRepliesCount());
    assertEquals(response.getStateHash(), entry.getStateHash());
    assertEquals(1, entry.getIncarnation());
    var payload = entry.getFacts(1).getFacts(0).getPayloadWritten();
    assertEquals(ByteString.EMPTY, payload.getData(), "the bytes are in the cause");
    assertEquals(2, payload.getLength());
  }

  @Test
  @DisplayName("answers a request that changes nothing without the journal")
  void noEntry() {
    it.create();

    var response = it.execute(read(FEDATA, 4), load(0x1000, 4));

    assertEquals(1, response.getSequenceNumber());
    assertEquals(1, it.entries().size());
  }

  @Test
  @DisplayName("takes a request that nobody decoded on the way, and answers with bytes, again too")
  void encoded() throws Exception {
    it.create();
    var plain = named("s", 1, write(FEDATA, 4, 0x55), read(FEDATA, 4)).getExecute();
    var request = EntityRequest.newBuilder().setEncodedExecute(plain.toByteString());

    var reply = it.ask(request);
    var repeated = it.ask(request);

    var response = ExecuteResponse.parseFrom(reply.getEncodedExecute());
    assertEquals(0x55, response.getReplies(1).getRegisterValue().getValue());
    assertEquals(2, response.getSequenceNumber());
    assertEquals(
        response.toBuilder().setRepeatedAnswer(true).build(),
        ExecuteResponse.parseFrom(repeated.getEncodedExecute()));
    assertEquals(2, it.entries().size());
  }

  @Test
  @DisplayName("refuses bytes that are no request, and goes on")
  void encodedGarbage() {
    it.create();
    // An operation that is a register read whose offset is cut off.
    var garbage = ByteString.copyFrom(new byte[] {0x1A, 3, 0x0A, 1, 0x08});

    var refusal = it.refusal(EntityRequest.newBuilder().setEncodedExecute(garbage));

    assertEquals("REFUSAL_CODE_BAD_ARGUMENT", Refusals.code(refusal).name());
    assertTrue(refusal.getMessage().contains("no message of this call"), refusal::getMessage);
    assertEquals(1, it.execute(read(FEDATA, 4)).getSequenceNumber());
  }

  @Test
  @DisplayName("has the same numbers, hash and bytes after it left memory")
  void recovers() {
    it.create();
    it.execute(store(0x1FFF, (byte) 1, (byte) 2, (byte) 3));
    var before = it.execute(write(FEDATA, 4, 0x77));

    it.restart();

    var after = it.execute(load(0x1FFF, 3), read(FEDATA, 4));
    assertEquals(before.getSequenceNumber(), after.getSequenceNumber());
    assertEquals(before.getStateHash(), after.getStateHash());
    assertEquals(
        ByteString.copyFrom(new byte[] {1, 2, 3}), after.getReplies(0).getMemoryBytes().getData());
    assertEquals(0x77, after.getReplies(1).getRegisterValue().getValue());
  }

  @Test
  @DisplayName("says from which entry on its caches were empty, once for each start that writes")
  void incarnations() {
    it.create();
    it.execute(write(FEDATA, 4, 1));
    it.restart();
    it.execute(read(FEDATA, 4));
    it.restart();

    it.execute(write(FEDATA, 4, 2));
    it.execute(write(FEDATA, 4, 3));

    var entries = it.entries();
    assertFalse(entries.get(1).hasCachesEmptySince());
    assertEquals(2, entries.get(2).getIncarnation(), "the start that wrote nothing does not count");
    assertEquals(2, entries.get(2).getCachesEmptySince());
    assertEquals(2, entries.get(3).getIncarnation());
    assertFalse(entries.get(3).hasCachesEmptySince());
  }

  @Test
  @DisplayName("that was never created, or was deleted, says so; its id is not used again")
  void life() {
    assertEquals("IOMMU_NOT_FOUND", it.refusal(request(read(0, 4))).getCode());
    it.create();
    assertEquals(1, it.create().getSequenceNumber(), "the same creation is answered alike");
    var other =
        create(
            IommuSpec.newBuilder().setCapabilities(Capabilities.newBuilder().setAddressWidth(39)));
    assertEquals("IOMMU_EXISTS", it.refusal(other).getCode());

    var deleted =
        it.ask(EntityRequest.newBuilder().setDelete(DeleteIommuRequest.getDefaultInstance()));

    assertEquals(2, deleted.getDelete().getSequenceNumber());
    assertEquals("IOMMU_NOT_FOUND", it.refusal(request(read(0, 4))).getCode());
    it.restart();
    assertEquals("IOMMU_NOT_FOUND", it.refusal(request(read(0, 4))).getCode());
    assertEquals("IOMMU_DELETED", it.refusal(create(IommuSpec.getDefaultInstance())).getCode());
    assertTrue(it.lastEntry().getCause().hasDeleted());
  }

  private static EntityRequest.Builder create(IommuSpec.Builder spec) {
    return create(spec.build());
  }

  private static EntityRequest.Builder create(IommuSpec spec) {
    return EntityRequest.newBuilder()
        .setCreate(CreateIommuRequest.newBuilder().setIommuId("i1").setSpec(spec));
  }

  @Test
  @DisplayName("refuses a configuration that contradicts itself, and an unknown quirk")
  void badConfig() {
    var narrow =
        create(
            IommuSpec.newBuilder().setCapabilities(Capabilities.newBuilder().setAddressWidth(40)));
    var quirk = create(IommuSpec.newBuilder().putQuirkOverrides("NO_SUCH_QUIRK", true));

    assertEquals("CONFIG_CONFLICT", it.refusal(narrow).getCode());
    assertEquals("UNKNOWN_QUIRK", it.refusal(quirk).getCode());
    assertEquals(0, it.entries().size());
  }

  @Test
  @DisplayName("refuses by name what is beyond a limit, before any of it runs")
  void limits() {
    it.create();
    var many = new Operation[65];
    java.util.Arrays.fill(many, write(FEDATA, 4, 9));

    assertLimit("operations-per-request", request(many));
    assertLimit("memory-operation-bytes", request(write(FEDATA, 4, 9), load(0, 4097)));
    assertLimit("memory-operation-bytes", request(store(0, new byte[4097])));
    assertLimit("reply-bytes", request(load(0, 4096), load(0, 4096), load(0, 4096), load(0, 4096)));
    assertLimit(
        "request-bytes",
        request(
            store(0, new byte[4096]),
            store(0, new byte[4096]),
            store(0, new byte[4096]),
            store(0, new byte[4096]),
            store(0, new byte[4096])));
    assertEquals("BAD_ARGUMENT", it.refusal(request()).getCode());
    assertEquals(
        "UNKNOWN_OPERATION", it.refusal(request(Operation.getDefaultInstance())).getCode());
    assertEquals("BAD_ARGUMENT", it.refusal(named("", 1, read(0, 4))).getCode());
    assertEquals("BAD_ARGUMENT", it.refusal(named("s", 0, read(0, 4))).getCode());
    assertEquals(1, it.get().getSequenceNumber());
  }

  private void assertLimit(String name, EntityRequest.Builder request) {
    var refusal = it.refusal(request);

    assertEquals("LIMIT_EXCEEDED", refusal.getCode(), refusal.getMessage());
    assertEquals(name, refusal.getMetadataOrThrow("limit"));
  }

  @Test
  @DisplayName("answers a repeat of a journaled request with the stored reply, a restart later too")
  void repeats() {
    it.create();
    var first = ok(it.ask(named("s", 1, write(FEDATA, 4, 5), read(FEDATA, 4))));
    it.execute(write(FEDATA, 4, 6));

    var again = ok(it.ask(named("s", 1, write(FEDATA, 4, 5), read(FEDATA, 4))));
    it.restart();
    var later = ok(it.ask(named("s", 1, write(FEDATA, 4, 5), read(FEDATA, 4))));

    var expected = first.toBuilder().setRepeatedAnswer(true).build();
    assertEquals(expected, again);
    assertEquals(expected, later);
    assertEquals(3, it.get().getSequenceNumber());
  }

  @Test
  @DisplayName("gives a repeat the facts of the first answer, with the bytes that were stored")
  void repeatedFacts() {
    it.create();
    var asked = named("s", 1, store(0x1000, (byte) 7, (byte) 8), write(FEDATA, 4, 5));
    asked.getExecuteBuilder().setObserve(Observe.OBSERVE_FACTS);

    var first = ok(it.ask(asked));
    var again = ok(it.ask(asked));

    assertEquals(
        ByteString.copyFrom(new byte[] {7, 8}),
        first.getFacts(0).getFacts(0).getPayloadWritten().getData());
    assertEquals(first.getFactsList(), again.getFactsList());
  }

  @Test
  @DisplayName("executes a request again that was not journaled")
  void notJournaled() {
    it.create();
    ok(it.ask(named("s", 1, read(FEDATA, 4))));
    it.execute(write(FEDATA, 4, 6));

    var again = ok(it.ask(named("s", 1, read(FEDATA, 4))));

    assertFalse(again.getRepeatedAnswer());
    assertEquals(6, again.getReplies(0).getRegisterValue().getValue());
  }

  @Test
  @DisplayName("refuses an id with other operations, an old one, and a session it does not know")
  void refusedIds() {
    it.create();
    for (int i = 1; i <= 5; i++) {
      ok(it.ask(named("s", i, write(FEDATA, 4, i))));
    }

    assertEquals("REQUEST_ID_REUSED", it.refusal(named("s", 5, write(FEDATA, 4, 6))).getCode());
    assertEquals("REQUEST_ID_TOO_OLD", it.refusal(named("s", 2, write(FEDATA, 4, 2))).getCode());
    assertTrue(ok(it.ask(named("s", 3, write(FEDATA, 4, 3)))).getRepeatedAnswer());
    var unknown = it.refusal(named("t", 2, write(FEDATA, 4, 6)));
    assertEquals("SESSION_UNKNOWN", unknown.getCode());
    assertEquals("true", unknown.getMetadataOrThrow("nothing_journaled"));
    assertEquals(6, it.get().getSequenceNumber());
  }

  @Test
  @DisplayName("forgets the session that was used longest ago, and says that it may have known one")
  void sessionsAreBounded() {
    it.create();
    ok(it.ask(named("a", 1, write(FEDATA, 4, 1))));
    ok(it.ask(named("b", 1, write(FEDATA, 4, 2))));
    ok(it.ask(named("c", 1, write(FEDATA, 4, 3))));

    var forgotten = it.refusal(named("a", 2, write(FEDATA, 4, 4)));

    assertEquals("SESSION_UNKNOWN", forgotten.getCode());
    assertEquals("false", forgotten.getMetadataOrThrow("nothing_journaled"));
    assertTrue(ok(it.ask(named("b", 1, write(FEDATA, 4, 2)))).getRepeatedAnswer());
  }
}
