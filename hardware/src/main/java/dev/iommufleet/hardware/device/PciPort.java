package dev.iommufleet.hardware.device;

import dev.iommufleet.hardware.device.DeviceFact.DropScope;
import dev.iommufleet.hardware.device.DeviceFact.GroupCause;

/** The guest's writes to the configuration registers. [PRI-5] [PRI-5.3] [PRI-8] */
final class PciPort {
  private final DeviceCore core;
  private final PageRequester requester;
  private final DmaEngine engine;

  PciPort(DeviceCore core, PageRequester requester, DmaEngine engine) {
    this.core = core;
    this.requester = requester;
    this.engine = engine;
  }

  void write(ConfigRegister register, long value) {
    switch (register) {
      case COMMAND -> set(register, value & PciState.BUS_MASTER);
      case DEVICE_CONTROL -> {
        if ((value & PciState.FUNCTION_RESET) != 0) {
          reset();
        }
      }
      case ATS_CONTROL -> ats(value);
      case PASID_CONTROL -> pasid(value);
      case PRI_CONTROL -> pri(value);
      case PRI_STATUS -> {
        long cleared = value & (PciState.RESPONSE_FAILURE | PciState.UNEXPECTED_INDEX);
        set(register, core.pci.get(register) & ~cleared);
      }
      case PRI_ALLOCATION -> {
        if (core.config.pci().pri() && !core.pci.priEnabled()) {
          set(register, value);
        }
      }
      case ATS_CAPABILITY, PASID_CAPABILITY, PRI_CAPACITY -> {}
    }
  }

  private void set(ConfigRegister register, long value) {
    if (core.pci.get(register) != value) {
      core.record(new DeviceFact.ConfigChanged(register, value));
    }
  }

  /** The unit can be chosen only while translation is off or with the write that enables it. */
  private void ats(long value) {
    if (!core.config.pci().ats()) {
      return;
    }
    boolean was = core.pci.atsEnabled();
    long unit = (was ? core.pci.get(ConfigRegister.ATS_CONTROL) : value) & PciState.ATS_UNIT;
    set(ConfigRegister.ATS_CONTROL, unit | value & PciState.ATS_ENABLE);
    if (was && !core.pci.atsEnabled() && !core.config.passthrough()) {
      engine.abortTranslated();
      core.drop(DropScope.EVERYTHING, 0, 0, 0);
      core.freeAnswers();
    }
  }

  /** What requests carry cannot change while translations are kept. */
  private void pasid(long value) {
    if (!core.config.pci().pasid() || core.pci.atsEnabled()) {
      return;
    }
    long possible =
        PciState.PASID_ENABLE
            | core.pci.get(ConfigRegister.PASID_CAPABILITY)
                & (PciState.PASID_EXECUTE | PciState.PASID_PRIVILEGED);
    set(ConfigRegister.PASID_CONTROL, value & possible);
  }

  private void pri(long value) {
    if (!core.config.pci().pri()) {
      return;
    }
    boolean was = core.pci.priEnabled();
    boolean enable = (value & PciState.PRI_ENABLE) != 0;
    long status = core.pci.get(ConfigRegister.PRI_STATUS);
    if (was && !enable) {
      requester.disable(GroupCause.PRI_OFF);
    } else if (!was && enable) {
      set(ConfigRegister.PRI_STATUS, status & ~PciState.STOPPED);
      set(ConfigRegister.PRI_CONTROL, PciState.PRI_ENABLE);
    } else if (!was && (value & PciState.PRI_RESET) != 0) {
      set(ConfigRegister.PRI_STATUS, core.pci.initial(ConfigRegister.PRI_STATUS));
    }
  }

  /** Function-level reset: what runs ends, what was enabled is not. The attachment stays. */
  private void reset() {
    requester.disable(GroupCause.FUNCTION_RESET);
    engine.abort();
    if (!core.config.passthrough()) {
      core.drop(DropScope.EVERYTHING, 0, 0, 0);
    }
    for (ConfigRegister register : ConfigRegister.values()) {
      set(register, core.pci.initial(register));
    }
    core.freeAnswers();
  }
}
