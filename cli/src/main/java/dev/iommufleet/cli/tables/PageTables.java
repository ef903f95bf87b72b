package dev.iommufleet.cli.tables;

import dev.iommufleet.cli.text.Json;
import dev.iommufleet.cli.text.Numbers;
import dev.iommufleet.hardware.vtd.spec.FirstStageEntry;
import dev.iommufleet.hardware.vtd.spec.PageTable;
import dev.iommufleet.hardware.vtd.spec.SecondStageEntry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** First-stage or second-stage page tables as a tree; neighbouring pages make one line. */
final class PageTables {
  private static final int ENTRIES = 512;
  private static final int CANONICAL_LEVEL = 4;

  private final MemoryReader memory;
  private final boolean firstStage;
  private final Bounds bounds;
  private final Deque<Long> path = new ArrayDeque<>();
  private int tables;

  PageTables(MemoryReader memory, boolean firstStage, Bounds bounds) {
    this.memory = memory;
    this.firstStage = firstStage;
    this.bounds = bounds;
  }

  /** The leaves that one line stands for. */
  private record Run(long iova, long target, String permissions, int count, int level) {
    long bytes() {
      return 1L << PageTable.shift(level);
    }

    boolean goesOnWith(Run next) {
      return level == next.level
          && permissions.equals(next.permissions)
          && iova + count * bytes() == next.iova
          && target + count * bytes() == next.target;
    }

    TreeNode node() {
      return TreeNode.leaf(
          "%s -> %s %s %d x %s"
              .formatted(
                  Numbers.hex(iova, 8), Numbers.hex(target), permissions, count, pageName(level)),
          Json.object(
              "iova", Numbers.hex(iova),
              "address", Numbers.hex(target),
              "permissions", permissions,
              "pages", count,
              "pageBytes", bytes()));
    }
  }

  private static String pageName(int level) {
    return switch (level) {
      case 1 -> "4 KiB";
      case 2 -> "2 MiB";
      case 3 -> "1 GiB";
      default -> "2^" + PageTable.shift(level) + " B";
    };
  }

  /** What the table of the top level leads to. */
  List<TreeNode> children(long table, int levels) {
    return table(table, levels, 0, 1);
  }

  private List<TreeNode> table(long table, int level, long iova, int depth) {
    if (path.contains(table)) {
      return List.of(TreeNode.note("cycle: the table at " + Numbers.hex(table) + " is above"));
    }
    if (depth > bounds.depth()) {
      return List.of(TreeNode.note("deeper levels are left out (--depth)"));
    }
    if (tables++ >= bounds.nodes()) {
      return List.of(TreeNode.note("more tables are left out (--nodes)"));
    }
    var words = memory.words(table, ENTRIES);
    if (words.isEmpty()) {
      return List.of(TreeNode.note("the table at " + Numbers.hex(table) + " cannot be read"));
    }
    path.push(table);
    try {
      return entries(words.get(), level, iova, depth);
    } finally {
      path.pop();
    }
  }

  private List<TreeNode> entries(long[] words, int level, long iova, int depth) {
    var nodes = new ArrayList<TreeNode>();
    Run run = null;
    for (int index = 0; index < ENTRIES; index++) {
      long word = words[index];
      if (!present(word)) {
        continue;
      }
      if (nodes.size() >= bounds.entries()) {
        nodes.add(TreeNode.note("more entries are left out (--entries)"));
        return nodes;
      }
      long from = canonical(iova | (long) index << PageTable.shift(level), level);
      if (leaf(word, level)) {
        run = joined(nodes, run, new Run(from, target(word, level), flags(word), 1, level));
      } else {
        run = flushed(nodes, run);
        nodes.add(inner(word, level, from, depth));
      }
    }
    flushed(nodes, run);
    return nodes;
  }

  private static Run joined(List<TreeNode> nodes, Run run, Run next) {
    if (run != null && run.goesOnWith(next)) {
      return new Run(run.iova, run.target, run.permissions, run.count + 1, run.level);
    }
    flushed(nodes, run);
    return next;
  }

  private static Run flushed(List<TreeNode> nodes, Run run) {
    if (run != null) {
      nodes.add(run.node());
    }
    return null;
  }

  private TreeNode inner(long word, int level, long from, int depth) {
    long table = address(word);
    return new TreeNode(
        "%s level %d table at %s %s"
            .formatted(Numbers.hex(from, 8), level - 1, Numbers.hex(table), flags(word)),
        Json.object(
            "iova", Numbers.hex(from),
            "level", level - 1,
            "table", Numbers.hex(table),
            "permissions", flags(word)),
        table(table, level - 1, from, depth + 1));
  }

  /** The upper half of a first-stage address space has its upper bits set. */
  private long canonical(long iova, int level) {
    boolean upper = firstStage && level <= CANONICAL_LEVEL && (iova >>> 47 & 1) != 0;
    return upper ? iova | ~0L << 48 : iova;
  }

  private boolean present(long word) {
    return firstStage
        ? FirstStageEntry.present(word)
        : SecondStageEntry.read(word) || SecondStageEntry.write(word);
  }

  private boolean leaf(long word, int level) {
    boolean large = firstStage ? FirstStageEntry.large(word) : SecondStageEntry.large(word);
    return level == 1 || level <= 3 && large;
  }

  private static long target(long word, int level) {
    return address(word) & -(1L << PageTable.shift(level));
  }

  private static long address(long word) {
    return SecondStageEntry.address(word, 52);
  }

  private String flags(long word) {
    return firstStage
        ? firstStage(FirstStageEntry.decode(word))
        : secondStage(SecondStageEntry.decode(word));
  }

  private static String firstStage(FirstStageEntry it) {
    return (it.write() ? "rw" : "r-")
        + (it.user() ? " U" : "")
        + (it.accessed() ? " A" : "")
        + (it.dirty() ? " D" : "")
        + (it.global() ? " G" : "")
        + (it.executeDisable() ? " XD" : "");
  }

  private static String secondStage(SecondStageEntry it) {
    return (it.read() ? "r" : "-")
        + (it.write() ? "w" : "-")
        + (it.accessed() ? " A" : "")
        + (it.dirty() ? " D" : "")
        + (it.snoop() ? " SNP" : "")
        + (it.transientMapping() ? " TM" : "");
  }
}
