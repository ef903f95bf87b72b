package dev.iommufleet.simulation;

import java.util.regex.Pattern;

/** Texts that are the same in each run. */
public final class Plain {
  private static final Pattern WORDS = Pattern.compile("entry=\\[J@[0-9a-f]+, ");
  private static final Pattern ARRAY = Pattern.compile("\\[[BJI]@[0-9a-f]+");

  private Plain() {}

  /** Without the addresses of arrays, which would differ. */
  public static String of(String text) {
    return ARRAY.matcher(WORDS.matcher(text).replaceAll("")).replaceAll("…");
  }
}
