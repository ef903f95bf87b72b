package dev.iommufleet.simulation;

import dev.iommufleet.hardware.device.ConfigRegister;
import dev.iommufleet.hardware.device.DeviceOperation;
import dev.iommufleet.hardware.device.DeviceOperation.CompletionFault;
import dev.iommufleet.hardware.device.DeviceOperation.Mode;
import dev.iommufleet.hardware.device.HostCall;
import dev.iommufleet.hardware.vtd.spec.DescriptorText;
import dev.iommufleet.hardware.vtd.spec.DescriptorText.StatusSlot;
import dev.iommufleet.simulation.Scenario.DeviceSpec;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads the steps of a scenario. */
final class StepReader {
  private static final int EXECUTABLE_PRI = 1;
  private static final int MOST_PAGE = 511;
  private static final int MOST_SPACE = Machines.SPACES - 1;
  private static final int MOST_PASID = 3;
  private static final int MOST_FRAME = 0xFFF_FFFF;
  private static final int MOST_DOMAIN = 0xFFFF;

  /** Status words of waits fill a page. */
  private static final int MOST_WAIT = 1023;

  private static final int MOST_TIMES = 1000;
  private static final int MOST_ERRNO = 4095;
  private static final int MOST_CODE = 15;
  private static final int MOST_HEAD = 0x7FFFF;
  private static final int MOST_STATUS = 0xFFFF;

  private static final List<String> GUEST =
      List.of(
          "map PAGE FRAME [space=N] [read-only]",
          "unmap PAGE [space=N]",
          "entry DEV PASID absent, or did=N space=N [pt]",
          "context DEV present|absent|shares DEV",
          "qi DESCRIPTOR ; ... [-> N]",
          "await N [or-error], or await command",
          "te on|off",
          "srtp",
          "qie on|off",
          "reset",
          "serve [code=N] [unmapped] [if-any]",
          "serve-all [code=N]",
          "pqh HEX",
          "clear-prs HEX",
          "clear-fsts HEX",
          "expire DEV");

  private static final List<String> DEVICE =
      List.of(
          "enable",
          "attach",
          "detach",
          "remove",
          "reset",
          "pri on|off",
          "poll",
          "dma PAGE pasid=N [write] [ats|sva]",
          "page PAGE pasid=N [more]",
          "stop-marker pasid=N",
          "completions FAULT [n=N]",
          "release",
          "lose-responses N",
          "fail CALL [n=N] [errno=N]",
          "link up|down [notice]");

  private final List<DeviceSpec> devices;

  StepReader(List<DeviceSpec> devices) {
    this.devices = devices;
  }

  /** Whether a device of that name could not be told from a step. */
  static boolean isStep(String word) {
    return GUEST.stream().anyMatch(form -> isForm(form, word));
  }

  /**
   * What a line stands for: usually one step.
   *
   * @throws IllegalArgumentException what is wrong, and the form
   */
  List<Step> read(String line) {
    var words = new Words(line);
    String verb = words.next("a step");
    if (!isDevice(verb)) {
      String form = form(GUEST, verb, "a device");
      return whole(form, words, () -> List.of(guest(verb, line, words)));
    }
    String does = words.next("what the device does");
    String form = verb + " " + form(DEVICE, does, "nothing else");
    return whole(form, words, () -> device(device(verb), does, words));
  }

  private interface Reading {
    List<Step> read();
  }

  private static List<Step> whole(String form, Words words, Reading reading) {
    try {
      var steps = reading.read();
      words.end();
      return steps;
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(e.getMessage() + "; the form is " + form, e);
    }
  }

  private static boolean isForm(String form, String verb) {
    return form.equals(verb) || form.startsWith(verb + " ");
  }

  private static String form(List<String> forms, String verb, String or) {
    return forms.stream()
        .filter(form -> isForm(form, verb))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no step is named %s; there are %s"
                        .formatted(
                            verb,
                            Stream.concat(
                                    forms.stream().map(form -> form.split(" ")[0]), Stream.of(or))
                                .collect(Collectors.joining(", ")))));
  }

  private Step guest(String verb, String line, Words words) {
    return switch (verb) {
      case "entry" -> entry(words);
      case "context" -> context(words);
      case "map" -> leaf(page(words), words.hex("FRAME", MOST_FRAME), words, true);
      case "unmap" -> leaf(page(words), 0, words, false);
      case "qi" -> submit(line.substring(2), words);
      case "await" -> await(words);
      case "te" -> new Step.Command(words.isOn(), false, true);
      case "srtp" -> new Step.Command(true, true, true);
      case "qie" -> new Step.Command(true, false, words.isOn());
      case "reset" -> new Step.Reset();
      case "serve" -> new Step.Serve(code(words), !words.has("unmapped"), words.has("if-any"));
      case "serve-all" -> new Step.ServeAll(code(words));
      case "pqh" -> new Step.MoveRequestHead(words.hex("HEX", MOST_HEAD));
      case "clear-prs" -> new Step.ClearRequestStatus(words.hex("HEX", MOST_STATUS));
      case "clear-fsts" -> new Step.ClearFaultStatus(words.hex("HEX", MOST_STATUS));
      case "expire" -> new Step.Expire(device(words.next("DEV")));
      default -> throw new IllegalStateException("a form without a step: " + verb);
    };
  }

  private static int page(Words words) {
    return words.number("PAGE", 0, MOST_PAGE);
  }

  private static int code(Words words) {
    return words.option("code", 0, 0, MOST_CODE);
  }

  private static Step leaf(int page, int frame, Words words, boolean maps) {
    return new Step.Leaf(
        words.option("space", 0, 0, MOST_SPACE), page, frame, maps && !words.has("read-only"));
  }

  private static Step await(Words words) {
    return words.has("command")
        ? new Step.AwaitCommand()
        : new Step.Await(words.number("N", 1, MOST_WAIT), words.has("or-error"));
  }

  /** {@code entry d1 3 did=5 space=0 [pt]} or {@code entry d1 3 absent}. */
  private Step entry(Words words) {
    int device = device(words.next("DEV"));
    int pasid = words.number("PASID", 0, MOST_PASID);
    if (words.has("absent")) {
      return new Step.Entry(device, pasid, 0, 0, 0);
    }
    return new Step.Entry(
        device,
        pasid,
        words.option("did", 0, MOST_DOMAIN),
        words.option("space", 0, MOST_SPACE),
        words.has("pt") ? 4 : 1);
  }

  /** {@code context d1 present|absent|shares d2}. */
  private Step context(Words words) {
    int device = device(words.next("DEV"));
    return new Step.Context(
        device,
        switch (words.oneOf("present", "absent", "shares")) {
          case "present" -> device;
          case "absent" -> -1;
          default -> device(words.next("DEV"));
        });
  }

  /** Behind {@code -> N} stands the number of the wait that ends the batch. */
  private static Step submit(String text, Words words) {
    words.clear();
    int arrow = text.indexOf("->");
    int wait = 0;
    if (arrow >= 0) {
      var behind = new Words(text.substring(arrow + 2));
      wait = behind.number("N", 1, MOST_WAIT);
      behind.end();
    }
    String descriptors = arrow < 0 ? text : text.substring(0, arrow);
    boolean named = descriptors.contains("wait");
    for (String one : descriptors.split(";")) {
      var slot = new StatusSlot(wait, Layout.status(wait));
      if (DescriptorText.parse(one, slot) instanceof DescriptorText.Parsed.Refused refused) {
        throw new IllegalArgumentException(refused.message());
      }
    }
    return new Step.Submit(wait == 0 || named ? descriptors : descriptors + "; wait", wait);
  }

  // ---- devices ----

  private List<Step> device(int device, String does, Words words) {
    if (does.equals("enable")) {
      return List.of(
          write(device, ConfigRegister.COMMAND, 4),
          write(device, ConfigRegister.PASID_CONTROL, 1),
          write(device, ConfigRegister.ATS_CONTROL, 1 << 15),
          write(device, ConfigRegister.PRI_ALLOCATION, 8),
          write(device, ConfigRegister.PRI_CONTROL, EXECUTABLE_PRI));
    }
    return List.of(new Step.Device(device, operation(device, does, words)));
  }

  private static Step write(int device, ConfigRegister register, long value) {
    return new Step.Device(device, new DeviceOperation.WriteConfig(register, value));
  }

  private DeviceOperation operation(int device, String does, Words words) {
    return switch (does) {
      case "attach" -> new DeviceOperation.Attach(Machines.IOMMU, devices.get(device).sourceId());
      case "detach" -> new DeviceOperation.Detach();
      case "remove" -> new DeviceOperation.Remove();
      case "reset" -> new DeviceOperation.WriteConfig(ConfigRegister.DEVICE_CONTROL, 1 << 15);
      case "pri" ->
          new DeviceOperation.WriteConfig(ConfigRegister.PRI_CONTROL, words.isOn() ? 1 : 0);
      case "poll" -> new DeviceOperation.Poll();
      case "dma" -> dma(words);
      case "page" -> requestPage(words);
      case "stop-marker" -> new DeviceOperation.SendStopMarker(pasid(words));
      case "completions" ->
          new DeviceOperation.FailCompletions(words.constant(CompletionFault.class), times(words));
      case "release" -> new DeviceOperation.ReleaseCompletions();
      case "lose-responses" -> new DeviceOperation.LoseResponses(words.number("N", 0, MOST_TIMES));
      case "fail" ->
          new DeviceOperation.FailHostCall(
              words.constant(HostCall.Kind.class),
              times(words),
              words.option("errno", 12, 1, MOST_ERRNO));
      case "link" ->
          new DeviceOperation.SetLink(words.oneOf("up", "down").equals("up"), words.has("notice"));
      default -> throw new IllegalStateException("a form without a step: " + does);
    };
  }

  private static int pasid(Words words) {
    return words.option("pasid", 0, MOST_PASID);
  }

  private static int times(Words words) {
    return words.option("n", 1, 1, MOST_TIMES);
  }

  /** {@code d1 page PAGE pasid=N [more]}; without {@code more} the group ends. */
  private static DeviceOperation requestPage(Words words) {
    long address = (long) page(words) << 12;
    return new DeviceOperation.RequestPage(
        pasid(words), address, true, false, false, false, !words.has("more"));
  }

  /** {@code d1 dma PAGE pasid=N [write] [ats|sva]}; a write stores 4 bytes. */
  private static DeviceOperation dma(Words words) {
    long address = (long) page(words) << 12;
    int pasid = pasid(words);
    byte[] data = words.has("write") ? new byte[] {1, 2, 3, 4} : null;
    Mode mode = words.has("sva") ? Mode.SVA : words.has("ats") ? Mode.ATS : Mode.PLAIN;
    return new DeviceOperation.StartDma(pasid, address, 4, data, mode);
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
    throw new IllegalArgumentException(
        "no device is named %s; there are %s"
            .formatted(name, devices.stream().map(DeviceSpec::name).toList()));
  }
}
