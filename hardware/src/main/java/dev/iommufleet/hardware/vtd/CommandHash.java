package dev.iommufleet.hardware.vtd;

import dev.iommufleet.hardware.StateHash;
import dev.iommufleet.hardware.link.Command;
import dev.iommufleet.hardware.link.HostInfo;

/** Contents of what goes over the link, as 64 bits that are the same on every machine. */
final class CommandHash {
  private static final long TAG = 20;

  private CommandHash() {}

  static long of(Command command) {
    return switch (command) {
      case Command.Bind c ->
          of(1, c.pasid(), c.pasidObject() ? 1 : 0, c.blockOnFailure() ? 1 : 0, of(0, c.entry()));
      case Command.Unbind c -> of(2, c.pasid(), c.toDefault() ? 1 : 0);
      case Command.Respond c -> of(3, c.pasid(), c.groupIndex(), c.code());
      case Command.PageRequestAnswered c -> of(4, c.number(), c.errno());
      case Command.Detach _ -> of(5);
      case Command.Flush c -> of(6, c.pasid(), c.address(), c.pages(), c.leaf() ? 1 : 0);
      case Command.InvalidateTlb c ->
          of(7, c.itag(), c.pasid(), c.allPasids() ? 1 : 0, c.address(), c.size());
      case Command.Drain _ -> of(8);
    };
  }

  static long of(HostInfo host) {
    long provider =
        switch (host.provider()) {
          case IOMMUFD -> 1;
          case LEGACY -> 2;
          case MUTE -> 3;
        };
    return of(
        9,
        provider,
        host.addressWidth(),
        host.hardwareType(),
        host.cap(),
        host.ecap(),
        host.pasidWidth(),
        host.behindAlias() ? 1 : 0);
  }

  private static long of(long kind, long... values) {
    long hash = kind;
    for (long value : values) {
      hash = StateHash.mix(TAG, hash, value);
    }
    return hash;
  }
}
