package dev.iommufleet.cli;

import dev.iommufleet.config.Profiles;
import dev.iommufleet.node.Node;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** One real node for all tests that want one; ends with the last of them. */
public final class RunningNode implements BeforeAllCallback {
  private static Node node;
  private static Path data;

  @Override
  public synchronized void beforeAll(ExtensionContext context) throws Exception {
    if (node != null) {
      return;
    }
    data = Files.createTempDirectory("iommu-fleet-cli");
    node =
        Node.start(
            Profiles.load(
                Profiles.EMBEDDED,
                Optional.empty(),
                Map.of(
                    "iommu-fleet.node.grpc-port", 0,
                    "iommu-fleet.node.http-port", 0,
                    "iommu-fleet.node.data-directory", data.toString())));
    context
        .getRoot()
        .getStore(ExtensionContext.Namespace.GLOBAL)
        .put("node", (AutoCloseable) node::close);
  }

  public static String target() {
    return node.host() + ":" + node.grpcPort();
  }

  public static Path data() {
    return data;
  }
}
