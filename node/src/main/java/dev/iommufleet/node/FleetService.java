package dev.iommufleet.node;

import akka.actor.typed.ActorRef;
import com.google.protobuf.ByteString;
import dev.iommufleet.actors.RequestCheck;
import dev.iommufleet.protocol.api.v1.CreateIommuRequest;
import dev.iommufleet.protocol.api.v1.CreateIommuResponse;
import dev.iommufleet.protocol.api.v1.DeleteIommuRequest;
import dev.iommufleet.protocol.api.v1.DeleteIommuResponse;
import dev.iommufleet.protocol.api.v1.ExecuteRequest;
import dev.iommufleet.protocol.api.v1.ExecuteResponse;
import dev.iommufleet.protocol.api.v1.GetIommuRequest;
import dev.iommufleet.protocol.api.v1.GetIommuResponse;
import dev.iommufleet.protocol.api.v1.GetRegistersRequest;
import dev.iommufleet.protocol.api.v1.GetRegistersResponse;
import dev.iommufleet.protocol.api.v1.IommuFleetGrpc;
import dev.iommufleet.protocol.api.v1.ListFaultsRequest;
import dev.iommufleet.protocol.api.v1.ListFaultsResponse;
import dev.iommufleet.protocol.api.v1.ListIommusRequest;
import dev.iommufleet.protocol.api.v1.ListIommusResponse;
import dev.iommufleet.protocol.api.v1.ListPasidCacheRequest;
import dev.iommufleet.protocol.api.v1.ListPasidCacheResponse;
import dev.iommufleet.protocol.api.v1.Operation;
import dev.iommufleet.protocol.api.v1.ReadMemoryRequest;
import dev.iommufleet.protocol.api.v1.ReadMemoryResponse;
import dev.iommufleet.protocol.api.v1.WatchRequest;
import dev.iommufleet.protocol.api.v1.WatchResponse;
import dev.iommufleet.protocol.api.v1.WriteMemory;
import dev.iommufleet.protocol.api.v1.WriteMemoryRequest;
import dev.iommufleet.protocol.api.v1.WriteMemoryResponse;
import dev.iommufleet.protocol.cluster.v1.EntityReply;
import dev.iommufleet.protocol.cluster.v1.EntityRequest;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.function.Function;

/** The gRPC service. Nothing here blocks: it runs on the threads that move the bytes. */
final class FleetService extends IommuFleetGrpc.IommuFleetImplBase implements RawExecute.Service {
  private final Gateway gateway;
  private final IdList list;
  private final Streams streams;

  /** Where the actors of streams are born. */
  interface Streams {
    ActorRef<ExecuteStream.Message> execute(ServerCallStreamObserver<ByteString> observer);

    void watch(WatchRequest request, ServerCallStreamObserver<WatchResponse> observer);
  }

  FleetService(Gateway gateway, IdList list, Streams streams) {
    this.gateway = gateway;
    this.list = list;
    this.streams = streams;
  }

  @Override
  public void createIommu(
      CreateIommuRequest request, StreamObserver<CreateIommuResponse> observer) {
    forward(
        request.getIommuId(),
        EntityRequest.newBuilder().setCreate(request),
        EntityReply::getCreate,
        observer);
  }

  @Override
  public void getIommu(GetIommuRequest request, StreamObserver<GetIommuResponse> observer) {
    forward(
        request.getIommuId(),
        EntityRequest.newBuilder().setGet(request),
        EntityReply::getGet,
        observer);
  }

  @Override
  public void listIommus(ListIommusRequest request, StreamObserver<ListIommusResponse> observer) {
    Calls.answer(
        () -> list.page(request.getPageSize(), request.getPageToken()),
        FleetService::page,
        observer);
  }

  private static ListIommusResponse page(IdList.Page page) {
    return ListIommusResponse.newBuilder()
        .addAllIommuIds(page.ids())
        .setNextPageToken(page.nextToken())
        .build();
  }

  @Override
  public void deleteIommu(
      DeleteIommuRequest request, StreamObserver<DeleteIommuResponse> observer) {
    forward(
        request.getIommuId(),
        EntityRequest.newBuilder().setDelete(request),
        EntityReply::getDelete,
        observer);
  }

  @Override
  public void getRegisters(
      GetRegistersRequest request, StreamObserver<GetRegistersResponse> observer) {
    forward(
        request.getIommuId(),
        EntityRequest.newBuilder().setGetRegisters(request),
        EntityReply::getGetRegisters,
        observer);
  }

  @Override
  public void listPasidCache(
      ListPasidCacheRequest request, StreamObserver<ListPasidCacheResponse> observer) {
    forward(
        request.getIommuId(),
        EntityRequest.newBuilder().setListPasidCache(request),
        EntityReply::getListPasidCache,
        observer);
  }

  @Override
  public void listFaults(ListFaultsRequest request, StreamObserver<ListFaultsResponse> observer) {
    forward(
        request.getIommuId(),
        EntityRequest.newBuilder().setListFaults(request),
        EntityReply::getListFaults,
        observer);
  }

  @Override
  public void readMemory(ReadMemoryRequest request, StreamObserver<ReadMemoryResponse> observer) {
    forward(
        request.getIommuId(),
        EntityRequest.newBuilder().setReadMemory(request),
        EntityReply::getReadMemory,
        observer);
  }

  @Override
  public void writeMemory(
      WriteMemoryRequest request, StreamObserver<WriteMemoryResponse> observer) {
    var write =
        WriteMemory.newBuilder().setAddress(request.getAddress()).setData(request.getData());
    var execute =
        ExecuteRequest.newBuilder()
            .setIommuId(request.getIommuId())
            .addOperations(Operation.newBuilder().setWriteMemory(write));
    if (request.hasRequestId()) {
      execute.setRequestId(request.getRequestId());
    }
    forward(
        request.getIommuId(),
        EntityRequest.newBuilder().setExecute(execute),
        reply -> written(reply.getExecute()),
        observer);
  }

  private static WriteMemoryResponse written(ExecuteResponse response) {
    return WriteMemoryResponse.newBuilder()
        .setStatus(response.getReplies(0).getDone().getStatus())
        .setSequenceNumber(response.getSequenceNumber())
        .setStateHash(response.getStateHash())
        .build();
  }

  @Override
  public void rawExecute(ExecuteEnvelope request, StreamObserver<ByteString> observer) {
    forward(
        request.iommuId(),
        EntityRequest.newBuilder().setEncodedExecute(request.bytes()),
        EntityReply::getEncodedExecute,
        observer);
  }

  @Override
  public StreamObserver<ExecuteEnvelope> rawStream(StreamObserver<ByteString> observer) {
    var server = (ServerCallStreamObserver<ByteString>) observer;
    server.disableAutoRequest();
    var stream = streams.execute(server);
    server.setOnReadyHandler(() -> stream.tell(new ExecuteStream.ClientReads()));
    server.setOnCancelHandler(() -> stream.tell(new ExecuteStream.Gone()));
    return new StreamObserver<>() {
      @Override
      public void onNext(ExecuteEnvelope request) {
        stream.tell(new ExecuteStream.Batch(request));
      }

      @Override
      public void onError(Throwable failure) {
        stream.tell(new ExecuteStream.Gone());
      }

      @Override
      public void onCompleted() {
        stream.tell(new ExecuteStream.Ended());
      }
    };
  }

  @Override
  public void watch(WatchRequest request, StreamObserver<WatchResponse> observer) {
    try {
      RequestCheck.id(request.getIommuId());
      streams.watch(request, (ServerCallStreamObserver<WatchResponse>) observer);
    } catch (RuntimeException e) {
      observer.onError(Calls.error(e));
    }
  }

  private <T> void forward(
      String id,
      EntityRequest.Builder request,
      Function<EntityReply, T> part,
      StreamObserver<T> observer) {
    Calls.answer(
        () -> {
          RequestCheck.id(id);
          return gateway.ask(id, request.build());
        },
        part,
        observer);
  }
}
