package dev.iommufleet.hardware.device;

import dev.iommufleet.hardware.StateHash;

/** What software wrote to the configuration registers and what the function reports. [PRI-5] */
final class PciState {
  static final int BUS_MASTER = 1 << 2;
  static final int FUNCTION_RESET = 1 << 15;
  static final int ATS_PAGE_ALIGNED = 1 << 5;
  static final int ATS_ENABLE = 1 << 15;
  static final int ATS_UNIT = 0x1F;
  static final int PASID_ENABLE = 1;
  static final int PASID_EXECUTE = 1 << 1;
  static final int PASID_PRIVILEGED = 1 << 2;
  static final int PASID_WIDTH_LSB = 8;
  static final int PRI_ENABLE = 1;
  static final int PRI_RESET = 1 << 1;
  static final int RESPONSE_FAILURE = 1;
  static final int UNEXPECTED_INDEX = 1 << 1;
  static final int STOPPED = 1 << 8;
  static final int RESPONSE_PASID = 1 << 15;

  private static final long TAG = 60;
  private static final ConfigRegister[] ALL = ConfigRegister.values();

  private final DeviceConfig.PciCapabilities capabilities;
  private final long[] values = new long[ALL.length];
  private long hash;

  PciState(DeviceConfig.PciCapabilities capabilities) {
    this.capabilities = capabilities;
    for (ConfigRegister register : ALL) {
      restore(register, initial(register));
    }
    hash = 0; // A function as at power-on weighs nothing.
  }

  long initial(ConfigRegister register) {
    return switch (register) {
      case COMMAND, DEVICE_CONTROL, ATS_CONTROL, PASID_CONTROL, PRI_CONTROL, PRI_ALLOCATION -> 0;
      case ATS_CAPABILITY -> capabilities.ats() ? ATS_PAGE_ALIGNED : 0;
      case PASID_CAPABILITY -> pasidCapability();
      case PRI_STATUS ->
          capabilities.pri() ? STOPPED | (capabilities.responsePasid() ? RESPONSE_PASID : 0) : 0;
      case PRI_CAPACITY -> capabilities.outstanding();
    };
  }

  private long pasidCapability() {
    return (capabilities.pasidExecute() ? PASID_EXECUTE : 0)
        | (capabilities.pasidPrivileged() ? PASID_PRIVILEGED : 0)
        | capabilities.pasidWidth() << PASID_WIDTH_LSB;
  }

  long hash() {
    return hash;
  }

  long get(ConfigRegister register) {
    return values[register.ordinal()];
  }

  void restore(ConfigRegister register, long value) {
    int index = register.ordinal();
    hash +=
        StateHash.mix(TAG, register.number(), value)
            - StateHash.mix(TAG, register.number(), values[index]);
    values[index] = value;
  }

  private boolean is(ConfigRegister register, int bit) {
    return (get(register) & bit) != 0;
  }

  boolean busMaster() {
    return is(ConfigRegister.COMMAND, BUS_MASTER);
  }

  boolean atsEnabled() {
    return is(ConfigRegister.ATS_CONTROL, ATS_ENABLE);
  }

  boolean pasidEnabled() {
    return is(ConfigRegister.PASID_CONTROL, PASID_ENABLE);
  }

  boolean priEnabled() {
    return is(ConfigRegister.PRI_CONTROL, PRI_ENABLE);
  }

  /** Whether requests may carry this PASID; those without one always may. */
  boolean allows(int pasid) {
    return pasid < 0 || pasidEnabled() && pasid >>> capabilities.pasidWidth() == 0;
  }

  /** Page requests that may be outstanding. */
  int outstandingLimit() {
    return (int) Math.min(get(ConfigRegister.PRI_ALLOCATION), capabilities.outstanding());
  }

  void describe(DeviceSink sink) {
    for (ConfigRegister register : ALL) {
      if (get(register) != initial(register)) {
        sink.accept(new DeviceFact.ConfigChanged(register, get(register)));
      }
    }
  }
}
