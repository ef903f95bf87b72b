package dev.iommufleet.persistence.mapping;

import dev.iommufleet.hardware.link.HostInfo;
import dev.iommufleet.hardware.vtd.Access;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Records of the hardware with random values that their components may have. */
public final class RandomRecords {
  /** Widths in bits; an {@code int} that is not listed may be anything that is not negative. */
  private static final Map<String, Integer> WIDTHS =
      Map.ofEntries(
          Map.entry("sourceId", 16),
          Map.entry("domainId", 16),
          Map.entry("access", 4),
          Map.entry("permissions", 4),
          Map.entry("faultReason", 8),
          Map.entry("reason", 8),
          Map.entry("groupIndex", 9),
          Map.entry("flags", 3),
          Map.entry("itag", 5),
          Map.entry("level", 2),
          Map.entry("stage", 2),
          Map.entry("functionMask", 2),
          Map.entry("addressMask", 6),
          Map.entry("index", 16),
          Map.entry("mask", 5),
          Map.entry("code", 4),
          Map.entry("info", 4),
          Map.entry("addressWidth", 7),
          Map.entry("pasidWidth", 4),
          Map.entry("type", 3),
          Map.entry("tableFlags", 3));

  /** Their PASID is the index of an entry; there is always one. */
  private static final Set<String> INDEXED =
      Set.of(
          "Bind",
          "Unbind",
          "Flush",
          "PageGroupOpened",
          "PageGroupClosed",
          "BindingKept",
          "BindingLimitReached");

  private final Random random;

  public RandomRecords(long seed) {
    random = new Random(seed);
  }

  /** The records under a sealed interface, however deep. */
  public static Stream<Class<?>> leaves(Class<?> type) {
    return type.isSealed()
        ? Arrays.stream(type.getPermittedSubclasses()).flatMap(RandomRecords::leaves).distinct()
        : Stream.of(type);
  }

  public Object make(Class<?> type) {
    var components = type.getRecordComponents();
    var values = new Object[components.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = value(type, components[i]);
    }
    // The second array of changed registers is as long as the first, and data as long as told.
    switch (type.getSimpleName()) {
      case "RegistersChanged" -> values[1] = ints(((int[]) values[0]).length);
      case "Dma" -> {
        int last = values.length - 1;
        values[last] = random.nextBoolean() ? null : bytes((int) values[3]);
      }
      default -> {}
    }
    return construct(type, components, values);
  }

  private Object value(Class<?> owner, RecordComponent component) {
    var type = component.getType();
    var name = component.getName();
    if (type == int.class) {
      return number(owner, name);
    } else if (type == long.class) {
      return random.nextLong() >>> random.nextInt(64);
    } else if (type == boolean.class) {
      return random.nextBoolean();
    } else if (type == byte[].class) {
      return bytes(random.nextInt(70));
    } else if (type == int[].class) {
      return ints(random.nextInt(20));
    } else if (type == long[].class) {
      return longs(owner.getSimpleName().startsWith("Context") ? 4 : 8);
    } else if (type == String.class) {
      return "x" + random.nextInt(1_000);
    } else if (type.isEnum()) {
      return type.getEnumConstants()[random.nextInt(type.getEnumConstants().length)];
    } else if (type == List.class) {
      var element = ((ParameterizedType) component.getGenericType()).getActualTypeArguments()[0];
      return list((Class<?>) element);
    } else if (type == HostInfo.class) {
      return random.nextBoolean() ? make(type) : null;
    } else if (type.isSealed()) {
      var kinds = leaves(type).toList();
      return make(kinds.get(random.nextInt(kinds.size())));
    } else {
      return make(type);
    }
  }

  private int number(Class<?> owner, String name) {
    if (name.toLowerCase(Locale.ROOT).endsWith("pasid")) {
      boolean none = random.nextInt(4) == 0 && !INDEXED.contains(owner.getSimpleName());
      return none ? Access.NO_PASID : random.nextInt(4) * 0x5_5555;
    }
    if (name.equals("data") || name.equals("itagVector") || name.equals("errno")) {
      return random.nextInt();
    }
    if (owner.getSimpleName().equals("Dma") && name.equals("length")) {
      return random.nextInt(100);
    }
    return random.nextInt() >>> 32 - WIDTHS.getOrDefault(name, 31);
  }

  private List<Object> list(Class<?> element) {
    var list = new ArrayList<Object>();
    for (int left = random.nextInt(5); left > 0; left--) {
      list.add(make(element));
    }
    return List.copyOf(list);
  }

  private byte[] bytes(int length) {
    var bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private int[] ints(int length) {
    return random.ints(length).toArray();
  }

  private long[] longs(int length) {
    return random.longs(length).toArray();
  }

  private static Object construct(Class<?> type, RecordComponent[] components, Object[] values) {
    try {
      Constructor<?> constructor =
          type.getDeclaredConstructor(
              Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
      constructor.setAccessible(true);
      return constructor.newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(type + " of " + Arrays.deepToString(values), e);
    }
  }

  /** Whether two records are equal, arrays by their elements. */
  public static boolean same(Object a, Object b) {
    if (a instanceof List<?> first && b instanceof List<?> second) {
      return first.size() == second.size()
          && IntStream.range(0, first.size()).allMatch(i -> same(first.get(i), second.get(i)));
    }
    if (a == null || b == null || a.getClass() != b.getClass()) {
      return a == b;
    }
    if (a instanceof Record) {
      return Arrays.stream(a.getClass().getRecordComponents())
          .allMatch(it -> same(get(it, a), get(it, b)));
    }
    if (a.getClass().isArray()) {
      return Array.getLength(a) == Array.getLength(b)
          && Objects.deepEquals(new Object[] {a}, new Object[] {b});
    }
    return a.equals(b);
  }

  private static Object get(RecordComponent component, Object owner) {
    try {
      component.getAccessor().setAccessible(true);
      return component.getAccessor().invoke(owner);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(component + " of " + owner, e);
    }
  }
}
