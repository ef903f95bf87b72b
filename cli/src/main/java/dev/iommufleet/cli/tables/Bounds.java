package dev.iommufleet.cli.tables;

/**
 * How much of the guest's tables is looked at; a guest may make them as large or as circular as it
 * likes.
 *
 * @param depth levels of page tables, 1 and more
 * @param entries lines for one table
 * @param nodes tables in all
 */
public record Bounds(int depth, int entries, int nodes) {
  public static final Bounds DEFAULT = new Bounds(5, 64, 1_024);
}
