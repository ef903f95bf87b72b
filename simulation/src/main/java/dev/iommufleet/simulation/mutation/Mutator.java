package dev.iommufleet.simulation.mutation;

import dev.iommufleet.hardware.Guard;
import java.lang.classfile.Annotation;
import java.lang.classfile.AnnotationElement;
import java.lang.classfile.AnnotationValue;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Takes rules that carry {@link Guard} out of class files. */
final class Mutator {
  private static final ClassDesc GUARD = Guard.class.describeConstable().orElseThrow();

  private Mutator() {}

  /** Rules that are decided in this class: what each comes to without it, by its name. */
  static Map<String, String> guards(byte[] bytes) {
    var found = new LinkedHashMap<String, String>();
    for (MethodModel method : ClassFile.of().parse(bytes).methods()) {
      guard(method).ifPresent(it -> found.put(value(it, "value"), value(it, "without")));
    }
    return found;
  }

  /**
   * The same class without one rule.
   *
   * @throws IllegalArgumentException the class has no such rule, or it cannot be taken out
   */
  static byte[] without(byte[] bytes, String name) {
    ClassModel model = ClassFile.of().parse(bytes);
    MethodModel method =
        model.methods().stream()
            .filter(it -> guard(it).filter(guard -> value(guard, "value").equals(name)).isPresent())
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "%s has no rule %s".formatted(model.thisClass().asInternalName(), name)));
    String without = value(guard(method).orElseThrow(), "without");
    MethodTransform empty =
        (builder, element) -> {
          if (element.equals(method.code().orElse(null))) {
            builder.withCode(code -> answer(code, without, method));
          } else {
            builder.with(element);
          }
        };
    return ClassFile.of()
        .transformClass(model, ClassTransform.transformingMethods(method::equals, empty));
  }

  private static void answer(CodeBuilder code, String without, MethodModel method) {
    TypeKind kind = TypeKind.from(method.methodTypeSymbol().returnType());
    boolean fits =
        switch (without) {
          case "true", "false" ->
              method.methodTypeSymbol().returnType().descriptorString().equals("Z");
          case "0" -> kind == TypeKind.INT || kind == TypeKind.LONG;
          case "empty" -> method.methodTypeSymbol().returnType().descriptorString().equals("[J");
          case "nothing" -> kind == TypeKind.VOID;
          default -> false;
        };
    if (!fits) {
      throw new IllegalArgumentException(
          "%s cannot come to '%s'".formatted(method.methodName().stringValue(), without));
    }
    switch (without) {
      case "true" -> code.iconst_1();
      case "empty" -> code.iconst_0().newarray(TypeKind.LONG);
      case "nothing" -> {}
      default -> {
        if (kind == TypeKind.LONG) {
          code.lconst_0();
        } else {
          code.iconst_0();
        }
      }
    }
    code.return_(kind);
  }

  private static Optional<Annotation> guard(MethodModel method) {
    return method.findAttribute(Attributes.runtimeInvisibleAnnotations()).stream()
        .flatMap(all -> all.annotations().stream())
        .filter(one -> one.classSymbol().equals(GUARD))
        .findFirst();
  }

  private static String value(Annotation guard, String name) {
    for (AnnotationElement element : guard.elements()) {
      if (element.name().equalsString(name)
          && element.value() instanceof AnnotationValue.OfString text) {
        return text.stringValue();
      }
    }
    throw new IllegalArgumentException("a guard says nothing about " + name);
  }
}
