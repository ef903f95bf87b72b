package dev.iommufleet.simulation;

import dev.iommufleet.hardware.device.AttachState;
import dev.iommufleet.hardware.device.DeviceFact;
import dev.iommufleet.hardware.device.DeviceView;
import dev.iommufleet.hardware.device.HostObject;
import dev.iommufleet.hardware.link.Command;
import dev.iommufleet.hardware.vtd.IommuView;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Whether a state keeps the invariants that can be seen in it: no cached translation and no binding
 * is older than a wait that covers its change. Reads the guest's tables with code of its own.
 */
final class Judge {
  private static final int FIRST_STAGE = 1;
  private static final int PASS_THROUGH = 4;

  /** FSTS.ITE. */
  private static final int TIMED_OUT = 1 << 6;

  /** FSTS.ICE. */
  private static final int WRONG_TAG = 1 << 5;

  private final World world;
  private final Scenario scenario;
  private final IommuView view;

  Judge(World world, Scenario scenario) {
    this.world = world;
    this.scenario = scenario;
    this.view = world.iommu().view();
  }

  /** Null: nothing is broken. */
  String broken() {
    if ((view.register(Guest.FSTS) & TIMED_OUT) != 0 && !scenario.mayTimeOut()) {
      return "I2: ITE, and no device was told to be silent";
    }
    if ((view.register(Guest.FSTS) & WRONG_TAG) != 0 && !scenario.mayMisbehave()) {
      return "I2: ICE, and no device was told to complete wrongly";
    }
    for (int device = 0; device < scenario.devices().size(); device++) {
      DeviceView its = world.device(device).view();
      int sourceId = scenario.devices().get(device).sourceId();
      boolean attached =
          its.state() == AttachState.ATTACHED && view.isAttached(sourceId, its.epoch());
      if (!attached) {
        continue;
      }
      String broken = translations(device, its);
      if (broken == null) {
        broken = accesses(device, its);
      }
      if (broken == null && !translating()) {
        broken = idle(device, its);
        if (broken == null) {
          continue;
        }
      }
      if (broken == null && scenario.devices().get(device).passthrough() && !leaves(sourceId)) {
        broken = bindings(device, its);
      }
      if (broken != null) {
        return broken;
      }
    }
    return null;
  }

  private boolean leaves(int sourceId) {
    return view.devices().stream().anyMatch(d -> d.sourceId() == sourceId && d.detaching());
  }

  private boolean translating() {
    return view.register(Guest.GSTS) < 0 || world.iommu().commandsDue();
  }

  /** With translation disabled the host has nothing of the guest's. */
  private String idle(int device, DeviceView its) {
    int sourceId = scenario.devices().get(device).sourceId();
    if (world.ledger().wasReset() && !view.unanswered(sourceId).isEmpty()) {
      return null; // A reset has no status that software could wait for.
    }
    for (var attached : its.attachments().entrySet()) {
      HostObject object = object(its, attached.getValue());
      if (object != null && object.nested()) {
        return "I2: the host of %s has tables attached for PASID %d, translation is disabled"
            .formatted(scenario.devices().get(device).name(), attached.getKey());
      }
    }
    return null;
  }

  // ---- I1 ----

  private String translations(int device, DeviceView its) {
    for (DeviceFact.TranslationFilled cached : its.translations()) {
      if (!translating()) {
        continue;
      }
      int pasid = Math.max(cached.pasid(), 0);
      boolean write = (cached.permissions() & 2) != 0;
      Long leaf = otherwise(device, pasid, cached.iova(), cached.address(), write);
      if (leaf != null) {
        return "I1: %s holds PASID %d page %d -> %x, the tables say %x since a wait completed"
            .formatted(name(device), pasid, page(cached.iova()), cached.address(), leaf);
      }
    }
    return null;
  }

  /** No access that uses what was removed is under way. */
  private String accesses(int device, DeviceView its) {
    for (DeviceView.Access access : its.accesses()) {
      int pasid = Math.max(access.pasid(), 0);
      Long leaf = otherwise(device, pasid, access.iova(), access.address(), access.write());
      if (translating() && leaf != null) {
        return "I1: %s accesses PASID %d page %d at %x, the tables say %x since a wait completed"
            .formatted(name(device), pasid, page(access.iova()), access.address(), leaf);
      }
    }
    return null;
  }

  /** What the tables say, if no change is on its way and they say something else; else null. */
  private Long otherwise(int device, int pasid, long iova, long address, boolean write) {
    if (world.ledger().isDirty(Ledger.entry(device, pasid))) {
      return null;
    }
    long[] entry = entry(device, pasid);
    if (type(entry) == PASS_THROUGH) {
      return address == (iova & -0x1000L) ? null : Long.valueOf(iova);
    }
    int space = (int) (((entry[2] & -0x1000L) - Layout.pageTable(0)) / 0x4000);
    if (type(entry) == FIRST_STAGE && world.ledger().isDirty(Ledger.leaf(space, page(iova)))) {
      return null;
    }
    long leaf = type(entry) == FIRST_STAGE ? word(Layout.leaf(space, page(iova))) : 0;
    boolean same = (leaf & 1) != 0 && (leaf & 0xF_FFFF_FFFF_F000L) == address;
    return same && (!write || (leaf & 2) != 0) ? null : Long.valueOf(leaf);
  }

  private static int page(long iova) {
    return (int) (iova >>> 12) & 511;
  }

  private String name(int device) {
    return scenario.devices().get(device).name();
  }

  // ---- bindings: the effect that I2 promises on the host ----

  private String bindings(int device, DeviceView its) {
    for (int pasid = 0; pasid < Machines.PASIDS; pasid++) {
      if (world.ledger().isDirty(Ledger.entry(device, pasid))) {
        continue;
      }
      long[] entry = entry(device, pasid);
      Integer attached = its.attachments().get(pasid == 0 ? -1 : pasid);
      HostObject object = attached == null ? null : object(its, attached);
      String is =
          object == null ? "nothing" : object.nested() ? "table " + object.table() : "default";
      boolean failed = hasFailed(device, pasid);
      String wanted =
          switch (type(entry)) {
            case FIRST_STAGE -> failed ? "nothing" : "table " + (entry[2] & -0x1000L);
            case PASS_THROUGH -> failed ? "nothing" : "default";
            default -> "nothing";
          };
      // The RID's default object stays where no entry was ever bound.
      boolean again = scenario.mayTimeOut() && is.equals("nothing") && isBeingBound(device, pasid);
      boolean fits = is.equals(wanted) || again || pasid == 0 && is.equals("default");
      if (!fits) {
        return "I2: the host of %s has %s attached for PASID %d, a completed wait promised %s"
            .formatted(scenario.devices().get(device).name(), is, pasid, wanted);
      }
    }
    return null;
  }

  /** What failed before is tried again. */
  private boolean isBeingBound(int device, int pasid) {
    return view.unanswered(scenario.devices().get(device).sourceId()).stream()
        .anyMatch(posted -> posted.command() instanceof Command.Bind bind && bind.pasid() == pasid);
  }

  private boolean hasFailed(int device, int pasid) {
    return view.bindings(scenario.devices().get(device).sourceId()).stream()
        .anyMatch(bound -> bound.pasid() == pasid && bound.failed());
  }

  private static HostObject object(DeviceView its, int id) {
    return its.objects().stream().filter(o -> o.id() == id).findFirst().orElse(null);
  }

  // ---- ends ----

  /** What somebody still owes where nothing can happen any more; null: nothing. */
  String owedAtEnd() {
    for (int device = 0; device < scenario.devices().size(); device++) {
      var spec = scenario.devices().get(device);
      DeviceView its = world.device(device).view();
      if (!its.linkUp() || !its.withheld().isEmpty()) {
        continue;
      }
      if (!view.unanswered(spec.sourceId()).isEmpty()) {
        return "late: %s never answered %s"
            .formatted(spec.name(), view.unanswered(spec.sourceId()).getFirst().command());
      }
      if (!its.owed().isEmpty()) {
        return "late: nobody ever answered %s of %s"
            .formatted(its.owed().getFirst().report(), spec.name());
      }
      boolean here = its.state() == AttachState.ATTACHED;
      if (here != isHeld(device)) {
        return "late: %s is attached at %s only"
            .formatted(spec.name(), here ? "its end" : "the IOMMU");
      }
    }
    var open = world.ledger().openWaits();
    boolean stopped = (view.register(Guest.FSTS) & Guest.QUEUE_ERRORS) != 0;
    return open.isEmpty() || stopped
        ? null
        : "late: wait %d never completed".formatted(open.iterator().next());
  }

  /** The IOMMU has an attachment of this device. */
  private boolean isHeld(int device) {
    int sourceId = scenario.devices().get(device).sourceId();
    return view.isAttached(sourceId, world.ledger().epoch(device))
        && world.ledger().peer(sourceId) == device;
  }

  // ---- the guest's tables ----

  private long[] entry(int device, int pasid) {
    int sourceId = scenario.devices().get(device).sourceId();
    long context = word(Layout.context(sourceId));
    long directory = word(context & -0x1000L);
    if ((context & directory & 1) == 0) {
      return new long[3];
    }
    long at = (directory & -0x1000L) + pasid * 64L;
    return new long[] {word(at), word(at + 8), word(at + 16)};
  }

  private static int type(long[] entry) {
    return (entry[0] & 1) == 0 ? 0 : (int) (entry[0] >>> 6) & 7;
  }

  private long word(long address) {
    return ByteBuffer.wrap(view.memory(address, 8)).order(ByteOrder.LITTLE_ENDIAN).getLong();
  }
}
