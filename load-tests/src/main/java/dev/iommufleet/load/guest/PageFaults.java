package dev.iommufleet.load.guest;

import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.hardware.vtd.Reply;
import java.util.ArrayList;
import java.util.List;

/** Processes share their address spaces with functions, which ask for pages that are missing. */
final class PageFaults {
  static final String ASK = "page-request";
  static final String TAKE = "page-request-taken";
  static final String ANSWER = "page-response";

  private static final int FIRST_PASID = GuestShape.MOST_PASIDS + 1;
  private static final int PASIDS = 24;
  private static final int MOST_SPACES = 8;
  private static final int MOST_PAGES = 8;
  private static final int GROUPS = 512;

  private final LinuxLife life;
  private int nextPasid;
  private int nextGroup;

  PageFaults(LinuxLife life) {
    this.life = life;
  }

  void goOn(Guest guest) {
    var functions = life.kernel.functions;
    var function = functions.get(life.random.nextInt(functions.size()));
    int kind = life.random.nextInt(16);
    if (function.spaces().isEmpty() || kind == 0 && function.spaces().size() < MOST_SPACES) {
      guest.batch(LinuxLife.BIND, batch -> function.bind(batch, freePasid(function), true));
      return;
    }
    var space = function.spaces().get(life.random.nextInt(function.spaces().size()));
    if (kind == 1) {
      guest.batch(LinuxLife.UNBIND, batch -> function.unbind(batch, space));
    } else if (kind < 6 && space.tables.mappedPages() > 0) {
      guest.batch(LinuxLife.UNMAP, batch -> unmap(batch, space));
    } else {
      fault(guest, space);
    }
  }

  private int freePasid(Function function) {
    while (true) {
      int pasid = FIRST_PASID + nextPasid++ % PASIDS;
      if (function.spaces().stream().noneMatch(it -> it.pasid == pasid)) {
        return pasid;
      }
    }
  }

  /** The process gives pages back; the function must not see them any more. */
  private void unmap(Batch batch, Space space) {
    int page = space.tables.anyMapped(life.random.nextInt(PageTables.PAGES));
    int count = space.tables.run(page, MOST_PAGES);
    space.probeMapped(batch, page);
    space.unmapStrictly(batch, page, count);
    space.probeUnmapped(batch, page);
  }

  /** One group of requests from the function's first miss to its hit. */
  private void fault(Guest guest, Space space) {
    int count = 1 + life.random.nextInt(MOST_PAGES);
    int page = space.free(count);
    if (page < 0) {
      guest.batch(LinuxLife.UNMAP, batch -> unmap(batch, space));
      return;
    }
    int group = nextGroup++ % GROUPS;
    var requests = life.kernel.requests();
    guest.batch(ASK, batch -> ask(batch, space, page, count, group));
    guest.batch(TAKE, requests::look);
    guest.batch(TAKE, requests::read);
    guest.batch(ANSWER, batch -> answer(batch, space, page, count, group));
  }

  private void ask(Batch batch, Space space, int page, int count, int group) {
    space.probeUnmapped(batch, page);
    for (int i = 0; i < count; i++) {
      boolean last = i == count - 1;
      batch.add(
          new Operation.RequestPage(
              space.source,
              space.pasid,
              false,
              false,
              PageTables.iova(page + i),
              last,
              group,
              true,
              true),
          reply ->
              reply instanceof Reply.PageRequestAnswer it && it.status() == Reply.Status.OK
                  ? null
                  : new Finding(Finding.GROUPS, "a page request was answered with " + reply));
    }
  }

  /** The pages are there before the function is told; then it does not miss them any more. */
  private void answer(Batch batch, Space space, int page, int count, int group) {
    var expected = new ArrayList<Long>();
    for (int i = 0; i < count; i++) {
      expected.add(PageTables.iova(page + i));
    }
    List<Long> taken =
        life.kernel.requests().taken().stream()
            .filter(it -> it.sourceId() == space.source && it.pasid() == space.pasid)
            .filter(it -> it.groupIndex() == group)
            .map(it -> it.address())
            .toList();
    if (!taken.equals(expected)) {
      batch.complain(
          new Finding(
              Finding.GROUPS,
              "group %d of %s asked for %s and the queue holds %s"
                  .formatted(group, space, expected, taken)));
    }
    space.map(batch, page, count);
    life.kernel.requests().answer(batch);
    space.probeMapped(batch, page + life.random.nextInt(count));
  }
}
