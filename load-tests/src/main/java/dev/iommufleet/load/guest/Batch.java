package dev.iommufleet.load.guest;

import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.hardware.vtd.Reply;
import dev.iommufleet.protocol.load.v1.Claim;
import java.util.ArrayList;
import java.util.List;

/** A request in the making, with what is expected of its replies. */
final class Batch {

  /** Looks at a reply; null: it is as it should be. */
  @FunctionalInterface
  interface Check {
    Finding wrong(Reply reply);
  }

  private record Expected(int index, Check check) {}

  private final String kind;
  private final List<Operation> operations = new ArrayList<>();
  private final List<Integer> awaits = new ArrayList<>();
  private final List<Claim> claims = new ArrayList<>(0);
  private final List<Expected> expected = new ArrayList<>();

  private final List<Finding> complaints = new ArrayList<>(0);

  Batch(String kind) {
    this.kind = kind;
  }

  Step.Run step() {
    return new Step.Run(kind, operations, awaits, claims);
  }

  void add(Operation operation) {
    operations.add(operation);
  }

  void add(Operation operation, Check check) {
    expected.add(new Expected(operations.size(), check));
    operations.add(operation);
  }

  /** What follows runs when the queue is idle. */
  void await() {
    awaits.add(operations.size());
  }

  void write(int offset, int size, long value) {
    add(new Operation.WriteRegister(offset, size, value));
  }

  /** Reads a register of which some bits have to have a value. */
  void poll(int offset, int size, long mask, long value) {
    add(
        new Operation.ReadRegister(offset, size),
        reply -> {
          boolean met = reply instanceof Reply.RegisterValue it && (it.value() & mask) == value;
          return met
              ? null
              : new Finding(
                  Finding.GUEST,
                  "register %#x gave %s; under mask %#x it is to be %#x"
                      .formatted(offset, reply, mask, value));
        });
  }

  /** Little-endian words of 64 bits. */
  void store(long address, long... words) {
    var bytes = new byte[words.length * Long.BYTES];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (words[i >> 3] >>> 8 * (i & 7));
    }
    add(new Operation.WriteMemory(address, bytes));
  }

  void storeWord(long address, int word) {
    var bytes = new byte[Integer.BYTES];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (word >>> 8 * i);
    }
    add(new Operation.WriteMemory(address, bytes));
  }

  /** Comes true with the next operation. */
  void claim(Claim.Builder claim) {
    claims.add(claim.setOperation(operations.size()).build());
  }

  /** Is true behind the last operation. */
  void claimBehind(Claim.Builder claim) {
    claims.add(claim.setOperation(operations.size() - 1).build());
  }

  /** Something was wrong before this batch was sent. */
  void complain(Finding finding) {
    complaints.add(finding);
  }

  List<Finding> check(List<Reply> replies) {
    if (replies.size() != operations.size()) {
      return List.of(
          new Finding(
              Finding.GUEST,
              "%d operations of %s were given %d replies"
                  .formatted(operations.size(), kind, replies.size())));
    }
    List<Finding> found = List.copyOf(complaints);
    for (Expected it : expected) {
      var wrong = it.check.wrong(replies.get(it.index));
      if (wrong != null) {
        found = new ArrayList<>(found);
        found.add(new Finding(wrong.rule(), kind + ": " + wrong.what()));
      }
    }
    return found;
  }
}
