package dev.iommufleet.simulation;

import dev.iommufleet.hardware.device.ConfigRegister;
import dev.iommufleet.hardware.device.DeviceOperation;
import dev.iommufleet.hardware.device.DeviceOperation.CompletionFault;
import dev.iommufleet.hardware.device.DeviceOperation.Mode;
import dev.iommufleet.hardware.device.HostCall;
import dev.iommufleet.hardware.vtd.spec.DescriptorText;
import dev.iommufleet.hardware.vtd.spec.DescriptorText.StatusSlot;
import dev.iommufleet.simulation.Scenario.DeviceSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Reads the steps of a scenario. */
final class StepReader {
  private static final int EXECUTABLE_PRI = 1;

  private final List<DeviceSpec> devices;

  StepReader(List<DeviceSpec> devices) {
    this.devices = devices;
  }

  /** What a word stands for: usually one step. */
  List<Step> read(String line, String[] words) {
    if (isDevice(words[0])) {
      return device(device(words[0]), words);
    }
    var options = options(words);
    return List.of(
        switch (words[0]) {
          case "entry" -> entry(words, options);
          case "context" -> context(words);
          case "map" ->
              new Step.Leaf(
                  option(options, "space", 0),
                  Integer.parseInt(words[1]),
                  Integer.parseInt(words[2], 16),
                  !line.contains("read-only"));
          case "unmap" ->
              new Step.Leaf(option(options, "space", 0), Integer.parseInt(words[1]), 0, false);
          case "qi" -> submit(line.substring(2));
          case "await" ->
              words[1].equals("command")
                  ? new Step.AwaitCommand()
                  : new Step.Await(Integer.parseInt(words[1]), line.contains("or-error"));
          case "te" -> new Step.Command(words[1].equals("on"), false, true);
          case "srtp" -> new Step.Command(true, true, true);
          case "qie" -> new Step.Command(true, false, words[1].equals("on"));
          case "reset" -> new Step.Reset();
          case "serve" ->
              new Step.Serve(
                  option(options, "code", 0), !line.contains("unmapped"), line.contains("if-any"));
          case "serve-all" -> new Step.ServeAll(option(options, "code", 0));
          case "pqh" -> new Step.MoveRequestHead(Long.parseLong(words[1], 16));
          case "clear-prs" -> new Step.ClearRequestStatus(Integer.parseInt(words[1], 16));
          case "clear-fsts" -> new Step.ClearFaultStatus(Integer.parseInt(words[1], 16));
          case "expire" -> new Step.Expire(device(words[1]));
          default -> throw new IllegalArgumentException("no step is named " + words[0]);
        });
  }

  /** {@code entry d1 3 did=5 space=0 [pt]} or {@code entry d1 3 absent}. */
  private Step entry(String[] words, Map<String, String> options) {
    int device = device(words[1]);
    int pasid = Integer.parseInt(words[2]);
    if (words[3].equals("absent")) {
      return new Step.Entry(device, pasid, 0, 0, 0);
    }
    boolean passThrough = words[words.length - 1].equals("pt");
    return new Step.Entry(
        device, pasid, option(options, "did", 1), option(options, "space", 0), passThrough ? 4 : 1);
  }

  /** {@code context d1 present|absent|shares d2}. */
  private Step context(String[] words) {
    int device = device(words[1]);
    return new Step.Context(
        device,
        switch (words[2]) {
          case "present" -> device;
          case "absent" -> -1;
          case "shares" -> device(words[3]);
          default -> throw new IllegalArgumentException("present, absent or shares");
        });
  }

  /** Behind {@code -> N} stands the number of the wait that ends the batch. */
  private static Step submit(String text) {
    int arrow = text.indexOf("->");
    int wait = arrow < 0 ? 0 : Integer.parseInt(text.substring(arrow + 2).strip());
    String descriptors = arrow < 0 ? text : text.substring(0, arrow);
    boolean named = descriptors.contains("wait");
    for (String one : descriptors.split(";")) {
      DescriptorText.parse(one, new StatusSlot(wait, Layout.status(wait)));
    }
    return new Step.Submit(wait == 0 || named ? descriptors : descriptors + "; wait", wait);
  }

  // ---- devices ----

  private List<Step> device(int device, String[] words) {
    if (words[1].equals("enable")) {
      return List.of(
          write(device, ConfigRegister.COMMAND, 4),
          write(device, ConfigRegister.PASID_CONTROL, 1),
          write(device, ConfigRegister.ATS_CONTROL, 1 << 15),
          write(device, ConfigRegister.PRI_ALLOCATION, 8),
          write(device, ConfigRegister.PRI_CONTROL, EXECUTABLE_PRI));
    }
    return List.of(new Step.Device(device, operation(device, words)));
  }

  private static Step write(int device, ConfigRegister register, long value) {
    return new Step.Device(device, new DeviceOperation.WriteConfig(register, value));
  }

  private DeviceOperation operation(int device, String[] words) {
    var options = options(words);
    return switch (words[1]) {
      case "attach" -> new DeviceOperation.Attach(Machines.IOMMU, devices.get(device).sourceId());
      case "detach" -> new DeviceOperation.Detach();
      case "remove" -> new DeviceOperation.Remove();
      case "reset" -> new DeviceOperation.WriteConfig(ConfigRegister.DEVICE_CONTROL, 1 << 15);
      case "pri" ->
          new DeviceOperation.WriteConfig(
              ConfigRegister.PRI_CONTROL, words[2].equals("on") ? 1 : 0);
      case "poll" -> new DeviceOperation.Poll();
      case "dma" -> dma(words, options);
      case "page" ->
          new DeviceOperation.RequestPage(
              option(options, "pasid", 1),
              Long.parseLong(words[2]) << 12,
              true,
              false,
              false,
              false,
              !words[words.length - 1].equals("more"));
      case "stop-marker" -> new DeviceOperation.SendStopMarker(option(options, "pasid", 1));
      case "completions" ->
          new DeviceOperation.FailCompletions(
              CompletionFault.valueOf(words[2].replace('-', '_').toUpperCase(Locale.ROOT)),
              option(options, "n", 1));
      case "release" -> new DeviceOperation.ReleaseCompletions();
      case "lose-responses" -> new DeviceOperation.LoseResponses(Integer.parseInt(words[2]));
      case "fail" ->
          new DeviceOperation.FailHostCall(
              HostCall.Kind.valueOf(words[2].toUpperCase(Locale.ROOT)),
              option(options, "n", 1),
              option(options, "errno", 12));
      case "link" -> new DeviceOperation.SetLink(words[2].equals("up"), words.length > 3);
      default -> throw new IllegalArgumentException("no step of a device is named " + words[1]);
    };
  }

  /** {@code d1 dma PAGE pasid=N [write] [ats|sva]}; a write stores 4 bytes. */
  private static DeviceOperation dma(String[] words, Map<String, String> options) {
    String line = String.join(" ", words);
    Mode mode = line.contains("sva") ? Mode.SVA : line.contains("ats") ? Mode.ATS : Mode.PLAIN;
    return new DeviceOperation.StartDma(
        option(options, "pasid", -1),
        Long.parseLong(words[2]) << 12,
        4,
        line.contains("write") ? new byte[] {1, 2, 3, 4} : null,
        mode);
  }

  private boolean isDevice(String word) {
    return devices.stream().anyMatch(d -> d.name().equals(word));
  }

  private int device(String name) {
    for (int i = 0; i < devices.size(); i++) {
      if (devices.get(i).name().equals(name)) {
        return i;
      }
    }
    throw new IllegalArgumentException("no device is named " + name);
  }

  private static Map<String, String> options(String[] words) {
    Map<String, String> options = new HashMap<>();
    for (String word : words) {
      int equals = word.indexOf('=');
      if (equals > 0) {
        options.put(word.substring(0, equals), word.substring(equals + 1));
      }
    }
    return options;
  }

  private static int option(Map<String, String> options, String name, int usual) {
    return options.containsKey(name) ? Integer.parseInt(options.get(name)) : usual;
  }
}
