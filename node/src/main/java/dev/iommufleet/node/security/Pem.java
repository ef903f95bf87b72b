package dev.iommufleet.node.security;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;

/** Keys (PKCS #8) and certificates in files that every tool reads. */
final class Pem {
  private static final String OWNER_ONLY = "rw-------";
  private static final String EVERYBODY_READS = "rw-r--r--";

  private Pem() {}

  static X509Certificate certificate(Path file) {
    if (!(read(file) instanceof X509CertificateHolder holder)) {
      throw new TlsException(file + " does not begin with a certificate in PEM");
    }
    try {
      return new JcaX509CertificateConverter().getCertificate(holder);
    } catch (CertificateException e) {
      throw new TlsException(file + " holds a damaged certificate: " + e.getMessage(), e);
    }
  }

  static PrivateKey key(Path file) {
    if (!(read(file) instanceof PrivateKeyInfo info)) {
      throw new TlsException(file + " does not begin with an unencrypted PKCS #8 key in PEM");
    }
    try {
      return new JcaPEMKeyConverter().getPrivateKey(info);
    } catch (IOException e) {
      throw new TlsException(file + " holds a damaged key: " + e.getMessage(), e);
    }
  }

  private static Object read(Path file) {
    try (var parser = new PEMParser(new StringReader(Files.readString(file)))) {
      return parser.readObject();
    } catch (IOException e) {
      throw new TlsException("%s cannot be read: %s".formatted(file, e), e);
    }
  }

  /** Refuses to replace a file: a certificate that is in use must not vanish by a second call. */
  static void write(Path file, X509Certificate certificate) {
    write(file, certificate, EVERYBODY_READS);
  }

  /** As the certificate, for the owner's eyes only. */
  static void write(Path file, PrivateKey key) {
    try {
      write(file, new JcaPKCS8Generator(key, null), OWNER_ONLY);
    } catch (org.bouncycastle.util.io.pem.PemGenerationException e) {
      throw new TlsException("a key cannot be written as PKCS #8", e);
    }
  }

  private static void write(Path file, Object what, String permissions) {
    try {
      var text = new StringWriter();
      try (var pem = new JcaPEMWriter(text)) {
        pem.writeObject(what);
      }
      Files.createDirectories(file.getParent());
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions)));
      Files.writeString(file, text.toString(), StandardCharsets.US_ASCII, StandardOpenOption.WRITE);
    } catch (FileAlreadyExistsException e) {
      throw new TlsException(file + " exists and is not replaced; name another directory", e);
    } catch (IOException e) {
      throw new TlsException("%s cannot be written: %s".formatted(file, e), e);
    }
  }
}
