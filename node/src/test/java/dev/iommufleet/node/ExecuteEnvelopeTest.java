package dev.iommufleet.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.iommufleet.protocol.api.v1.Await;
import dev.iommufleet.protocol.api.v1.ExecuteRequest;
import dev.iommufleet.protocol.api.v1.ExecuteResponse;
import dev.iommufleet.protocol.api.v1.ExecuteStreamResponse;
import dev.iommufleet.protocol.api.v1.Operation;
import dev.iommufleet.protocol.api.v1.ReadRegister;
import dev.iommufleet.protocol.api.v1.RequestId;
import java.util.HexFormat;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("a request whose operations are not decoded")
class ExecuteEnvelopeTest {
  private static Operation await(int millis) {
    return Operation.newBuilder().setAwait(Await.newBuilder().setDeadlineMillis(millis)).build();
  }

  private static final Operation READ =
      Operation.newBuilder().setReadRegister(ReadRegister.newBuilder().setSize(4)).build();

  @Test
  @DisplayName("says whose it is, how many operations it has, and how long they may wait")
  void envelope() throws Exception {
    var request =
        ExecuteRequest.newBuilder()
            .setIommuId("vm-1")
            .setRequestId(RequestId.newBuilder().setSession("s").setSequence(7))
            .addOperations(READ)
            .addOperations(await(1_500))
            .addOperations(await(-1))
            .setWantSoftHash(true)
            .build();

    var envelope = ExecuteEnvelope.of(request.toByteString());

    assertEquals(
        new ExecuteEnvelope(request.toByteString(), "vm-1", true, 3, 1_500 + 0xFFFF_FFFFL),
        envelope);
  }

  @Test
  @DisplayName("of nothing is empty, and one without id says so")
  void empty() throws Exception {
    assertEquals(
        new ExecuteEnvelope(ByteString.EMPTY, "", false, 0, 0),
        ExecuteEnvelope.of(ByteString.EMPTY));
    var bytes = ExecuteRequest.newBuilder().addOperations(READ).build().toByteString();
    assertFalse(ExecuteEnvelope.of(bytes).hasId());
  }

  @Test
  @DisplayName("skips fields of a later version, and takes the last of two ids as a parser does")
  void later() throws Exception {
    // 99: varint 1; 1: "a"; 1: "b"
    var bytes = ByteString.copyFrom(HexFormat.of().parseHex("9806010a01610a0162"));

    assertEquals("b", ExecuteEnvelope.of(bytes).iommuId());
    assertEquals("b", ExecuteRequest.parseFrom(bytes).getIommuId());
  }

  @ParameterizedTest
  @ValueSource(strings = {"0a05ab", "1aff", "0a01ff", "00", "1a025a05", "1a045a0220ff"})
  @DisplayName("is refused where its bytes are no message")
  void damaged(String bytes) {
    assertThrows(
        InvalidProtocolBufferException.class,
        () -> ExecuteEnvelope.of(ByteString.copyFrom(HexFormat.of().parseHex(bytes))));
  }

  @Test
  @DisplayName("is answered with bytes that a client reads as the stream's response")
  void answer() throws Exception {
    var response = ExecuteResponse.newBuilder().setSequenceNumber(5).setStateHash(-1).build();

    var answer = ExecuteStreamResponse.parseFrom(RawExecute.answer(300, response.toByteString()));

    assertEquals(
        ExecuteStreamResponse.newBuilder().setBatch(300).setResponse(response).build(), answer);
    assertTrue(
        ExecuteStreamResponse.parseFrom(RawExecute.answer(1, ByteString.EMPTY)).hasResponse());
  }
}
