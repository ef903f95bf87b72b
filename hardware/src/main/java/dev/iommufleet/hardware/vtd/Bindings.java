package dev.iommufleet.hardware.vtd;

import dev.iommufleet.hardware.link.Command;
import dev.iommufleet.hardware.link.HostInfo.Provider;
import dev.iommufleet.hardware.vtd.Fact.PasidScope;
import dev.iommufleet.hardware.vtd.spec.ContextEntry;
import dev.iommufleet.hardware.vtd.spec.PasidDirectoryEntry;
import dev.iommufleet.hardware.vtd.spec.PasidEntry;
import java.util.Arrays;
import java.util.List;

/**
 * Keeps what passthrough devices are told of the guest's PASIDs in step with the guest's tables:
 * what no longer holds is removed before anything is added. [PT-4] [PT-5]
 */
final class Bindings {
  private static final int PASIDS_PER_TABLE = 64;

  private final Core core;
  private final Tables tables;
  private final long[] context = new long[4];
  private final long[] entry = new long[8];

  Bindings(Core core, Tables tables) {
    this.core = core;
    this.tables = tables;
  }

  /** What an invalidation covers. Domain id and PASID count as {@code scope} says. */
  private record Filter(PasidScope scope, int domainId, int pasid) {
    static final Filter ALL = new Filter(PasidScope.GLOBAL, 0, 0);

    boolean matches(int otherPasid, long[] entry) {
      boolean sameDomain = PasidEntry.domainId(entry[1]) == domainId;
      return switch (scope) {
        case GLOBAL -> true;
        case DOMAIN -> sameDomain;
        case PASID -> sameDomain && otherPasid == pasid;
      };
    }
  }

  // ---- invalidations ----

  /** A PASID-cache invalidation, or what counts as one. */
  void sync(PasidScope scope, int domainId, int pasid) {
    var filter = new Filter(scope, domainId, pasid);
    for (Device device : core.devices.all()) {
      sync(device, filter);
    }
  }

  /** A context invalidation that the policy lets reach the functions it selects. */
  void syncFunctions(int sourceId, int functionMask) {
    for (Device device : core.devices.all()) {
      if (Invalidator.selects(sourceId, functionMask, device.sourceId)) {
        sync(device, Filter.ALL);
      }
    }
  }

  /** The device came into tables that may be populated. */
  void syncDevice(Device device) {
    sync(device, Filter.ALL);
  }

  private void sync(Device device, Filter filter) {
    if (!isBindable(device) || !core.scalable() || !core.translating()) {
      return;
    }
    boolean removed = remove(device, filter, false);
    if (!removed || filter.scope() != PasidScope.PASID) {
      add(device, filter);
    }
  }

  /** Root pointer, translation enable and system reset: nothing is added. */
  void reset() {
    boolean everything = !core.has(Quirk.RESET_KEEPS_VALID_BINDINGS);
    for (Device device : core.devices.all()) {
      if (isBindable(device)) {
        remove(device, Filter.ALL, everything);
      }
    }
  }

  /** First-stage tables reach the host through iommufd only. */
  boolean isBindable(Device device) {
    return core.capabilities.firstStage()
        && !device.detaching()
        && device.host != null
        && device.host.provider() == Provider.IOMMUFD;
  }

  /** Whether requests of this function go past the unit's translation to the host's. [PT-3] */
  boolean takesOver(int sourceId) {
    Device device = core.devices.find(sourceId);
    return device != null && core.scalable() && isBindable(device);
  }

  // ---- remove ----

  private boolean remove(Device device, Filter filter, boolean everything) {
    boolean removed = false;
    for (Binding binding : List.copyOf(device.bindings())) {
      boolean meant = binding.leaving == 0 && filter.matches(binding.pasid, binding.entry);
      if (meant && (everything || !isValid(device.sourceId, binding.pasid))) {
        boolean detaches = binding.pasid != 0 || core.translating() && core.scalable();
        post(device, new Command.Unbind(binding.pasid, !detaches));
        removed = true;
      }
    }
    return removed;
  }

  private boolean isValid(int sourceId, int pasid) {
    return core.scalable()
        && tables.context(sourceId, context) == Fault.NONE
        && tables.pasid(context, pasid, entry) == Fault.NONE;
  }

  // ---- add ----

  private void add(Device device, Filter filter) {
    if (tables.context(device.sourceId, context) != Fault.NONE) {
      return;
    }
    int limit = Math.min(1 << device.host.pasidWidth(), ContextEntry.pasidLimit(context[0]));
    if (filter.scope() == PasidScope.PASID) {
      boolean offered = core.has(Quirk.PASID_WIDTH_UNCHECKED) || filter.pasid() < guestPasids();
      if (filter.pasid() < limit && offered) {
        add(device, filter, filter.pasid());
      }
      return;
    }
    limit = Math.min(limit, guestPasids());
    for (int pasid = 0; pasid < limit; pasid++) {
      if (pasid % PASIDS_PER_TABLE == 0 && !hasTable(pasid)) {
        pasid += PASIDS_PER_TABLE - 1;
      } else {
        add(device, filter, pasid);
      }
    }
  }

  private int guestPasids() {
    return 1 << core.capabilities.pasidBits();
  }

  private boolean hasTable(int pasid) {
    long directory = PasidDirectoryEntry.address(ContextEntry.pointer(context[0]), pasid);
    return core.readable(directory, PasidDirectoryEntry.BYTES)
        && PasidDirectoryEntry.present(core.memory.read64(directory));
  }

  private void add(Device device, Filter filter, int pasid) {
    if (tables.pasid(context, pasid, entry) != Fault.NONE || !filter.matches(pasid, entry)) {
      return;
    }
    Binding binding = device.find(pasid);
    boolean requests = takesPageRequests();
    if (binding != null
        && requests == binding.pageRequests
        && Arrays.equals(binding.entry, entry)) {
      boolean again = binding.failed && !core.has(Quirk.FAILED_BINDING_NOT_RETRIED);
      if (!again) {
        return;
      }
    }
    if (binding == null && core.devices.bindings() >= Devices.MOST_BINDINGS) {
      core.emit(new Fact.BindingLimitReached(device.sourceId, pasid));
      return;
    }
    boolean pasidObject = core.capabilities.pasidBits() > 0;
    boolean block = !core.has(Quirk.FAILED_REPLACEMENT_STAYS);
    post(device, new Command.Bind(pasid, entry.clone(), pasidObject, block, requests));
  }

  /** Of the function whose context entry was read. [PRI-12] */
  private boolean takesPageRequests() {
    return core.capabilities.pageRequests()
        && ContextEntry.pageRequestsEnabled(context[0])
        && !core.has(Quirk.HOST_PAGE_REQUESTS_ABSENT);
  }

  // ---- flush ----

  /**
   * A PASID-based IOTLB invalidation reaches the object of every binding in this domain and PASID.
   * {@code pages}: {@link Command#ALL_PAGES} for the whole PASID. [PT-6]
   */
  void flush(int domainId, int pasid, long address, long pages, boolean leaf) {
    for (Device device : core.devices.all()) {
      Binding binding = device.detaching() ? null : device.find(pasid);
      if (binding != null
          && PasidEntry.translationType(binding.entry[0]) == PasidEntry.FIRST_STAGE
          && PasidEntry.domainId(binding.entry[1]) == domainId) {
        post(device, new Command.Flush(pasid, address, pages, leaf));
      }
    }
  }

  // ---- the way to the device ----

  /** Sends a command; the queue's next wait waits for its answer. */
  void post(Device device, Command command) {
    if (!device.isAnyOpen() && device.outstandingCount() > 0) {
      settle(device);
    }
    var posted = new Device.Posted(device.lastId() + 1, device.lastNumbered(), command);
    device.post(posted);
    core.emit(
        new Fact.CommandPosted(device.sourceId, posted.id(), posted.previous(), posted.command()));
  }

  /** What was answered without a gap is forgotten for good. */
  void settle() {
    for (Device device : core.devices.all()) {
      settle(device);
    }
  }

  private void settle(Device device) {
    long upTo = device.answeredUpTo();
    if (upTo != 0) {
      device.ended(upTo);
      core.emit(new Fact.CommandsEnded(device.sourceId, upTo));
    }
  }
}
