package dev.iommufleet.load.report;

/** Finds the data in what {@link Report} wrote. */
public final class Reports {
  private static final String BEGIN = "<script type=\"application/json\" id=\"report\">";
  private static final String END = "</script>";

  private Reports() {}

  /** The JSON of a report, whether it is a page or JSON itself. */
  public static String json(String text) {
    int begin = text.indexOf(BEGIN);
    if (begin < 0) {
      return text;
    }
    int end = text.indexOf(END, begin);
    return end < 0 ? text : text.substring(begin + BEGIN.length(), end);
  }
}
