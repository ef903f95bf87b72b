package dev.iommufleet.persistence.mapping;

import static dev.iommufleet.persistence.mapping.MalformedException.Code.OUT_OF_RANGE;
import static dev.iommufleet.persistence.mapping.MalformedException.Code.UNKNOWN_KIND;
import static dev.iommufleet.persistence.mapping.MalformedException.Code.UNKNOWN_VALUE;

import dev.iommufleet.hardware.vtd.Access;
import java.util.ArrayList;
import java.util.List;

/** Fields that recur, with the width that the hardware gives them. */
final class Fields {
  private static final int SOURCE_ID_BITS = 16;
  private static final int PASID_BITS = 20;

  private Fields() {}

  static int sourceId(int value) {
    return bits("source id", value, SOURCE_ID_BITS);
  }

  /** {@link Access#NO_PASID} when the field is absent. */
  static int pasid(boolean present, int value) {
    return present ? bits("PASID", value, PASID_BITS) : Access.NO_PASID;
  }

  /** Of an entry of the PASID table; 0 stands for requests without PASID too. */
  static int pasidIndex(int value) {
    return bits("PASID", value, PASID_BITS);
  }

  /** Refuses what a field of so many bits cannot hold; 1 to 31 bits. */
  static int bits(String name, int value, int width) {
    if (value >>> width != 0) {
      throw outOfRange(name, value, (1L << width) - 1);
    }
    return value;
  }

  static int atMost(String name, int value, int most) {
    if (Integer.compareUnsigned(value, most) > 0) {
      throw outOfRange(name, value, most);
    }
    return value;
  }

  /** Refuses what a Java {@code int} would show as negative. */
  static int count(String name, int value) {
    return bits(name, value, 31);
  }

  static long[] words(String name, List<Long> values, int... lengths) {
    for (int length : lengths) {
      if (values.size() == length) {
        return values.stream().mapToLong(Long::longValue).toArray();
      }
    }
    throw new MalformedException(OUT_OF_RANGE, name + " has " + values.size() + " words");
  }

  static List<Long> words(long[] values) {
    var list = new ArrayList<Long>(values.length);
    for (long value : values) {
      list.add(value);
    }
    return list;
  }

  static int[] ints(List<Integer> values) {
    return values.stream().mapToInt(Integer::intValue).toArray();
  }

  static List<Integer> ints(int[] values) {
    var list = new ArrayList<Integer>(values.length);
    for (int value : values) {
      list.add(value);
    }
    return list;
  }

  static MalformedException outOfRange(String name, int value, long most) {
    return new MalformedException(
        OUT_OF_RANGE,
        "%s is %d; 0 to %d are possible".formatted(name, Integer.toUnsignedLong(value), most));
  }

  static MalformedException unknownKind(String what) {
    return new MalformedException(
        UNKNOWN_KIND, what + " is of no kind, or of one that this version does not know");
  }

  static MalformedException unknownValue(String what) {
    return new MalformedException(
        UNKNOWN_VALUE, what + " has no value, or one that this version does not know");
  }
}
