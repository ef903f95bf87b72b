package dev.iommufleet.node.security;

import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.regex.Pattern;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A lab's own certificate authority, to start with: a key, a certificate, and those it has signed.
 * Names of nodes are host names or addresses, as others reach them.
 */
public final class LabAuthority {
  /**
   * A name that the certificates of all nodes have and those of clients have not: nodes take only
   * each other for nodes.
   */
  public static final String NODE_NAME = "node.iommu-fleet.internal";

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._:-]{0,62})");
  private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*");
  private static final Duration CLOCKS_DIFFER = Duration.ofMinutes(10);
  private static final String SIGNATURE = "SHA256withRSA";

  /** RSA, since TLS between nodes reads no other. */
  private static final int KEY_BITS = 3_072;

  private static final int SERIAL_BITS = 127;

  private final PrivateKey key;
  private final X509Certificate certificate;
  private final Clock clock;
  private final SecureRandom random = new SecureRandom();

  private LabAuthority(PrivateKey key, X509Certificate certificate, Clock clock) {
    this.key = key;
    this.certificate = certificate;
    this.clock = clock;
  }

  /**
   * The authority in a directory ({@code ca.crt}, {@code ca.key}), made if there is none.
   *
   * @param days how long a new one is valid, 1 to 36,500
   * @throws TlsException it cannot be read or written
   */
  public static LabAuthority in(Path directory, int days, Clock clock) {
    var certificate = directory.resolve("ca.crt");
    var key = directory.resolve("ca.key");
    if (Files.exists(certificate) || Files.exists(key)) {
      return new LabAuthority(Pem.key(key), Pem.certificate(certificate), clock);
    }
    var pair = pair();
    var name = new X500Principal("CN=iommu-fleet lab");
    var unsigned = new LabAuthority(pair.getPrivate(), null, clock);
    var own = unsigned.sign(name, name, pair.getPublic(), days, List.of());
    Pem.write(key, pair.getPrivate());
    Pem.write(certificate, own);
    return new LabAuthority(pair.getPrivate(), own, clock);
  }

  /** Whether {@code name} can be a node's or a client's. */
  public static boolean isName(String name) {
    return NAME.matcher(name).matches() && !name.contains("..");
  }

  /**
   * Makes {@code node.crt}, {@code node.key} and {@code ca.crt} in a directory.
   *
   * @param names host names and addresses by which others reach the node
   * @throws TlsException a file is there already, or cannot be written
   */
  public void node(Path directory, List<String> names, int days) {
    var all = new ArrayList<>(names);
    all.add(NODE_NAME);
    issue(directory, TlsFiles.NODE, names.getFirst(), all, days);
  }

  /** Makes {@code client.crt}, {@code client.key} and {@code ca.crt} in a directory. */
  public void client(Path directory, String name, int days) {
    issue(directory, TlsFiles.CLIENT, name, List.of(), days);
  }

  private void issue(Path directory, String role, String name, List<String> names, int days) {
    var pair = pair();
    var subject = new X500Principal("CN=" + name);
    var signed =
        sign(certificate.getSubjectX500Principal(), subject, pair.getPublic(), days, names);
    Pem.write(directory.resolve(role + ".key"), pair.getPrivate());
    Pem.write(directory.resolve(role + ".crt"), signed);
    Pem.write(directory.resolve(TlsFiles.AUTHORITY), certificate);
  }

  private static KeyPair pair() {
    try {
      var generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(KEY_BITS);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JVM makes no RSA keys", e);
    }
  }

  /** {@code names} empty: of an authority, if it signs itself, or of a client. */
  private X509Certificate sign(
      X500Principal issuer, X500Principal subject, PublicKey of, int days, List<String> names) {
    Instant now = clock.instant();
    var builder =
        new JcaX509v3CertificateBuilder(
            issuer,
            new BigInteger(SERIAL_BITS, random).add(BigInteger.ONE),
            Date.from(now.minus(CLOCKS_DIFFER)),
            Date.from(now.plus(Duration.ofDays(days))),
            subject,
            of);
    boolean authority = issuer.equals(subject);
    try {
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
      builder.addExtension(
          Extension.keyUsage,
          true,
          new KeyUsage(
              authority
                  ? KeyUsage.keyCertSign | KeyUsage.cRLSign
                  : KeyUsage.digitalSignature | KeyUsage.keyEncipherment));
      if (!authority) {
        builder.addExtension(Extension.extendedKeyUsage, false, purposes(names));
      }
      if (!names.isEmpty()) {
        builder.addExtension(Extension.subjectAlternativeName, false, alternatives(names));
      }
      return new JcaX509CertificateConverter()
          .getCertificate(builder.build(new JcaContentSignerBuilder(SIGNATURE).build(key)));
    } catch (CertIOException | OperatorCreationException | GeneralSecurityException e) {
      throw new TlsException("a certificate for %s cannot be made".formatted(subject), e);
    }
  }

  /** Nodes also call each other. */
  private static ExtendedKeyUsage purposes(List<String> names) {
    return names.isEmpty()
        ? new ExtendedKeyUsage(KeyPurposeId.id_kp_clientAuth)
        : new ExtendedKeyUsage(
            new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth});
  }

  private static GeneralNames alternatives(List<String> names) {
    return new GeneralNames(
        names.stream()
            .map(
                it ->
                    new GeneralName(
                        ADDRESS.matcher(it).matches() ? GeneralName.iPAddress : GeneralName.dNSName,
                        it))
            .toArray(GeneralName[]::new));
  }
}
