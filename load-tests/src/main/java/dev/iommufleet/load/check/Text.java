package dev.iommufleet.load.check;

import com.google.protobuf.TextFormat;
import dev.iommufleet.protocol.api.v1.Operation;

/** Messages in a line. */
final class Text {
  private static final int MOST = 200;

  private Text() {}

  static String of(Operation operation) {
    var text = TextFormat.printer().emittingSingleLine(true).printToString(operation).strip();
    return text.length() <= MOST ? text : text.substring(0, MOST) + "…";
  }
}
