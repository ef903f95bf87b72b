package dev.iommufleet.load.bench;

import java.util.Locale;

/** Names of figures. */
final class Names {
  private Names() {}

  /** A constant's name in kebab case, as in {@code qemu-11-1}. */
  static String of(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
