package dev.iommufleet.actors;

import dev.iommufleet.protocol.api.v1.Refusal;
import dev.iommufleet.protocol.api.v1.RefusalCode;
import java.util.Map;

/** Refusals as messages. */
public final class Refusals {
  private static final String PREFIX = "REFUSAL_CODE_";

  private Refusals() {}

  public static Refusal of(RefusalCode code, String message) {
    return of(code, message, Map.of());
  }

  public static Refusal of(RefusalCode code, String message, Map<String, String> metadata) {
    return Refusal.newBuilder()
        .setCode(code.name().substring(PREFIX.length()))
        .setMessage(message)
        .putAllMetadata(metadata)
        .build();
  }

  /** The code of a refusal; unspecified when this version does not know it. */
  public static RefusalCode code(Refusal refusal) {
    try {
      return RefusalCode.valueOf(PREFIX + refusal.getCode());
    } catch (IllegalArgumentException e) {
      return RefusalCode.REFUSAL_CODE_UNSPECIFIED;
    }
  }

  /** A limit by its name, with what is allowed and what was given. */
  public static Refusal limit(String name, long allowed, long given) {
    return of(
        RefusalCode.REFUSAL_CODE_LIMIT_EXCEEDED,
        "%s is %d; %d is the most".formatted(name, given, allowed),
        Map.of("limit", name, "allowed", Long.toString(allowed), "given", Long.toString(given)));
  }

  /** What the hardware refused. */
  static Refusal of(dev.iommufleet.hardware.vtd.Refusal refusal) {
    return of(RefusalCode.valueOf(PREFIX + refusal.code().name()), refusal.message());
  }
}
