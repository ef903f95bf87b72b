package dev.iommufleet.hardware.vtd.script;

/** Descriptors by name, built from the field tables on their own. */
final class QueueWords {
  private QueueWords() {}

  /** Four 64-bit words; {@code words}: the name, then numbers in hexadecimal. */
  static long[] of(String... words) {
    long[] n = new long[8];
    for (int i = 1; i < words.length; i++) {
      n[i] = Numbers.parse(words[i]);
    }
    return switch (words[0]) {
      case "raw" -> new long[] {n[1], n[2], n[3], n[4]};
      case "cc-global" -> pair(0x11, 0);
      case "cc-domain" -> pair(0x21 | n[1] << 16, 0); // did
      case "cc-device" -> pair(0x31 | n[1] << 32 | n[2] << 48 | n[3] << 16, 0); // sid fm did
      case "iotlb-global" -> pair(0xd2, 0);
      case "iotlb-domain" -> pair(0xe2 | n[1] << 16, 0); // did
      case "iotlb-page" -> pair(0xf2 | n[1] << 16, n[2] | n[3]); // did address am
      case "piotlb-pasid" -> pair(0x26 | n[1] << 16 | n[2] << 32, 0); // did pasid
      case "piotlb-page" -> pair(0x36 | n[1] << 16 | n[2] << 32, n[3] | n[4]); // … address am
      case "pc-domain" -> pair(0x07 | n[1] << 16, 0); // did
      case "pc-pasid" -> pair(0x17 | n[1] << 16 | n[2] << 32, 0); // did pasid
      case "pc-global" -> pair(0x37, 0);
      case "devtlb" -> pair(0x1f0003 | n[1] << 32, n[2]); // sid address|size
      case "devtlb-pasid" -> pair(0x1f8 | n[1] << 16 | n[2] << 32, n[3]); // sid pasid address
      case "iec-global" -> pair(4, 0);
      case "iec-index" -> pair(0x14 | n[1] << 32 | n[2] << 27, 0); // index log2
      case "wait-status" -> pair(0x25 | n[2] << 32, n[1]); // address data
      case "wait-drain" -> pair(0xa5 | n[2] << 32, n[1]); // address data
      case "wait-interrupt" -> pair(0x15, 0);
      case "wait-both" -> pair(0x35 | n[2] << 32, n[1]); // address data
      case "wait-fence" -> pair(0x45, 0);
      case "response" -> // sid pasid prgi code
          pair(0x19 | n[1] << 16 | n[2] << 32 | n[4] << 12, n[3] << 3);
      default -> throw new IllegalArgumentException("no descriptor is named " + words[0]);
    };
  }

  private static long[] pair(long low, long high) {
    return new long[] {low, high, 0, 0};
  }
}
