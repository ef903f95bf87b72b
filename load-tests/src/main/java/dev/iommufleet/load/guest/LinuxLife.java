package dev.iommufleet.load.guest;

import java.util.SplittableRandom;

/** A system with the driver, and a behaviour. */
final class LinuxLife implements Guest.Life {
  static final String CREATE = "create";
  static final String BOOT = "boot";
  static final String ATTACH = "attach-domain";
  static final String BIND = "pasid-set-up";
  static final String UNBIND = "pasid-tear-down";
  static final String MAP = "map";
  static final String UNMAP = "unmap";
  static final String FLUSH = "flush";
  static final String TEAR_DOWN = "tear-down";
  static final String DELETE = "delete";

  /** Most pages of one mapping. */
  private static final int MOST_PAGES = 16;

  private static final int LAZY_PAGES = 32;

  private final GuestShape shape;
  private final Behaviour behaviour;
  final SplittableRandom random;
  Kernel kernel;
  private final PageFaults pageFaults;
  private final HotPlug hotPlug;

  LinuxLife(GuestShape shape, Behaviour behaviour, SplittableRandom random) {
    this.shape = shape;
    this.behaviour = behaviour;
    this.random = random;
    pageFaults = behaviour == Behaviour.SVA_STORM ? new PageFaults(this) : null;
    hotPlug = behaviour == Behaviour.HOTPLUG_CHURN ? new HotPlug(this) : null;
  }

  // ---- boot --------------------------------------------------------------------------------

  @Override
  public void boot(Guest guest) {
    kernel = new Kernel(shape);
    guest.step(new Step.Create(CREATE, shape.config()));
    guest.batch(
        BOOT,
        batch -> {
          kernel.look(batch);
          kernel.enableQueue(batch);
          kernel.remapInterrupts(batch);
        });
    guest.batch(
        BOOT,
        batch -> {
          kernel.setRoot(batch);
          kernel.listen(batch);
        });
    for (int i = 0; i < shape.functions(); i++) {
      int source = GuestShape.sourceId(i);
      guest.batch(ATTACH, batch -> kernel.add(batch, source));
    }
    guest.batch(BOOT, kernel::translate);
    for (int i = 0; i < shape.functions(); i++) {
      int index = i;
      if (shape.pasids() > 0) {
        guest.batch(BIND, batch -> bindAll(batch, index));
      }
      guest.batch(MAP, batch -> firstPages(batch, index));
    }
  }

  private void bindAll(Batch batch, int index) {
    var function = kernel.functions.get(index);
    for (int pasid = 1; pasid <= shape.pasids(); pasid++) {
      function.bind(batch, pasid, shape.firstStage());
    }
  }

  private void firstPages(Batch batch, int index) {
    var space = kernel.functions.get(index).own();
    int count = Math.min(MOST_PAGES, shape.pages());
    int page = space.free(count);
    space.map(batch, page, count);
    space.access(batch, page);
  }

  // ---- afterwards --------------------------------------------------------------------------

  @Override
  public void goOn(Guest guest) {
    switch (behaviour) {
      case BOOT_STORM, REPLAY -> {}
      case STEADY_STRICT -> steady(guest, false);
      case STEADY_LAZY -> steady(guest, true);
      case SVA_STORM -> pageFaults.goOn(guest);
      case HOTPLUG_CHURN -> hotPlug.goOn(guest);
      case TEARDOWN_STORM -> tearDown(guest);
    }
  }

  private Space anySpace() {
    var function = kernel.functions.get(random.nextInt(kernel.functions.size()));
    int which = random.nextInt(1 + function.spaces().size());
    return which == 0 ? function.own() : function.spaces().get(which - 1);
  }

  /** One mapping or one unmapping; about as many pages stay mapped as the shape says. */
  private void steady(Guest guest, boolean lazy) {
    var space = anySpace();
    if (lazy && space.deferredPages() >= LAZY_PAGES) {
      guest.batch(FLUSH, batch -> flush(batch, space));
      return;
    }
    int count = 1 + random.nextInt(MOST_PAGES);
    boolean full = random.nextInt(2 * shape.pages()) < space.tables.mappedPages();
    int free = space.free(count);
    if (space.tables.mappedPages() == 0 || !full && free >= 0) {
      guest.batch(MAP, batch -> map(batch, space, free, count));
    } else {
      guest.batch(UNMAP, batch -> unmap(batch, space, count, lazy));
    }
  }

  void map(Batch batch, Space space, int page, int count) {
    space.map(batch, page, count);
    space.access(batch, page + random.nextInt(count));
    access(batch, space);
  }

  /** A function uses what has been mapped for a while. */
  void access(Batch batch, Space space) {
    int old = space.tables.anyMapped(random.nextInt(PageTables.PAGES));
    if (old >= 0) {
      space.access(batch, old);
    }
  }

  private void unmap(Batch batch, Space space, int most, boolean lazy) {
    int page = space.tables.anyMapped(random.nextInt(PageTables.PAGES));
    int count = space.tables.run(page, most);
    space.access(batch, page);
    if (lazy) {
      space.unmapLazily(batch, page, count);
      return;
    }
    space.unmapStrictly(batch, page, count);
    if (shape.config().capabilities().deviceTlb()) {
      space.probeUnmapped(batch, page + random.nextInt(count));
    }
  }

  private void flush(Batch batch, Space space) {
    int page = space.anyDeferred();
    space.flush(batch);
    if (shape.config().capabilities().deviceTlb()) {
      space.probeUnmapped(batch, page);
    }
  }

  // ---- the end -----------------------------------------------------------------------------

  private void tearDown(Guest guest) {
    var old = kernel;
    for (int i = 0; i < shape.functions(); i++) {
      guest.batch(TEAR_DOWN, batch -> old.remove(batch, old.functions.getLast()));
    }
    guest.batch(TEAR_DOWN, old::shutDown);
    guest.step(new Step.Delete(DELETE));
    boot(guest);
  }
}
