package dev.iommufleet.load.engine;

import dev.iommufleet.client.FleetClient;
import dev.iommufleet.client.FleetException;
import dev.iommufleet.load.guest.Finding;
import dev.iommufleet.load.scenario.Scenario.Fault;
import dev.iommufleet.protocol.api.v1.ExecuteResponse;
import dev.iommufleet.protocol.api.v1.Iommu;
import dev.iommufleet.protocol.api.v1.Operation;
import dev.iommufleet.protocol.api.v1.RequestId;
import dev.iommufleet.protocol.load.v1.Claim;
import java.time.Duration;
import java.util.List;

/** Takes down every call and its end. Any thread. */
public interface Trail {

  /**
   * Who wants what.
   *
   * @param deviceId empty: the call concerns the IOMMU
   * @param intendedNanos as {@link System#nanoTime} counts
   */
  record Call(String guest, String iommuId, String deviceId, String kind, long intendedNanos) {}

  /** Before Execute; the call's number. {@code claims}: by index of the operations given here. */
  long execute(Call call, RequestId id, List<Operation> operations, List<Claim> claims);

  /** Before any other call; the call's number. */
  long other(Call call);

  void answered(long call, ExecuteResponse response);

  /** The answer of create or get. */
  void answered(long call, Iommu iommu);

  /** An answer with a number and no hash; 0: without a number too. */
  void answered(long call, long sequenceNumber);

  /** {@code attempts}: how often it was sent. */
  void failed(long call, FleetException failure, int attempts);

  /** A guest, or the model beside it, says that something cannot be. */
  void complaint(String guest, String iommuId, Finding finding);

  void phase(String name);

  /** The fault's number. */
  long fault(Fault fault);

  void healed(long fault);

  void recovered(long fault, Duration withoutService);

  /**
   * Nobody drives the IOMMU any more.
   *
   * @param settled its guest was between two things, so that what is open stays open
   */
  void ended(FleetClient client, String iommuId, boolean settled);

  /** Takes nothing down. */
  Trail NONE =
      new Trail() {
        @Override
        public long execute(
            Call call, RequestId id, List<Operation> operations, List<Claim> claims) {
          return 0;
        }

        @Override
        public long other(Call call) {
          return 0;
        }

        @Override
        public void answered(long call, ExecuteResponse response) {}

        @Override
        public void answered(long call, Iommu iommu) {}

        @Override
        public void answered(long call, long sequenceNumber) {}

        @Override
        public void failed(long call, FleetException failure, int attempts) {}

        @Override
        public void complaint(String guest, String iommuId, Finding finding) {}

        @Override
        public void phase(String name) {}

        @Override
        public long fault(Fault fault) {
          return 0;
        }

        @Override
        public void healed(long fault) {}

        @Override
        public void recovered(long fault, Duration withoutService) {}

        @Override
        public void ended(FleetClient client, String iommuId, boolean settled) {}
      };
}
