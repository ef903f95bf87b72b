package dev.iommufleet.hardware.vtd;

/**
 * The caller erred. Nothing was executed.
 *
 * @param message what is wrong and what is allowed
 */
public record Refusal(Code code, String message) {

  /** Stable names; clients may depend on them. */
  public enum Code {
    /** The configuration contradicts itself or leaves what the model has. */
    CONFIG_CONFLICT,
    /** An argument has a value that no machine could produce. */
    BAD_ARGUMENT,
    /** The request would exceed a limit that has a name. */
    LIMIT_EXCEEDED,
    /** A part of VT-d that this model does not have. */
    UNSUPPORTED
  }
}
