package dev.iommufleet.simulation.fleet;

import dev.iommufleet.hardware.link.Report;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.hardware.vtd.spec.Descriptor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** What a guest's driver does, one thing after the other, as Linux would. */
final class Driver {
  private static final int GCMD = 0x18;
  private static final int GSTS = 0x1C;
  private static final int RTADDR = 0x20;
  private static final int FECTL = 0x38;
  private static final int FEDATA = 0x3C;
  private static final int FEADDR = 0x40;
  private static final int IQA = 0x90;
  private static final int PQA = 0xD0;
  private static final int PECTL = 0xE0;
  private static final int PEDATA = 0xE4;
  private static final int PEADDR = 0xE8;
  private static final long TE = 1L << 31;
  private static final long SRTP = 1L << 30;
  private static final long QIE = 1L << 26;
  private static final long SCALABLE_ROOT = 1 << 10;
  private static final long WIDE = 1 << 11;
  private static final long EVERYTHING = 0x7FFF_FFFF_FFFF_F000L;

  private final Guest guest;
  private final Tables tables;
  private final HotPlug hotPlug;
  private boolean booted;

  Driver(Guest guest) {
    this.guest = guest;
    this.tables = guest.tables;
    this.hotPlug = new HotPlug(guest, this);
  }

  void perform(Action action, Runnable done) {
    if (action.kind() == Action.Kind.BOOT) {
      boot(done);
      return;
    }
    if (!booted) {
      done.run();
      return;
    }
    Guest.Slot slot = guest.slots[action.slot()];
    switch (action.kind()) {
      case ATTACH -> hotPlug.attach(slot, done);
      case DETACH -> hotPlug.detach(slot, done);
      case REMOVE -> hotPlug.remove(slot, done);
      case INTRUDE -> hotPlug.intrude(action.slot(), done);
      case BIND -> bind(action, done);
      case UNBIND -> unbind(action, done);
      case MAP -> map(action, done);
      case UNMAP -> unmap(action, done);
      case FLR -> guest.reset(slot, () -> guest.enableAgain(done));
      case RESET -> reset(done);
      case DRAIN -> submit(List.of(), batch(List::of, Cover.nothing(), true), done);
      default -> throw new IllegalStateException("not a driver's: " + action);
    }
  }

  private void submit(List<Operation> stores, Queue.Batch batch, Runnable done) {
    guest.queue.submit(
        guest.cpu,
        () -> new Queue.Plan(stores, List.of(batch), List.of()),
        () -> guest.enableAgain(done));
  }

  private static Queue.Batch batch(
      Supplier<List<Descriptor>> descriptors, Cover cover, boolean drain) {
    return new Queue.Batch(descriptors, cover, drain);
  }

  // ---- boot ---------------------------------------------------------------------------------

  private void boot(Runnable done) {
    if (booted) {
      done.run();
      return;
    }
    var stores = new ArrayList<Operation>();
    tables.boot(stores);
    guest.execute(
        guest.cpu,
        stores,
        _ ->
            start(
                () -> {
                  booted = true;
                  done.run();
                }));
  }

  /** Registers, queue, root pointer, translation. */
  private void start(Runnable then) {
    guest.execute(
        guest.cpu,
        List.of(
            write(FECTL, 4, 0),
            write(FEDATA, 4, Interrupts.FAULT),
            write(FEADDR, 4, 0xFEE0_2000L),
            write(PEDATA, 4, Interrupts.PAGE_REQUEST),
            write(PEADDR, 4, 0xFEE0_2000L),
            write(PECTL, 4, 0),
            write(PQA, 8, Layout.REQUESTS),
            write(IQA, 8, Layout.QUEUE | WIDE),
            write(RTADDR, 8, Layout.ROOT | SCALABLE_ROOT),
            write(GCMD, 4, QIE),
            write(GCMD, 4, QIE | SRTP)),
        _ ->
            awaitStatus(
                QIE | SRTP,
                () ->
                    guest.execute(
                        guest.cpu,
                        List.of(write(GCMD, 4, QIE | TE)),
                        _ -> awaitStatus(QIE | TE, then))));
  }

  private static Operation write(int offset, int size, long value) {
    return new Operation.WriteRegister(offset, size, value);
  }

  private void awaitStatus(long bits, Runnable then) {
    guest.execute(
        guest.cpu,
        List.of(new Operation.ReadRegister(GSTS, 4)),
        replies -> {
          if ((replies.register(0) & bits) == bits) {
            then.run();
          } else {
            guest.later(Timing.POLL, () -> awaitStatus(bits, then));
          }
        });
  }

  /** Devices first, as a reset of the machine does; then everything anew over the same tables. */
  private void reset(Runnable done) {
    var all = new ArrayList<Guest.Slot>();
    for (Guest.Slot slot : guest.slots) {
      if (slot.present) {
        all.add(slot);
      }
    }
    guest.resetAll(all, () -> guest.queue.lock(() -> resetLocked(done)));
  }

  private void resetLocked(Runnable done) {
    guest.see(new Seen.Resetting(guest.number));
    guest.interrupts.reset();
    guest.execute(
        guest.cpu,
        List.of(new Operation.Reset()),
        _ -> {
          guest.queue.reset();
          start(
              () -> {
                guest.queue.unlock();
                submit(List.of(), batch(Driver::everything, Cover.nothing(), false), done);
              });
        });
  }

  private static List<Descriptor> everything() {
    return List.of(
        new Descriptor.ContextCache(Descriptor.ContextCache.Granularity.GLOBAL, 0, 0, 0),
        new Descriptor.PasidCache(Descriptor.PasidCache.Granularity.GLOBAL, 0, 0),
        new Descriptor.Iotlb(Descriptor.Iotlb.Granularity.GLOBAL, false, false, 0, 0, 0, false));
  }

  // ---- PASIDs -------------------------------------------------------------------------------

  private void bind(Action a, Runnable done) {
    Guest.Slot slot = guest.slots[a.slot()];
    var cover = Cover.nothing();
    guest.queue.submit(
        guest.cpu,
        () -> {
          int before = tables.entries[a.slot()][a.pasid()];
          if (before == a.space() || !slot.present) {
            return null;
          }
          var stores = new ArrayList<Operation>();
          tables.bind(a.slot(), a.pasid(), a.space(), stores, cover);
          var changed = new ArrayList<int[]>();
          if (before != Tables.NONE) {
            changed.add(new int[] {a.pasid(), before});
          }
          changed.add(new int[] {a.pasid(), a.space()});
          return new Queue.Plan(
              stores, List.of(batch(() -> forget(slot, changed), cover, false)), List.of());
        },
        () -> guest.enableAgain(done));
  }

  private void unbind(Action a, Runnable done) {
    Guest.Slot slot = guest.slots[a.slot()];
    var cover = Cover.nothing();
    guest.queue.submit(
        guest.cpu,
        () -> {
          int before = tables.entries[a.slot()][a.pasid()];
          if (before == Tables.NONE) {
            return null;
          }
          var stores = new ArrayList<Operation>();
          tables.unbind(a.slot(), a.pasid(), stores, cover);
          var changed = List.of(new int[] {a.pasid(), before});
          return new Queue.Plan(
              stores, List.of(batch(() -> forget(slot, changed), cover, true)), List.of());
        },
        () -> guest.enableAgain(done));
  }

  /** Everything cached of these PASIDs, each with the space that it had. */
  private List<Descriptor> forget(Guest.Slot slot, List<int[]> was) {
    var descriptors = new ArrayList<Descriptor>();
    for (int[] one : was) {
      int domain = Layout.domain(one[1]);
      descriptors.add(
          new Descriptor.PasidCache(Descriptor.PasidCache.Granularity.PASID, domain, one[0]));
      descriptors.add(
          new Descriptor.PasidIotlb(
              Descriptor.PasidIotlb.Granularity.PASID, domain, one[0], 0, 0, false));
    }
    for (int[] one : was) {
      deviceTlb(slot, one[0], EVERYTHING, true, descriptors);
    }
    return descriptors;
  }

  private static void deviceTlb(
      Guest.Slot slot, int pasid, long range, boolean sized, List<Descriptor> descriptors) {
    if (!slot.listens) {
      return;
    }
    descriptors.add(
        pasid == 0
            ? new Descriptor.DeviceTlb(slot.sourceId, 0, range, sized)
            : new Descriptor.PasidDeviceTlb(slot.sourceId, 0, pasid, false, range, sized));
  }

  /** Whatever its PASIDs are bound to. */
  void unbindAll(Guest.Slot slot, Runnable done) {
    int index = slotIndex(slot);
    var cover = Cover.nothing();
    var was = new ArrayList<int[]>();
    guest.queue.submit(
        guest.cpu,
        () -> {
          var stores = new ArrayList<Operation>();
          for (int pasid = 0; pasid < Machines.PASIDS; pasid++) {
            if (tables.entries[index][pasid] != Tables.NONE) {
              was.add(new int[] {pasid, tables.entries[index][pasid]});
              tables.unbind(index, pasid, stores, cover);
            }
          }
          return was.isEmpty()
              ? null
              : new Queue.Plan(
                  stores, List.of(batch(() -> forget(slot, was), cover, false)), List.of());
        },
        () -> guest.enableAgain(done));
  }

  private int slotIndex(Guest.Slot slot) {
    return (slot.sourceId >> 3) - (FleetConfig.sourceId(0) >> 3);
  }

  // ---- pages --------------------------------------------------------------------------------

  private void map(Action a, Runnable done) {
    guest.queue.submit(
        guest.cpu,
        () -> {
          var stores = new ArrayList<Operation>();
          for (int i = 0; i < a.count(); i++) {
            tables.map(a.space(), (a.page() + i) % Layout.PAGES, stores);
          }
          return stores.isEmpty() ? null : new Queue.Plan(stores, List.of(), List.of());
        },
        done);
  }

  private void unmap(Action a, Runnable done) {
    int count = guest.slots.length > 2 ? 1 : a.count();
    guest.queue.submit(
        guest.cpu,
        () -> {
          var stores = new ArrayList<Operation>();
          var batches = new ArrayList<Queue.Batch>();
          for (int i = 0; i < count; i++) {
            int page = (a.page() + i) % Layout.PAGES;
            var cover = Cover.nothing();
            if (tables.unmap(a.space(), page, stores, cover)) {
              batches.add(batch(() -> flush(a.space(), page), cover, false));
            }
          }
          return batches.isEmpty() ? null : new Queue.Plan(stores, batches, List.of());
        },
        () -> guest.enableAgain(done));
  }

  /** One page wherever the space is bound. */
  private List<Descriptor> flush(int space, int page) {
    var descriptors = new ArrayList<Descriptor>();
    for (int pasid = 0; pasid < Machines.PASIDS; pasid++) {
      descriptors.add(
          new Descriptor.PasidIotlb(
              Descriptor.PasidIotlb.Granularity.PAGE,
              Layout.domain(space),
              pasid,
              Layout.iova(page),
              0,
              true));
    }
    for (int index = 0; index < guest.slots.length; index++) {
      for (int pasid = 0; pasid < Machines.PASIDS; pasid++) {
        if (tables.entries[index][pasid] == space) {
          deviceTlb(guest.slots[index], pasid, Layout.iova(page), false, descriptors);
        }
      }
    }
    return descriptors;
  }

  static int pasid(int pasid) {
    return pasid == 0 ? Report.NO_PASID : pasid;
  }
}
