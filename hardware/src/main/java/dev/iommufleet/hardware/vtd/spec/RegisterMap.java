package dev.iommufleet.hardware.vtd.spec;

import dev.iommufleet.hardware.vtd.spec.Register.Access;
import dev.iommufleet.hardware.vtd.spec.Register.Field;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** All registers of the unit, ascending by offset. [REG-3.1] */
public final class RegisterMap {

  /** Length of the register page in bytes. */
  public static final int BYTES = 0x230;

  /** Offset of the first and only fault-recording register, 16 bytes. */
  public static final int FAULT_RECORD = 0x220;

  private static final List<Register> ALL =
      Stream.of(
              RegisterMapCapabilities.REGISTERS,
              RegisterMapControl.REGISTERS,
              RegisterMapQueues.REGISTERS)
          .flatMap(List::stream)
          .sorted((a, b) -> Integer.compare(a.offset(), b.offset()))
          .toList();

  private RegisterMap() {}

  public static List<Register> all() {
    return ALL;
  }

  /** The register of a name such as {@code GSTS}, in any case. */
  public static Optional<Register> named(String name) {
    return ALL.stream().filter(register -> register.name().equalsIgnoreCase(name)).findFirst();
  }

  /** The register that the byte at {@code offset} belongs to; empty where nothing is. */
  public static Optional<Register> at(int offset) {
    return ALL.stream()
        .filter(
            register ->
                offset >= register.offset() && offset < register.offset() + register.bytes())
        .findFirst();
  }

  static Field ro(String name, int high, int low, String meaning) {
    return new Field(name, high, low, Access.READ_ONLY, meaning);
  }

  static Field rw(String name, int high, int low, String meaning) {
    return new Field(name, high, low, Access.READ_WRITE, meaning);
  }

  static Field wo(String name, int high, int low, String meaning) {
    return new Field(name, high, low, Access.WRITE_ONLY, meaning);
  }

  static Field w1c(String name, int bit, String meaning) {
    return new Field(name, bit, bit, Access.WRITE_1_TO_CLEAR, meaning);
  }

  static Register register(String name, int offset, int bytes, String title, Field... fields) {
    return new Register(name, offset, bytes, title, List.of(fields));
  }
}
