package dev.iommufleet.node;

import dev.iommufleet.actors.Refusals;
import dev.iommufleet.actors.RefusedException;
import dev.iommufleet.protocol.api.v1.ClusterServiceGrpc;
import dev.iommufleet.protocol.api.v1.DrainNodeRequest;
import dev.iommufleet.protocol.api.v1.DrainNodeResponse;
import dev.iommufleet.protocol.api.v1.GetClusterStatusRequest;
import dev.iommufleet.protocol.api.v1.GetClusterStatusResponse;
import dev.iommufleet.protocol.api.v1.LeaveClusterRequest;
import dev.iommufleet.protocol.api.v1.LeaveClusterResponse;
import dev.iommufleet.protocol.api.v1.NodeState;
import dev.iommufleet.protocol.api.v1.RefusalCode;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/** The gRPC service for those who run the nodes. Answers in every state of the node. */
final class ClusterAdmin extends ClusterServiceGrpc.ClusterServiceImplBase {
  private final Supplier<Life> life;
  private final IntSupplier restarts;

  /**
   * @param life the present one; null: the first has not begun
   * @param restarts lives before it
   */
  ClusterAdmin(Supplier<Life> life, IntSupplier restarts) {
    this.life = life;
    this.restarts = restarts;
  }

  @Override
  public void getClusterStatus(
      GetClusterStatusRequest request, StreamObserver<GetClusterStatusResponse> observer) {
    var it = life.get();
    if (it == null) {
      Calls.answer(
          () ->
              CompletableFuture.completedStage(
                  named(GetClusterStatusResponse.newBuilder())
                      .setState(NodeState.NODE_STATE_JOINING)
                      .build()),
          status -> status,
          observer);
      return;
    }
    Calls.answer(
        () -> new MemberList(it).status(),
        status -> named(status).setRestarts(restarts.getAsInt()).build(),
        observer);
  }

  private static GetClusterStatusResponse.Builder named(GetClusterStatusResponse.Builder status) {
    var built = ClusterAdmin.class.getPackage().getImplementationVersion();
    return status
        .setVersion(built == null ? "" : built)
        .setJavaVersion(Runtime.version().toString());
  }

  @Override
  public void leaveCluster(
      LeaveClusterRequest request, StreamObserver<LeaveClusterResponse> observer) {
    Calls.answer(
        () -> CompletableFuture.completedStage(new Departure(member()).leave(request.getMember())),
        address -> LeaveClusterResponse.newBuilder().setAddress(address).build(),
        observer);
  }

  @Override
  public void drainNode(DrainNodeRequest request, StreamObserver<DrainNodeResponse> observer) {
    Calls.answer(
        () -> new Departure(member()).drain(),
        address -> DrainNodeResponse.newBuilder().setAddress(address).build(),
        observer);
  }

  /**
   * The present life, which is a member of a cluster of several.
   *
   * @throws RefusedException NODE_NOT_READY, UNSUPPORTED
   */
  private Life member() {
    var it = life.get();
    if (it == null || !it.isUp()) {
      throw new RefusedException(Errors.notReady());
    }
    if (!it.settings().cluster().several()) {
      throw new RefusedException(
          Refusals.of(
              RefusalCode.REFUSAL_CODE_UNSUPPORTED,
              "this node is alone and has nobody to hand over to; end it with SIGTERM, which"
                  + " answers what is under way"));
    }
    return it;
  }
}
