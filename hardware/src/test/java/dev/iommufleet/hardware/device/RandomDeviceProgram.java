package dev.iommufleet.hardware.device;

import dev.iommufleet.hardware.device.DeviceConfig.Kind;
import dev.iommufleet.hardware.device.DeviceConfig.PciCapabilities;
import dev.iommufleet.hardware.device.DeviceOperation.CompletionFault;
import dev.iommufleet.hardware.device.DeviceOperation.Mode;
import dev.iommufleet.hardware.link.Command;
import dev.iommufleet.hardware.link.Report;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Operations that mostly make sense: an IOMMU and a guest that now and then misbehave. */
final class RandomDeviceProgram {
  private static final int[] ERRNOS = {5, 12, 16, 22, 95};
  private static final long[][] ENTRIES = {
    HostFixture.FIRST,
    HostFixture.SECOND,
    HostFixture.PASS,
    {0x49, 5, 0x10100001L, 0, 0, 0, 0, 0},
    {0x89, 5, 0, 0, 0, 0, 0, 0}
  };

  private final Random random;
  private final HostDevice device;
  private final List<Report.Question> questions = new ArrayList<>();
  private final List<Report.PageRequested> requests = new ArrayList<>();
  private final List<DeviceOperation.Receive> sent = new ArrayList<>();
  private long epoch;
  private long lastId;
  private long lastNumbered;

  RandomDeviceProgram(Random random, HostDevice device) {
    this.random = random;
    this.device = device;
  }

  static DeviceConfig config(Kind kind, Random random) {
    var pci =
        new PciCapabilities(true, 4, true, false, 1 + random.nextInt(8), random.nextBoolean());
    return new DeviceConfig(
        "d",
        kind,
        pci,
        kind == Kind.PASSTHROUGH ? HostFixture.host(HostFixture.FAULTING, 4) : null,
        kind == Kind.PASSTHROUGH ? random.nextInt(3) : 0);
  }

  /** What the device said last. */
  void saw(DeviceReply reply, List<DeviceFact> facts) {
    for (DeviceFact fact : facts) {
      if (fact instanceof DeviceFact.Reported reported) {
        switch (reported.report()) {
          case Report.Question q -> questions.add(q);
          case Report.PageRequested r -> requests.add(r);
          default -> {}
        }
      }
    }
    if (reply instanceof DeviceReply.AttachStarted started) {
      epoch = started.epoch();
      lastId = lastNumbered = 0;
      sent.clear();
      questions.clear();
      requests.clear();
    }
  }

  DeviceOperation next() {
    boolean attached = device.view().state() == AttachState.ATTACHED;
    if (!attached && random.nextInt(3) > 0) {
      return attaching();
    }
    boolean calls = device.config().passthrough() && random.nextInt(60) == 0;
    return switch (calls ? 24 : random.nextInt(24)) {
      case 0 -> register();
      case 1, 2 -> enable();
      case 3 -> order();
      case 4, 5, 6, 7 -> command();
      case 8 -> repeat();
      case 9, 10, 11, 12 -> answer();
      case 13, 14, 15 -> dma();
      case 16, 17 -> request();
      case 18, 19 -> settle();
      case 20 -> respond();
      case 21 -> new DeviceOperation.Poll();
      case 24 -> callHost();
      case 22 -> random.nextInt(4) == 0 ? new DeviceOperation.Resume() : command();
      default -> random.nextInt(6) == 0 ? leaving() : answer();
    };
  }

  private DeviceOperation attaching() {
    return switch (random.nextInt(5)) {
      case 0, 1 -> new DeviceOperation.Attach("iommu" + random.nextInt(2), random.nextInt(64));
      case 2 -> new DeviceOperation.AttachAnswered(epoch, random.nextInt(5) > 0);
      case 3 -> new DeviceOperation.SetLink(true, false);
      default -> new DeviceOperation.LossAcknowledged(1 + random.nextInt((int) epoch + 1));
    };
  }

  private DeviceOperation leaving() {
    return switch (random.nextInt(6)) {
      case 0 -> new DeviceOperation.Detach();
      case 1 -> new DeviceOperation.Remove();
      case 2 -> new DeviceOperation.SetLink(false, random.nextBoolean());
      case 3 -> new DeviceOperation.AttachmentEnded(epoch);
      default -> send(new Command.Detach());
    };
  }

  private DeviceOperation register() {
    var register = pick(ConfigRegister.values());
    return random.nextInt(3) == 0
        ? new DeviceOperation.ReadConfig(register)
        : new DeviceOperation.WriteConfig(register, random.nextLong() & register.mask());
  }

  private DeviceOperation enable() {
    return switch (random.nextInt(6)) {
      case 0, 1 -> new DeviceOperation.WriteConfig(ConfigRegister.COMMAND, 4);
      case 2 -> new DeviceOperation.WriteConfig(ConfigRegister.ATS_CONTROL, 0x8000);
      case 3 -> new DeviceOperation.WriteConfig(ConfigRegister.PASID_CONTROL, 1);
      case 4 ->
          new DeviceOperation.WriteConfig(ConfigRegister.PRI_ALLOCATION, 1 + random.nextInt(9));
      default -> new DeviceOperation.WriteConfig(ConfigRegister.PRI_CONTROL, 1);
    };
  }

  private DeviceOperation order() {
    return switch (random.nextInt(4)) {
      case 0 ->
          new DeviceOperation.FailHostCall(
              pick(HostCall.Kind.values()), random.nextInt(3), ERRNOS[random.nextInt(5)]);
      case 1 ->
          new DeviceOperation.FailCompletions(pick(CompletionFault.values()), random.nextInt(3));
      case 2 -> new DeviceOperation.LoseResponses(random.nextInt(2));
      default -> new DeviceOperation.ReleaseCompletions();
    };
  }

  /** For siblings, objects and fault queues, now and then of others. */
  private DeviceOperation callHost() {
    int object = random.nextInt(4) == 0 ? 10 : 1000 + random.nextInt(12);
    int function = 2 + random.nextInt(2);
    var answers = List.of(new HostCall.FaultAnswer(1 + random.nextInt(2), random.nextInt(3)));
    return new DeviceOperation.CallHost(
        switch (random.nextInt(9)) {
          case 0, 1 -> new HostCall.Attach(function, random.nextInt(3), object);
          case 2, 3 -> new HostCall.Detach(function, random.nextInt(3));
          case 4 -> new HostCall.Free(object);
          case 5 -> new HostCall.AllocateQueue(random.nextInt(4) / 3);
          case 6 -> new HostCall.AllocatePaging(function, 4 * random.nextInt(4), object);
          case 7 -> new HostCall.ReadFaults(object, 0, 96, random.nextInt(97));
          default -> new HostCall.WriteFaults(object, 0, 8, answers);
        });
  }

  // ---- the IOMMU ----------------------------------------------------------------------------

  private DeviceOperation command() {
    long address = (long) random.nextInt(4) << 12;
    return send(
        switch (random.nextInt(10)) {
          case 0, 1, 2 ->
              new Command.Bind(
                  random.nextInt(3),
                  pick(ENTRIES),
                  true,
                  random.nextInt(4) > 0,
                  random.nextInt(3) > 0);
          case 3 -> new Command.Unbind(random.nextInt(3), random.nextInt(4) == 0);
          case 4 -> new Command.Flush(pasid(), 0, Command.ALL_PAGES, false);
          case 5 -> new Command.Flush(pasid(), address, 1 + random.nextInt(2), true);
          case 6 -> new Command.InvalidateTlb(random.nextInt(32), pasid(), false, address, 0x1000);
          case 7 -> new Command.InvalidateTlb(random.nextInt(32), -1, false, 0, 0);
          case 8 -> new Command.InvalidateTlb(random.nextInt(32), 0, true, 0, 0);
          default -> new Command.Drain();
        });
  }

  private DeviceOperation send(Command command) {
    long previous = lastNumbered;
    lastId++;
    if (command instanceof Command.Numbered) {
      lastNumbered = lastId;
    }
    var receive = new DeviceOperation.Receive(epoch, lastId, previous, command);
    sent.add(receive);
    return receive;
  }

  /** An earlier command once more, or one that skips some, or one of another epoch. */
  private DeviceOperation repeat() {
    if (sent.isEmpty() || random.nextInt(4) == 0) {
      return new DeviceOperation.Receive(
          epoch - random.nextInt(2), lastId + 2, lastNumbered + 1, new Command.Unbind(1, false));
    }
    return sent.get(random.nextInt(sent.size()));
  }

  private DeviceOperation settle() {
    if (requests.isEmpty()) {
      return new DeviceOperation.Poll();
    }
    int errno = random.nextInt(4) == 0 ? (random.nextBoolean() ? -28 : -22) : 0;
    return send(new Command.PageRequestAnswered(requests.removeFirst().number(), errno));
  }

  private DeviceOperation respond() {
    var groups = device.view().groups();
    if (groups.isEmpty() || random.nextInt(8) == 0) {
      return send(new Command.Respond(pasid(), random.nextInt(512), random.nextInt(16)));
    }
    var group = groups.get(random.nextInt(groups.size()));
    int code = random.nextInt(8) == 0 ? 15 : random.nextInt(4) == 0 ? 1 : 0;
    return send(new Command.Respond(group.pasid(), group.groupIndex(), code));
  }

  private DeviceOperation answer() {
    if (questions.isEmpty()) {
      return dma();
    }
    var question = questions.remove(random.nextInt(questions.size()));
    return switch (question) {
      case Report.Translate q -> translated(q.ask());
      case Report.Walk q -> translated(q.ask());
      case Report.Dma q -> accessed(q.ask(), q.length());
      case Report.Access q -> accessed(q.ask(), q.length());
    };
  }

  private DeviceOperation translated(long ask) {
    long mask = random.nextInt(4) == 0 ? 0x1FFFFF : 0xFFF;
    long generation = lastId - random.nextInt(2);
    int permissions = random.nextInt(3) == 0 ? 0 : 1 + random.nextInt(3);
    return new DeviceOperation.Translated(epoch, ask, generation, 0x4000_0000L, mask, permissions);
  }

  private DeviceOperation accessed(long ask, int length) {
    byte[] data = new byte[length];
    random.nextBytes(data);
    return new DeviceOperation.Accessed(epoch, ask, random.nextInt(8) > 0, data);
  }

  // ---- the device's user --------------------------------------------------------------------

  private DeviceOperation dma() {
    int length = 1 + random.nextInt(8);
    byte[] data = random.nextBoolean() ? null : new byte[length];
    long iova = ((long) random.nextInt(4) << 12) + 0xFFA;
    return new DeviceOperation.StartDma(pasid(), iova, length, data, pick(Mode.values()));
  }

  private DeviceOperation request() {
    if (random.nextInt(6) == 0) {
      return new DeviceOperation.SendStopMarker(pasid());
    }
    return new DeviceOperation.RequestPage(
        pasid(), (long) random.nextInt(8) << 12, true, false, false, false, random.nextBoolean());
  }

  private int pasid() {
    return random.nextInt(4) == 0 ? -1 : random.nextInt(3);
  }

  private <T> T pick(T[] all) {
    return all[random.nextInt(all.length)];
  }
}
