package dev.iommufleet.hardware.vtd.script;

import java.util.List;
import java.util.random.RandomGenerator;

/** Command lines drawn at random around the tables of the setup files. */
final class RandomCommands {
  private static final String[] FUNCTIONS = {
    "10", "18", "20", "40", "10/5", "10/6", "18/5", "10/1"
  };
  private static final String[] IOVAS = {
    "0", "1000", "2000", "3000", "4000", "200000", "40000000", "fee00000", "ffffffffffff0000", "8"
  };
  private static final String[] ENTRIES = {
    "0",
    "10007",
    "19007",
    "10003",
    "a000|49",
    "5000|89",
    "2001",
    "301d",
    "109",
    "fee00007",
    "8000000000010007",
    "80000003",
    "301f",
    "4003",
    "6007",
    "20001"
  };
  private static final String[] TABLES = {
    "1000", "2100", "2180", "2200", "2300", "3000", "4000", "4140", "4180", "5000", "6000", "7000",
    "8000", "8008", "8018", "a000", "d000", "80050"
  };
  private static final String[] REGISTERS = {
    "GCMD", "GSTS", "FSTS", "FECTL", "IQT", "ICS", "IECTL", "PRS", "PECTL", "PQH", "FRCDH", "IQA",
    "CCMD+4", "IOTLB+4", "RTADDR", "IRTA", "IQER", "IVA"
  };
  private static final List<String> DESCRIPTORS =
      List.of(
          "cc-global",
          "cc-device 10 0 5",
          "cc-device 10 3 5",
          "cc-domain 5",
          "iotlb-global",
          "iotlb-domain 5",
          "iotlb-domain 2",
          "iotlb-page 5 0 1",
          "iotlb-page 2 1000 0",
          "piotlb-pasid 2 5",
          "piotlb-page 2 5 0 2",
          "pc-global",
          "pc-domain 2",
          "pc-pasid 2 5",
          "pc-pasid 3 6",
          "pc-pasid 2 6",
          "wait-drain 90000 4",
          "devtlb 10 1000",
          "devtlb 18 7ffffffffffff001",
          "devtlb 40 0",
          "devtlb-pasid 10 5 1000",
          "iec-global",
          "wait-status 90000 1",
          "wait-status 90008 2",
          "wait-interrupt",
          "wait-both 90000 3",
          "wait-fence",
          "response 10 5 7 0",
          "raw 0",
          "wait-status fed90088 0",
          "raw 1000000003 1000",
          "raw 1000010003 1000");

  private final RandomGenerator random;

  RandomCommands(RandomGenerator random) {
    this.random = random;
  }

  String next() {
    return switch (random.nextInt(23)) {
      case 20, 21, 22 -> device();
      case 0, 1, 2, 3 ->
          "translate " + of(FUNCTIONS) + of(" r ", " w ", " rx ") + of(IOVAS) + type();
      case 4, 5 -> dma();
      case 6 ->
          "ats " + of(FUNCTIONS) + " " + of(IOVAS) + of(" 1000", " 5000") + of("", " no-write");
      case 7, 8 -> page();
      case 9, 10 -> "mem " + of(TABLES) + " " + of(ENTRIES);
      case 11, 12, 13, 14 -> queue();
      case 15 ->
          "msi 10 " + of("fee000b0", "fee000b8", "fee02000", "fee00034") + " " + of("0", "3");
      case 16 -> register();
      case 17 -> function();
      case 18 -> "set FSTS " + of("1", "10", "20", "40", "71");
      default -> rare();
    };
  }

  private String device() {
    String sid = of("10", "18", "20");
    return switch (random.nextInt(8)) {
      case 0 -> "plug-host " + sid + of("", " width=3", " width=0");
      case 1 -> random.nextInt(4) == 0 ? "plug " + sid : "plug-host " + sid;
      case 2 -> random.nextInt(3) == 0 ? "unplug " + sid : "lost " + sid;
      default ->
          "answer "
              + sid
              + " "
              + Integer.toHexString(1 + random.nextInt(12))
              + of("", "", "", " -22");
    };
  }

  private String type() {
    return of("", "", "", "", " translated", " ats");
  }

  private String dma() {
    return random.nextBoolean()
        ? "dma " + of(FUNCTIONS) + " r " + of(IOVAS) + of(" 4", " 1", " 10")
        : "dma " + of(FUNCTIONS) + " w " + of(IOVAS) + of(" 01020304", " ff", " 1122334455667788");
  }

  private String page() {
    return "page "
        + of(FUNCTIONS)
        + " "
        + of(IOVAS)
        + of(" read", " write", "", " read execute")
        + of("", " last")
        + " prgi="
        + of("1", "7", "1ff");
  }

  private String queue() {
    var text = new StringBuilder("qi ").append(descriptor());
    for (int more = random.nextInt(4); more > 0; more--) {
      text.append(" ; ").append(descriptor());
    }
    return text.toString();
  }

  private String descriptor() {
    if (random.nextInt(40) == 0) {
      return of("raw 0", "wait-status fed90088 0");
    }
    return DESCRIPTORS.get(random.nextInt(DESCRIPTORS.size()));
  }

  private String register() {
    return random.nextInt(3) == 0
        ? "get " + of(REGISTERS)
        : "set "
            + of(REGISTERS)
            + " "
            + of("0", "1", "80000000", "c4000000", "84000000", "20", "47");
  }

  private String function() {
    return switch (random.nextInt(6)) {
      case 0 -> "attach " + of("10", "18") + of(" slow", " prompt");
      case 1 -> "detach " + of("10", "18");
      case 2, 3 -> "complete " + of("10", "18") + " " + of("1", "2", "3", "ffffffff");
      case 4 -> "expire " + of("10", "18");
      default -> "listener 10/5";
    };
  }

  private String rare() {
    return switch (random.nextInt(8)) {
      case 0 -> "reset";
      case 1 -> "range " + of(TABLES) + " 1000 " + of("UNREADABLE", "READ_ONLY", "RAM");
      case 2 -> "notifier " + of(FUNCTIONS) + " " + of("1", "3", "4");
      case 3 -> "queue 30000 0 wide c3000000";
      case 4 -> "queue 30000 0 narrow c3000000";
      case 5 -> "set8 RTADDR " + of("1000", "1400");
      case 6 -> "continue";
      default -> "space " + of(FUNCTIONS);
    };
  }

  private String of(String... choices) {
    return choices[random.nextInt(choices.length)];
  }
}
