package dev.iommufleet.hardware.vtd.spec;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * One readable descriptor: which words may follow its verb.
 *
 * @param source the second word is a source id
 * @param required keys that must be given, as in {@code did=5}
 * @param optional keys that may be given
 * @param flags words that stand alone
 */
record DescriptorForm(
    String verb, boolean source, List<String> required, List<String> optional, List<String> flags) {

  /** Width in bits of each key's number. */
  private static final Map<String, Integer> WIDTHS =
      Map.ofEntries(
          Map.entry("did", 16),
          Map.entry("pasid", 20),
          Map.entry("fm", 2),
          Map.entry("addr", 64),
          Map.entry("am", 6),
          Map.entry("qdep", 5),
          Map.entry("index", 16),
          Map.entry("im", 5),
          Map.entry("data", 32),
          Map.entry("prgi", 9),
          Map.entry("code", 4));

  private static final Pattern HEX = Pattern.compile("0[xX][0-9a-fA-F]{1,16}");
  private static final Pattern DECIMAL = Pattern.compile("[0-9]{1,19}");

  /** What was given. Keys and flags that were not are absent. */
  record Fields(int sourceId, Map<String, Long> numbers, Set<String> flags) {

    boolean has(String word) {
      return flags.contains(word) || numbers.containsKey(word);
    }

    int number(String key, int otherwise) {
      return (int) (long) numbers.getOrDefault(key, (long) otherwise);
    }

    long address(long otherwise) {
      return numbers.getOrDefault("addr", otherwise);
    }
  }

  /** The text is wrong. Never leaves this package: {@link DescriptorText} returns it as a value. */
  static final class Refusal extends Exception {
    private static final long serialVersionUID = 1;
    private final int word;

    /** {@code word} counts from 1; 0: the words together. */
    Refusal(int word, String message) {
      super(message, null, false, false);
      this.word = word;
    }

    int word() {
      return word;
    }
  }

  /** The words after the verb, which is {@code words[0]}. */
  Fields parse(String[] words) throws Refusal {
    int next = 1;
    int sourceId = 0;
    if (source) {
      var id = words.length > 1 ? SourceId.parse(words[1]) : OptionalInt.empty();
      sourceId = id.orElseThrow(() -> new Refusal(2, SourceId.FORMS + "; " + usage()));
      next = 2;
    }
    var fields = new Fields(sourceId, new HashMap<>(), new HashSet<>());
    for (; next < words.length; next++) {
      take(words[next], next + 1, fields);
    }
    for (String key : required) {
      if (!fields.numbers.containsKey(key)) {
        throw new Refusal(0, key + "= is missing; " + usage());
      }
    }
    return fields;
  }

  private void take(String word, int position, Fields fields) throws Refusal {
    int equals = word.indexOf('=');
    if (equals < 0) {
      if (!flags.contains(word)) {
        throw new Refusal(position, quoted(word) + " means nothing here; " + usage());
      }
      fields.flags.add(word);
      return;
    }
    String key = word.substring(0, equals);
    if (!required.contains(key) && !optional.contains(key)) {
      throw new Refusal(position, quoted(word) + " means nothing here; " + usage());
    }
    long value = number(word.substring(equals + 1), WIDTHS.get(key), position, key);
    if (fields.numbers.put(key, value) != null) {
      throw new Refusal(position, key + "= is given twice; once is possible");
    }
  }

  /** A number of {@code width} bits, decimal or {@code 0x…}. */
  static long number(String text, int width, int position, String name) throws Refusal {
    boolean hex = HEX.matcher(text).matches();
    if (!hex && !DECIMAL.matcher(text).matches()) {
      throw new Refusal(
          position, name + " is " + quoted(text) + "; a number such as 16 or 0x10 is possible");
    }
    long value;
    try {
      value = hex ? Long.parseUnsignedLong(text.substring(2), 16) : Long.parseLong(text);
    } catch (NumberFormatException tooLong) {
      throw new Refusal(position, name + " is " + text + "; write more than 63 bits as 0x…");
    }
    if (width < 64 && value >>> width != 0) {
      throw new Refusal(
          position,
          name
              + " is "
              + text
              + "; it has "
              + width
              + " bits, so 0 to "
              + Bits.ones(width)
              + " is possible");
    }
    return value;
  }

  /** One line: {@code form: cc-d SOURCE fm=N [did=N]}. */
  String usage() {
    var words = new ArrayList<String>(List.of("form:", verb));
    if (source) {
      words.add("SOURCE");
    }
    required.forEach(key -> words.add(key + "=N"));
    optional.forEach(key -> words.add("[" + key + "=N]"));
    flags.forEach(flag -> words.add("[" + flag + "]"));
    return String.join(" ", words);
  }

  private static String quoted(String word) {
    return "\"" + word + "\"";
  }
}
