package dev.iommufleet.load.remote;

import dev.iommufleet.hardware.vtd.Fact;
import dev.iommufleet.hardware.vtd.IommuConfig;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.hardware.vtd.Reply;
import dev.iommufleet.protocol.api.v1.IommuSpec;
import dev.iommufleet.protocol.api.v1.OperationFacts;
import java.util.List;
import java.util.function.ObjIntConsumer;

/**
 * The hardware's records to and from the messages of the API. The room that knows both is not one
 * of those that this room may import.
 */
public interface WireCodec {

  dev.iommufleet.protocol.api.v1.Operation write(Operation operation);

  Reply read(dev.iommufleet.protocol.api.v1.Reply reply);

  /**
   * Gives each fact with the index of its operation; facts of a stored answer refer to the data of
   * their operation, and get it here.
   */
  void read(
      List<dev.iommufleet.protocol.api.v1.Operation> request,
      List<OperationFacts> groups,
      ObjIntConsumer<Fact> consumer);

  /** What makes an IOMMU of exactly this configuration. */
  IommuSpec spec(IommuConfig config);
}
