package dev.iommufleet.load.bench;

import dev.iommufleet.client.FleetClient;
import dev.iommufleet.hardware.vtd.IommuConfig;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.hardware.vtd.Profile;
import dev.iommufleet.load.remote.WireCodec;
import dev.iommufleet.protocol.api.v1.ExecuteRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A node and a client of it, with guests to put into IOMMUs. */
record Lab(Nodes.Node node, FleetClient client, WireCodec codec) implements AutoCloseable {
  private static final int FEDATA = 0x3C;

  static Lab start(Nodes nodes, Path data, List<String> settings) throws IOException {
    var node = nodes.start(data, settings);
    return new Lab(node, FleetClient.connect(node.target()), nodes.codec());
  }

  /** An IOMMU of profile {@code architecture}. */
  void create(String id, Mode mode) {
    client.create(id, codec.spec(IommuConfig.of(Profile.ARCHITECTURE, mode.capabilities)));
  }

  /** A guest whose operations are executed one after the other. */
  Guest guest(String id, Mode mode) {
    var session = client.session(id);
    return new Guest(mode, operation -> session.execute(List.of(codec.write(operation))));
  }

  /** One operation so many times, as one request. */
  ExecuteRequest batch(Operation operation, int times) {
    var written = codec.write(operation);
    var request = ExecuteRequest.newBuilder();
    for (int i = 0; i < times; i++) {
      request.addOperations(written);
    }
    return request.build();
  }

  /** A register write that changes state if the value differs from the one before. */
  static Operation write(int value) {
    return new Operation.WriteRegister(FEDATA, 4, value & 0xFFFF);
  }

  static Operation readRegister() {
    return new Operation.ReadRegister(FEDATA, 4);
  }

  @Override
  public void close() {
    client.close();
    node.close();
  }
}
