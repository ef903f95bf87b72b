package dev.iommufleet.hardware.vtd;

import dev.iommufleet.hardware.vtd.Operation.AccessInterruptWindow;
import dev.iommufleet.hardware.vtd.spec.ContextEntry;
import dev.iommufleet.hardware.vtd.spec.PasidEntry;

/** Accesses to FEE00000–FEEFFFFF that no interrupt can come of. [STR-10.2] */
final class InterruptWindow {
  private final Core core;
  private final Tables tables;
  private final FaultLog faults;
  private final long[] context = new long[4];
  private final long[] entry = new long[8];

  InterruptWindow(Core core, Tables tables, FaultLog faults) {
    this.core = core;
    this.tables = tables;
    this.faults = faults;
  }

  /** Records fault 87, with what can be learnt of FPD. */
  void refuse(AccessInterruptWindow access) {
    if (core.tracing()) {
      core.emit(new Fact.WindowRefused(access));
    }
    int pasid = Translator.key(access.pasid());
    boolean named =
        core.has(Quirk.TABLE_FAULT_WITHOUT_PASID) ? pasid != 0 : access.pasid() != Access.NO_PASID;
    faults.dma(
        new FaultLog.Dma(
            Fault.WINDOW,
            access.sourceId(),
            access.address(),
            access.write() ? Access.WRITE : Access.READ,
            named,
            pasid,
            isSilenced(access.sourceId(), pasid),
            false));
  }

  private boolean isSilenced(int sourceId, int pasid) {
    if (tables.context(sourceId, context) != Fault.NONE) {
      return false;
    }
    boolean silenced = ContextEntry.faultProcessingDisabled(context[0]);
    if (silenced || !core.scalable()) {
      return silenced;
    }
    int status = tables.pasid(context, pasid, entry);
    boolean entryRead = status == Fault.NONE || status == Fault.PASID_ABSENT;
    return tables.directoryFpd() || entryRead && PasidEntry.faultProcessingDisabled(entry[0]);
  }
}
