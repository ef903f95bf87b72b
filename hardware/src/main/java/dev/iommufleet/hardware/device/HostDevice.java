package dev.iommufleet.hardware.device;

import dev.iommufleet.hardware.link.Report;
import java.util.function.Consumer;

/**
 * One device behind an IOMMU: emulated, or passed through from a host with a kernel of its own. Not
 * thread-safe; a deterministic function of its configuration and of what {@link #execute} and
 * {@link #apply} were given, in order.
 */
public final class HostDevice {
  private final DeviceCore core;
  private final DeviceAdmission admission;
  private final PageRequester requester;
  private final DmaEngine engine;
  private final AttachPort attachment;
  private final CommandPort commands;
  private final PciPort registers;

  /**
   * Detached, with its registers as at power-on.
   *
   * @throws IllegalArgumentException if the configuration has conflicts
   */
  public HostDevice(DeviceConfig config) {
    if (!config.conflicts().isEmpty()) {
      throw new IllegalArgumentException("conflicts: " + config.conflicts());
    }
    core = new DeviceCore(config);
    requester = new PageRequester(core);
    engine = new DmaEngine(core, requester);
    attachment = new AttachPort(core, requester, engine);
    commands = new CommandPort(core, attachment, requester);
    registers = new PciPort(core, requester, engine);
    admission = new DeviceAdmission(core, engine);
  }

  public DeviceConfig config() {
    return core.config;
  }

  /** What can be read of the state without changing it. */
  public DeviceView view() {
    return new DeviceView(core);
  }

  /** Runs one operation to its end; the facts go to {@code sink} as they come true. */
  public DeviceReply execute(DeviceOperation operation, DeviceSink sink) {
    core.begin(sink);
    DeviceReply refused = admission.refusal(operation);
    DeviceReply reply = refused != null ? refused : run(operation);
    core.end();
    return reply;
  }

  private DeviceReply run(DeviceOperation operation) {
    return switch (operation) {
      case DeviceOperation.Attach o -> attachment.begin(o);
      case DeviceOperation.AttachAnswered o -> done(() -> attachment.answered(o));
      case DeviceOperation.Detach _ -> done(attachment::detach);
      case DeviceOperation.AttachmentEnded o -> done(() -> attachment.ended(o));
      case DeviceOperation.Remove _ -> done(() -> remove(DeviceFact.OverCause.REMOVED));
      case DeviceOperation.LossAcknowledged o -> done(() -> attachment.settleLoss(o.epoch()));
      case DeviceOperation.Receive o -> commands.receive(o);
      case DeviceOperation.Resume _ -> done(engine::resume);
      case DeviceOperation.Poll _ -> done(this::poll);
      case DeviceOperation.ReadConfig o -> new DeviceReply.ConfigValue(core.pci.get(o.register()));
      case DeviceOperation.WriteConfig o -> done(() -> registers.write(o.register(), o.value()));
      case DeviceOperation.RequestPage o -> requester.request(o);
      case DeviceOperation.SendStopMarker o -> requester.stop(o.pasid());
      case DeviceOperation.StartDma o -> engine.start(o);
      case DeviceOperation.Translated o -> engine.translated(o);
      case DeviceOperation.Accessed o -> engine.accessed(o);
      case DeviceOperation.FailHostCall o -> done(() -> fail(o));
      case DeviceOperation.CallHost o -> call(o.call());
      case DeviceOperation.FailCompletions o ->
          done(() -> core.record(new DeviceFact.CompletionsFail(o.fault(), o.n())));
      case DeviceOperation.ReleaseCompletions _ -> done(commands::release);
      case DeviceOperation.LoseResponses o ->
          done(() -> core.record(new DeviceFact.ResponsesLost(o.n())));
      case DeviceOperation.SetLink o -> done(() -> setLink(o));
    };
  }

  private static DeviceReply done(Runnable effect) {
    effect.run();
    return new DeviceReply.Done();
  }

  private void remove(DeviceFact.OverCause cause) {
    if (core.link.attached()) {
      attachment.over(cause, true);
    }
  }

  private void poll() {
    core.bindings.retry();
    requester.poll();
    if (core.link.up()) {
      engine.poll();
    }
    core.freeAnswers();
  }

  private void fail(DeviceOperation.FailHostCall o) {
    core.record(new DeviceFact.HostFailureArmed(o.kind(), o.n(), o.errno()));
  }

  private DeviceReply call(HostCall call) {
    Host.Reply reply = core.call(call);
    return new DeviceReply.HostAnswered(reply.errno(), reply.value());
  }

  private void setLink(DeviceOperation.SetLink o) {
    if (core.link.up() == o.up()) {
      return;
    }
    if (!o.up() && o.notice()) {
      remove(DeviceFact.OverCause.LINK_DOWN);
    }
    core.record(new DeviceFact.LinkChanged(o.up()));
  }

  /** Makes a {@link DeviceFact.Lasting} or {@link DeviceFact.Soft} fact true. */
  public void apply(DeviceFact fact) {
    core.apply(fact);
  }

  /** Lasting facts that turn a new device of the same configuration into this one. */
  public void describe(Consumer<DeviceFact> sink) {
    new DeviceDescription(core).lasting(sink::accept);
  }

  /** Soft facts that fill a device whose soft state is empty. */
  public void describeSoft(Consumer<DeviceFact> sink) {
    new DeviceDescription(core).soft(sink::accept);
  }

  /** Forgets translations, and answers that wait: the IOMMU will ask for them again. */
  public void dropSoftState() {
    core.dropSoftState();
  }

  /** Hash of everything that lasts; kept up to date, so asking is cheap. */
  public long stateHash() {
    return core.stateHash();
  }

  /** Hash of what may be forgotten. */
  public long softHash() {
    return core.softHash();
  }

  /** Something that is to be told again until it is settled. */
  public record Owed(String iommu, int sourceId, long epoch, Report report) {}
}
