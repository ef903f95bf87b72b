package dev.iommufleet.config;

import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * @param directory with ca.crt, node.crt and node.key; empty: no TLS
 * @param clientsShowCertificates gRPC clients without a certificate of the authority are refused
 */
public record TlsSettings(Optional<Path> directory, boolean clientsShowCertificates) {

  static TlsSettings of(Block block) {
    block.knowing(Set.of("directory", "client-certificates"));
    return new TlsSettings(
        block.textOrNone("directory").map(Path::of), block.flag("client-certificates"));
  }

  public boolean on() {
    return directory.isPresent();
  }
}
