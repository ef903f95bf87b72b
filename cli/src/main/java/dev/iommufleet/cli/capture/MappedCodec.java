package dev.iommufleet.cli.capture;

import dev.iommufleet.hardware.vtd.Fact;
import dev.iommufleet.hardware.vtd.IommuConfig;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.hardware.vtd.Reply;
import dev.iommufleet.load.remote.WireCodec;
import dev.iommufleet.persistence.mapping.Configs;
import dev.iommufleet.persistence.mapping.EntryFacts;
import dev.iommufleet.persistence.mapping.Operations;
import dev.iommufleet.persistence.mapping.Replies;
import dev.iommufleet.protocol.api.v1.IommuSpec;
import dev.iommufleet.protocol.api.v1.JournalLevel;
import dev.iommufleet.protocol.api.v1.OperationFacts;
import java.util.List;
import java.util.function.ObjIntConsumer;

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
  public void read(
      List<dev.iommufleet.protocol.api.v1.Operation> request,
      List<OperationFacts> groups,
      ObjIntConsumer<Fact> consumer) {
    EntryFacts.read(request, groups, (operation, fact) -> consumer.accept(fact, operation));
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
