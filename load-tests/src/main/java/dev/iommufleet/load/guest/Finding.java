package dev.iommufleet.load.guest;

/**
 * Something that must not be.
 *
 * @param rule an invariant as in {@code I1}, {@code oracle} for a difference from the model, {@code
 *     guest} for what else a guest does not expect
 * @param what what was seen and what should have been
 */
public record Finding(String rule, String what) {
  public static final String STALE = "I1";
  public static final String WAIT = "I2";
  public static final String GROUPS = "I3";
  public static final String ORACLE = "oracle";
  public static final String GUEST = "guest";
}
