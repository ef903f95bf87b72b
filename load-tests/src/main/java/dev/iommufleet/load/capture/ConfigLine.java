package dev.iommufleet.load.capture;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.iommufleet.hardware.vtd.Capabilities;
import dev.iommufleet.hardware.vtd.IommuConfig;
import dev.iommufleet.hardware.vtd.Profile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A {@code config} line.
 *
 * @param registers words that are not all zero, in the order of the line
 * @param latches what else a loaded state holds, by the format's names; empty in other phases
 */
record ConfigLine(
    Map<String, Long> properties,
    long cap,
    long ecap,
    int iotlbEntries,
    List<Word> registers,
    Map<String, Long> latches) {

  /** Distinct pages of guest memory that a capture may touch. */
  static final int MEMORY_PAGES = 16_384;

  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  /** One 32-bit register word with its masks; {@code offset} in bytes. */
  record Word(int offset, int value, int writable, int writeOneToClear, int writeOnly) {}

  /** Whether the line is a header with this format. */
  static boolean isHeaderOf(String format, byte[] line) throws IOException {
    try (JsonParser json = JSON.createParser(line)) {
      while (json.nextToken() != null) {
        if (json.currentToken() == JsonToken.VALUE_STRING && "format".equals(json.currentName())) {
          return json.getText().equals(format);
        }
      }
      return false;
    }
  }

  /** Reads a line that is known to be a config event. */
  static ConfigLine parse(byte[] line) throws IOException, LineException {
    try (JsonParser json = JSON.createParser(line)) {
      Map<String, Long> properties = Map.of();
      Map<String, Long> plain = new HashMap<>();
      List<Word> words = new ArrayList<>();
      json.nextToken();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        json.nextToken();
        switch (name) {
          case "props" -> properties = numbers(json);
          case "regs" -> words(json, words);
          case "seq", "op", "phase", "reg_base", "reg_size" -> json.skipChildren();
          default -> plain.put(name, number(json));
        }
      }
      return new ConfigLine(
          properties,
          plain.remove("cap"),
          plain.remove("ecap"),
          Math.toIntExact(plain.remove("iotlb_max")),
          List.copyOf(words),
          plain);
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new LineException("not JSON: " + e.getOriginalMessage());
    } catch (ArithmeticException e) {
      throw new LineException("a number of more than 32 bits where 32 are the most");
    }
  }

  /** The numbers and flags of a line, by their names. */
  static Map<String, Long> plain(byte[] line) throws IOException, LineException {
    try (JsonParser json = JSON.createParser(line)) {
      Map<String, Long> plain = new HashMap<>();
      json.nextToken();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        json.nextToken();
        if (name.equals("op")) {
          json.skipChildren();
        } else {
          plain.put(name, number(json));
        }
      }
      return plain;
    }
  }

  /** The configuration of an IOMMU like the one that was recorded. */
  IommuConfig config() throws LineException {
    var capabilities =
        new Capabilities(
            (int) property("aw-bits"),
            flag("caching-mode"),
            flag("scalable-mode"),
            flag("fsts"),
            flag("snoop-control"),
            (int) property("pasid-bits"),
            flag("svm"),
            flag("stale-tm"),
            flag("fs1gp"),
            flag("device-iotlb"),
            flag("dma-translation"),
            flag("intremap"),
            flag("eim"));
    var conflicts = capabilities.conflicts();
    if (!conflicts.isEmpty()) {
      throw new LineException("no IOMMU has this configuration: " + conflicts.getFirst().message());
    }
    var usual = IommuConfig.of(Profile.QEMU_11_1, capabilities);
    return new IommuConfig(
        usual.profile(),
        usual.policy(),
        capabilities,
        usual.quirks(),
        new IommuConfig.Limits(iotlbEntries, MEMORY_PAGES),
        usual.options());
  }

  private boolean flag(String name) throws LineException {
    return property(name) != 0;
  }

  private long property(String name) throws LineException {
    Long value = properties.get(name);
    if (value == null) {
      throw new LineException("config without property '" + name + "'");
    }
    return value;
  }

  private static void words(JsonParser json, List<Word> words) throws IOException, LineException {
    need(json, JsonToken.START_ARRAY);
    while (json.nextToken() != JsonToken.END_ARRAY) {
      Map<String, Long> word = numbers(json);
      words.add(
          new Word(
              half(word, "off"),
              half(word, "val"),
              half(word, "wmask"),
              half(word, "w1cmask"),
              half(word, "womask")));
    }
  }

  private static int half(Map<String, Long> word, String name) throws LineException {
    Long value = word.get(name);
    if (value == null || value >>> 32 != 0) {
      throw new LineException("a register without a 32-bit '" + name + "'");
    }
    return value.intValue();
  }

  private static Map<String, Long> numbers(JsonParser json) throws IOException, LineException {
    need(json, JsonToken.START_OBJECT);
    Map<String, Long> numbers = new HashMap<>();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      json.nextToken();
      numbers.put(name, number(json));
    }
    return numbers;
  }

  private static long number(JsonParser json) throws IOException, LineException {
    return switch (json.currentToken()) {
      case VALUE_TRUE -> 1;
      case VALUE_FALSE -> 0;
      case VALUE_NUMBER_INT -> json.getLongValue();
      case VALUE_STRING -> hex(json.getText());
      default -> throw new LineException("'" + json.currentName() + "' is no number");
    };
  }

  private static long hex(String text) throws LineException {
    try {
      if (text.startsWith("0x")) {
        return Long.parseUnsignedLong(text.substring(2), 16);
      }
    } catch (NumberFormatException e) {
      throw new LineException("'" + text + "' is no number");
    }
    throw new LineException("'" + text + "' is not of the form 0x…");
  }

  private static void need(JsonParser json, JsonToken token) throws IOException, LineException {
    if (json.currentToken() != token) {
      throw new LineException("'" + json.currentName() + "' is not of the kind " + token);
    }
  }
}
