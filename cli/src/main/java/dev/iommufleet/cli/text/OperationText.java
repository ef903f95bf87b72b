package dev.iommufleet.cli.text;

import dev.iommufleet.hardware.link.HostInfo;
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
import java.util.HashMap;
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
    name(object, arguments);
    if (!(object.get("kind") instanceof String kind)) {
      throw new IllegalArgumentException("an operation needs a \"kind\"; possible are " + known());
    }
    return build(kind, arguments);
  }

  /** What stands in a value of its own is named as if it stood beside the others. */
  private static void name(Map<?, ?> object, Arguments arguments) {
    object.forEach(
        (name, value) -> {
          boolean shown = name.equals("kind") || name.equals("register");
          if (value instanceof Map<?, ?> inner) {
            name(inner, arguments);
          } else if (!shown && value != null) {
            arguments.named.put(RecordView.dashed(name.toString()), value.toString());
          }
        });
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
    var flags = new HashMap<String, Boolean>();
    takeFlags(type, arguments, flags);
    var operation = (Operation) make(type, arguments, flags, null);
    arguments.nothingLeft(verb, form(type));
    return Operations.write(operation);
  }

  /** First, so that what is left in order are values. */
  private static void takeFlags(Class<?> type, Arguments arguments, Map<String, Boolean> flags) {
    for (var component : type.getRecordComponents()) {
      if (component.getType() == boolean.class) {
        var name = RecordView.name(component);
        flags.put(name, arguments.flag(RecordView.dashed(name)));
      } else if (component.getType().isRecord() && isThere(component, arguments)) {
        takeFlags(component.getType(), arguments, flags);
      }
    }
  }

  /** A device without host is an emulated one. */
  private static boolean isThere(RecordComponent record, Arguments arguments) {
    return record.getType() != HostInfo.class || arguments.named.containsKey("provider");
  }

  /** {@code source}: the source id of the record around it; null: there is none. */
  private static Object make(
      Class<?> type, Arguments arguments, Map<String, Boolean> flags, Object source) {
    var components = type.getRecordComponents();
    var values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      var component = components[i];
      if (component.getType() == boolean.class) {
        values[i] = flags.get(RecordView.name(component));
      } else if (component.getType().isRecord()) {
        boolean there = isThere(component, arguments);
        values[i] = there ? make(component.getType(), arguments, flags, values[0]) : null;
      } else if (isNamedBefore(component, source != null)) {
        values[i] = source;
      } else {
        values[i] = value(component, arguments, values);
      }
    }
    return construct(type, components, values);
  }

  private static boolean isNamedBefore(RecordComponent component, boolean inside) {
    return inside && component.getName().equals("sourceId");
  }

  private static Object construct(Class<?> type, RecordComponent[] components, Object[] values) {
    try {
      var types = Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
      return type.getDeclaredConstructor(types).newInstance(values);
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
      case "groupIndex", "errno" -> 0;
      case "epoch" -> 0L;
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
      case "errno" -> errno(text);
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

  private static int errno(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "'%s' is no errno; write 0, or a negated one as in -22".formatted(text), e);
    }
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
    return RecordView.kind(type) + values(type, false);
  }

  private static String values(Class<?> type, boolean inside) {
    return Arrays.stream(type.getRecordComponents())
        .filter(component -> !isNamedBefore(component, inside))
        .map(OperationText::form)
        .collect(Collectors.joining());
  }

  private static String form(RecordComponent component) {
    var name = RecordView.dashed(RecordView.name(component));
    if (component.getType() == boolean.class) {
      return " [" + name + "]";
    }
    if (component.getType().isRecord()) {
      var inner = values(component.getType(), true);
      return component.getType() == HostInfo.class ? " [" + inner.strip() + "]" : inner;
    }
    var values =
        component.getType().isEnum()
            ? constants(component.getType())
            : component.getName().equals("access") ? "r|w|rw" : "…";
    boolean dma = component.getDeclaringRecord() == Operation.Dma.class;
    boolean optional =
        switch (component.getName()) {
          case "pasid", "type", "access", "size", "maxResults", "groupIndex", "epoch", "errno" ->
              true;
          case "data", "length" -> dma;
          default -> false;
        };
    return optional ? " [%s=%s]".formatted(name, values) : " %s=%s".formatted(name, values);
  }
}
