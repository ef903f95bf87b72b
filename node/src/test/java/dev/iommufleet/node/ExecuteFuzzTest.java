package dev.iommufleet.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.client.FleetClient;
import dev.iommufleet.client.RetryPolicy;
import dev.iommufleet.protocol.api.v1.Capabilities;
import dev.iommufleet.protocol.api.v1.ExecuteRequest;
import dev.iommufleet.protocol.api.v1.IommuFleetGrpc;
import dev.iommufleet.protocol.api.v1.IommuSpec;
import dev.iommufleet.protocol.api.v1.Operation;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code -Dfuzz.seconds=N} goes on for longer, {@code -Dfuzz.seed=N} does the same again. */
@DisplayName("Execute with whatever comes")
class ExecuteFuzzTest {
  private static final long SECONDS = Long.getLong("fuzz.seconds", 3);
  private static final long SEED = Long.getLong("fuzz.seed", System.nanoTime());
  private static final int MAX_DEADLINE_MILLIS = 5;
  private static final Set<Status.Code> REFUSALS =
      EnumSet.of(
          Status.Code.INVALID_ARGUMENT,
          Status.Code.FAILED_PRECONDITION,
          Status.Code.NOT_FOUND,
          Status.Code.ALREADY_EXISTS,
          Status.Code.ABORTED,
          Status.Code.OUT_OF_RANGE,
          Status.Code.RESOURCE_EXHAUSTED);

  @Test
  @DisplayName("answers or refuses each request, and the other IOMMU goes on")
  void random(@TempDir Path data) throws InterruptedException {
    System.out.println("Execute fuzz: seed " + SEED + ", " + SECONDS + " s");
    var random = new SplittableRandom(SEED);
    try (var fleet = TestNode.start(data)) {
      var channel =
          ManagedChannelBuilder.forAddress("127.0.0.1", fleet.node().grpcPort())
              .usePlaintext()
              .build();
      create(fleet.node().grpcPort());
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
      int requests = 0;
      for (; System.nanoTime() < end || requests < 50; requests++) {
        send(channel, random, requests);
        if (requests % 16 == 0) {
          sendGarbage(channel, random);
          serves(channel, requests);
        }
      }
      System.out.println("Execute fuzz: " + requests + " requests");
      channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }
  }

  private static void create(int port) {
    var everything =
        Capabilities.newBuilder()
            .setAddressWidth(48)
            .setScalableMode(true)
            .setFirstStage(true)
            .setPasidBits(20)
            .setDeviceTlb(true)
            .setPageRequests(true)
            .setDmaTranslation(true)
            .setInterruptRemapping(true);
    try (var client = FleetClient.connect("127.0.0.1:" + port, RetryPolicy.NONE)) {
      client.create("target", IommuSpec.newBuilder().setCapabilities(everything).build());
      client.create("bystander", IommuSpec.getDefaultInstance());
    }
  }

  private static void send(ManagedChannel channel, SplittableRandom random, int number) {
    var messages = new RandomMessages(random);
    var request = ExecuteRequest.newBuilder().setIommuId("target");
    if (random.nextInt(10) == 0) {
      messages.fill(request, 0);
    }
    for (int count = random.nextInt(1, 20); count > 0; count--) {
      var operation = messages.fill(Operation.newBuilder(), 0);
      if (operation.hasAwait()) {
        operation.getAwaitBuilder().setDeadlineMillis(random.nextInt(MAX_DEADLINE_MILLIS));
      }
      request.addOperations(operation);
    }
    try {
      var reply =
          IommuFleetGrpc.newBlockingStub(channel)
              .withDeadlineAfter(30, TimeUnit.SECONDS)
              .execute(request.build());
      assertEquals(request.getOperationsCount(), reply.getRepliesCount(), "request " + number);
    } catch (StatusRuntimeException e) {
      assertTrue(
          REFUSALS.contains(e.getStatus().getCode()),
          () -> "seed " + SEED + ", request " + number + ": " + e.getStatus() + "\n" + request);
    }
  }

  /** Bytes that are no message at all. */
  private static void sendGarbage(ManagedChannel channel, SplittableRandom random) {
    byte[] bytes = new byte[random.nextInt(200)];
    random.nextBytes(bytes);
    var method = IommuFleetGrpc.getExecuteMethod().toBuilder(new Bytes(), new Bytes()).build();
    try {
      ClientCalls.blockingUnaryCall(
          channel, method, CallOptions.DEFAULT.withDeadlineAfter(30, TimeUnit.SECONDS), bytes);
    } catch (StatusRuntimeException e) {
      assertTrue(
          e.getStatus().getCode() != Status.Code.DEADLINE_EXCEEDED,
          () -> "seed " + SEED + ": garbage was not answered");
    }
  }

  private static void serves(ManagedChannel channel, int number) {
    var request = ExecuteRequest.newBuilder().setIommuId("bystander");
    request.addOperationsBuilder().getReadRegisterBuilder().setOffset(0).setSize(4);
    var reply =
        IommuFleetGrpc.newBlockingStub(channel)
            .withDeadlineAfter(30, TimeUnit.SECONDS)
            .execute(request.build());
    assertEquals(
        0x10, reply.getReplies(0).getRegisterValue().getValue(), "after request " + number);
  }

  /** Passes bytes through as they are. */
  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
