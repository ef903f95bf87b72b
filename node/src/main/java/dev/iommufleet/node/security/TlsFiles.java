package dev.iommufleet.node.security;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.Date;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * What a node needs for TLS: a directory with {@code ca.crt}, {@code node.crt} and {@code
 * node.key}.
 */
public record TlsFiles(Path directory) {
  static final String AUTHORITY = "ca.crt";
  static final String NODE = "node";
  static final String CLIENT = "client";
  private static final char[] IN_MEMORY = "in memory only".toCharArray();

  /**
   * Checked at once, so that a node that cannot serve anybody does not start.
   *
   * @throws TlsException a file is missing, damaged, expired or does not fit the others
   */
  public static TlsFiles checked(Path directory, Date now) {
    var files = new TlsFiles(directory);
    for (var file : new Path[] {files.authority(), files.certificate(), files.key()}) {
      if (!Files.isReadable(file)) {
        throw new TlsException(
            "%s cannot be read; a node's TLS needs ca.crt, node.crt and node.key in %s; make them"
                    .formatted(file, directory)
                + " with: iommu-fleet certs init");
      }
    }
    var certificate = Pem.certificate(files.certificate());
    try {
      certificate.checkValidity(now);
      certificate.verify(Pem.certificate(files.authority()).getPublicKey());
    } catch (CertificateExpiredException | CertificateNotYetValidException e) {
      throw new TlsException(
          "%s is valid from %s to %s only"
              .formatted(
                  files.certificate(), certificate.getNotBefore(), certificate.getNotAfter()),
          e);
    } catch (GeneralSecurityException e) {
      throw new TlsException(
          "%s was not signed by %s".formatted(files.certificate(), files.authority()), e);
    }
    return files;
  }

  public Path authority() {
    return directory.resolve(AUTHORITY);
  }

  public Path certificate() {
    return directory.resolve(NODE + ".crt");
  }

  public Path key() {
    return directory.resolve(NODE + ".key");
  }

  /** For servers and clients of this node that are not gRPC's. */
  public SSLContext context() {
    try {
      var certificate = Pem.certificate(certificate());
      var authority = Pem.certificate(authority());
      var own = KeyStore.getInstance(KeyStore.getDefaultType());
      own.load(null, null);
      own.setKeyEntry(
          NODE, Pem.key(key()), IN_MEMORY, new X509Certificate[] {certificate, authority});
      var trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      trusted.setCertificateEntry("ca", authority);
      var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(own, IN_MEMORY);
      var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      var context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new TlsException("TLS cannot be set up from " + directory, e);
    }
  }

  /**
   * Akka's settings for TLS between nodes. Both ends show a certificate, and take each other for
   * nodes by {@link LabAuthority#NODE_NAME}. Files that are replaced are read again within minutes.
   *
   * @throws TlsException the key is of a kind that Akka does not read
   */
  Map<String, Object> remoting() {
    if (!Pem.key(key()).getAlgorithm().equals("RSA")) {
      throw new TlsException(key() + " is no RSA key, and TLS between nodes works with RSA only");
    }
    var engine = "akka.remote.artery.ssl.rotating-keys-engine.";
    return Map.of(
        "akka.remote.artery.transport",
        "tls-tcp",
        "akka.remote.artery.ssl.ssl-engine-provider",
        "akka.remote.artery.tcp.ssl.RotatingKeysSSLEngineProvider",
        engine + "key-file",
        key().toString(),
        engine + "cert-file",
        certificate().toString(),
        engine + "ca-cert-file",
        authority().toString());
  }
}
