package dev.iommufleet.client;

import com.google.protobuf.Any;
import dev.iommufleet.protocol.api.v1.DeleteIommuRequest;
import dev.iommufleet.protocol.api.v1.DeleteIommuResponse;
import dev.iommufleet.protocol.api.v1.ExecuteRequest;
import dev.iommufleet.protocol.api.v1.ExecuteResponse;
import dev.iommufleet.protocol.api.v1.ExecuteStreamRequest;
import dev.iommufleet.protocol.api.v1.ExecuteStreamResponse;
import dev.iommufleet.protocol.api.v1.IommuFleetGrpc;
import dev.iommufleet.protocol.api.v1.Refusal;
import dev.iommufleet.protocol.api.v1.StreamWindow;
import dev.iommufleet.protocol.api.v1.WatchRequest;
import dev.iommufleet.protocol.api.v1.WatchResponse;
import dev.iommufleet.protocol.api.v1.WatchedEntry;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;

/** Fails as often as it was told to, then answers; remembers what it was asked. */
final class ScriptedService extends IommuFleetGrpc.IommuFleetImplBase {
  static final int WINDOW_OPERATIONS = 4;
  static final int WINDOW_BATCHES = 2;

  final Queue<StatusRuntimeException> failures = new ArrayDeque<>();
  final List<ExecuteRequest> executed = new ArrayList<>();
  final BlockingQueue<ExecuteRequest> streamed = new LinkedBlockingQueue<>();
  final CountDownLatch watchEnded = new CountDownLatch(1);
  volatile StreamObserver<ExecuteStreamResponse> stream;
  int deletes;

  static StatusRuntimeException refused(Status status, String code, String... metadata) {
    var refusal = Refusal.newBuilder().setCode(code).setMessage("because of " + code);
    for (int i = 0; i < metadata.length; i += 2) {
      refusal.putMetadata(metadata[i], metadata[i + 1]);
    }
    return StatusProto.toStatusRuntimeException(
        com.google.rpc.Status.newBuilder()
            .setCode(status.getCode().value())
            .setMessage("because of " + code)
            .addDetails(Any.pack(refusal.build()))
            .build());
  }

  @Override
  public void execute(ExecuteRequest request, StreamObserver<ExecuteResponse> answer) {
    executed.add(request);
    if (failures.isEmpty()) {
      answer.onNext(ExecuteResponse.newBuilder().setSequenceNumber(executed.size()).build());
      answer.onCompleted();
    } else {
      answer.onError(failures.remove());
    }
  }

  @Override
  public void deleteIommu(DeleteIommuRequest request, StreamObserver<DeleteIommuResponse> answer) {
    deletes++;
    if (failures.isEmpty()) {
      answer.onNext(DeleteIommuResponse.newBuilder().setSequenceNumber(7).build());
      answer.onCompleted();
    } else {
      answer.onError(failures.remove());
    }
  }

  @Override
  public StreamObserver<ExecuteStreamRequest> executeStream(
      StreamObserver<ExecuteStreamResponse> answers) {
    stream = answers;
    answers.onNext(
        ExecuteStreamResponse.newBuilder()
            .setWindow(
                StreamWindow.newBuilder()
                    .setOperations(WINDOW_OPERATIONS)
                    .setBatches(WINDOW_BATCHES))
            .build());
    return new StreamObserver<>() {
      @Override
      public void onNext(ExecuteStreamRequest request) {
        streamed.add(request.getBatch());
      }

      @Override
      public void onError(Throwable failure) {}

      @Override
      public void onCompleted() {
        answers.onCompleted();
      }
    };
  }

  @Override
  public void watch(WatchRequest request, StreamObserver<WatchResponse> answers) {
    ((ServerCallStreamObserver<WatchResponse>) answers).setOnCancelHandler(watchEnded::countDown);
    answers.onNext(
        WatchResponse.newBuilder()
            .setEntry(WatchedEntry.newBuilder().setSequenceNumber(request.getFromSequence()))
            .build());
  }
}
