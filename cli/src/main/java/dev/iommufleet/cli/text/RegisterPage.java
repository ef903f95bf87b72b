package dev.iommufleet.cli.text;

import dev.iommufleet.hardware.vtd.IommuView;
import dev.iommufleet.hardware.vtd.Latch;
import dev.iommufleet.hardware.vtd.spec.Register;
import dev.iommufleet.hardware.vtd.spec.RegisterMap;
import dev.iommufleet.protocol.api.v1.GetRegistersResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The register file and the latches of an IOMMU, decoded bit by bit. */
public final class RegisterPage {
  private final ByteBuffer bytes;
  private final Map<Latch, Long> latches = new EnumMap<>(Latch.class);

  private RegisterPage(ByteBuffer bytes) {
    this.bytes = bytes.order(ByteOrder.LITTLE_ENDIAN);
  }

  public static RegisterPage of(GetRegistersResponse response) {
    var bytes = ByteBuffer.allocate(Math.max(RegisterMap.BYTES, response.getRegisters().size()));
    bytes.put(0, response.getRegisters().toByteArray());
    var page = new RegisterPage(bytes);
    for (var latch : response.getLatchesList()) {
      for (var known : Latch.values()) {
        if (known.number() == latch.getLatchValue()) {
          page.latches.put(known, latch.getValue());
        }
      }
    }
    return page;
  }

  public static RegisterPage of(IommuView view) {
    var bytes = ByteBuffer.allocate(view.registerBytes()).order(ByteOrder.LITTLE_ENDIAN);
    for (int offset = 0; offset < view.registerBytes(); offset += Integer.BYTES) {
      bytes.putInt(offset, view.register(offset));
    }
    var page = new RegisterPage(bytes);
    for (var latch : Latch.values()) {
      page.latches.put(latch, view.latch(latch));
    }
    return page;
  }

  public long latch(Latch latch) {
    return latches.getOrDefault(latch, 0L);
  }

  public long value(Register register) {
    return register.bytes() == Long.BYTES
        ? bytes.getLong(register.offset())
        : Integer.toUnsignedLong(bytes.getInt(register.offset()));
  }

  /** The raw value of a register by its name, such as {@code FSTS}. */
  public long value(String name) {
    return value(RegisterMap.named(name).orElseThrow());
  }

  /** A field of a register, at bit 0. */
  public long field(String register, String field) {
    var known = RegisterMap.named(register).orElseThrow();
    return known.fields().stream()
        .filter(it -> it.name().equals(field))
        .findFirst()
        .orElseThrow()
        .of(value(known));
  }

  /**
   * Lines of text.
   *
   * @param all fields that are 0 too
   */
  public List<String> text(List<Register> registers, boolean all) {
    var lines = new ArrayList<String>();
    for (var register : registers) {
      lines.add(
          "%s  %-8s %-18s  %s"
              .formatted(
                  Numbers.hex(register.offset(), 2),
                  register.name(),
                  Numbers.hex(value(register), register.bytes()),
                  register.title()));
      for (var it : register.decode(value(register))) {
        if (all || it.value() != 0) {
          lines.add(
              "          [%5s] %-8s %-18s  %s"
                  .formatted(
                      it.field().bits(),
                      it.field().name(),
                      it.field().width() == 1 ? it.value() : Numbers.hex(it.value()),
                      it.field().meaning()));
        }
      }
    }
    return lines;
  }

  public List<String> latchText() {
    return latches.entrySet().stream()
        .map(
            it ->
                "%-22s %s"
                    .formatted(RecordView.dashed(it.getKey().name()), Numbers.hex(it.getValue())))
        .toList();
  }

  public List<Map<String, Object>> json(List<Register> registers) {
    var list = new ArrayList<Map<String, Object>>();
    for (var register : registers) {
      var fields = new LinkedHashMap<String, Object>();
      for (var it : register.decode(value(register))) {
        fields.put(
            it.field().name(),
            it.field().width() < Integer.SIZE ? (Object) it.value() : Numbers.hex(it.value()));
      }
      list.add(
          Json.object(
              "name", register.name(),
              "offset", Numbers.hex(register.offset()),
              "title", register.title(),
              "value", Numbers.hex(value(register), register.bytes()),
              "fields", fields));
    }
    return list;
  }

  public Map<String, Object> latchJson() {
    var json = new LinkedHashMap<String, Object>();
    latches.forEach(
        (latch, value) -> json.put(RecordView.dashed(latch.name()), Numbers.hex(value)));
    return json;
  }
}
