package dev.iommufleet.load.capture;

import dev.iommufleet.hardware.vtd.Operation;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;

/** Gathers the lines of an outermost operation and hands each whole one on. */
final class StepBuilder {

  /** What the present step waits for. */
  private enum State {
    /** There is no step. */
    IDLE,
    /** Its closing line. */
    OPEN,
    /** Perhaps the register changes that follow it. */
    CLOSED,
    /** A reset's effects have no closing line. */
    RESETTING,
    /** Effects came before the line that says of what. */
    LOOSE
  }

  /** Types nest four deep at most; deeper is no capture. */
  private static final int MAX_DEPTH = 8;

  private final Replayer replayer;
  private final ArrayDeque<Step> free = new ArrayDeque<>();
  private final ArrayDeque<Event> open = new ArrayDeque<>();
  private final AddressSpaces spaces = new AddressSpaces();
  private final Expectations expectations = new Expectations();
  private MemoryImage memory = new MemoryImage();
  private ConfigLine config;

  /** The saved state that the target takes over next; null: there was none. */
  private ConfigLine loaded;

  private CaptureReader reader;
  private LineParser line;
  private State state = State.IDLE;
  private Step step;
  private long openedAt = 1;

  StepBuilder(Replayer replayer) {
    this.replayer = replayer;
  }

  /** The line that opened the last step, from 1. */
  long openedAt() {
    return openedAt;
  }

  MemoryImage memory() {
    return memory;
  }

  /** Takes the reader's present line. */
  void line(CaptureReader reader) throws IOException, LineException {
    this.reader = reader;
    line = reader.line();
    EventType type = line.type();
    if (state == State.OPEN) {
      inside(type);
    } else {
      outside(type);
    }
  }

  /** The target is done with a step. */
  void giveBack(Step step) {
    free.push(step);
  }

  // ---- between operations ------------------------------------------------------------------

  private void outside(EventType type) throws IOException, LineException {
    if (state == State.CLOSED) {
      if (type == EventType.REGS) {
        expect();
        finish();
        return;
      }
      finish();
    }
    if (type != EventType.HEADER
        && type != EventType.CONFIG
        && config == null
        && !type.mayBeLoose()) {
      throw new LineException(type.text() + " before the first config line");
    }
    switch (type) {
      case HEADER -> {}
      case EOF, TRUNCATED -> endGathering();
      case CONFIG -> config();
      case RESET -> {
        endGathering();
        begin(type).main = new Operation.Reset();
        state = State.RESETTING;
      }
      case AS_NEW -> addressSpace();
      case MMIO_READ, GUEST_WRITE, NOTIFIER_REGISTERED, HIOD_SET, HIOD_UNSET -> {
        endGathering();
        single(begin(type));
      }
      case HOST_OPEN, HOST_CLOSE, HOST_FAIL, HOST_STATE -> {
        endGathering();
        replayer.host(reader);
      }
      default -> {
        if (type.opens()) {
          open(type);
        } else if (type.mayBeLoose()) {
          gather(type);
        } else {
          throw new LineException(type.text() + " without the line that opens it");
        }
      }
    }
  }

  private void open(EventType type) throws IOException, LineException {
    endGathering();
    Event request = begin(type).request;
    open.push(request);
    boolean loads = type == EventType.POST_LOAD_BEGIN;
    step.main = loads ? Requests.load(loaded, reader.lineBytes()) : Requests.operation(request);
    state = State.OPEN;
  }

  private void gather(EventType type) throws LineException {
    if (state == State.IDLE) {
      begin(type);
      state = State.LOOSE;
    }
    count();
    effect(type);
  }

  private void endGathering() throws LineException {
    if (state == State.LOOSE) {
      throw new CapturedTooEarly(step).asLine();
    }
    if (state == State.RESETTING) {
      finish();
    }
  }

  /** Loose lines that nothing explains. */
  private record CapturedTooEarly(Step step) {
    LineException asLine() {
      return new LineException(
          step.type.text() + " in line " + step.line + " stands outside any operation");
    }
  }

  private void config() throws IOException, LineException {
    ConfigLine read = ConfigLine.parse(reader.lineBytes());
    if (line.get(Field.PHASE) == Word.POST_LOAD.ordinal()) {
      loaded(read);
      return;
    }
    if (state == State.RESETTING) {
      if (!read.properties().equals(config.properties())) {
        throw new LineException("the configuration changes at a reset");
      }
      step.config = read;
      return;
    }
    if (state == State.IDLE) {
      begin(EventType.RESET);
    }
    config = read;
    memory = new MemoryImage();
    spaces.clear();
    replayer.create(read);
    step.type = EventType.RESET;
    step.config = read;
    step.main = new Operation.Reset();
    finish();
  }

  /** A saved state is about to be taken over. */
  private void loaded(ConfigLine read) throws LineException {
    endGathering();
    if (config == null || !read.properties().equals(config.properties())) {
      throw new LineException("a loaded state of another configuration");
    }
    loaded = read;
    replayer.loaded(read);
  }

  private void addressSpace() throws LineException {
    long sourceId = line.get(Field.BUS) << 8 | line.get(Field.DEVFN);
    long key = AddressSpaces.key(sourceId, line.get(Field.PASID));
    if (state == State.RESETTING) {
      splitReset(key);
    }
    if (state == State.IDLE) {
      begin(EventType.AS_NEW);
    }
    step.type = EventType.AS_NEW;
    line.fill(step.request);
    expect();
    if (spaces.announce(key)) {
      step.main = Requests.operation(step.request);
    }
    finish();
  }

  /** The last line so far may belong to the space that is announced now, not to the reset. */
  private void splitReset(long key) throws LineException {
    Step reset = step;
    int last = reset.expected.size() - 1;
    boolean split = last >= 0 && reset.expected.get(last).type == EventType.SWITCH_AS;
    if (!split || reset.expected.get(last).group != key) {
      finish();
      return;
    }
    reset.expected.cut(last);
    Event event = new Event();
    event.copy(reset.expected.get(last));
    finish();
    begin(EventType.AS_NEW);
    state = State.LOOSE;
    step.expected.add().copy(event);
  }

  private void single(Step step) throws LineException {
    Event request = step.request;
    switch (step.type) {
      case GUEST_WRITE -> memory.guestWrite(step, line);
      case NOTIFIER_REGISTERED -> {
        long sourceId = request.get(Field.BUS) << 8 | request.get(Field.DEVFN);
        long key = AddressSpaces.key(sourceId, request.get(Field.PASID));
        int flags = request.getInt(Field.RET) < 0 ? 0 : request.getInt(Field.FLAGS);
        if (spaces.listen(key, flags)) {
          step.main = Requests.operation(request);
          step.result.start(step.type, step.seq).put(Field.RET, request.get(Field.RET));
          step.hasResult = true;
        } else {
          replayer.notCompared(Kind.NOTIFICATION);
        }
      }
      case HIOD_SET -> {
        replayer.hostKnown(Requests.host(request));
        expectations.single(step);
      }
      default -> expectations.single(step);
    }
    finish();
  }

  private Step begin(EventType type) throws LineException {
    step = free.isEmpty() ? new Step() : free.pop();
    openedAt = reader.lineNumber();
    step.start(replayer, type, line.get(Field.SEQ), openedAt);
    line.fill(step.request);
    open.clear();
    memory.nextOperation();
    expectations.begin(step);
    return step;
  }

  // ---- inside an operation -----------------------------------------------------------------

  private void inside(EventType type) throws LineException {
    count();
    if (type.closes()) {
      close(type);
    } else if (type.opens()) {
      if (open.size() == MAX_DEPTH) {
        throw new LineException("operations nest deeper than " + MAX_DEPTH);
      }
      open.push(isWindow(type) ? expect() : request());
    } else {
      effect(type);
    }
  }

  private void count() throws LineException {
    step.bytes += reader.lineLength();
    boolean tooLong = ++step.lines > Step.MAX_LINES || step.bytes > Step.MAX_BYTES;
    if (tooLong || step.expected.size() >= Step.MAX_EVENTS) {
      throw new LineException(
          "the operation opened in line %d has more than %d lines, %d answers or %d bytes"
              .formatted(step.line, Step.MAX_LINES, Step.MAX_EVENTS, Step.MAX_BYTES));
    }
  }

  private void close(EventType type) throws LineException {
    Event begin = open.pop();
    if (begin.type.closing() != type) {
      throw new LineException(type.text() + " closes " + begin.type.text());
    }
    if (!open.isEmpty()) {
      if (!isWindow(begin.type)) {
        step.expected.add().copy(begin);
        expect();
      }
      return;
    }
    line.fill(step.result);
    step.hasResult = step.result.type.fields.length > 0;
    expectations.result(step);
    state = State.CLOSED;
  }

  private Event request() {
    Event request = new Event();
    line.fill(request);
    return request;
  }

  /** A refused access has no answer: it is told where it begins. */
  private static boolean isWindow(EventType type) {
    return type == EventType.IR_RANGE_ACCESS || type == EventType.IR_TRANSLATED_ACCESS;
  }

  private void effect(EventType type) throws LineException {
    if (type.standsAlone()) {
      throw new LineException(
          type.text() + " inside the operation that line " + step.line + " opened");
    }
    switch (type) {
      case MEM_READ -> memory.read(step, line);
      case MEM_WRITE -> {
        memory.written(line);
        expect();
      }
      case AS_NEW -> {
        Event event = expect();
        spaces.announce(AddressSpaces.keyOf(event.group));
      }
      default -> expect();
    }
  }

  private Event expect() {
    Event event = step.expected.add();
    line.fill(event);
    expectations.effect(event);
    return event;
  }

  private void finish() {
    Step whole = step;
    step = null;
    state = State.IDLE;
    name(whole);
    replayer.submit(whole);
  }

  /** Makes the spaces that the step names and the target lacks. */
  private void name(Step whole) {
    EventList events = whole.expected;
    if (whole.type == EventType.RESET) {
      Set<Long> named = new HashSet<>();
      for (int i = 0; i < events.size(); i++) {
        named.add(events.get(i).group);
      }
      spaces.afterReset(named);
    }
    for (int i = 0; i < events.size(); i++) {
      long group = events.get(i).group;
      if (group != Event.NO_GROUP && !HostCalls.isHost(group)) {
        spaces.named(AddressSpaces.keyOf(group), whole);
      }
    }
    Event request = whole.request;
    switch (whole.type) {
      case TRANSLATE_BEGIN, DMA_BEGIN, REPLAY_BEGIN ->
          spaces.named(AddressSpaces.key(request.get(Field.SID), request.get(Field.PASID)), whole);
      default -> {}
    }
    whole.leftOut = spaces.leftOut();
  }
}
