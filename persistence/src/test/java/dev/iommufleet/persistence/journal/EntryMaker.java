package dev.iommufleet.persistence.journal;

import com.google.protobuf.ByteString;
import dev.iommufleet.hardware.vtd.Capabilities;
import dev.iommufleet.hardware.vtd.Fact;
import dev.iommufleet.hardware.vtd.Iommu;
import dev.iommufleet.hardware.vtd.IommuConfig;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.hardware.vtd.Profile;
import dev.iommufleet.persistence.mapping.Configs;
import dev.iommufleet.persistence.mapping.Facts;
import dev.iommufleet.persistence.mapping.Operations;
import dev.iommufleet.persistence.mapping.Payloads;
import dev.iommufleet.persistence.mapping.Replies;
import dev.iommufleet.protocol.api.v1.JournalLevel;
import dev.iommufleet.protocol.api.v1.OperationFacts;
import dev.iommufleet.protocol.journal.v1.Cause;
import dev.iommufleet.protocol.journal.v1.ClientRequest;
import dev.iommufleet.protocol.journal.v1.Created;
import dev.iommufleet.protocol.journal.v1.Deleted;
import dev.iommufleet.protocol.journal.v1.Entry;
import dev.iommufleet.protocol.journal.v1.Snapshot;
import java.util.ArrayList;
import java.util.List;

/** Makes the entries of one IOMMU, as an entity at level facts does. */
final class EntryMaker {
  static final String MODEL = "0.1.0";
  private static final long START_NANOS = 1_795_219_200_000_000_000L; // 2026-11-21
  private static final long STEP_NANOS = 1_000_000;

  final String iommuId;
  final IommuConfig config;
  final Iommu iommu;
  final List<Entry> entries = new ArrayList<>();

  private final List<dev.iommufleet.protocol.api.v1.Fact> carried = new ArrayList<>();
  private boolean wrote;
  private long incarnation = 1;

  EntryMaker(String iommuId) {
    this.iommuId = iommuId;
    config = IommuConfig.of(Profile.ARCHITECTURE, Capabilities.LEGACY);
    iommu = new Iommu(config);
    var created =
        Created.newBuilder()
            .setIommuId(iommuId)
            .setConfig(Configs.write(config, JournalLevel.JOURNAL_LEVEL_FACTS));
    add(header().setCause(Cause.newBuilder().setCreated(created)));
  }

  /** A small life of an IOMMU: boot, DMA, invalidations, a restart in between, deletion. */
  static EntryMaker life(String iommuId) {
    var maker = new EntryMaker(iommuId);
    maker.execute(Guest.boot());
    maker.executeUnjournaled(Guest.translate(0x3000));
    maker.execute(Guest.invalidate(0, 1));
    maker.execute(List.of(Guest.dmaWrite(0x5FFE, (byte) 1, (byte) 2, (byte) 3, (byte) 4)));
    maker.executeUnjournaled(Guest.translate(0x9000));
    maker.restart();
    maker.executeUnjournaled(Guest.translate(0x4000));
    maker.execute(Guest.invalidate(3, 2));
    maker.execute(List.of(Guest.translate(0x4000), Guest.dmaWrite(0x40_0000, (byte) 9)));
    maker.add(maker.header().setCause(Cause.newBuilder().setDeleted(Deleted.newBuilder())));
    return maker;
  }

  Entry execute(List<Operation> operations) {
    var client =
        ClientRequest.newBuilder()
            .setSession("9f1b1c1e-3b0c-4f0e-9a53-0c8d7a6b5e4f")
            .setSequence(entries.size())
            .setDigest(ByteString.copyFrom(new byte[] {1, 2, 3, 4, 5, 6, 7, 8}));
    var entry = header();
    var cause = Cause.newBuilder().setClient(client);
    for (int i = 0; i < operations.size(); i++) {
      cause.addOperations(Operations.write(operations.get(i)));
      execute(i, operations.get(i), entry);
    }
    return add(entry.setCause(cause));
  }

  private void execute(int index, Operation operation, Entry.Builder entry) {
    var facts = OperationFacts.newBuilder().setOperation(index);
    var soft = OperationFacts.newBuilder().setOperation(index);
    var payloads = new Payloads(operation);
    var reply =
        iommu.execute(
            operation,
            fact -> {
              switch (fact) {
                case Fact.Lasting lasting -> facts.addFacts(payloads.journaled(lasting));
                case Fact.Outcome outcome -> facts.addFacts(Facts.write(outcome));
                case Fact.Soft it -> soft.addFacts(Facts.write(it));
                case Fact.Trace _ -> {
                  // Is not journaled.
                }
              }
            });
    entry.addReplies(Replies.write(reply));
    if (facts.getFactsCount() > 0) {
      entry.addFacts(facts);
    }
    if (soft.getFactsCount() > 0) {
      entry.addSoft(soft);
    }
  }

  /** Something that changes caches at most. */
  void executeUnjournaled(Operation operation) {
    iommu.execute(
        operation,
        fact -> {
          switch (fact) {
            case Fact.Soft soft -> carried.add(Facts.write(soft));
            case Fact.Trace _ -> {
              // Is not journaled.
            }
            case Fact.Lasting _, Fact.Outcome _ ->
                throw new IllegalStateException("lasts: " + fact);
          }
        });
  }

  void restart() {
    iommu.dropSoftState();
    carried.clear();
    wrote = false;
    incarnation++;
  }

  Entry.Builder header() {
    var entry =
        Entry.newBuilder()
            .setSchema(EntryFormat.SCHEMA)
            .setModelVersion(MODEL)
            .setTimeUnixNanos(START_NANOS + entries.size() * STEP_NANOS)
            .setIncarnation(incarnation)
            .addAllSoftBefore(carried);
    if (!wrote) {
      entry.setCachesEmptySince(entries.size());
    }
    carried.clear();
    wrote = true;
    return entry;
  }

  Entry add(Entry.Builder entry) {
    var made = entry.setStateHash(iommu.stateHash()).build();
    entries.add(made);
    return made;
  }

  Snapshot snapshot() {
    var snapshot =
        Snapshot.newBuilder()
            .setSchema(EntryFormat.SCHEMA)
            .setModelVersion(MODEL)
            .setIommuId(iommuId)
            .setConfig(Configs.write(config, JournalLevel.JOURNAL_LEVEL_FACTS))
            .setSequenceNumber(entries.size())
            .setStateHash(iommu.stateHash())
            .setIncarnation(incarnation)
            .setCreatedUnixNanos(START_NANOS);
    iommu.describe(fact -> snapshot.addFacts(Facts.write(fact)));
    return snapshot.build();
  }
}
