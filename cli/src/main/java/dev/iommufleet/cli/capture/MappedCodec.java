package dev.iommufleet.cli.capture;

import dev.iommufleet.hardware.vtd.Fact;
import dev.iommufleet.hardware.vtd.IommuConfig;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.hardware.vtd.Reply;
import dev.iommufleet.load.remote.WireCodec;
import dev.iommufleet.persistence.mapping.Configs;
import dev.iommufleet.persistence.mapping.Facts;
import dev.iommufleet.persistence.mapping.Operations;
import dev.iommufleet.persistence.mapping.Replies;
import dev.iommufleet.protocol.api.v1.IommuSpec;
import dev.iommufleet.protocol.api.v1.JournalLevel;

/**
 * The messages of the API, mapped as the node maps them.
 *
 * @param level of the IOMMUs that are made
 */
public record MappedCodec(JournalLevel level) implements WireCodec {

  @Override
  public dev.iommufleet.protocol.api.v1.Operation write(Operation operation) {
    return Operations.write(operation);
  }

  @Override
  public Reply read(dev.iommufleet.protocol.api.v1.Reply reply) {
    return Replies.read(reply);
  }

  @Override
  public Fact read(dev.iommufleet.protocol.api.v1.Fact fact) {
    return Facts.read(fact);
  }

  @Override
  public IommuSpec spec(IommuConfig config) {
    var all = Configs.write(config, level);
    var spec =
        IommuSpec.newBuilder()
            .setProfile(all.getProfile())
            .setPolicy(all.getPolicy())
            .setCapabilities(all.getCapabilities())
            .setLimits(all.getLimits())
            .setJournalLevel(level);
    all.getQuirksList().forEach(it -> spec.putQuirkOverrides(it.getName(), it.getEnabled()));
    return spec.build();
  }
}
