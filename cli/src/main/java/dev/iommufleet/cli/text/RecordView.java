package dev.iommufleet.cli.text;

import dev.iommufleet.hardware.vtd.Access;
import dev.iommufleet.hardware.vtd.Fact;
import dev.iommufleet.hardware.vtd.spec.FaultReason;
import dev.iommufleet.hardware.vtd.spec.RegisterMap;
import dev.iommufleet.hardware.vtd.spec.SourceId;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Operations, replies and facts as they are printed: the kind, then each component by its name. One
 * rule for each kind of value, so that a new record of the model is printed without being named
 * here. A PASID that is not there is left out: it is not PASID 0.
 */
public final class RecordView {
  private static final int BYTES_SHOWN = 64;
  private static final String PERMISSIONS = "rwxp";

  /** Words that count, and are shown so. */
  private static final Set<String> COUNTS =
      Set.of(
          "id",
          "previous",
          "upTo",
          "number",
          "order",
          "lastId",
          "lastNumbered",
          "lastRequest",
          "dma",
          "ask",
          "lastDma",
          "lastAsk");

  /** Components that may be of several kinds, so that the name does not say which. */
  private static final Set<String> OF_MANY_KINDS =
      Set.of("command", "report", "question", "answer", "call");

  private RecordView() {}

  /** {@code write-register} for {@code WriteRegister}. */
  public static String kind(Class<?> type) {
    return dashed(type.getSimpleName());
  }

  /** {@code sourceId} as {@code source-id}, {@code BAD_ID} as {@code bad-id}. */
  public static String dashed(String name) {
    return name.replace('_', '-').replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
  }

  /** One line: the kind, then {@code name=value} for each component. */
  public static String text(Record record) {
    return text(fields(record));
  }

  /** The same of fields that {@link #fields} gave. */
  public static String text(Map<String, Object> fields) {
    return fields.entrySet().stream()
        .map(
            field ->
                field.getKey().equals("kind")
                    ? (String) field.getValue()
                    : dashed(field.getKey()) + "=" + inText(field.getKey(), field.getValue()))
        .collect(Collectors.joining(" "));
  }

  /** For JSON: {@code kind}, then each component by its name. */
  public static Map<String, Object> fields(Record record) {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("kind", kind(record.getClass()));
    if (record instanceof Fact.RegistersChanged changed) {
      fields.put("registers", registers(changed));
      return fields;
    }
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      var value = value(component.getName(), read(record, component));
      if (value != null) {
        fields.put(name(component), value);
      }
      if (component.getName().equals("offset")) {
        registerAt((int) read(record, component)).ifPresent(name -> fields.put("register", name));
      }
    }
    return fields;
  }

  /** A component called {@code kind} goes by its type: {@code memoryKind}, {@code writeKind}. */
  static String name(RecordComponent component) {
    if (!component.getName().equals("kind")) {
      return component.getName();
    }
    var type = component.getType().getSimpleName();
    return Character.toLowerCase(type.charAt(0)) + type.substring(1);
  }

  /** As {@link #fields} without the kind, for those that can only be of one. */
  public static Map<String, Object> fieldsAlone(Record record) {
    var fields = fields(record);
    fields.remove("kind");
    return fields;
  }

  private static Object read(Record record, RecordComponent component) {
    try {
      return component.getAccessor().invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("component " + component + " cannot be read", e);
    }
  }

  private static Map<String, Object> registers(Fact.RegistersChanged changed) {
    var words = new LinkedHashMap<String, Object>();
    for (int i = 0; i < changed.offsets().length; i++) {
      words.put(wordName(changed.offsets()[i]), Numbers.hex(changed.values()[i] & 0xFFFFFFFFL, 4));
    }
    return words;
  }

  /** {@code GSTS}, {@code IQT+4} for an upper half, {@code 0x14} where nothing is. */
  private static String wordName(int offset) {
    return RegisterMap.at(offset)
        .map(
            register ->
                register.offset() == offset
                    ? register.name()
                    : register.name() + "+" + (offset - register.offset()))
        .orElse(Numbers.hex(offset));
  }

  private static Optional<String> registerAt(int offset) {
    return RegisterMap.at(offset).map(_ -> wordName(offset));
  }

  private static Object value(String name, Object value) {
    return switch (value) {
      case null -> null;
      case Boolean flag -> flag;
      case Integer number -> number(name, number);
      case Long count when COUNTS.contains(name) -> count;
      case Long word -> Numbers.hex(word);
      case byte[] bytes -> Numbers.bytes(bytes);
      case long[] words -> words(words);
      case int[] numbers -> Arrays.stream(numbers).boxed().toList();
      case Enum<?> constant -> dashed(constant.name());
      case Record inner -> fields(inner);
      case List<?> items -> items.stream().map(item -> value(name, item)).toList();
      default -> value.toString();
    };
  }

  private static List<String> words(long[] words) {
    var shown = new ArrayList<String>();
    for (long word : words) {
      shown.add(Numbers.hex(word));
    }
    return shown;
  }

  private static Object number(String name, int value) {
    return switch (name) {
      case "sourceId" -> SourceId.format(value);
      case "pasid", "spacePasid" -> value == Access.NO_PASID ? null : (Object) value;
      case "permissions", "access" -> permissions(value);
      case "offset" -> Numbers.hex(value);
      case "data", "itagVector" -> Numbers.hex(value & 0xFFFFFFFFL);
      default -> value;
    };
  }

  /** {@code rw}; {@code none}. */
  public static String permissions(int bits) {
    var text = new StringBuilder();
    for (int i = 0; i < PERMISSIONS.length(); i++) {
      if ((bits >>> i & 1) != 0) {
        text.append(PERMISSIONS.charAt(i));
      }
    }
    return text.isEmpty() ? "none" : text.toString();
  }

  private static String inText(String name, Object value) {
    return switch (value) {
      case Map<?, ?> map ->
          map.entrySet().stream()
              .filter(field -> !field.getKey().equals("kind"))
              .map(
                  field ->
                      dashedUnlessRegister(field.getKey().toString())
                          + "="
                          + inText(field.getKey().toString(), field.getValue()))
              .collect(Collectors.joining(" ", "{" + kindIn(name, map), "}"));
      case List<?> items ->
          items.stream().map(item -> inText(name, item)).collect(Collectors.joining(" ", "[", "]"));
      case Integer code when name.equals("reason") || name.equals("faultReason") ->
          code == 0 ? "none" : "(" + FaultReason.describe(code) + ")";
      case String bytes when name.equals("bytes") || name.equals("data") -> shortened(bytes);
      default -> value.toString();
    };
  }

  /** Of what may be of many kinds the kind says most; of what else is inside, its name does. */
  private static String kindIn(String name, Map<?, ?> fields) {
    return OF_MANY_KINDS.contains(name) ? fields.get("kind") + (fields.size() == 1 ? "" : " ") : "";
  }

  private static String dashedUnlessRegister(String name) {
    return Character.isUpperCase(name.charAt(0)) ? name : dashed(name);
  }

  private static String shortened(String digits) {
    return digits.length() <= 2 * BYTES_SHOWN
        ? digits
        : digits.substring(0, 2 * BYTES_SHOWN) + "…(" + digits.length() / 2 + " bytes)";
  }
}
