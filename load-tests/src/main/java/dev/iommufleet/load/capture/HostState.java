package dev.iommufleet.load.capture;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The bindings of passthrough devices and the kernel's view of them, as {@code host_state} tells.
 *
 * @param devices by source id
 * @param objects by id
 */
record HostState(Map<Integer, Device> devices, Map<Integer, PageTable> objects) {
  private static final JsonFactory JSON = new JsonFactory();

  /** {@code attached}: object ids by PASID, as the kernel has it; {@code bindings} newest first. */
  record Device(int deviceId, List<Bound> bindings, Map<Integer, Integer> attached) {}

  /** {@code entry}: 64 bytes as hex digits; {@code nested}: id of the nested object, 0: none. */
  record Bound(int pasid, int nested, String entry) {}

  /** A page-table object; {@code users}: attachments and nested objects. */
  record PageTable(boolean nested, int users, long table) {}

  /**
   * What closing a device found, as {@code host_close} tells.
   *
   * @param attachments object ids by PASID
   * @param left ids of nested objects of the device
   * @param defaultFreed 0 or a negated errno; null: the default object was not freed
   */
  record Closed(Map<Integer, Integer> attachments, List<Integer> left, Integer defaultFreed) {}

  /** Reads a line that is known to be a host_state event. */
  static HostState parse(byte[] line) throws IOException, LineException {
    Map<Integer, Device> devices = new TreeMap<>();
    Map<Integer, PageTable> objects = new TreeMap<>();
    try (JsonParser json = JSON.createParser(line)) {
      json.nextToken();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        switch (nextValue(json)) {
          case "devices" -> each(json, () -> device(json, devices));
          case "hwpts" -> each(json, () -> object(json, objects));
          default -> json.skipChildren();
        }
      }
    } catch (JsonProcessingException e) {
      throw new LineException("not JSON: " + e.getOriginalMessage());
    }
    return new HostState(devices, objects);
  }

  /** Reads a line that is known to be a host_close event. */
  static Closed parseClosed(byte[] line) throws IOException, LineException {
    Map<Integer, Integer> attachments = new TreeMap<>();
    List<Integer> left = new ArrayList<>();
    Integer freed = null;
    try (JsonParser json = JSON.createParser(line)) {
      json.nextToken();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        switch (nextValue(json)) {
          case "attachments" -> each(json, () -> attachment(json, attachments));
          case "nested_left" -> each(json, () -> left.add(number(json)));
          case "default_free_ret" ->
              freed = json.currentToken() == JsonToken.VALUE_NULL ? null : number(json);
          default -> json.skipChildren();
        }
      }
    } catch (JsonProcessingException e) {
      throw new LineException("not JSON: " + e.getOriginalMessage());
    }
    return new Closed(attachments, left, freed);
  }

  // ---- parts of a line ---------------------------------------------------------------------

  /** Reads the value that the parser stands at. */
  private interface Part {
    void read() throws IOException, LineException;
  }

  private static String nextValue(JsonParser json) throws IOException {
    String name = json.currentName();
    json.nextToken();
    return name;
  }

  private static void each(JsonParser json, Part part) throws IOException, LineException {
    need(json, JsonToken.START_ARRAY);
    while (json.nextToken() != JsonToken.END_ARRAY) {
      part.read();
    }
  }

  private static void device(JsonParser json, Map<Integer, Device> devices)
      throws IOException, LineException {
    need(json, JsonToken.START_OBJECT);
    int sourceId = -1;
    int deviceId = -1;
    List<Bound> bindings = new ArrayList<>();
    Map<Integer, Integer> attached = new TreeMap<>();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      switch (nextValue(json)) {
        case "sid" -> sourceId = number(json);
        case "devid" -> deviceId = number(json);
        case "bindings" -> each(json, () -> bindings.add(bound(json)));
        case "attached" -> each(json, () -> attachment(json, attached));
        default -> throw unknown(json);
      }
    }
    devices.put(sourceId, new Device(deviceId, bindings, attached));
  }

  private static Bound bound(JsonParser json) throws IOException, LineException {
    need(json, JsonToken.START_OBJECT);
    int pasid = 0;
    int nested = 0;
    String entry = "";
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      switch (nextValue(json)) {
        case "pasid" -> pasid = number(json);
        case "fs_hwpt" -> nested = number(json);
        case "entry" -> entry = json.getText();
        default -> throw unknown(json);
      }
    }
    return new Bound(pasid, nested, entry);
  }

  private static void attachment(JsonParser json, Map<Integer, Integer> attachments)
      throws IOException, LineException {
    need(json, JsonToken.START_OBJECT);
    int pasid = 0;
    int object = 0;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      switch (nextValue(json)) {
        case "pasid" -> pasid = number(json);
        case "hwpt" -> object = number(json);
        default -> throw unknown(json);
      }
    }
    attachments.put(pasid, object);
  }

  private static void object(JsonParser json, Map<Integer, PageTable> objects)
      throws IOException, LineException {
    need(json, JsonToken.START_OBJECT);
    int id = 0;
    boolean nested = false;
    int users = 0;
    long table = 0;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      switch (nextValue(json)) {
        case "id" -> id = number(json);
        case "nested" -> nested = json.getBooleanValue();
        case "users" -> users = number(json);
        case "pgtbl" -> table = address(json);
        default -> throw unknown(json);
      }
    }
    objects.put(id, new PageTable(nested, users, table));
  }

  /** No PASID is PASID 0. */
  private static int number(JsonParser json) throws IOException, LineException {
    return switch (json.currentToken()) {
      case VALUE_NULL -> 0;
      case VALUE_NUMBER_INT -> json.getIntValue();
      default -> throw new LineException("'" + json.currentName() + "' is no number");
    };
  }

  private static long address(JsonParser json) throws IOException, LineException {
    String text = json.getText();
    if (!text.startsWith("0x")) {
      throw new LineException("'" + text + "' is not of the form 0x…");
    }
    try {
      return Long.parseUnsignedLong(text.substring(2), 16);
    } catch (NumberFormatException e) {
      throw new LineException("'" + text + "' is no number");
    }
  }

  private static LineException unknown(JsonParser json) throws IOException {
    return new LineException("unknown field '" + json.currentName() + "'");
  }

  private static void need(JsonParser json, JsonToken token) throws IOException, LineException {
    if (json.currentToken() != token) {
      throw new LineException("'" + json.currentName() + "' is not of the kind " + token);
    }
  }
}
