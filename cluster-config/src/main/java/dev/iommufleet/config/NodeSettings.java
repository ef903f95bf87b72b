package dev.iommufleet.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Set;

/**
 * @param host where the servers listen
 * @param grpcPort 0 to 65,535; 0 means any free port
 * @param httpPort 0 to 65,535; 0 means any free port
 * @param dataDirectory holds the journal; created when absent
 * @param insecure serve without TLS beyond loopback
 */
public record NodeSettings(
    String host, int grpcPort, int httpPort, Path dataDirectory, boolean insecure) {

  static NodeSettings of(Block block, TlsSettings tls) {
    block.knowing(Set.of("host", "grpc-port", "http-port", "data-directory", "insecure"));
    var settings =
        new NodeSettings(
            block.text("host"),
            block.between("grpc-port", 0, 65_535),
            block.between("http-port", 0, 65_535),
            Path.of(block.text("data-directory")),
            block.flag("insecure"));
    if (settings.dataDirectory.toString().contains("?")) {
      throw block.refused("data-directory", "has a '?', which a database URL cannot carry");
    }
    settings.checkExposure(block, settings.host, tls);
    return settings;
  }

  /** Without TLS only this machine may get at a port, unless the user has said otherwise. */
  void checkExposure(Block block, String host, TlsSettings tls) {
    if (!insecure && !tls.on() && !loopback(block, host)) {
      throw block.refused(
          "host",
          "is "
              + host
              + ", which other machines can reach; use 127.0.0.1, or TLS (--tls DIR, which"
              + " 'iommu-fleet certs init' fills), or say --insecure (insecure = true) when the"
              + " network is yours");
    }
  }

  private static boolean loopback(Block block, String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      throw new BadSettingException(block.path() + ".host: no address for " + host, e);
    }
  }
}
