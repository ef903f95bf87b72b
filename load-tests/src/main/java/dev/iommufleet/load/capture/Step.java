package dev.iommufleet.load.capture;

import dev.iommufleet.hardware.memory.MemoryKind;
import dev.iommufleet.hardware.vtd.Fact;
import dev.iommufleet.hardware.vtd.FactSink;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.hardware.vtd.Reply;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * One outermost operation of a capture: what has to be prepared for it, the operation, what has to
 * be put back, and everything that the capture says it answered.
 */
public final class Step implements FactSink {
  /** An outermost operation of more lines is refused. */
  static final int MAX_LINES = 1_000_000;

  /** An outermost operation that expects more answers is refused. */
  static final int MAX_EVENTS = 1 << 18;

  /** An outermost operation of more bytes is refused. */
  static final int MAX_BYTES = 128 << 20;

  private static final long[] NONE = {};

  long seq;
  long line;
  EventType type;
  int lines;
  long bytes;

  /** The line that opens the operation. */
  final Event request = new Event();

  /** The line that closes it, where that holds an answer. */
  final Event result = new Event();

  boolean hasResult;

  /** Whether a dma read's value is that of plain memory. */
  boolean plainData;

  /** What happened inside, in order; a nested begin stands directly before its end. */
  final EventList expected = new EventList();

  /** Address spaces whose answers are left out, as {@link AddressSpaces} keys; usually none. */
  long[] leftOut = NONE;

  /** The reset's config line; null: the step has none. */
  ConfigLine config;

  final List<Operation> before = new ArrayList<>();
  Operation main;
  private final List<Long> unreadable = new ArrayList<>();
  private final List<Operation> operations = new ArrayList<>();
  private final List<Fact> facts = new ArrayList<>();
  private final ArrayDeque<Fact.CommandPosted> commands = new ArrayDeque<>();
  private final Map<Fact.CommandPosted, List<Event>> calls = new IdentityHashMap<>();
  private Reply reply;
  private boolean fromJournal;
  private Replayer owner;

  Step start(Replayer owner, EventType type, long seq, long line) {
    this.owner = owner;
    this.type = type;
    this.seq = seq;
    this.line = line;
    lines = 0;
    bytes = 0;
    hasResult = false;
    plainData = true;
    expected.clear();
    leftOut = NONE;
    config = null;
    before.clear();
    main = null;
    unreadable.clear();
    operations.clear();
    facts.clear();
    commands.clear();
    calls.clear();
    reply = null;
    fromJournal = false;
    return this;
  }

  /** The range fails for this operation. Ranges that touch are joined. */
  void unreadable(long address, int length) {
    int last = unreadable.size() - 1;
    if (last > 0 && unreadable.get(last) == address) {
      unreadable.set(last, address + length);
    } else if (!covered(address, address + length)) {
      unreadable.add(address);
      unreadable.add(address + length);
    }
  }

  private boolean covered(long from, long to) {
    for (int i = 0; i < unreadable.size(); i += 2) {
      if (Long.compareUnsigned(unreadable.get(i), from) <= 0
          && Long.compareUnsigned(to, unreadable.get(i + 1)) <= 0) {
        return true;
      }
    }
    return false;
  }

  /** Puts the operations in their order, once the step is whole. */
  void seal() {
    operations.addAll(before);
    ranges(MemoryKind.UNREADABLE);
    if (main != null) {
      operations.add(main);
    }
    ranges(MemoryKind.RAM);
  }

  private void ranges(MemoryKind kind) {
    for (int i = 0; i < unreadable.size(); i += 2) {
      long from = unreadable.get(i);
      operations.add(new Operation.SetMemoryRange(from, unreadable.get(i + 1) - from, kind));
    }
  }

  /** In the order in which they are to be executed. */
  public List<Operation> operations() {
    return operations;
  }

  /** The operation whose facts and reply are compared; those of the others are not wanted. */
  public Operation main() {
    return main;
  }

  /** A fact of {@link #main()}, in order. */
  @Override
  public void accept(Fact fact) {
    facts.add(fact);
    if (fact instanceof Fact.CommandPosted posted) {
      commands.add(posted);
    }
  }

  /** The next command that {@link #main()} posted and nobody took; null: there is none. */
  public Fact.CommandPosted nextCommand() {
    return commands.poll();
  }

  /**
   * The device does on the recorded host what the command says; commands of one device come in
   * their order. Returns 0 or a negated errno, as the answer to the command says it.
   */
  public int carryOut(Fact.CommandPosted posted) {
    List<Event> made = new ArrayList<>();
    calls.put(posted, made);
    return owner.host().carryOut(this, posted.sourceId(), posted.command(), made);
  }

  /** The calls that the device made to carry the command out, in order, in the capture's terms. */
  List<Event> calls(Fact.CommandPosted posted) {
    return calls.getOrDefault(posted, List.of());
  }

  @Override
  public boolean wantsTraces() {
    return true;
  }

  /** The reply to {@link #main()}. */
  public void reply(Reply reply) {
    this.reply = reply;
  }

  /**
   * The answer is one that a journal had kept: traces are missing, and facts about caches come
   * behind the others.
   */
  public void answeredFromJournal() {
    fromJournal = true;
  }

  boolean isFromJournal() {
    return fromJournal;
  }

  /** Every operation was executed; facts and reply of the main one were given. */
  public void answered() {
    owner.answered(this);
  }

  List<Fact> facts() {
    return facts;
  }

  Reply reply() {
    return reply;
  }

  boolean leavesOut(long group) {
    return Arrays.binarySearch(leftOut, AddressSpaces.keyOf(group)) >= 0;
  }
}
