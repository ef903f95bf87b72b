package dev.iommufleet.node.security;

import akka.http.javadsl.ConnectionContext;
import akka.http.javadsl.HttpsConnectionContext;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.iommufleet.config.TlsSettings;
import io.grpc.InsecureServerCredentials;
import io.grpc.ServerCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.TlsServerCredentials.ClientAuth;
import java.io.IOException;
import java.time.Instant;
import java.util.Date;
import java.util.Optional;

/** How the doors of one node are locked, or that they are not. */
public final class Door {
  private final TlsSettings settings;
  private final Optional<TlsFiles> files;

  private Door(TlsSettings settings, Optional<TlsFiles> files) {
    this.settings = settings;
    this.files = files;
  }

  /**
   * @throws TlsException the files cannot be used
   */
  public static Door of(TlsSettings settings) {
    var now = Date.from(Instant.now());
    return new Door(settings, settings.directory().map(it -> TlsFiles.checked(it, now)));
  }

  /** Of the API. */
  public ServerCredentials grpc() {
    return files.map(this::tls).orElseGet(InsecureServerCredentials::create);
  }

  private ServerCredentials tls(TlsFiles keys) {
    try {
      return TlsServerCredentials.newBuilder()
          .keyManager(keys.certificate().toFile(), keys.key().toFile())
          .trustManager(keys.authority().toFile())
          .clientAuth(settings.clientsShowCertificates() ? ClientAuth.REQUIRE : ClientAuth.NONE)
          .build();
    } catch (IOException e) {
      throw new TlsException("TLS cannot be set up from " + keys.directory(), e);
    }
  }

  /** Of the HTTP server: encrypted, and open to probes and scrapers without a certificate. */
  public Optional<HttpsConnectionContext> http() {
    return files.map(it -> ConnectionContext.httpsServer(it.context()));
  }

  /** Of calls of this node to others over HTTP. */
  public Optional<HttpsConnectionContext> httpClient() {
    return files.map(it -> ConnectionContext.httpsClient(it.context()));
  }

  /** The configuration with TLS between nodes, if there is TLS. */
  public Config remoting(Config config) {
    return files
        .map(it -> ConfigFactory.parseMap(it.remoting()).withFallback(config).resolve())
        .orElse(config);
  }
}
