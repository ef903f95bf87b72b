package dev.iommufleet.hardware.vtd.script;

import java.util.Map;

/** Offsets of the registers by the names that scripts use. */
final class RegisterNames {
  private static final Map<String, Integer> OFFSETS =
      Map.ofEntries(
          Map.entry("CAP", 0x08),
          Map.entry("ECAP", 0x10),
          Map.entry("GCMD", 0x18),
          Map.entry("GSTS", 0x1c),
          Map.entry("RTADDR", 0x20),
          Map.entry("CCMD", 0x28),
          Map.entry("FSTS", 0x34),
          Map.entry("FECTL", 0x38),
          Map.entry("FEDATA", 0x3c),
          Map.entry("FEADDR", 0x40),
          Map.entry("FEUADDR", 0x44),
          Map.entry("IQH", 0x80),
          Map.entry("IQT", 0x88),
          Map.entry("IQA", 0x90),
          Map.entry("ICS", 0x9c),
          Map.entry("IECTL", 0xa0),
          Map.entry("IEDATA", 0xa4),
          Map.entry("IEADDR", 0xa8),
          Map.entry("IEUADDR", 0xac),
          Map.entry("IQER", 0xb0),
          Map.entry("IRTA", 0xb8),
          Map.entry("PQH", 0xc0),
          Map.entry("PQT", 0xc8),
          Map.entry("PQA", 0xd0),
          Map.entry("PRS", 0xdc),
          Map.entry("PECTL", 0xe0),
          Map.entry("PEDATA", 0xe4),
          Map.entry("PEADDR", 0xe8),
          Map.entry("PEUADDR", 0xec),
          Map.entry("IVA", 0xf0),
          Map.entry("IOTLB", 0xf8),
          Map.entry("FRCD", 0x220),
          Map.entry("FRCDH", 0x228));

  private RegisterNames() {}

  /** {@code text}: a name, a name and an offset ({@code FRCD+8}), or an offset. */
  static int offset(String text) {
    String[] parts = text.split("\\+");
    Integer named = OFFSETS.get(parts[0]);
    if (named == null) {
      return Numbers.parseInt(text);
    }
    return named + (parts.length == 1 ? 0 : Numbers.parseInt(parts[1]));
  }
}
