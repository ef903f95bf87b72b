package dev.iommufleet.simulation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The words of one line, taken one after the other; what nobody takes is a mistake. Every refusal
 * is an {@link IllegalArgumentException} that says what is possible.
 */
final class Words {
  private static final int DECIMAL = 10;
  private static final int HEXADECIMAL = 16;

  private final List<String> left;

  Words(String line) {
    left = new ArrayList<>(line.isBlank() ? List.of() : List.of(line.strip().split("\\s+")));
  }

  /** The next word; {@code what} is said if there is none. */
  String next(String what) {
    if (left.isEmpty()) {
      throw new IllegalArgumentException(what + " is missing");
    }
    return left.removeFirst();
  }

  /** The next word, one of those that are possible. */
  String oneOf(String... possible) {
    String all = String.join(", ", possible);
    String word = next("one of " + all);
    if (!List.of(possible).contains(word)) {
      throw new IllegalArgumentException(word + "; possible are " + all);
    }
    return word;
  }

  boolean isOn() {
    return oneOf("on", "off").equals("on");
  }

  /** A constant as people write it: small, and with hyphens. */
  <E extends Enum<E>> E constant(Class<E> type) {
    var possible = Arrays.stream(type.getEnumConstants()).map(Words::written).toList();
    String word = oneOf(possible.toArray(String[]::new));
    return type.getEnumConstants()[possible.indexOf(word)];
  }

  private static String written(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The next word, decimal. */
  int number(String what, int least, int most) {
    return number(next(what), what, least, most, DECIMAL);
  }

  /** The next word, hexadecimal without 0x, from 0 on. */
  int hex(String what, int most) {
    return number(next(what), what, 0, most, HEXADECIMAL);
  }

  /** Takes a word wherever it stands. */
  boolean has(String flag) {
    return left.remove(flag);
  }

  /** {@code name=N} wherever it stands. */
  int option(String name, int usual, int least, int most) {
    return left.stream().anyMatch(it -> it.startsWith(name + "="))
        ? option(name, least, most)
        : usual;
  }

  /** {@code name=N} wherever it stands; it has to be there. */
  int option(String name, int least, int most) {
    for (String word : left) {
      if (word.startsWith(name + "=")) {
        left.remove(word);
        return number(word.substring(name.length() + 1), name + "=", least, most, DECIMAL);
      }
    }
    throw new IllegalArgumentException(name + "= is missing");
  }

  /** The rest is read elsewhere. */
  void clear() {
    left.clear();
  }

  /** Refuses what is left. */
  void end() {
    if (!left.isEmpty()) {
      throw new IllegalArgumentException(String.join(" ", left) + " has no meaning here");
    }
  }

  private static int number(String word, String what, int least, int most, int radix) {
    long number;
    try {
      number =
          Character.isLetterOrDigit(word.isEmpty() ? '-' : word.charAt(0))
              ? Long.parseLong(word, radix)
              : -1;
    } catch (NumberFormatException e) {
      number = -1;
    }
    if (number < least || number > most) {
      throw new IllegalArgumentException(
          "%s is %s; %s to %s, %s, are possible"
              .formatted(
                  what,
                  word,
                  Integer.toString(least, radix),
                  Integer.toString(most, radix),
                  radix == DECIMAL ? "decimal" : "hexadecimal without 0x"));
    }
    return (int) number;
  }
}
