package dev.iommufleet.load.guest;

import com.google.protobuf.MessageLite;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Collection;

/** A running hash of requests: equal in two runs exactly if they sent the same. */
public final class StepHash {
  private static final long PRIME = 0x100_0000_01B3L;

  private long hash = 0xCBF2_9CE4_8422_2325L;

  public void add(Step step) {
    value(step);
  }

  /** Takes in what another one came to. */
  public void add(long other) {
    mix(other);
  }

  public long value() {
    return hash;
  }

  private void mix(long bits) {
    hash = (hash ^ bits) * PRIME;
    hash ^= hash >>> 29;
  }

  private void value(Object value) {
    switch (value) {
      case null -> mix(-1);
      case Integer it -> mix(it);
      case Long it -> mix(it);
      case Boolean it -> mix(it ? 1 : 2);
      case String it -> it.chars().forEach(this::mix);
      case Enum<?> it -> value(it.name());
      case byte[] it -> bytes(it);
      case int[] it -> {
        for (int word : it) {
          mix(word);
        }
      }
      case MessageLite it -> bytes(it.toByteArray());
      case Collection<?> it -> collection(it);
      case Record it -> record(it);
      default -> throw new IllegalStateException("cannot hash a " + value.getClass());
    }
  }

  private void bytes(byte[] bytes) {
    mix(bytes.length);
    for (byte one : bytes) {
      mix(one);
    }
  }

  /** Sets have no order, so what they hold is added up. */
  private void collection(Collection<?> all) {
    mix(all.size());
    if (all instanceof java.util.Set<?>) {
      mix(all.stream().map(String::valueOf).mapToLong(String::hashCode).sum());
    } else {
      all.forEach(this::value);
    }
  }

  private void record(Record record) {
    value(record.getClass().getSimpleName());
    try {
      for (RecordComponent part : record.getClass().getRecordComponents()) {
        value(part.getAccessor().invoke(record));
      }
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("cannot read a " + record.getClass(), e);
    }
  }
}
