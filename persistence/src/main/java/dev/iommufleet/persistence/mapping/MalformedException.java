package dev.iommufleet.persistence.mapping;

/**
 * A message cannot be what it claims to be. From a client it becomes a refusal; in a journal it
 * stops the reading.
 */
public final class MalformedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What is wrong, for machines. */
  public enum Code {
    /** Not a protobuf message of this type, or none within the bounds. */
    UNPARSABLE,
    /** A kind of operation, reply, fact or cause that this version does not know. */
    UNKNOWN_KIND,
    /** An enumeration's value, or a name, that this version does not know. */
    UNKNOWN_VALUE,
    /** A quirk's name that this version does not know. */
    UNKNOWN_QUIRK,
    /** A number wider than its field. */
    OUT_OF_RANGE,
    /** Written by a later version of the format. */
    NEWER_SCHEMA
  }

  private final Code code;

  public MalformedException(Code code, String message) {
    super(message);
    this.code = code;
  }

  public MalformedException(Code code, String message, Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  public Code code() {
    return code;
  }
}
