package dev.iommufleet.node;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.SplittableRandom;

/** Fills messages with values that are valid, at a limit, or beyond it. */
final class RandomMessages {
  private static final long[] NUMBERS = {
    0,
    1,
    2,
    4,
    8,
    0x10,
    0x18,
    0x1C,
    0x20,
    0x28,
    0x88,
    0x90,
    0x220,
    0x22C,
    0x22F,
    0x230,
    0xFFF,
    0x1000,
    0x10000,
    0x40000000L,
    0x80000000L,
    0xC4000000L,
    0xFED90000L,
    0xFEE00000L,
    0xFFFFFFFFL,
    0x1_0000_0000L,
    0xFFFF_FFFF_F000L,
    Long.MAX_VALUE,
    -1,
    -8,
    -4096
  };
  private static final int MAX_DEPTH = 4;
  private static final int MAX_REPEATED = 4;

  private final SplittableRandom random;

  RandomMessages(SplittableRandom random) {
    this.random = random;
  }

  /** Sets one field of each oneof, and most of the others. */
  <B extends Message.Builder> B fill(B builder, int depth) {
    for (FieldDescriptor field : builder.getDescriptorForType().getFields()) {
      boolean nested = field.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
      boolean chosen = field.getRealContainingOneof() == null || isChosen(field, builder);
      if (!chosen || random.nextInt(8) == 0 || nested && depth > MAX_DEPTH) {
        continue;
      }
      if (field.isRepeated()) {
        for (int count = random.nextInt(MAX_REPEATED); count > 0; count--) {
          builder.addRepeatedField(field, value(builder, field, depth));
        }
      } else {
        builder.setField(field, value(builder, field, depth));
      }
    }
    return builder;
  }

  private boolean isChosen(FieldDescriptor field, Message.Builder builder) {
    var oneof = field.getRealContainingOneof();
    return !builder.hasOneof(oneof) && random.nextInt(oneof.getFieldCount()) == 0;
  }

  private Object value(Message.Builder builder, FieldDescriptor field, int depth) {
    return switch (field.getJavaType()) {
      case INT -> (int) number();
      case LONG -> number();
      case BOOLEAN -> random.nextBoolean();
      case FLOAT -> 1f;
      case DOUBLE -> 1d;
      case STRING -> "x".repeat(random.nextInt(3));
      case BYTE_STRING -> bytes();
      case ENUM -> enumValue(field.getEnumType());
      case MESSAGE -> fill(builder.newBuilderForField(field), depth + 1).build();
    };
  }

  private long number() {
    return switch (random.nextInt(3)) {
      case 0 -> random.nextInt(64);
      case 1 -> random.nextLong();
      default -> NUMBERS[random.nextInt(NUMBERS.length)];
    };
  }

  private ByteString bytes() {
    byte[] bytes = new byte[random.nextInt(10) == 0 ? 70_000 : random.nextInt(80)];
    random.nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }

  private Object enumValue(EnumDescriptor type) {
    return random.nextInt(10) == 0
        ? type.findValueByNumberCreatingIfUnknown(1_000 + random.nextInt(9))
        : type.getValues().get(random.nextInt(type.getValues().size()));
  }
}
