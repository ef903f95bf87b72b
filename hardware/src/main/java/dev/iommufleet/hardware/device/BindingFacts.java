package dev.iommufleet.hardware.device;

/** Tells what changed in the bindings. */
final class BindingFacts implements BindingState.Watcher {
  private final DeviceCore core;

  BindingFacts(DeviceCore core) {
    this.core = core;
  }

  @Override
  public void binding(int pasid, HostBindings.Binding binding) {
    core.tell(
        binding == null
            ? new DeviceFact.HostBindingChanged(pasid, 0, false, 0, false)
            : new DeviceFact.HostBindingChanged(
                pasid, binding.type(), true, binding.nested(), binding.careful()));
  }

  @Override
  public void stuck(int pasid, HostBindings.Stuck held) {
    core.tell(
        held == null
            ? new DeviceFact.HostStuckChanged(pasid, false, 0, false)
            : new DeviceFact.HostStuckChanged(pasid, true, held.nested(), held.toDefault()));
  }

  @Override
  public void queue(int object, int queue) {
    core.tell(new DeviceFact.HostQueueChanged(object, queue));
  }

  @Override
  public void unfreed(int object, boolean there) {
    core.tell(new DeviceFact.HostUnfreedChanged(object, there));
  }
}
