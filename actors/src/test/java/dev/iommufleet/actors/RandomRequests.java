package dev.iommufleet.actors;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.iommufleet.protocol.api.v1.Await;
import dev.iommufleet.protocol.api.v1.Capabilities;
import dev.iommufleet.protocol.api.v1.ExecuteRequest;
import dev.iommufleet.protocol.api.v1.IommuSpec;
import dev.iommufleet.protocol.api.v1.JournalLevel;
import dev.iommufleet.protocol.api.v1.Operation;
import dev.iommufleet.protocol.api.v1.Profile;
import java.util.SplittableRandom;

/**
 * Requests of every kind of operation that there is, with numbers that often mean something: tables
 * and queues in a few pages, registers that matter, few source ids and PASIDs.
 */
final class RandomRequests {
  private static final int[] REGISTERS = {
    0x00, 0x08, 0x10, 0x18, 0x1C, 0x20, 0x28, 0x34, 0x38, 0x3C, 0x40, 0x80, 0x88, 0x90, 0x9C, 0xA0,
    0xA4, 0xA8, 0xB0, 0xB8, 0xC0, 0xD0, 0xDC, 0xE0, 0xF0, 0xF8, 0x220, 0x228
  };
  private static final int[] SIZES = {1, 2, 4, 4, 4, 8, 8, 3};

  private final SplittableRandom random;

  /** A function that answers late holds requests back for ever under profile qemu-11.1. */
  private final boolean lateFunctions;

  RandomRequests(long seed, boolean lateFunctions) {
    this.random = new SplittableRandom(seed);
    this.lateFunctions = lateFunctions;
  }

  static IommuSpec spec(long seed, boolean qemu) {
    var random = new SplittableRandom(seed);
    boolean scalable = random.nextBoolean();
    boolean firstStage = scalable && random.nextBoolean();
    boolean deviceTlb = random.nextBoolean();
    boolean remapping = random.nextBoolean();
    return IommuSpec.newBuilder()
        .setProfile(qemu ? Profile.PROFILE_QEMU_11_1 : Profile.PROFILE_ARCHITECTURE)
        .setJournalLevel(
            random.nextBoolean()
                ? JournalLevel.JOURNAL_LEVEL_FULL
                : JournalLevel.JOURNAL_LEVEL_FACTS)
        .setCapabilities(
            Capabilities.newBuilder()
                .setAddressWidth(firstStage || random.nextBoolean() ? 48 : 39)
                .setCachingMode(random.nextBoolean())
                .setScalableMode(scalable)
                .setFirstStage(firstStage)
                .setPasidBits(scalable ? 20 : 0)
                .setDeviceTlb(deviceTlb)
                .setPageRequests(firstStage && deviceTlb)
                .setInterruptRemapping(remapping)
                .setExtendedInterrupts(remapping && random.nextBoolean()))
        .build();
  }

  ExecuteRequest next() {
    var request = ExecuteRequest.newBuilder().setIommuId("i1");
    int count = 1 + random.nextInt(12);
    for (int i = 0; i < count; i++) {
      request.addOperations(operation());
    }
    return request.build();
  }

  private Operation operation() {
    var kinds = Operation.getDescriptor().getOneofs().getFirst().getFields();
    return switch (random.nextInt(8)) {
      case 0, 1 -> store();
      case 2, 3 ->
          Ops.write(
              REGISTERS[random.nextInt(REGISTERS.length)],
              SIZES[random.nextInt(SIZES.length)],
              number());
      default -> {
        var kind = kinds.get(random.nextInt(kinds.size()));
        var builder = Operation.newBuilder();
        var value = builder.newBuilderForField(kind);
        fill(value);
        yield builder.setField(kind, value.build()).build();
      }
    };
  }

  /** Entries of tables or descriptors, at a place where some register or entry may point. */
  private Operation store() {
    var quads = new long[2 + random.nextInt(7)];
    for (int i = 0; i < quads.length; i++) {
      quads[i] = random.nextInt(3) == 0 ? number() : page() | random.nextInt(8);
    }
    return Ops.storeQuads(page() + 16L * random.nextInt(32), quads);
  }

  private long page() {
    return 0x1000L * (1 + random.nextInt(12));
  }

  private void fill(Message.Builder message) {
    for (var field : message.getDescriptorForType().getFields()) {
      boolean optional = field.hasPresence() && !field.isRepeated();
      if (field.isRepeated() || (optional && random.nextInt(3) == 0)) {
        continue;
      }
      message.setField(field, value(message, field));
    }
    if (message instanceof Await.Builder await) {
      await.setDeadlineMillis(random.nextInt(3));
    }
  }

  private Object value(Message.Builder message, FieldDescriptor field) {
    return switch (field.getJavaType()) {
      case INT -> integer(field.getName());
      case LONG -> random.nextInt(4) == 0 ? number() : page() + random.nextInt(64);
      case BOOLEAN ->
          field.getName().equals("answers_at_once") && !lateFunctions || random.nextBoolean();
      case BYTE_STRING -> ByteString.copyFrom(bytes(random.nextInt(200)));
      case ENUM -> field.getEnumType().getValues().get(random.nextInt(enumSize(field)));
      case MESSAGE -> {
        var value = message.newBuilderForField(field);
        fill(value);
        yield value.build();
      }
      case FLOAT, DOUBLE, STRING ->
          throw new IllegalStateException("an operation has a field of a new kind: " + field);
    };
  }

  private static int enumSize(FieldDescriptor field) {
    return field.getEnumType().getValues().size();
  }

  private int integer(String name) {
    return switch (name) {
      case "source_id" -> 0x10 + random.nextInt(3);
      case "pasid" -> random.nextInt(3);
      case "offset" -> REGISTERS[random.nextInt(REGISTERS.length)];
      case "size" -> SIZES[random.nextInt(SIZES.length)];
      case "length", "max_results" -> random.nextInt(40);
      case "group_index" -> random.nextInt(4);
      default -> random.nextInt(4) == 0 ? random.nextInt() : random.nextInt(16);
    };
  }

  private long number() {
    return switch (random.nextInt(6)) {
      case 0 -> random.nextLong();
      case 1 -> 1L << random.nextInt(64);
      case 2 -> random.nextInt(256);
      case 3 -> (long) random.nextInt() << 32 | random.nextInt(0x300);
      default -> page() | random.nextInt(16);
    };
  }

  byte[] bytes(int count) {
    var bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  /** Some bytes changed, some cut off. */
  byte[] damaged(byte[] bytes) {
    for (int i = random.nextInt(4); i >= 0 && bytes.length > 0; i--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
    }
    return random.nextInt(4) == 0
        ? java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length + 1))
        : bytes;
  }
}
