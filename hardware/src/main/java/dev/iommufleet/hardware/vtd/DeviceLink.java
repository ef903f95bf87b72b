package dev.iommufleet.hardware.vtd;

import dev.iommufleet.hardware.Guard;
import dev.iommufleet.hardware.link.Delivery;
import dev.iommufleet.hardware.link.Report;
import java.util.List;

/**
 * The IOMMU's end of the link to a device: what a device reports as operations, and what goes back.
 * Whoever carries the messages decides nothing.
 */
public final class DeviceLink {
  private static final long PAGE = 0x1000;

  private DeviceLink() {}

  /**
   * Nothing when the attachment is not the device's: it is told so.
   *
   * @param holds the attachment of this epoch is there, and it is the device's that reports
   */
  public static List<Operation> operations(
      IommuView view, int sourceId, long epoch, boolean holds, Report report) {
    return switch (report) {
      case Report.Attach _ when isTaken(view, sourceId, epoch, holds) -> List.of();
      case Report.Attach r -> List.of(new Operation.AttachDevice(sourceId, epoch, r.host()));
      case Report r when !mayReport(holds) -> List.of();
      case Report.Lost _ -> List.of(new Operation.DeviceLost(sourceId, epoch));
      case Report.Detach _ -> List.of(new Operation.DetachDevice(sourceId, epoch));
      case Report.Answered r ->
          List.of(new Operation.AnswerCommand(sourceId, epoch, r.id(), r.errno()));
      case Report.InvalidationCompleted r when isOver(view, sourceId, r) ->
          List.of(new Operation.AnswerCommand(sourceId, epoch, r.id(), 0));
      case Report.InvalidationCompleted r ->
          List.of(new Operation.CompleteInvalidation(sourceId, r.itags()));
      case Report.Withheld _ -> List.of();
      case Report.PageRequested r ->
          List.of(new Operation.DevicePageRequest(sourceId, epoch, r.number(), page(sourceId, r)));
      case Report.Translate r ->
          List.of(
              new Operation.AtsTranslate(
                  sourceId, r.pasid(), false, false, r.iova() & -PAGE, PAGE, !r.write(), 1));
      case Report.Walk r ->
          List.of(new Operation.WalkNested(sourceId, r.pasid(), r.table(), r.iova(), r.write()));
      case Report.Dma r ->
          List.of(
              new Operation.Dma(
                  sourceId, r.pasid(), r.iova(), r.length(), AddressType.UNTRANSLATED, r.data()));
      case Report.Access r -> List.of(access(sourceId, r));
    };
  }

  /** Epochs are the devices' own: another device's attachment may have the same. */
  @Guard(value = "source-id-is-taken", without = "false")
  private static boolean isTaken(IommuView view, int sourceId, long epoch, boolean holds) {
    return !holds && view.isAttached(sourceId, epoch);
  }

  /** What concerns an attachment that is over, or another device's, has no effect. */
  @Guard(value = "report-of-this-attachment", without = "true")
  private static boolean mayReport(boolean holds) {
    return holds;
  }

  /**
   * What came twice over the link answers a command that is over; a function that completes what
   * nobody asked for names no command.
   */
  @Guard(value = "completion-counts-once", without = "false")
  private static boolean isOver(IommuView view, int sourceId, Report.InvalidationCompleted r) {
    return r.id() != 0 && !view.isOpen(sourceId, r.id());
  }

  private static Operation.RequestPage page(int sourceId, Report.PageRequested r) {
    return new Operation.RequestPage(
        sourceId,
        r.pasid(),
        r.privileged(),
        r.execute(),
        r.address(),
        r.lastInGroup(),
        r.groupIndex(),
        r.read(),
        r.write());
  }

  private static Operation access(int sourceId, Report.Access r) {
    if (!r.host()) {
      return new Operation.Dma(
          sourceId, r.pasid(), r.address(), r.length(), AddressType.TRANSLATED, r.data());
    }
    return r.data() == null
        ? new Operation.ReadMemory(r.address(), r.length())
        : new Operation.WriteMemory(r.address(), r.data());
  }

  /**
   * What goes back at once; null: nothing does.
   *
   * @param reply to the operation; null when there was none
   * @param generation id of the last command that was posted to this attachment
   */
  public static Delivery answer(Report report, Reply reply, long generation) {
    return switch (report) {
      case Report.Lost _ -> new Delivery.LossAcknowledged();
      case Report.Attach _ when reply == null -> new Delivery.AttachAnswered(false);
      case Report.Withheld _ when reply == null -> null;
      case Report r when reply == null -> new Delivery.Ended();
      case Report.Attach _ ->
          new Delivery.AttachAnswered(
              ((Reply.DeviceAttached) reply).outcome() == AttachOutcome.ACCEPTED);
      case Report.Translate r -> translated(r.ask(), generation, (Reply.AtsTranslations) reply);
      case Report.Walk r -> translated(r.ask(), generation, (Reply.Translation) reply);
      case Report.Dma r -> accessed(r.ask(), reply);
      case Report.Access r -> accessed(r.ask(), reply);
      case Report.Detach _,
          Report.Answered _,
          Report.InvalidationCompleted _,
          Report.Withheld _,
          Report.PageRequested _ ->
          null;
    };
  }

  private static Delivery translated(long ask, long generation, Reply.AtsTranslations reply) {
    if (reply.entries().isEmpty()) {
      return new Delivery.Translated(ask, generation, 0, PAGE - 1, 0);
    }
    Reply.AtsEntry entry = reply.entries().getFirst();
    int rights = entry.permissions() & (Access.READ | Access.WRITE);
    return new Delivery.Translated(ask, generation, entry.address(), entry.mask(), rights);
  }

  private static Delivery translated(long ask, long generation, Reply.Translation reply) {
    return reply.ok()
        ? new Delivery.Translated(
            ask, generation, reply.address(), reply.mask(), reply.permissions())
        : new Delivery.Translated(ask, generation, 0, PAGE - 1, 0);
  }

  private static Delivery accessed(long ask, Reply reply) {
    return switch (reply) {
      case Reply.DmaDone r -> new Delivery.Accessed(ask, r.status() == BusStatus.OK, r.data());
      case Reply.MemoryBytes r -> new Delivery.Accessed(ask, r.status() == BusStatus.OK, r.bytes());
      case Reply.Done r -> new Delivery.Accessed(ask, r.status() == BusStatus.OK, new byte[0]);
      default -> throw new IllegalStateException("no answer to a DMA: " + reply);
    };
  }

  /** What a fact sends to the device that it names; null: nothing. */
  public static Delivery delivery(Fact fact) {
    return switch (fact) {
      case Fact.CommandPosted f -> new Delivery.Posted(f.id(), f.previous(), f.command());
      case Fact.DeviceDetached _ -> new Delivery.Ended();
      default -> null;
    };
  }
}
