package dev.iommufleet.hardware.device;

import dev.iommufleet.hardware.Guard;
import dev.iommufleet.hardware.device.DeviceFact.DropScope;
import dev.iommufleet.hardware.device.DeviceOperation.CompletionFault;
import dev.iommufleet.hardware.device.DeviceReply.Receipt;
import dev.iommufleet.hardware.device.DeviceReply.Received;
import dev.iommufleet.hardware.link.Command;
import dev.iommufleet.hardware.link.Report;
import java.util.Objects;
import java.util.function.IntSupplier;

/**
 * Takes the IOMMU's commands. A numbered one is executed once, in its turn; later it is answered as
 * it was. An answer waits for accesses that use what the command voids.
 */
final class CommandPort {
  private final DeviceCore core;
  private final AttachPort attachment;
  private final PageRequester requester;

  CommandPort(DeviceCore core, AttachPort attachment, PageRequester requester) {
    this.core = core;
    this.attachment = attachment;
    this.requester = requester;
  }

  Received receive(DeviceOperation.Receive o) {
    if (!core.link.up()) {
      return new Received(Receipt.LINK_DOWN, null);
    }
    if (!isOfAttachment(o.epoch())) {
      return ofOtherEpoch(o);
    }
    attachment.accepted();
    return switch (o.command()) {
      case Command.Numbered c -> numbered(o, c);
      case Command c -> unnumbered(o.id(), c);
    };
  }

  /** Commands of an attachment that is over have no effect. */
  @Guard(value = "command-of-this-epoch", without = "true")
  private boolean isOfAttachment(long epoch) {
    return core.link.isCurrent(epoch);
  }

  private Received ofOtherEpoch(DeviceOperation.Receive o) {
    return hasLeft(o)
        ? new Received(Receipt.REPEATED, new Report.Answered(o.id(), 0))
        : new Received(Receipt.OTHER_EPOCH, null);
  }

  /** An attachment that is over has been left, whatever became of the answer. */
  @Guard(value = "detached-once-is-detached", without = "false")
  private boolean hasLeft(DeviceOperation.Receive o) {
    return o.command() instanceof Command.Detach && o.epoch() <= core.link.epoch();
  }

  // ---- numbered -----------------------------------------------------------------------------

  private Received numbered(DeviceOperation.Receive o, Command.Numbered command) {
    if (isRepeated(o)) {
      return answered(Receipt.REPEATED, o.id(), command, core.link.result(o.id()));
    }
    if (isBehindGap(o)) {
      return new Received(Receipt.GAP, null);
    }
    if (command instanceof Command.Detach) {
      attachment.over(DeviceFact.OverCause.DETACHED, false);
      return new Received(Receipt.DONE, new Report.Answered(o.id(), 0));
    }
    int errno = execute(o.id(), command);
    core.record(new DeviceFact.CommandDone(o.id(), errno));
    Received received = answered(Receipt.DONE, o.id(), command, errno);
    core.freeAnswers();
    return received;
  }

  /** It was executed; only its answer is due again. */
  @Guard(value = "command-executed-once", without = "false")
  private boolean isRepeated(DeviceOperation.Receive o) {
    return o.id() <= core.link.lastDone();
  }

  /** The one before it did not come. */
  @Guard(value = "no-gap-between-commands", without = "false")
  private boolean isBehindGap(DeviceOperation.Receive o) {
    return o.previous() != core.link.lastDone();
  }

  private int execute(long id, Command.Numbered command) {
    return switch (command) {
      case Command.Bind c -> bind(id, c);
      case Command.Unbind c -> unbind(id, c);
      case Command.Respond c -> {
        requester.respond(c);
        yield 0;
      }
      case Command.PageRequestAnswered c -> {
        requester.settled(c.number(), c.errno());
        yield 0;
      }
      case Command.Detach _ -> throw new IllegalStateException("The last command is no other's");
    };
  }

  private int bind(long id, Command.Bind c) {
    if (!core.config.passthrough()) {
      return Errno.NOT_SUPPORTED.negated();
    }
    return rebind(id, c.pasid(), () -> core.bindings.bind(c, core.config.faults()));
  }

  private int unbind(long id, Command.Unbind c) {
    if (!core.config.passthrough()) {
      return Errno.NOT_SUPPORTED.negated();
    }
    return rebind(id, c.pasid(), () -> core.bindings.unbind(c));
  }

  /** Page requests of what was attached end with it. */
  private int rebind(long id, int pasid, IntSupplier calls) {
    core.seen(id);
    Integer before = core.kernel.attached(DeviceCore.DEVICE, pasid);
    int errno = calls.getAsInt();
    if (!Objects.equals(before, core.kernel.attached(DeviceCore.DEVICE, pasid))) {
      requester.endPasid(pasid);
    }
    return errno;
  }

  // ---- unnumbered ---------------------------------------------------------------------------

  private Received unnumbered(long id, Command command) {
    if (core.delayed.has(id)) {
      return new Received(Receipt.DELAYED, null);
    }
    return switch (command) {
      case Command.Flush c -> answered(Receipt.DONE, id, c, flush(id, c));
      case Command.InvalidateTlb c -> invalidate(id, c);
      case Command.Drain c -> {
        requester.poll(); // What the host has is on its way too.
        yield answered(Receipt.DONE, id, c, 0);
      }
      case Command.Numbered c -> throw new IllegalStateException("Numbered: " + c);
    };
  }

  private int flush(long id, Command.Flush c) {
    core.seen(id);
    if (core.config.passthrough()) {
      return core.bindings.flush(c);
    }
    core.drop(DropScope.PASID, c.pasid(), c.address(), DeviceCore.bytes(c.pages()));
    return 0;
  }

  /** A passed-through device's own TLB is the host's business. [HOST-6] */
  private Received invalidate(long id, Command.InvalidateTlb c) {
    core.seen(id);
    if (!core.config.passthrough()) {
      core.drop(scope(c), core.key(c.pasid()), c.address(), c.size());
    }
    if (core.orders.isWithheld(id)) {
      return new Received(Receipt.WITHHELD, new Report.Withheld(id));
    }
    if (goesWrong(c)) {
      return wrongly(id, c);
    }
    return delayed(Receipt.DONE, new Report.InvalidationCompleted(id, 1 << c.itag()), c);
  }

  private static DropScope scope(Command.InvalidateTlb c) {
    return c.allPasids() ? DropScope.ALL_PASIDS : DropScope.PASID;
  }

  /** The first of two completions is a right one: it has to wait, and the order with it. */
  private boolean goesWrong(Command.InvalidateTlb c) {
    boolean waits = core.orders.fault() == CompletionFault.DUPLICATED && covered(c).length > 0;
    return core.orders.completions() > 0 && !waits;
  }

  /** As the device was told to. [INV-2.6] */
  private Received wrongly(long id, Command.InvalidateTlb c) {
    CompletionFault fault = core.orders.fault();
    core.record(new DeviceFact.CompletionsFail(fault, core.orders.completions() - 1));
    int itags = 1 << c.itag();
    switch (fault) {
      case NEVER -> withhold(id, c.itag(), false);
      case LATE -> withhold(id, c.itag(), true);
      case DUPLICATED -> {
        core.report(new Report.InvalidationCompleted(id, itags));
        core.report(new Report.InvalidationCompleted(0, itags));
        return new Received(Receipt.DONE, null);
      }
      case WRONG_TAG -> {
        withhold(id, c.itag(), false);
        core.report(new Report.InvalidationCompleted(0, 1 << (c.itag() ^ 1)));
      }
    }
    return new Received(Receipt.WITHHELD, new Report.Withheld(id));
  }

  private void withhold(long id, int itag, boolean late) {
    var withheld = core.orders.withheld();
    if (withheld.size() >= DeviceLimits.MOST_WITHHELD) {
      core.record(new DeviceFact.CompletionReleased(withheld.keySet().iterator().next()));
    }
    core.record(new DeviceFact.CompletionWithheld(id, itag, late));
  }

  /** Late completions come, in the order in which they were asked for. */
  void release() {
    core.orders
        .withheld()
        .forEach(
            (id, withheld) -> {
              if (withheld.late()) {
                core.record(new DeviceFact.CompletionReleased(id));
                complete(new Report.InvalidationCompleted(id, 1 << withheld.itag()));
              }
            });
  }

  /** Behind every access under way: which pages were meant is not kept. */
  private void complete(Report.InvalidationCompleted completion) {
    long[] dmas = core.dmas.all().stream().filter(Dma::accessing).mapToLong(Dma::id).toArray();
    if (dmas.length == 0 || core.delayed.isFull()) {
      core.report(completion);
    } else {
      core.record(new DeviceFact.AnswerDelayed(completion, dmas, 0));
    }
  }

  // ---- answers ------------------------------------------------------------------------------

  private Received answered(Receipt receipt, long id, Command command, int errno) {
    if (core.delayed.has(id)) {
      return new Received(Receipt.DELAYED, null);
    }
    return delayed(receipt, new Report.Answered(id, errno), command);
  }

  /** The answer goes now, unless accesses or page requests are under way that it waits for. */
  private Received delayed(Receipt receipt, Report answer, Command command) {
    long[] dmas = covered(command);
    long upTo = requestsBefore(command);
    if (dmas.length == 0 && upTo == 0) {
      return new Received(receipt, answer);
    }
    if (core.delayed.isFull()) {
      return new Received(Receipt.GAP, null);
    }
    core.record(new DeviceFact.AnswerDelayed(answer, dmas, upTo));
    return new Received(Receipt.DELAYED, null);
  }

  /** The page request that has to be taken before a drain is answered; 0: none. [PRI-9] */
  @Guard(value = "drain-waits-for-requests", without = "0")
  private long requestsBefore(Command command) {
    boolean drain = command instanceof Command.Drain;
    return drain && !core.groups.outbox().isEmpty() ? core.groups.lastRequest() : 0;
  }

  /** Accesses under way with translations that the command voids. */
  @Guard(value = "answer-waits-for-accesses", without = "empty")
  private long[] covered(Command command) {
    return core.dmas.all().stream()
        .filter(dma -> dma.accessing() && covers(command, dma))
        .mapToLong(Dma::id)
        .toArray();
  }

  private boolean covers(Command command, Dma dma) {
    int key = core.key(dma.pasid());
    return switch (command) {
      case Command.Bind c -> c.pasid() == key;
      case Command.Unbind c -> c.pasid() == key;
      case Command.Flush c ->
          c.pasid() == key && dma.touches(c.address(), DeviceCore.bytes(c.pages()));
      case Command.InvalidateTlb c ->
          (c.allPasids() ? key >= 0 : core.key(c.pasid()) == key)
              && dma.touches(c.address(), c.size());
      case Command.Respond _, Command.PageRequestAnswered _, Command.Detach _, Command.Drain _ ->
          false;
    };
  }
}
