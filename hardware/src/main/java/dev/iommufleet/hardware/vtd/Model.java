package dev.iommufleet.hardware.vtd;

/** What journals say about who executed a cause. */
public final class Model {
  /** Changes when the same operations may give other facts, replies or hashes than before. */
  public static final String VERSION = "0.1.0";

  private Model() {}
}
