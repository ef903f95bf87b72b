package dev.iommufleet.load.engine;

import dev.iommufleet.client.FleetClient;
import dev.iommufleet.client.FleetException;
import dev.iommufleet.load.check.FinalReads;
import dev.iommufleet.load.guest.Finding;
import dev.iommufleet.load.history.Invocation;
import dev.iommufleet.load.history.Recorder;
import dev.iommufleet.load.scenario.Scenario.Fault;
import dev.iommufleet.load.scenario.Scenario.FaultKind;
import dev.iommufleet.protocol.api.v1.ExecuteResponse;
import dev.iommufleet.protocol.api.v1.Iommu;
import dev.iommufleet.protocol.api.v1.Operation;
import dev.iommufleet.protocol.api.v1.RequestId;
import dev.iommufleet.protocol.load.v1.Claim;
import dev.iommufleet.protocol.load.v1.FaultInjected;
import java.time.Duration;
import java.util.List;

/**
 * Takes everything down in a history.
 *
 * @param beganNanos when the history began, as {@link System#nanoTime} counts
 */
public record RecordedTrail(Recorder recorder, long beganNanos) implements Trail {

  public static RecordedTrail to(Recorder recorder) {
    return new RecordedTrail(recorder, System.nanoTime() - recorder.now());
  }

  private long intended(Call call) {
    return Math.max(0, call.intendedNanos() - beganNanos);
  }

  @Override
  public long execute(Call call, RequestId id, List<Operation> operations, List<Claim> claims) {
    return recorder.invoked(
        Invocation.execute(
            call.guest(),
            call.iommuId(),
            call.kind(),
            intended(call),
            new Invocation.Request(id, operations, claims)));
  }

  @Override
  public long other(Call call) {
    return recorder.invoked(
        call.deviceId().isEmpty()
            ? Invocation.other(call.guest(), call.iommuId(), call.kind(), intended(call))
            : Invocation.device(
                call.guest(), call.deviceId(), call.iommuId(), call.kind(), intended(call)));
  }

  @Override
  public void answered(long call, ExecuteResponse response) {
    recorder.answered(call, response);
  }

  @Override
  public void answered(long call, long sequenceNumber) {
    recorder.answered(call, sequenceNumber);
  }

  @Override
  public void failed(long call, FleetException failure, int attempts) {
    recorder.failed(call, failure, attempts);
  }

  @Override
  public void answered(long call, Iommu iommu) {
    recorder.answered(call, iommu);
  }

  @Override
  public void complaint(String guest, String iommuId, Finding finding) {
    recorder.complaint(guest, iommuId, finding.rule(), finding.what());
  }

  @Override
  public void phase(String name) {
    recorder.phase(name);
  }

  @Override
  public long fault(Fault fault) {
    // A process that ends takes with it what it had not written; no other fault does.
    boolean forgets = fault.kind() == FaultKind.KILL || fault.kind() == FaultKind.RESTART;
    return recorder.fault(
        FaultInjected.newBuilder()
            .setKind(fault.kind().label())
            .setNode(Integer.toString(fault.node()))
            .setDetail(fault.command())
            .setForgets(forgets));
  }

  @Override
  public void healed(long fault) {
    recorder.healed(fault);
  }

  @Override
  public void recovered(long fault, Duration withoutService) {
    recorder.recovered(fault, withoutService);
  }

  @Override
  public void ended(FleetClient client, String iommuId, boolean settled) {
    new FinalReads(client, recorder).read(List.of(iommuId), settled);
  }
}
