package dev.iommufleet.cli.load;

import com.google.protobuf.ByteString;
import dev.iommufleet.protocol.api.v1.Command;
import dev.iommufleet.protocol.api.v1.CommandPosted;
import dev.iommufleet.protocol.api.v1.Fact;
import dev.iommufleet.protocol.api.v1.WatchResponse;
import dev.iommufleet.protocol.api.v1.WatchedEntry;
import dev.iommufleet.protocol.api.v1.WatchedFact;
import dev.iommufleet.protocol.api.v1.WriteKind;
import dev.iommufleet.protocol.load.v1.Answered;
import dev.iommufleet.protocol.load.v1.EntityKind;
import dev.iommufleet.protocol.load.v1.FaultInjected;
import dev.iommufleet.protocol.load.v1.HistoryRecord;
import dev.iommufleet.protocol.load.v1.Invoked;
import dev.iommufleet.protocol.load.v1.Watched;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** A violation that is put into a good history. */
record Planted(
    String invariant,
    String name,
    boolean lost,
    boolean duplicated,
    Consumer<List<HistoryRecord>> change) {

  List<HistoryRecord> into(List<HistoryRecord> good) {
    var copy = new ArrayList<>(good);
    change.accept(copy);
    if (copy.equals(good)) {
      throw new IllegalStateException(name + " changed nothing");
    }
    return copy;
  }

  @Override
  public String toString() {
    return invariant + ": " + name;
  }

  static List<Planted> all() {
    return List.of(
        of("I1", "a translation of an unmapped page", Planted::staleTranslation),
        of("I2", "a status that is written twice", Planted::statusTwice),
        of("I2", "a wait that never completes", Planted::statusNever),
        of("I3", "a response too many", Planted::responseTwice),
        of("I3", "a group that nobody answers", Planted::responseNever),
        of("I4", "a request over another one", Planted::requestOverwritten),
        of("I5", "an interrupt without an edge", Planted::interruptTwice),
        of("I6", "a command behind a detach", Planted::commandAfterDetach),
        new Planted("I7", "entries lost in a kill", true, false, Planted::entriesLost),
        new Planted("I7", "another state after a kill", true, false, Planted::stateLost),
        of("I8", "a number left out", Planted::gap),
        of("I8", "an entry served anew with other facts", Planted::servedOtherwise),
        of("I9", "an older answer from a second writer", Planted::olderAnswer),
        of("I9", "one number with two states", Planted::twoStates),
        new Planted("I10", "a request executed twice", false, true, Planted::twice),
        of("I10", "a request with two replies", Planted::twoReplies),
        of("I11", "a fault without a record", Planted::faultUnrecorded),
        of("I12", "a state that the model does not have", Planted::otherHash),
        of("I12", "a register that the model does not have", Planted::otherReply));
  }

  private static Planted of(String invariant, String name, Consumer<List<HistoryRecord>> change) {
    return new Planted(invariant, name, false, false, change);
  }

  // ---- finding places ----------------------------------------------------------------------

  /** Index of the n-th answer, from 0, to calls of this name; negative n: from the end. */
  private static int answer(List<HistoryRecord> history, String name, int n) {
    Map<Long, String> names = new HashMap<>();
    var found = new ArrayList<Integer>();
    for (int i = 0; i < history.size(); i++) {
      if (history.get(i).hasInvoked()) {
        names.put(history.get(i).getInvoked().getCall(), history.get(i).getInvoked().getName());
      } else if (history.get(i).hasAnswered()
          && names.get(history.get(i).getAnswered().getCall()).equals(name)) {
        found.add(i);
      }
    }
    return found.get(n < 0 ? found.size() + n : n);
  }

  private static void change(
      List<HistoryRecord> history, int index, Consumer<Answered.Builder> change) {
    var record = history.get(index).toBuilder();
    change.accept(record.getAnsweredBuilder());
    history.set(index, record.build());
  }

  /** Changes the watched entry that has the first such fact. */
  private static void entry(
      List<HistoryRecord> history, Predicate<Fact> wanted, Consumer<WatchedEntry.Builder> change) {
    for (int i = 0; i < history.size(); i++) {
      var entry = history.get(i).getWatched().getResponse().getEntry();
      if (entry.getFactsList().stream().anyMatch(it -> wanted.test(it.getFact()))) {
        var record = history.get(i).toBuilder();
        change.accept(record.getWatchedBuilder().getResponseBuilder().getEntryBuilder());
        history.set(i, record.build());
        return;
      }
    }
    throw new IllegalStateException("there is no such fact");
  }

  private static void duplicate(List<HistoryRecord> history, Predicate<Fact> wanted) {
    entry(
        history,
        wanted,
        entry -> {
          for (WatchedFact fact : List.copyOf(entry.getFactsList())) {
            if (wanted.test(fact.getFact())) {
              entry.addFacts(fact.toBuilder().setIndex(fact.getIndex() + 100));
              return;
            }
          }
        });
  }

  private static void remove(List<HistoryRecord> history, Predicate<Fact> wanted) {
    entry(
        history,
        wanted,
        entry -> {
          var kept =
              entry.getFactsList().stream().filter(it -> !wanted.test(it.getFact())).toList();
          entry.clearFacts().addAllFacts(kept);
        });
  }

  private static boolean isStatus(Fact fact) {
    return fact.getMemoryWritten().getKind() == WriteKind.WRITE_KIND_WAIT_STATUS;
  }

  private static boolean isRequest(Fact fact) {
    return fact.getMemoryWritten().getKind() == WriteKind.WRITE_KIND_PAGE_REQUEST;
  }

  /** A call that is answered like this, put behind everything that calls did. */
  private static void further(List<HistoryRecord> history, Answered.Builder answer) {
    int at = answer(history, "dma", -1) + 1;
    long call = 1_000_000L + at;
    long nanos = history.get(at - 1).getAtNanos();
    var invoked =
        Invoked.newBuilder()
            .setCall(call)
            .setEntityKind(EntityKind.ENTITY_KIND_IOMMU)
            .setEntity(RecordedLoad.IOMMU)
            .setGuest("g1")
            .setName("get");
    history.add(at, HistoryRecord.newBuilder().setAtNanos(nanos).setInvoked(invoked).build());
    history.add(
        at + 1,
        HistoryRecord.newBuilder().setAtNanos(nanos).setAnswered(answer.setCall(call)).build());
  }

  private static void kill(List<HistoryRecord> history) {
    var fault = FaultInjected.newBuilder().setFault(9).setKind("kill").setForgets(true);
    history.add(answer(history, "dma", -1) + 1, HistoryRecord.newBuilder().setFault(fault).build());
  }

  private static Answered last(List<HistoryRecord> history) {
    return history.get(answer(history, "dma", -1)).getAnswered();
  }

  // ---- violations --------------------------------------------------------------------------

  private static void staleTranslation(List<HistoryRecord> history) {
    int dma = answer(history, "dma", 0);
    var before = history.get(dma).getAnswered().getReplies(1);
    change(
        history,
        answer(history, "unmap-strict", 0),
        answer -> answer.setReplies(answer.getRepliesCount() - 1, before));
  }

  private static void statusTwice(List<HistoryRecord> history) {
    duplicate(history, Planted::isStatus);
  }

  private static void statusNever(List<HistoryRecord> history) {
    remove(history, Planted::isStatus);
  }

  private static void responseTwice(List<HistoryRecord> history) {
    duplicate(history, Fact::hasPageGroupResponded);
  }

  private static void responseNever(List<HistoryRecord> history) {
    remove(history, Fact::hasPageGroupResponded);
  }

  private static void requestOverwritten(List<HistoryRecord> history) {
    var seen = new int[1];
    entry(
        history,
        fact -> isRequest(fact) && seen[0]++ == 1,
        entry -> {
          for (var fact : entry.getFactsBuilderList()) {
            if (isRequest(fact.getFact())) {
              var write = fact.getFactBuilder().getMemoryWrittenBuilder();
              write.setAddress(write.getAddress() - 32);
            }
          }
        });
  }

  private static void interruptTwice(List<HistoryRecord> history) {
    duplicate(history, Fact::hasInterruptSent);
  }

  private static void commandAfterDetach(List<HistoryRecord> history) {
    var posted =
        CommandPosted.newBuilder()
            .setSourceId(0x20)
            .setId(7)
            .setCommand(Command.getDefaultInstance());
    var fact = WatchedFact.newBuilder().setFact(Fact.newBuilder().setCommandPosted(posted));
    long number =
        history.stream()
            .filter(it -> it.getWatched().getIommuId().equals(RecordedLoad.OTHER))
            .mapToLong(it -> it.getWatched().getResponse().getEntry().getSequenceNumber())
            .max()
            .orElseThrow();
    var watched =
        Watched.newBuilder()
            .setIommuId(RecordedLoad.OTHER)
            .setStream(2)
            .setResponse(
                WatchResponse.newBuilder()
                    .setEntry(
                        WatchedEntry.newBuilder().setSequenceNumber(number + 1).addFacts(fact)));
    history.add(history.size() - 1, HistoryRecord.newBuilder().setWatched(watched).build());
  }

  private static void entriesLost(List<HistoryRecord> history) {
    var last = last(history);
    further(
        history,
        Answered.newBuilder()
            .setSequenceNumber(last.getSequenceNumber() - 2)
            .setStateHash(last.getStateHash() + 1));
    kill(history);
  }

  private static void stateLost(List<HistoryRecord> history) {
    var last = last(history);
    further(
        history,
        Answered.newBuilder()
            .setSequenceNumber(last.getSequenceNumber())
            .setStateHash(last.getStateHash() + 1));
    kill(history);
  }

  private static void gap(List<HistoryRecord> history) {
    numbersGrow(history, answer(history, "page-request", 0));
  }

  /** From there on the numbers of the guest's IOMMU are one higher. */
  private static void numbersGrow(List<HistoryRecord> history, int from) {
    var others = new HashSet<Long>();
    for (int i = 0; i < history.size(); i++) {
      var record = history.get(i).toBuilder();
      if (record.hasInvoked() && record.getInvoked().getEntity().equals(RecordedLoad.OTHER)) {
        others.add(record.getInvoked().getCall());
      } else if (i >= from
          && record.hasAnswered()
          && !others.contains(record.getAnswered().getCall())) {
        var answer = record.getAnsweredBuilder();
        answer.setSequenceNumber(answer.getSequenceNumber() + 1);
      } else if (record.getFinalState().getEntity().equals(RecordedLoad.IOMMU)) {
        var state = record.getFinalStateBuilder();
        state.setSequenceNumber(state.getSequenceNumber() + 1);
      }
      history.set(i, record.build());
    }
  }

  private static void servedOtherwise(List<HistoryRecord> history) {
    for (int i = 0; i < history.size(); i++) {
      var entry = history.get(i).getWatched().getResponse().getEntry();
      if (entry.getFactsCount() > 0) {
        var record = history.get(i).toBuilder();
        record
            .getWatchedBuilder()
            .getResponseBuilder()
            .getEntryBuilder()
            .setTimeUnixNanos(entry.getTimeUnixNanos() + 1);
        history.add(i + 1, record.build());
        return;
      }
    }
  }

  private static void olderAnswer(List<HistoryRecord> history) {
    var last = last(history);
    further(
        history,
        Answered.newBuilder()
            .setSequenceNumber(last.getSequenceNumber() - 2)
            .setStateHash(last.getStateHash() + 1));
  }

  private static void twoStates(List<HistoryRecord> history) {
    var last = last(history);
    further(
        history,
        Answered.newBuilder()
            .setSequenceNumber(last.getSequenceNumber())
            .setStateHash(last.getStateHash() + 1));
  }

  private static void twice(List<HistoryRecord> history) {
    int again = answer(history, "unmap-strict", 2);
    numbersGrow(history, again);
    change(history, again, answer -> answer.setRepeatedAnswer(false));
  }

  private static void twoReplies(List<HistoryRecord> history) {
    change(
        history,
        answer(history, "unmap-strict", 2),
        answer ->
            answer
                .getRepliesBuilder(2)
                .getMemoryBytesBuilder()
                .setData(ByteString.copyFromUtf8("abcd")));
  }

  private static void faultUnrecorded(List<HistoryRecord> history) {
    remove(history, Fact::hasFaultRecorded);
  }

  private static void otherHash(List<HistoryRecord> history) {
    int dma = answer(history, "page-request", 0);
    change(history, dma, answer -> answer.setStateHash(answer.getStateHash() + 1));
  }

  private static void otherReply(List<HistoryRecord> history) {
    change(
        history,
        answer(history, "unmap-strict", 0),
        answer -> {
          for (var reply : answer.getRepliesBuilderList()) {
            if (reply.hasMemoryBytes()) {
              reply.getMemoryBytesBuilder().setData(ByteString.copyFromUtf8("zzzz"));
            }
          }
        });
  }
}
