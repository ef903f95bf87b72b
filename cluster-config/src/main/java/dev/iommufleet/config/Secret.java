package dev.iommufleet.config;

/** A text that no log and no message shows. */
public record Secret(String text) {
  @Override
  public String toString() {
    return text.isEmpty() ? "none" : "***";
  }
}
