package dev.iommufleet.load.report;

/** Text of a page in the making. */
final class Html {
  private final StringBuilder text = new StringBuilder();

  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;")
        .replace("{{", "{&#123;"); // Not a place of the template.
  }

  /** Markup of our own. */
  Html raw(String markup) {
    text.append(markup);
    return this;
  }

  /** Anything. */
  Html text(String anything) {
    text.append(escape(anything));
    return this;
  }

  Html element(String name, String content) {
    return raw("<" + name + ">").text(content).raw("</" + name + ">\n");
  }

  /** The caller ends it: {@code </tbody></table>}. */
  Html table(String... columns) {
    raw("<table><thead><tr>");
    for (String column : columns) {
      raw("<th>").text(column).raw("</th>");
    }
    return raw("</tr></thead><tbody>");
  }

  void number(long value) {
    raw("<td class=\"n\">").text("%,d".formatted(value)).raw("</td>");
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
