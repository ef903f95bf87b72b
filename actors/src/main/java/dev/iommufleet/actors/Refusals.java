package dev.iommufleet.actors;

import dev.iommufleet.hardware.device.DeviceReply;
import dev.iommufleet.persistence.mapping.MalformedException;
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

  /** What a message claims to be and cannot be. */
  static Refusal malformed(MalformedException e) {
    var code =
        switch (e.code()) {
          case UNKNOWN_KIND -> RefusalCode.REFUSAL_CODE_UNKNOWN_OPERATION;
          case UNKNOWN_QUIRK -> RefusalCode.REFUSAL_CODE_UNKNOWN_QUIRK;
          case UNPARSABLE, UNKNOWN_VALUE, OUT_OF_RANGE, NEWER_SCHEMA ->
              RefusalCode.REFUSAL_CODE_BAD_ARGUMENT;
        };
    return of(code, e.getMessage());
  }

  /** What the hardware refused. */
  static Refusal of(dev.iommufleet.hardware.vtd.Refusal refusal) {
    return of(RefusalCode.valueOf(PREFIX + refusal.code().name()), refusal.message());
  }

  /** What a host device refused. */
  static Refusal of(DeviceReply.Refused refused) {
    var code =
        switch (refused.reason()) {
          case BAD_ARGUMENT -> RefusalCode.REFUSAL_CODE_BAD_ARGUMENT;
          case LIMIT_EXCEEDED -> RefusalCode.REFUSAL_CODE_LIMIT_EXCEEDED;
          case UNSUPPORTED -> RefusalCode.REFUSAL_CODE_UNSUPPORTED;
          case WRONG_STATE -> RefusalCode.REFUSAL_CODE_WRONG_STATE;
        };
    return of(code, refused.message());
  }
}
