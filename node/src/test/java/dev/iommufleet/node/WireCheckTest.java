package dev.iommufleet.node;

import static dev.iommufleet.node.Ops.FEDATA;
import static dev.iommufleet.node.Ops.read;
import static dev.iommufleet.node.Ops.store;
import static dev.iommufleet.node.Ops.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.iommufleet.protocol.api.v1.ExecuteRequest;
import dev.iommufleet.protocol.api.v1.ExecuteStreamRequest;
import dev.iommufleet.protocol.api.v1.ExecuteStreamResponse;
import dev.iommufleet.protocol.api.v1.IommuFleetGrpc;
import dev.iommufleet.protocol.api.v1.IommuSpec;
import dev.iommufleet.protocol.api.v1.Operation;
import dev.iommufleet.protocol.api.v1.Refusal;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("What reaches the gRPC port")
class WireCheckTest {
  private static final Logger ROOT = Logger.getLogger("");

  @TempDir static Path data;
  static TestNode fleet;
  static ManagedChannel channel;

  private final Listening log = new Listening();

  @BeforeAll
  static void start() {
    fleet = TestNode.start(data);
    fleet.client().create("good", IommuSpec.getDefaultInstance());
    channel =
        ManagedChannelBuilder.forAddress("127.0.0.1", fleet.node().grpcPort())
            .usePlaintext()
            .build();
  }

  @AfterAll
  static void stop() throws InterruptedException {
    channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    fleet.close();
  }

  @BeforeEach
  void listen() {
    ROOT.addHandler(log);
  }

  @AfterEach
  void othersAreServedAndNothingIsLogged() {
    assertEquals(1, fleet.client().session("good").execute(List.of(read(0, 4))).getRepliesCount());
    ROOT.removeHandler(log);
    assertEquals(List.of(), List.copyOf(log.heard));
  }

  /** What would be printed by Java's own log. */
  private static final class Listening extends Handler {
    final ConcurrentLinkedQueue<String> heard = new ConcurrentLinkedQueue<>();

    @Override
    public void publish(LogRecord event) {
      if (event.getLoggerName().startsWith("io.grpc")) {
        heard.add(event.getMessage() + " " + event.getThrown());
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  private enum Bytes implements MethodDescriptor.Marshaller<byte[]> {
    AS_THEY_ARE;

    @Override
    public InputStream stream(byte[] bytes) {
      return new ByteArrayInputStream(bytes);
    }

    @Override
    public byte[] parse(InputStream bytes) {
      try {
        return bytes.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static StatusRuntimeException called(String method, CallOptions options, byte[] bytes) {
    var descriptor =
        MethodDescriptor.newBuilder(Bytes.AS_THEY_ARE, Bytes.AS_THEY_ARE)
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName(method)
            .build();
    return assertThrows(
        StatusRuntimeException.class,
        () -> ClientCalls.blockingUnaryCall(channel, descriptor, options, bytes));
  }

  private static Refusal refusal(Throwable failure) {
    for (Any detail : StatusProto.fromThrowable(failure).getDetailsList()) {
      try {
        return detail.unpack(Refusal.class);
      } catch (InvalidProtocolBufferException e) {
        throw new AssertionError(e);
      }
    }
    throw new AssertionError("no refusal in " + failure);
  }

  private static byte[] message(int dataBytes) {
    return batch(store(0, new byte[dataBytes])).toByteArray();
  }

  private static ExecuteRequest batch(Operation... operations) {
    return ExecuteRequest.newBuilder()
        .setIommuId("good")
        .addAllOperations(List.of(operations))
        .build();
  }

  @Test
  @DisplayName("for a method that is none is refused as unsupported")
  void unknownMethod() {
    var failure = called("iommufleet.api.v1.IommuFleet/Nope", CallOptions.DEFAULT, new byte[9]);

    assertEquals(Status.Code.UNIMPLEMENTED, failure.getStatus().getCode());
    assertEquals("UNSUPPORTED", refusal(failure).getCode());
    assertTrue(refusal(failure).getMessage().contains("IommuFleet/Nope"));
  }

  @Test
  @DisplayName("and is no message of the call is a bad argument")
  void garbage() {
    var execute = IommuFleetGrpc.getExecuteMethod().getFullMethodName();

    var failure = called(execute, CallOptions.DEFAULT, new byte[] {-1, -1, 1, 2, 3});

    assertEquals(Status.Code.INVALID_ARGUMENT, failure.getStatus().getCode());
    assertEquals("BAD_ARGUMENT", refusal(failure).getCode());
  }

  @Test
  @DisplayName("and is too long is refused by the limit's name, compressed or not")
  void tooLong() {
    var execute = IommuFleetGrpc.getExecuteMethod().getFullMethodName();
    var gzip = CallOptions.DEFAULT.withCompression("gzip");

    var plain = called(execute, CallOptions.DEFAULT, message(2 << 20));
    var compressed = called(execute, gzip, message(2 << 20));

    for (var failure : List.of(plain, compressed)) {
      assertEquals(Status.Code.INVALID_ARGUMENT, failure.getStatus().getCode());
      assertEquals("LIMIT_EXCEEDED", refusal(failure).getCode());
      assertEquals("grpc-message-bytes", refusal(failure).getMetadataOrThrow("limit"));
      assertEquals("1048576", refusal(failure).getMetadataOrThrow("allowed"));
    }
  }

  @Test
  @DisplayName("and is far too long is ended by gRPC without a refusal")
  void farTooLong() {
    var execute = IommuFleetGrpc.getExecuteMethod().getFullMethodName();

    var failure = called(execute, CallOptions.DEFAULT, message(8 << 20));

    assertEquals(Status.Code.RESOURCE_EXHAUSTED, failure.getStatus().getCode());
  }

  @Test
  @DisplayName("too long in a stream ends the stream; what came before it has run")
  void stream() throws Exception {
    var answers = new Answers();
    var requests = IommuFleetGrpc.newStub(channel).executeStream(answers);
    requests.onNext(ExecuteStreamRequest.newBuilder().setBatch(batch(write(FEDATA, 4, 7))).build());
    assertEquals(1, answers.first.get(20, TimeUnit.SECONDS).getBatch());

    requests.onNext(
        ExecuteStreamRequest.newBuilder().setBatch(batch(store(0, new byte[2 << 20]))).build());

    var failure =
        assertThrows(ExecutionException.class, () -> answers.end.get(20, TimeUnit.SECONDS));
    assertEquals("LIMIT_EXCEEDED", refusal(failure.getCause()).getCode());
    var after = fleet.client().session("good").execute(List.of(read(FEDATA, 4)));
    assertEquals(7, after.getReplies(0).getRegisterValue().getValue());
  }

  private static final class Answers implements StreamObserver<ExecuteStreamResponse> {
    final CompletableFuture<ExecuteStreamResponse> first = new CompletableFuture<>();
    final CompletableFuture<Void> end = new CompletableFuture<>();

    @Override
    public void onNext(ExecuteStreamResponse response) {
      if (response.getBatch() > 0) {
        first.complete(response);
      }
    }

    @Override
    public void onError(Throwable failure) {
      end.completeExceptionally(failure);
    }

    @Override
    public void onCompleted() {
      end.complete(null);
    }
  }

  @Test
  @DisplayName("and is no HTTP/2 ends the connection")
  void noHttp2() throws IOException {
    try (var socket = new Socket("127.0.0.1", fleet.node().grpcPort())) {
      socket.setSoTimeout(20_000);
      var garbage = "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
      socket.getOutputStream().write(garbage);

      assertTrue(socket.getInputStream().readAllBytes().length < 1_000, "it was answered");
    }
  }
}
