package dev.iommufleet.hardware.vtd.script;

import static dev.iommufleet.hardware.vtd.script.Numbers.parse;
import static dev.iommufleet.hardware.vtd.script.Numbers.parseInt;
import static dev.iommufleet.hardware.vtd.script.Numbers.pasid;
import static dev.iommufleet.hardware.vtd.script.Numbers.sourceId;

import dev.iommufleet.hardware.link.HostInfo;
import dev.iommufleet.hardware.memory.MemoryKind;
import dev.iommufleet.hardware.vtd.Access;
import dev.iommufleet.hardware.vtd.AddressType;
import dev.iommufleet.hardware.vtd.Operation;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Command lines to operations. */
final class CommandReader {
  private final SoftwareQueue queue = new SoftwareQueue();

  /** The operations that the line stands for. Text behind " #" is a comment. */
  List<Operation> read(String line) {
    String text = (line + " #").split(" #", 2)[0].strip();
    String[] words = text.split(" +");
    return switch (words[0]) {
      case "queue" -> queue.enable(words);
      case "tail" -> {
        queue.moveTail(parseInt(words[1]));
        yield List.of();
      }
      case "post" -> queue.store(text.substring(5));
      case "qi" -> {
        var operations = new ArrayList<>(queue.store(text.substring(3)));
        operations.add(queue.doorbell());
        yield operations;
      }
      case "ring" -> List.of(queue.doorbell());
      default -> List.of(one(words));
    };
  }

  private static Operation one(String[] words) {
    return switch (words[0]) {
      case "get", "get8", "get2", "get1", "set", "set8", "set2", "set1" -> register(words);
      case "mem", "peek", "range" -> memory(words);
      case "translate", "dma", "msi", "window", "ats", "page" -> request(words);
      case "continue" -> new Operation.Continue();
      case "reset" -> new Operation.Reset();
      default -> machine(words);
    };
  }

  private static Operation register(String[] words) {
    int size = words[0].length() == 3 ? 4 : words[0].charAt(3) - '0';
    int offset = RegisterNames.offset(words[1]);
    return words[0].startsWith("get")
        ? new Operation.ReadRegister(offset, size)
        : new Operation.WriteRegister(offset, size, parse(words[2]));
  }

  private static Operation memory(String[] words) {
    long address = parse(words[1]);
    return switch (words[0]) {
      case "peek" -> new Operation.ReadMemory(address, 8);
      case "range" ->
          new Operation.SetMemoryRange(address, parse(words[2]), MemoryKind.valueOf(words[3]));
      default -> {
        byte[] data = new byte[8 * (words.length - 2)];
        for (int i = 0; i < data.length; i++) {
          data[i] = Numbers.bytes(parse(words[2 + i / 8]), 8)[i % 8];
        }
        yield new Operation.WriteMemory(address, data);
      }
    };
  }

  private static Operation request(String[] words) {
    List<String> flags = List.of(words);
    int sid = sourceId(words[1]);
    int pasid = pasid(words[1]);
    return switch (words[0]) {
      case "translate" ->
          new Operation.Translate(sid, pasid, parse(words[3]), access(words[2]), type(flags));
      case "dma" -> dma(words, sid, pasid);
      case "msi" ->
          new Operation.RemapInterrupt(
              sid, parse(words[2]), parseInt(words[3]), !flags.contains("silent"));
      case "window" ->
          new Operation.AccessInterruptWindow(
              sid, pasid, parse(words[3]), words[2].equals("w"), flags.contains("translated"));
      case "ats" ->
          new Operation.AtsTranslate(
              sid,
              pasid,
              flags.contains("privileged"),
              flags.contains("execute"),
              parse(words[2]),
              parse(words[3]),
              flags.contains("no-write"),
              number(flags, "max=", 16));
      default ->
          new Operation.RequestPage(
              sid,
              pasid,
              flags.contains("privileged"),
              flags.contains("execute"),
              parse(words[2]),
              flags.contains("last"),
              number(flags, "prgi=", 0),
              flags.contains("read"),
              flags.contains("write"));
    };
  }

  private static Operation dma(String[] words, int sid, int pasid) {
    boolean write = words[2].equals("w");
    byte[] data = write ? HexFormat.of().parseHex(words[4]) : null;
    int length = write ? data.length : parseInt(words[4]);
    return new Operation.Dma(sid, pasid, parse(words[3]), length, type(List.of(words)), data);
  }

  private static int access(String letters) {
    return (letters.contains("r") ? Access.READ : 0)
        | (letters.contains("w") ? Access.WRITE : 0)
        | (letters.contains("x") ? Access.EXECUTE : 0)
        | (letters.contains("p") ? Access.PRIVILEGED : 0);
  }

  private static AddressType type(List<String> flags) {
    return flags.contains("translated")
        ? AddressType.TRANSLATED
        : flags.contains("ats") ? AddressType.TRANSLATION_REQUEST : AddressType.UNTRANSLATED;
  }

  private static int number(List<String> flags, String name, int otherwise) {
    for (String flag : flags) {
      if (flag.startsWith(name)) {
        return parseInt(flag.substring(name.length()));
      }
    }
    return otherwise;
  }

  private static Operation machine(String[] words) {
    int sid = sourceId(words[1]);
    int pasid = pasid(words[1]);
    return switch (words[0]) {
      case "space" -> new Operation.AddAddressSpace(sid, pasid);
      case "notifier" -> new Operation.AddNotifier(sid, pasid, parseInt(words[2]));
      case "replay" -> new Operation.ReplayMappings(sid, pasid);
      case "listener" -> new Operation.AddPageResponseListener(sid, pasid);
      case "attach" -> new Operation.AttachFunction(sid, words[2].equals("prompt"));
      case "detach" -> new Operation.DetachFunction(sid);
      case "complete" -> new Operation.CompleteInvalidation(sid, parseInt(words[2]));
      case "expire" -> new Operation.ExpireInvalidations(sid);
      case "plug" -> new Operation.AttachDevice(sid, 0, null);
      case "plug-host" -> new Operation.AttachDevice(sid, 0, host(words));
      case "unplug" -> new Operation.DetachDevice(sid, 0);
      case "lost" -> new Operation.DeviceLost(sid, 0);
      case "answer" ->
          new Operation.AnswerCommand(
              sid, 0, parseInt(words[2]), words.length > 3 ? Integer.parseInt(words[3]) : 0);
      default -> throw new IllegalArgumentException("no command is named " + words[0]);
    };
  }

  /** {@code plug-host SID [width=N]}: a host with everything; PASID width 8 unless said. */
  private static HostInfo host(String[] words) {
    int width = words.length > 2 ? Integer.parseInt(words[2].substring(6)) : 8;
    return new HostInfo(
        HostInfo.Provider.IOMMUFD,
        48,
        HostInfo.INTEL_VTD,
        0x19ED_008C_4078_0C66L,
        0x899C_8400_0F5EL,
        width,
        false);
  }
}
