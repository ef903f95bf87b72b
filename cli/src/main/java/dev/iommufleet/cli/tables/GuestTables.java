package dev.iommufleet.cli.tables;

import dev.iommufleet.cli.text.Json;
import dev.iommufleet.cli.text.Numbers;
import dev.iommufleet.hardware.vtd.Access;
import dev.iommufleet.hardware.vtd.spec.AddressWidth;
import dev.iommufleet.hardware.vtd.spec.ContextEntry;
import dev.iommufleet.hardware.vtd.spec.PasidDirectoryEntry;
import dev.iommufleet.hardware.vtd.spec.PasidEntry;
import dev.iommufleet.hardware.vtd.spec.RootEntry;
import dev.iommufleet.hardware.vtd.spec.SourceId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Root, context, PASID and page tables as the guest has them in memory now. The unit may hold older
 * copies.
 */
public final class GuestTables {
  private static final int BUSES = 256;
  private static final int DEVFNS = 256;
  private static final int DIRECTORY_ENTRIES_MOST = 1 << 14;
  private static final int TABLE_PASIDS = 64;

  /** Where requests without PASID are looked up: ECAP.RPS is clear. */
  public static final int RID_PASID = 0;

  private final MemoryReader memory;
  private final long root;
  private final boolean scalable;
  private final Bounds bounds;

  /**
   * @param root latched root-table address
   * @param scalable the root table is a scalable-mode one
   */
  public record Root(long root, boolean scalable) {}

  public GuestTables(MemoryReader memory, Root root, Bounds bounds) {
    this.memory = memory.cached();
    this.root = root.root;
    this.scalable = root.scalable;
    this.bounds = bounds;
  }

  /** A present context entry; {@code words}: 2 in legacy mode, 4 in scalable mode. */
  private record Context(int sourceId, long address, long[] words) {}

  /** A present PASID entry of a function, 8 words. */
  public record PasidAt(int sourceId, int pasid, long address, long[] words) {}

  // ---- contexts ----------------------------------------------------------------------------

  /** Every present context entry, below its root entry. */
  public TreeNode contexts() {
    var buses = new ArrayList<TreeNode>();
    for (int bus = 0; bus < BUSES; bus++) {
      var words = memory.words(RootEntry.address(root, bus), 2);
      if (words.isEmpty()) {
        buses.add(TreeNode.note("the root entry of bus %02x cannot be read".formatted(bus)));
        break;
      }
      boolean present =
          RootEntry.present(words.get()[0]) || scalable && RootEntry.present(words.get()[1]);
      if (present) {
        buses.add(bus(bus, words.get()));
      }
    }
    return rootNode(buses);
  }

  private TreeNode rootNode(List<TreeNode> children) {
    return new TreeNode(
        "root table at %s, %s mode".formatted(Numbers.hex(root), scalable ? "scalable" : "legacy"),
        Json.object("rootTable", Numbers.hex(root), "mode", scalable ? "scalable" : "legacy"),
        children);
  }

  private TreeNode bus(int bus, long[] words) {
    var entry = RootEntry.decode(words[0], words[1]);
    var text = new StringBuilder("bus %02x:".formatted(bus));
    if (entry.lowPresent()) {
      text.append(" context table at ").append(Numbers.hex(entry.lowTable()));
    }
    if (scalable && entry.highPresent()) {
      text.append(", upper at ").append(Numbers.hex(entry.highTable()));
    }
    var contexts = new ArrayList<TreeNode>();
    for (int devfn = 0; devfn < DEVFNS; devfn++) {
      context(bus << 8 | devfn).ifPresent(it -> contexts.add(contextNode(it, List.of())));
    }
    return new TreeNode(
        text.toString(),
        Json.object("bus", bus, "low", Numbers.hex(words[0]), "high", Numbers.hex(words[1])),
        contexts);
  }

  private Optional<Context> context(int sourceId) {
    int devfn = sourceId & 0xFF;
    var rootWords = memory.words(RootEntry.address(root, sourceId >>> 8), 2);
    if (rootWords.isEmpty()) {
      return Optional.empty();
    }
    long low = rootWords.get()[0];
    long word = scalable ? RootEntry.scalableWord(low, rootWords.get()[1], devfn) : low;
    if (!RootEntry.present(word)) {
      return Optional.empty();
    }
    long table = RootEntry.contextTable(word);
    long address =
        scalable
            ? ContextEntry.scalableAddress(table, devfn)
            : ContextEntry.legacyAddress(table, devfn);
    return memory
        .words(address, scalable ? 4 : 2)
        .filter(words -> ContextEntry.present(words[0]))
        .map(words -> new Context(sourceId, address, words));
  }

  private TreeNode contextNode(Context it, List<TreeNode> children) {
    var fields =
        Json.object(
            "sourceId", SourceId.format(it.sourceId),
            "address", Numbers.hex(it.address),
            "words", words(it.words));
    String text;
    if (scalable) {
      var entry = ContextEntry.Scalable.decode(it.words[0], it.words[1]);
      text =
          "PASID directory at %s of 2^%d, RID_PASID %d%s%s%s%s"
              .formatted(
                  Numbers.hex(entry.directoryPointer()),
                  entry.directorySizeCode() + 7,
                  entry.ridPasid(),
                  entry.deviceTlbEnabled() ? " DTE" : "",
                  entry.pasidEnabled() ? " PASIDE" : "",
                  entry.pageRequestsEnabled() ? " PRE" : "",
                  entry.faultProcessingDisabled() ? " FPD" : "");
    } else {
      var entry = ContextEntry.Legacy.decode(it.words[0], it.words[1]);
      text =
          "domain %d, TT %d (%s), %d levels, tables at %s%s"
              .formatted(
                  entry.domainId(),
                  entry.translationType(),
                  legacyType(entry.translationType()),
                  AddressWidth.levels(entry.addressWidthCode()),
                  Numbers.hex(entry.secondStagePointer()),
                  entry.faultProcessingDisabled() ? " FPD" : "");
      fields.put("domainId", entry.domainId());
    }
    fields.put("text", text);
    return new TreeNode(SourceId.format(it.sourceId) + " " + text, fields, children);
  }

  private static String legacyType(int type) {
    return switch (type) {
      case ContextEntry.UNTRANSLATED_ONLY -> "untranslated only";
      case ContextEntry.WITH_DEVICE_TLB -> "with device TLB";
      case ContextEntry.PASS_THROUGH -> "pass-through";
      default -> "reserved";
    };
  }

  private static List<String> words(long[] words) {
    var shown = new ArrayList<String>();
    for (long word : words) {
      shown.add(Numbers.hex(word, Long.BYTES));
    }
    return shown;
  }

  // ---- PASIDs ------------------------------------------------------------------------------

  /**
   * Every present PASID entry of a function, or of all functions.
   *
   * @param sourceId empty: all functions
   * @param limit most entries to find
   */
  public List<PasidAt> pasids(Optional<Integer> sourceId, int limit) {
    var found = new ArrayList<PasidAt>();
    if (!scalable) {
      return found;
    }
    int from = sourceId.orElse(0);
    int to = sourceId.orElse(BUSES * DEVFNS - 1);
    for (int sid = from; sid <= to && found.size() < limit; sid++) {
      int source = sid;
      context(source).ifPresent(it -> addPasids(it, found, limit));
    }
    return found;
  }

  private void addPasids(Context context, List<PasidAt> found, int limit) {
    int entries = ContextEntry.pasidLimit(context.words[0]) / TABLE_PASIDS;
    long directory = ContextEntry.pointer(context.words[0]);
    for (int i = 0; i < Math.min(entries, DIRECTORY_ENTRIES_MOST); i++) {
      int first = i * TABLE_PASIDS;
      var word = memory.words(PasidDirectoryEntry.address(directory, first), 1);
      if (word.isEmpty() || !PasidDirectoryEntry.present(word.get()[0])) {
        continue;
      }
      for (int pasid = first; pasid < first + TABLE_PASIDS && found.size() < limit; pasid++) {
        int one = pasid;
        pasid(word.get()[0], one)
            .ifPresent(it -> found.add(new PasidAt(context.sourceId, one, it.address, it.words)));
      }
    }
  }

  private Optional<PasidAt> pasid(long directoryWord, int pasid) {
    long address = PasidEntry.address(PasidDirectoryEntry.table(directoryWord), pasid);
    return memory
        .words(address, PasidEntry.BYTES / Long.BYTES)
        .filter(words -> PasidEntry.present(words[0]))
        .map(words -> new PasidAt(0, pasid, address, words));
  }

  /** What a PASID entry says, in a line. */
  public static String text(long[] words) {
    var it = PasidEntry.decode(words[0], words[1], words[2]);
    return switch (it.translationType()) {
      case PasidEntry.FIRST_STAGE ->
          "first stage, domain %d, %d levels, tables at %s%s%s%s"
              .formatted(
                  it.domainId(),
                  it.firstStageMode() == 0 ? 4 : 5,
                  Numbers.hex(it.firstStagePointer()),
                  it.supervisorRequests() ? " SRE" : "",
                  it.writeProtect() ? " WPE" : "",
                  it.faultProcessingDisabled() ? " FPD" : "");
      case PasidEntry.SECOND_STAGE ->
          "second stage, domain %d, %d levels, tables at %s%s"
              .formatted(
                  it.domainId(),
                  AddressWidth.levels(it.addressWidthCode()),
                  Numbers.hex(it.secondStagePointer()),
                  it.faultProcessingDisabled() ? " FPD" : "");
      case PasidEntry.PASS_THROUGH -> "pass-through, domain %d".formatted(it.domainId());
      case PasidEntry.NESTED -> "nested, domain %d (not supported)".formatted(it.domainId());
      default -> "reserved type %d".formatted(it.translationType());
    };
  }

  // ---- one function ------------------------------------------------------------------------

  /**
   * The tables that a request of a function goes through.
   *
   * @param pasid {@link Access#NO_PASID}: a request without PASID
   */
  public TreeNode function(int sourceId, int pasid) {
    var context = context(sourceId);
    if (context.isEmpty()) {
      return rootNode(
          List.of(
              TreeNode.note(
                  "no present context entry for %s".formatted(SourceId.format(sourceId)))));
    }
    var it = context.get();
    var below = scalable ? scalable(it, pasid) : legacy(it, pasid);
    return rootNode(List.of(contextNode(it, below)));
  }

  private List<TreeNode> legacy(Context it, int pasid) {
    if (pasid != Access.NO_PASID) {
      return List.of(TreeNode.note("legacy mode has no PASIDs; leave --pasid out"));
    }
    var entry = ContextEntry.Legacy.decode(it.words[0], it.words[1]);
    if (entry.translationType() == ContextEntry.PASS_THROUGH) {
      return List.of(TreeNode.note("addresses pass unchanged"));
    }
    return new PageTables(memory, false, bounds)
        .children(entry.secondStagePointer(), AddressWidth.levels(entry.addressWidthCode()));
  }

  private List<TreeNode> scalable(Context it, int asked) {
    var entry = ContextEntry.Scalable.decode(it.words[0], it.words[1]);
    int pasid = asked == Access.NO_PASID ? RID_PASID : asked;
    long at = PasidDirectoryEntry.address(entry.directoryPointer(), pasid);
    var word = memory.words(at, 1);
    if (word.isEmpty() || !PasidDirectoryEntry.present(word.get()[0])) {
      return List.of(TreeNode.note("no present directory entry for PASID " + pasid));
    }
    var found = pasid(word.get()[0], pasid);
    var why = asked == Access.NO_PASID ? " (requests without PASID)" : "";
    var below =
        found
            .map(one -> pasidNode(one, why))
            .orElseGet(() -> TreeNode.note("no present entry for PASID " + pasid + why));
    var table = Numbers.hex(PasidDirectoryEntry.table(word.get()[0]));
    return List.of(
        new TreeNode(
            "directory entry %d: PASID table at %s".formatted(pasid >>> 6, table),
            Json.object("directoryEntry", pasid >>> 6, "table", table),
            List.of(below)));
  }

  private TreeNode pasidNode(PasidAt it, String why) {
    var entry = PasidEntry.decode(it.words[0], it.words[1], it.words[2]);
    var pages =
        switch (entry.translationType()) {
          case PasidEntry.FIRST_STAGE ->
              new PageTables(memory, true, bounds)
                  .children(entry.firstStagePointer(), entry.firstStageMode() == 0 ? 4 : 5);
          case PasidEntry.SECOND_STAGE ->
              new PageTables(memory, false, bounds)
                  .children(
                      entry.secondStagePointer(), AddressWidth.levels(entry.addressWidthCode()));
          case PasidEntry.PASS_THROUGH -> List.of(TreeNode.note("addresses pass unchanged"));
          default -> List.<TreeNode>of();
        };
    return new TreeNode(
        "PASID %d%s: %s".formatted(it.pasid, why, text(it.words)), pasidFields(it), pages);
  }

  private static Map<String, Object> pasidFields(PasidAt it) {
    return Json.object(
        "pasid", it.pasid,
        "address", Numbers.hex(it.address),
        "text", text(it.words),
        "words", words(it.words));
  }
}
