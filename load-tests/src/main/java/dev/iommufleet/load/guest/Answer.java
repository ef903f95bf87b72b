package dev.iommufleet.load.guest;

import dev.iommufleet.hardware.vtd.Reply;
import java.util.List;

/** What came back for a {@link Step}. */
public sealed interface Answer {

  /** It was done, and there is nothing to say. */
  record Done() implements Answer {}

  /** One reply for each operation; those of waiting are left out. */
  record Ran(List<Reply> replies) implements Answer {
    public Ran {
      replies = List.copyOf(replies);
    }
  }

  /** How a copy ended; {@code data}: what was read, empty for a write. */
  record Copied(boolean ok, byte[] data) implements Answer {}
}
