package dev.iommufleet.cli.text;

import dev.iommufleet.hardware.vtd.Access;
import dev.iommufleet.hardware.vtd.AddressType;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.hardware.vtd.spec.Register;
import dev.iommufleet.hardware.vtd.spec.RegisterMap;
import dev.iommufleet.hardware.vtd.spec.SourceId;
import dev.iommufleet.persistence.mapping.Operations;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The little language of {@code iommu exec}: one operation a line, its verb, then its values in
 * order or as {@code name=value}. A {@code #} begins a comment. The forms follow from the
 * operations themselves, see {@link #forms()}.
 *
 * <pre>
 * write-register IQT 0x20
 * translate 00:02.0 iova=0x1000 access=rw pasid=3
 * await queue-idle 1000
 * </pre>
 */
public final class OperationText {
  private static final Map<String, Class<?>> VERBS = verbs();
  private static final Map<String, String> SHORT =
      Map.of(
          "read", "read-register",
          "write", "write-register",
          "mem-read", "read-memory",
          "mem-write", "write-memory",
          "range", "set-memory-range",
          "interrupt", "remap-interrupt",
          "ats", "ats-translate",
          "page-request", "request-page");

  private OperationText() {}

  private static Map<String, Class<?>> verbs() {
    var verbs = new LinkedHashMap<String, Class<?>>();
    for (var type : Operation.class.getPermittedSubclasses()) {
      if (type != Operation.Continue.class) {
        verbs.put(RecordView.kind(type), type);
      }
    }
    return verbs;
  }

  /** The operation of one line. */
  public static dev.iommufleet.protocol.api.v1.Operation parse(String line) {
    var words = line.strip().split("\\s+");
    var arguments = Arguments.of(words);
    return build(words[0], arguments);
  }

  /** The operation of a JSON object with {@code kind} and its values by name. */
  public static dev.iommufleet.protocol.api.v1.Operation of(Map<?, ?> object) {
    var arguments = new Arguments();
    object.forEach(
        (name, value) -> {
          boolean shown = name.equals("kind") || name.equals("register");
          if (!shown && value != null) {
            arguments.named.put(RecordView.dashed(name.toString()), value.toString());
          }
        });
    if (!(object.get("kind") instanceof String kind)) {
      throw new IllegalArgumentException("an operation needs a \"kind\"; possible are " + known());
    }
    return build(kind, arguments);
  }

  private static dev.iommufleet.protocol.api.v1.Operation build(String word, Arguments arguments) {
    var verb = SHORT.getOrDefault(word, word);
    if (verb.equals("await")) {
      return AwaitText.parse(arguments);
    }
    var type = VERBS.get(verb);
    if (type == null) {
      throw new IllegalArgumentException(
          "'%s' is no operation; possible are %s".formatted(word, known()));
    }
    var components = type.getRecordComponents();
    var values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      if (components[i].getType() == boolean.class) {
        values[i] = arguments.flag(RecordView.dashed(RecordView.name(components[i])));
      }
    }
    for (int i = 0; i < components.length; i++) {
      if (components[i].getType() != boolean.class) {
        values[i] = value(components[i], arguments, values);
      }
    }
    arguments.nothingLeft(verb, form(type));
    return Operations.write(construct(type, components, values));
  }

  private static Operation construct(Class<?> type, RecordComponent[] components, Object[] values) {
    try {
      var types = Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
      return (Operation) type.getDeclaredConstructor(types).newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("a " + type.getSimpleName() + " cannot be made", e);
    }
  }

  private static Object value(RecordComponent component, Arguments arguments, Object[] before) {
    var name = RecordView.dashed(RecordView.name(component));
    var optional = whenAbsent(component, arguments, before);
    var text = optional == null ? arguments.take(name) : arguments.takeNamed(name);
    if (text == null && optional != null) {
      return optional == NOTHING ? null : optional;
    }
    if (text == null) {
      throw new IllegalArgumentException(
          "%s= is missing; form: %s".formatted(name, form(component.getDeclaringRecord())));
    }
    try {
      return read(component, text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
    }
  }

  private static final Object NOTHING = new Object();

  /** What a value is that may be left out; null: it may not. */
  private static Object whenAbsent(RecordComponent component, Arguments arguments, Object[] left) {
    boolean dma = component.getDeclaringRecord() == Operation.Dma.class;
    return switch (component.getName()) {
      case "pasid" -> (Object) Access.NO_PASID;
      case "type" -> AddressType.UNTRANSLATED;
      case "access" -> Access.READ;
      case "size" -> sizeOf((int) left[0]);
      case "maxResults" -> 1;
      case "groupIndex" -> 0;
      case "data" -> dma ? NOTHING : null;
      case "length" -> dma ? dmaLength(arguments) : null;
      default -> null;
    };
  }

  /** A DMA write is as long as its data. */
  private static Object dmaLength(Arguments arguments) {
    var data = arguments.named.get("data");
    return data == null ? null : Numbers.bytes(data).length;
  }

  private static int sizeOf(int offset) {
    return RegisterMap.at(offset)
        .filter(register -> register.offset() == offset)
        .map(Register::bytes)
        .orElse(4);
  }

  private static Object read(RecordComponent component, String text) {
    var type = component.getType();
    if (type == long.class) {
      return Numbers.parse(text, 64);
    }
    if (type == byte[].class) {
      return Numbers.bytes(text);
    }
    if (type.isEnum()) {
      return constant(type, text);
    }
    return switch (component.getName()) {
      case "sourceId" ->
          SourceId.parse(text).orElseThrow(() -> new IllegalArgumentException(SourceId.FORMS));
      case "offset" -> offset(text);
      case "access" -> access(text);
      case "pasid" -> (int) Numbers.parse(text, 20);
      case "data", "itagVector" -> (int) Numbers.parse(text, 32);
      default -> (int) Numbers.parse(text, 31);
    };
  }

  /** The offset of a register: its name, or a number of bytes. */
  public static int offset(String text) {
    if (Character.isDigit(text.charAt(0))) {
      return (int) Numbers.parse(text, 31);
    }
    return RegisterMap.named(text)
        .map(Register::offset)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "there is no register '%s'; possible are %s, or an offset in bytes"
                        .formatted(
                            text,
                            RegisterMap.all().stream()
                                .map(Register::name)
                                .collect(Collectors.joining(", ")))));
  }

  private static int access(String text) {
    int bits = 0;
    for (char letter : text.toLowerCase(Locale.ROOT).toCharArray()) {
      int at = "rwxp".indexOf(letter);
      if (at < 0) {
        throw new IllegalArgumentException(
            "'%s' is no access; write r, w, x (execute), p (privileged) together, as in rw"
                .formatted(text));
      }
      bits |= 1 << at;
    }
    return bits;
  }

  private static Object constant(Class<?> type, String text) {
    for (Object constant : type.getEnumConstants()) {
      if (RecordView.dashed(((Enum<?>) constant).name()).equals(text)) {
        return constant;
      }
    }
    throw new IllegalArgumentException(
        "'%s' is not possible; possible are %s".formatted(text, constants(type)));
  }

  private static String constants(Class<?> type) {
    return Arrays.stream(type.getEnumConstants())
        .map(constant -> RecordView.dashed(((Enum<?>) constant).name()))
        .collect(Collectors.joining("|"));
  }

  private static String known() {
    return String.join(", ", VERBS.keySet()) + ", await";
  }

  /** Every form, one a line; what stands in brackets may be left out. */
  public static List<String> forms() {
    var forms = new ArrayList<String>();
    VERBS.values().forEach(type -> forms.add(form(type)));
    forms.addAll(AwaitText.FORMS);
    return forms;
  }

  private static String form(Class<?> type) {
    return RecordView.kind(type)
        + Arrays.stream(type.getRecordComponents())
            .map(OperationText::form)
            .collect(Collectors.joining());
  }

  private static String form(RecordComponent component) {
    var name = RecordView.dashed(RecordView.name(component));
    if (component.getType() == boolean.class) {
      return " [" + name + "]";
    }
    var values =
        component.getType().isEnum()
            ? constants(component.getType())
            : component.getName().equals("access") ? "r|w|rw" : "…";
    boolean dma = component.getDeclaringRecord() == Operation.Dma.class;
    boolean optional =
        switch (component.getName()) {
          case "pasid", "type", "access", "size", "maxResults", "groupIndex" -> true;
          case "data", "length" -> dma;
          default -> false;
        };
    return optional ? " [%s=%s]".formatted(name, values) : " %s=%s".formatted(name, values);
  }
}
