package dev.iommufleet.hardware.device;

import dev.iommufleet.hardware.StateHash;
import java.util.EnumMap;
import java.util.Map;

/** Which calls of the kernel fail next. */
final class ArmedFailures {
  private static final long TAG_ARMED = 44;

  /** The {@code n}-th next call fails; 0 in {@code errno}: it succeeds and processes nothing. */
  record Armed(int n, int errno) {}

  private final Map<HostCall.Kind, Armed> armed = new EnumMap<>(HostCall.Kind.class);
  private long hash;

  long hash() {
    return hash;
  }

  Map<HostCall.Kind, Armed> all() {
    return armed;
  }

  /** The errno that the next call of this kind fails with; -1: it does not. */
  int next(HostCall.Kind kind) {
    Armed failure = armed.get(kind);
    return failure != null && failure.n() == 1 ? failure.errno() : -1;
  }

  /** {@code n} 0 disarms. */
  void arm(HostCall.Kind kind, int n, int errno) {
    Armed next = n == 0 ? null : new Armed(n, errno);
    Armed before = next == null ? armed.remove(kind) : armed.put(kind, next);
    hash += term(kind, next) - term(kind, before);
  }

  private static long term(HostCall.Kind kind, Armed armed) {
    return armed == null
        ? 0
        : StateHash.mix(TAG_ARMED, kind.number(), (long) armed.n() << 32 | armed.errno());
  }

  void count(HostCall.Kind kind) {
    Armed now = armed.get(kind);
    if (now != null) {
      arm(kind, now.n() - 1, now.errno());
    }
  }
}
