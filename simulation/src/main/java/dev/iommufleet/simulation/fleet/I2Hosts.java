package dev.iommufleet.simulation.fleet;

import dev.iommufleet.hardware.device.DeviceFact;
import dev.iommufleet.hardware.device.HostCall;
import dev.iommufleet.hardware.vtd.Fact;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;

/** When a wait completes, the hosts have attached what the guest meant by then. */
final class I2Hosts extends Checker {
  private static final long UNKNOWN = -1;

  private final FleetConfig config;

  /** By device: the tables of nested objects, and what is attached where. */
  private final Map<Integer, Map<Integer, Long>> tables = new HashMap<>();

  private final Map<Integer, Map<Integer, Integer>> attached = new HashMap<>();

  /** By guest and slot: whether the IOMMU holds an attachment that stays. */
  private final boolean[][] held;

  /** By guest, slot, PASID: how often the entry changed. */
  private final int[][][] changes;

  private final Map<Long, Promise> promises = new HashMap<>();

  private record Promise(Cover cover, int[] changes) {}

  I2Hosts(FleetConfig config) {
    super("I2");
    this.config = config;
    held = new boolean[config.iommus()][config.devices()];
    changes = new int[config.iommus()][config.devices()][Machines.PASIDS];
  }

  @Override
  void see(Seen seen) {
    switch (seen) {
      case Seen.Changed s -> changes[s.guest()][s.slot()][s.pasid()]++;
      case Seen.Resetting s -> voidAll(s.guest());
      case Seen.Submitted s -> {
        if (!s.cover().attached().isEmpty()) {
          promises.put((long) s.guest() << 32 | s.number(), promise(s.guest(), s.cover()));
        }
      }
      case Seen.Wrote s -> wrote(s.entry());
      default -> {}
    }
  }

  private void voidAll(int guest) {
    for (int[] slot : changes[guest]) {
      for (int pasid = 0; pasid < slot.length; pasid++) {
        slot[pasid]++;
      }
    }
  }

  private Promise promise(int guest, Cover cover) {
    int[] then =
        cover.attached().stream().mapToInt(it -> changes[guest][it.slot()][it.pasid()]).toArray();
    return new Promise(cover, then);
  }

  private void wrote(Entry entry) {
    for (Entry.Step step : entry.steps()) {
      switch (step) {
        case Entry.Step.OfIommu s -> s.facts().forEach(fact -> ofIommu(entry.entity(), fact));
        case Entry.Step.OfDevice s -> s.facts().forEach(fact -> ofDevice(entry.entity(), fact));
      }
    }
  }

  private void ofIommu(int guest, Fact fact) {
    switch (fact) {
      case Fact.DeviceAttached f -> held[guest][slot(f.sourceId())] = true;
      case Fact.DeviceDetaching f -> held[guest][slot(f.sourceId())] = false;
      case Fact.DeviceDetached f -> held[guest][slot(f.sourceId())] = false;
      case Fact.MemoryWritten f when f.kind() == Fact.WriteKind.WAIT_STATUS -> {
        int wait = ByteBuffer.wrap(f.bytes()).order(ByteOrder.LITTLE_ENDIAN).getInt();
        Promise promise = promises.remove((long) guest << 32 | wait);
        if (promise != null) {
          judge(guest, promise);
        }
      }
      default -> {}
    }
  }

  private int slot(int sourceId) {
    return (sourceId >> 3) - (FleetConfig.sourceId(0) >> 3);
  }

  private void judge(int guest, Promise promise) {
    for (int i = 0; i < promise.changes().length; i++) {
      Cover.Attached it = promise.cover().attached().get(i);
      int device = config.device(guest, it.slot());
      boolean stands =
          changes[guest][it.slot()][it.pasid()] == promise.changes()[i]
              && held[guest][it.slot()]
              && config.isPassthrough(device)
              && attached.containsKey(device);
      long is = stands ? table(device, it.pasid()) : it.table();
      if (is != it.table()) {
        broken(
            "the host of %s has table %x attached for PASID %d, a completed wait promised %x",
            config.name(device), is, it.pasid(), it.table());
      }
    }
  }

  /** 0: nothing of the guest's. */
  private long table(int device, int pasid) {
    Integer object = attached.get(device).get(pasid);
    return object == null ? 0 : tables.get(device).getOrDefault(object, 0L);
  }

  private void ofDevice(int device, DeviceFact fact) {
    switch (fact) {
      case DeviceFact.HostOpened _ -> {
        tables.put(device, new HashMap<>());
        attached.put(device, new HashMap<>());
      }
      case DeviceFact.HostClosed _ -> attached.remove(device);
      case DeviceFact.HostCalled f when f.errno() == 0 -> called(device, f);
      default -> {}
    }
  }

  private void called(int device, DeviceFact.HostCalled f) {
    switch (f.call()) {
      case HostCall.Allocate c -> tables.get(device).put(f.value(), c.table());
      case HostCall.Free c -> tables.get(device).put(c.object(), UNKNOWN);
      case HostCall.Attach c -> attached.get(device).put(c.pasid(), c.object());
      case HostCall.Detach c -> attached.get(device).remove(c.pasid());
      case HostCall.AllocatePaging _,
          HostCall.AllocateQueue _,
          HostCall.ReadFaults _,
          HostCall.WriteFaults _,
          HostCall.Invalidate _ -> {}
    }
  }
}
