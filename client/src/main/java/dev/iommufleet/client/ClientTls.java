package dev.iommufleet.client;

import io.grpc.ChannelCredentials;
import io.grpc.TlsChannelCredentials;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A client's keys: a directory with {@code ca.crt}, which has signed the nodes' certificates, and,
 * where nodes ask for them, {@code client.crt} and {@code client.key} (PEM).
 */
public record ClientTls(Path directory) {

  /**
   * @throws IllegalArgumentException a file is missing or damaged
   */
  ChannelCredentials credentials() {
    var certificate = directory.resolve("client.crt");
    var key = directory.resolve("client.key");
    try {
      var builder =
          TlsChannelCredentials.newBuilder()
              .trustManager(readable(directory.resolve("ca.crt")).toFile());
      if (Files.exists(certificate) || Files.exists(key)) {
        builder.keyManager(readable(certificate).toFile(), readable(key).toFile());
      }
      return builder.build();
    } catch (IOException e) {
      throw new IllegalArgumentException("TLS files in %s: %s".formatted(directory, e), e);
    }
  }

  private static Path readable(Path file) {
    if (!Files.isReadable(file)) {
      throw new IllegalArgumentException(
          "%s cannot be read; a client's TLS needs ca.crt, and client.crt with client.key where"
                  .formatted(file)
              + " nodes ask for certificates");
    }
    return file;
  }
}
