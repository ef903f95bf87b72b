package dev.iommufleet.cli.journal;

import java.util.List;
import java.util.Map;

/** Something of a journal, for people and for scripts. */
interface Shown {

  /**
   * @param all what is otherwise left out, too
   */
  List<String> text(boolean all);

  Map<String, Object> json();
}
