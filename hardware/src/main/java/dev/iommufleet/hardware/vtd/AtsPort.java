package dev.iommufleet.hardware.vtd;

import dev.iommufleet.hardware.vtd.Operation.AtsTranslate;
import dev.iommufleet.hardware.vtd.Operation.Translate;
import dev.iommufleet.hardware.vtd.Reply.AtsEntry;
import dev.iommufleet.hardware.vtd.Reply.AtsTranslations;
import dev.iommufleet.hardware.vtd.Reply.Status;
import java.util.ArrayList;
import java.util.List;

/** ATS translation requests. [TRN-10.1] */
final class AtsPort {
  /** Answers to one request, whatever buffer the function offers. */
  static final int MAX_RESULTS = 4_096;

  private static final long PAGE_BYTES = 0x1000;

  private final Core core;
  private final Selector selector;
  private final Translator translator;
  private final InterruptWindow window;

  AtsPort(Core core, Selector selector, Translator translator, InterruptWindow window) {
    this.core = core;
    this.selector = selector;
    this.translator = translator;
    this.window = window;
  }

  AtsTranslations translate(AtsTranslate request) {
    int room = Math.min(request.maxResults(), MAX_RESULTS);
    selector.space(request.sourceId(), Translator.key(request.pasid()));
    if (room <= 0) {
      return new AtsTranslations(Status.NO_SPACE, 0, List.of());
    }
    if (!core.translating() && !core.has(Quirk.ATS_IDENTITY_WHEN_DISABLED)) {
      return new AtsTranslations(Status.NOT_SUPPORTED, 0, List.of());
    }
    int wanted =
        Access.READ
            | (request.noWrite() ? 0 : Access.WRITE)
            | (request.execute() ? Access.EXECUTE : 0);
    List<AtsEntry> entries = new ArrayList<>();
    int errors = 0;
    long covered = 0;
    while (Long.compareUnsigned(covered, request.length()) < 0 && entries.size() < room) {
      long address = request.address() + covered;
      AtsEntry entry = page(request, address, wanted);
      entries.add(entry);
      errors += (entry.permissions() & wanted) == wanted ? 0 : 1;
      long advance = (address | entry.mask()) + 1 - address;
      covered = advance <= 0 || covered + advance < covered ? request.length() : covered + advance;
    }
    boolean complete = Long.compareUnsigned(covered, request.length()) >= 0;
    return new AtsTranslations(
        complete ? Status.OK : Status.NO_MEMORY, errors, List.copyOf(entries));
  }

  private AtsEntry page(AtsTranslate request, long address, int wanted) {
    if (request.privileged()) {
      boolean supervisor = core.capabilities.scalableMode() && !core.capabilities.firstStage();
      int permissions = supervisor ? Access.NONE : Access.PRIVILEGED; // The reference aborts.
      return new AtsEntry(0, 0, PAGE_BYTES - 1, permissions);
    }
    if (Core.isWindow(address)) {
      window.refuse(
          new Operation.AccessInterruptWindow(
              request.sourceId(), request.pasid(), address, !request.noWrite(), false));
      return new AtsEntry(0, 0, PAGE_BYTES - 1, Access.NONE);
    }
    var inner =
        new Translate(
            request.sourceId(), request.pasid(), address, wanted, AddressType.TRANSLATION_REQUEST);
    var answer = translator.translate(inner);
    if (core.tracing()) {
      core.emit(new Fact.Translated(inner, answer));
    }
    int granted = answer.permissions() & (Access.READ | Access.WRITE);
    return new AtsEntry(answer.iova(), answer.address(), answer.mask(), granted);
  }
}
