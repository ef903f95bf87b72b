package dev.iommufleet.load.guest;

/** Host devices come, are used, and go; the functions of the machine stay. */
final class HotPlug {
  static final String PLUG = "hot-plug";
  static final String UNPLUG = "hot-unplug";
  static final String COPY = "dma";

  private static final int BYTES = 64;
  private static final int USES = 3;

  private final LinuxLife life;

  HotPlug(LinuxLife life) {
    this.life = life;
  }

  /** One device from its arrival to its departure. */
  void goOn(Guest guest) {
    int source = GuestShape.sourceId(life.kernel.shape.functions());
    life.kernel.ring.parks(true);
    guest.step(new Step.Plug(PLUG, source));
    guest.batch(LinuxLife.ATTACH, batch -> life.kernel.probe(batch, source));
    for (int i = 0; i < USES; i++) {
      guest.batch(LinuxLife.MAP, batch -> map(batch, source));
      guest.copy(COPY, source, () -> anyIova(source), BYTES);
      guest.batch(LinuxLife.UNMAP, batch -> unmap(batch, source));
    }
    guest.batch(
        LinuxLife.TEAR_DOWN, batch -> life.kernel.release(batch, life.kernel.function(source)));
    guest.step(new Step.Unplug(UNPLUG, source));
  }

  private void map(Batch batch, int source) {
    var space = life.kernel.function(source).own();
    int count = 1 + life.random.nextInt(8);
    space.map(batch, space.free(count), count);
  }

  private long anyIova(int source) {
    var space = life.kernel.function(source).own();
    int page = space.tables.anyMapped(life.random.nextInt(PageTables.PAGES));
    return PageTables.iova(page);
  }

  private void unmap(Batch batch, int source) {
    var space = life.kernel.function(source).own();
    int page = space.tables.anyMapped(life.random.nextInt(PageTables.PAGES));
    space.unmapStrictly(batch, page, space.tables.run(page, 8));
  }
}
