package dev.iommufleet.simulation.mutation;

import dev.iommufleet.hardware.Guard;
import java.lang.classfile.Annotation;
import java.lang.classfile.AnnotationElement;
import java.lang.classfile.AnnotationValue;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
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
    return changed(model, method, value(guard(method).orElseThrow(), "without"));
  }

  /**
   * The same class with one method wrong.
   *
   * @throws IllegalArgumentException the class has no such method, or several, or the effect does
   *     not fit
   */
  static byte[] planted(byte[] bytes, String method, String effect) {
    ClassModel model = ClassFile.of().parse(bytes);
    var named =
        model.methods().stream().filter(it -> it.methodName().equalsString(method)).toList();
    if (named.size() != 1) {
      throw new IllegalArgumentException(
          "%s has %d methods %s"
              .formatted(model.thisClass().asInternalName(), named.size(), method));
    }
    return changed(model, named.getFirst(), effect);
  }

  private static byte[] changed(ClassModel model, MethodModel method, String effect) {
    return ClassFile.of().transformClass(model, Effect.of(effect).on(method));
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
