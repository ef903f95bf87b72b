package dev.iommufleet.simulation.fleet;

import dev.iommufleet.hardware.device.AttachState;
import dev.iommufleet.hardware.device.DeviceOperation;
import dev.iommufleet.hardware.link.Delivery;
import dev.iommufleet.hardware.link.Report;
import dev.iommufleet.hardware.vtd.Operation;
import java.util.List;

/** What an entity is told. */
sealed interface Message {

  /** {@code gateway}: the process through which the answer goes back. */
  record Ask(Id id, Request request, Agenda.Place gateway) implements Message {
    int client() {
      return id.client();
    }

    long sequence() {
      return id.sequence();
    }
  }

  /** Of a request: whose session it is of, and the how manieth there. */
  record Id(int client, long sequence) {
    @Override
    public String toString() {
      return "%d.%d".formatted(client, sequence);
    }
  }

  record ToIommu(int device, int sourceId, long epoch, Report report) implements Message {}

  /** {@code leaving}: the attachment is about to end. */
  record ToDevice(int iommu, int sourceId, long epoch, boolean leaving, Delivery delivery)
      implements Message {}

  /** A timer of the entity's own. {@code a}, {@code b}, {@code c}: what it is about. */
  record Timer(Kind kind, long a, long b, long c) implements Message {
    enum Kind {
      TELL_AGAIN,
      EXPIRED,
      POLL,
      RESUME
    }
  }

  /** What a client asks for. */
  sealed interface Request {
    record Execute(List<Operation> operations) implements Request {}

    record Operate(DeviceOperation operation) implements Request {}

    /** How a device's attachment stands. */
    record Look() implements Request {}

    /** Interrupts of entries from this number on, now and later. */
    record Watch(long from) implements Request {}
  }

  /** How a device's attachment stands. */
  record Looked(AttachState state, long epoch) {}

  /**
   * What a client is answered.
   *
   * @param number of the last entry, {@code hash} of the state behind it
   * @param entry that the request has, 0: none
   * @param refusal empty: none
   */
  record Answer(
      int entity, Id id, long number, long hash, long entry, List<Object> replies, String refusal) {

    /** The same request may be made again, or anew. */
    boolean isRefused() {
      return !refusal.isEmpty();
    }
  }

  /**
   * An interrupt, to a watcher.
   *
   * @param number of its entry
   * @param previous the entry that this watch told of before, or the one before its first
   */
  record Output(int entity, long number, long previous, List<Integer> vectors) {}
}
