package dev.iommufleet.simulation.mutation;

import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassElement;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import java.util.List;

/** What becomes of a method: a word, and the change of the class file that it stands for. */
enum Effect {
  TRUE("true", "Z"),
  FALSE("false", "Z"),
  ZERO("0", "IJ"),
  ONE("1", "I"),
  NULL("null", "L"),
  /** An array without elements. */
  EMPTY("empty", "["),
  /** The effect is left out. */
  NOTHING("nothing", "V"),
  /** One more than it should be. */
  PLUS_ONE("plus-one", "IJ"),
  /** The list in the other order. */
  REVERSED("reversed", "L"),
  /** What it does is done twice. */
  TWICE("twice", "IJV");

  private static final String ONCE = "$once";

  private final String word;
  private final String returned;

  /** {@code returned}: first letters of descriptors of what such a method may return. */
  Effect(String word, String returned) {
    this.word = word;
    this.returned = returned;
  }

  /**
   * @throws IllegalArgumentException there is no such effect
   */
  static Effect of(String word) {
    for (Effect effect : values()) {
      if (effect.word.equals(word)) {
        return effect;
      }
    }
    throw new IllegalArgumentException("no effect is named '" + word + "'");
  }

  /**
   * @throws IllegalArgumentException the method returns something else
   */
  ClassTransform on(MethodModel method) {
    String descriptor = method.methodTypeSymbol().returnType().descriptorString();
    if (returned.indexOf(descriptor.charAt(0)) < 0) {
      throw new IllegalArgumentException(
          "%s cannot come to '%s'".formatted(method.methodName().stringValue(), word));
    }
    return switch (this) {
      case PLUS_ONE, REVERSED ->
          ClassTransform.transformingMethodBodies(method::equals, this::returning);
      case TWICE -> (builder, element) -> twice(builder, element, method);
      case TRUE, FALSE, ZERO, ONE, NULL, EMPTY, NOTHING ->
          ClassTransform.transformingMethods(method::equals, body(method));
    };
  }

  private MethodTransform body(MethodModel method) {
    return (builder, element) -> {
      if (element.equals(method.code().orElse(null))) {
        builder.withCode(code -> constant(code, method));
      } else {
        builder.with(element);
      }
    };
  }

  private void constant(CodeBuilder code, MethodModel method) {
    TypeKind kind = TypeKind.from(method.methodTypeSymbol().returnType());
    switch (this) {
      case TRUE, ONE -> code.iconst_1();
      case NULL -> code.aconst_null();
      case EMPTY -> code.iconst_0().newarray(TypeKind.LONG);
      case NOTHING -> {}
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

  /** Changes what is about to be returned. */
  private void returning(CodeBuilder code, java.lang.classfile.CodeElement element) {
    if (element instanceof ReturnInstruction it) {
      if (this == REVERSED) {
        var list = ClassDesc.of(List.class.getName());
        code.invokeinterface(list, "reversed", MethodTypeDesc.of(list));
      } else if (it.typeKind() == TypeKind.LONG) {
        code.lconst_1().ladd();
      } else {
        code.iconst_1().iadd();
      }
    }
    code.with(element);
  }

  /** The method gets another name, and one of its own name calls it twice. */
  private static void twice(ClassBuilder builder, ClassElement element, MethodModel method) {
    if (!element.equals(method)) {
      builder.with(element);
      return;
    }
    String once = method.methodName().stringValue() + ONCE;
    MethodTypeDesc type = method.methodTypeSymbol();
    int flags = method.flags().flagsMask();
    builder.withMethod(
        once,
        type,
        flags,
        renamed ->
            method.code().ifPresent(code -> renamed.transformCode(code, CodeTransform.ACCEPT_ALL)));
    ClassDesc owner = method.parent().orElseThrow().thisClass().asSymbol();
    boolean fixed = method.flags().has(AccessFlag.STATIC);
    builder.withMethodBody(
        method.methodName().stringValue(),
        type,
        flags,
        code -> {
          TypeKind kind = TypeKind.from(type.returnType());
          call(code, owner, once, type, fixed);
          switch (kind.slotSize()) {
            case 2 -> code.pop2();
            case 1 -> code.pop();
            default -> {}
          }
          call(code, owner, once, type, fixed);
          code.return_(kind);
        });
  }

  private static void call(
      CodeBuilder code, ClassDesc owner, String name, MethodTypeDesc type, boolean fixed) {
    int slot = 0;
    if (!fixed) {
      code.aload(slot++);
    }
    for (ClassDesc parameter : type.parameterList()) {
      TypeKind kind = TypeKind.from(parameter);
      code.loadLocal(kind, slot);
      slot += kind.slotSize();
    }
    if (fixed) {
      code.invokestatic(owner, name, type);
    } else {
      code.invokevirtual(owner, name, type);
    }
  }
}
