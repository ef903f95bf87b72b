package dev.iommufleet.load.check;

import dev.iommufleet.hardware.vtd.IommuConfig;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.hardware.vtd.Reply;

/**
 * The messages of the API to the records of the model. The room that knows both is not one of those
 * that this room may import.
 */
public interface ModelCodec {

  IommuConfig config(dev.iommufleet.protocol.api.v1.IommuConfig config);

  Operation operation(dev.iommufleet.protocol.api.v1.Operation operation);

  Reply reply(dev.iommufleet.protocol.api.v1.Reply reply);
}
