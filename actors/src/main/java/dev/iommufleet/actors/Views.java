package dev.iommufleet.actors;

import com.google.protobuf.ByteString;
import dev.iommufleet.hardware.vtd.Fact;
import dev.iommufleet.hardware.vtd.FactSink;
import dev.iommufleet.hardware.vtd.Latch;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.persistence.mapping.Facts;
import dev.iommufleet.persistence.mapping.Replies;
import dev.iommufleet.protocol.api.v1.FaultRecord;
import dev.iommufleet.protocol.api.v1.GetRegistersResponse;
import dev.iommufleet.protocol.api.v1.Iommu;
import dev.iommufleet.protocol.api.v1.ListFaultsResponse;
import dev.iommufleet.protocol.api.v1.ListPasidCacheRequest;
import dev.iommufleet.protocol.api.v1.ListPasidCacheResponse;
import dev.iommufleet.protocol.api.v1.Parked;
import dev.iommufleet.protocol.api.v1.PasidEntryCached;
import dev.iommufleet.protocol.api.v1.ReadMemoryRequest;
import dev.iommufleet.protocol.api.v1.ReadMemoryResponse;
import dev.iommufleet.protocol.api.v1.RefusalCode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Answers to those who only look. */
final class Views {
  private static final int PAGE = 100;
  private static final int PAGE_MAX = 1_000;

  /** Source id and PASID as one number; no PASID comes before PASID 0. */
  private static final Comparator<PasidEntryCached> ORDER = Comparator.comparingLong(Views::key);

  private Views() {}

  static Iommu iommu(Incarnation it, String node) {
    var message =
        Iommu.newBuilder()
            .setId(it.id)
            .setSequenceNumber(it.sequenceNumber)
            .setStateHash(it.iommu.stateHash())
            .setSoftHash(it.iommu.softHash())
            .setPasidCacheEntries(it.iommu.pasidCacheEntries())
            .setAttachedDevices(it.iommu.attachedDevices())
            .setNode(node)
            .setConfig(it.config)
            .setMemoryPages(it.iommu.memoryPages())
            .setCreatedUnixNanos(it.createdNanos)
            .setIncarnation(it.wrote ? it.number : it.number - 1)
            .addAllBelievedRules(BelievedRules.of(it.iommu.config()))
            .setSuspendedRequests(it.suspended.size());
    if (it.iommu.parkedPosition() >= 0) {
      var parked =
          Parked.newBuilder()
              .setPosition(it.iommu.parkedPosition())
              .setSinceUnixNanos(it.parkedSinceNanos);
      Arrays.stream(it.iommu.parkedOn()).forEach(parked::addSourceIds);
      parked.setInfrastructure(Arrays.stream(it.iommu.parkedOn()).anyMatch(it.peers::isSilent));
      message.setParked(parked);
    }
    return message.build();
  }

  static GetRegistersResponse registers(Incarnation it) {
    var message =
        GetRegistersResponse.newBuilder()
            .setRegisters(ByteString.copyFrom(it.iommu.registerPage()))
            .setSequenceNumber(it.sequenceNumber)
            .setStateHash(it.iommu.stateHash());
    for (var latch : Latch.values()) {
      var fact = Facts.write(new Fact.LatchChanged(latch, it.iommu.latch(latch)));
      message.addLatches(fact.getLatchChanged());
    }
    return message.build();
  }

  static ListFaultsResponse faults(Incarnation it) {
    var message =
        ListFaultsResponse.newBuilder()
            .setFaultStatus(it.iommu.faultStatus())
            .setSequenceNumber(it.sequenceNumber);
    for (var fault : it.iommu.faultRecords()) {
      message.addFaults(
          FaultRecord.newBuilder()
              .setIndex(fault.index())
              .setHigh(fault.high())
              .setLow(fault.low()));
    }
    return message.build();
  }

  /**
   * @throws RefusedException as Execute refuses the same read
   */
  static ReadMemoryResponse memory(Incarnation it, ReadMemoryRequest request) {
    var read = new Operation.ReadMemory(request.getAddress(), request.getLength());
    it.iommu
        .refusal(List.of(read))
        .ifPresent(
            refusal -> {
              throw new RefusedException(Refusals.of(refusal));
            });
    var reply = Replies.write(it.iommu.execute(read, FactSink.NONE)).getMemoryBytes();
    return ReadMemoryResponse.newBuilder()
        .setStatus(reply.getStatus())
        .setData(reply.getData())
        .setSequenceNumber(it.sequenceNumber)
        .setStateHash(it.iommu.stateHash())
        .build();
  }

  static ListPasidCacheResponse pasids(Incarnation it, ListPasidCacheRequest request) {
    int size = pageSize(request.getPageSize());
    long after = request.getPageToken().isEmpty() ? -1 : token(request.getPageToken());
    var entries = new ArrayList<PasidEntryCached>();
    it.iommu.describe(
        fact -> {
          if (fact instanceof Fact.PasidEntryCached) {
            entries.add(Facts.write(fact).getPasidEntryCached());
          }
        });
    entries.removeIf(entry -> key(entry) <= after);
    entries.sort(ORDER);
    var message = ListPasidCacheResponse.newBuilder().setSequenceNumber(it.sequenceNumber);
    entries.stream().limit(size).forEach(message::addEntries);
    if (entries.size() > size) {
      message.setNextPageToken(Long.toHexString(key(entries.get(size - 1))));
    }
    return message.build();
  }

  static int pageSize(int asked) {
    if (Integer.toUnsignedLong(asked) > PAGE_MAX) {
      throw new RefusedException(
          Refusals.limit("page_size", PAGE_MAX, Integer.toUnsignedLong(asked)));
    }
    return asked == 0 ? PAGE : asked;
  }

  static long token(String token) {
    try {
      return Long.parseUnsignedLong(token, 16);
    } catch (NumberFormatException e) {
      throw new RefusedException(
          RefusalCode.REFUSAL_CODE_BAD_PAGE_TOKEN, "the page token was not given out by this call");
    }
  }

  private static long key(PasidEntryCached entry) {
    return (long) entry.getSourceId() << 32 | (entry.hasPasid() ? entry.getPasid() + 1L : 0);
  }
}
