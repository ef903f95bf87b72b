package dev.iommufleet.cli.load;

import dev.iommufleet.hardware.vtd.IommuConfig;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.hardware.vtd.Reply;
import dev.iommufleet.load.check.ModelCodec;
import dev.iommufleet.persistence.mapping.Configs;
import dev.iommufleet.persistence.mapping.Operations;
import dev.iommufleet.persistence.mapping.Replies;

/** The messages of the API, mapped as the node maps them. */
public record MappedModels() implements ModelCodec {

  @Override
  public IommuConfig config(dev.iommufleet.protocol.api.v1.IommuConfig config) {
    return Configs.read(config);
  }

  @Override
  public Operation operation(dev.iommufleet.protocol.api.v1.Operation operation) {
    return Operations.read(operation);
  }

  @Override
  public Reply reply(dev.iommufleet.protocol.api.v1.Reply reply) {
    return Replies.read(reply);
  }
}
