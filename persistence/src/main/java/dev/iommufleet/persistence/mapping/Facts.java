package dev.iommufleet.persistence.mapping;

import dev.iommufleet.hardware.vtd.Fact;

/** {@link Fact} to and from its message. */
public final class Facts {
  private Facts() {}

  public static dev.iommufleet.protocol.api.v1.Fact write(Fact fact) {
    return switch (fact) {
      case Fact.Lasting lasting -> LastingFacts.write(lasting);
      case Fact.Soft soft -> SoftFacts.write(soft);
      case Fact.Outcome outcome -> Outcomes.write(outcome);
      case Fact.Trace trace -> Traces.write(trace);
    };
  }

  /**
   * @throws MalformedException unknown kind, or a number wider than its field
   */
  public static Fact read(dev.iommufleet.protocol.api.v1.Fact message) {
    return switch (message.getKindCase()) {
      case REGISTERS_CHANGED -> LastingFacts.read(message.getRegistersChanged());
      case LATCH_CHANGED -> LastingFacts.read(message.getLatchChanged());
      case MEMORY_WRITTEN -> LastingFacts.read(message.getMemoryWritten());
      case PAYLOAD_WRITTEN -> LastingFacts.read(message.getPayloadWritten());
      case MEMORY_RANGE_SET -> LastingFacts.read(message.getMemoryRangeSet());
      case ADDRESS_SPACE_ADDED -> LastingFacts.read(message.getAddressSpaceAdded());
      case ADDRESS_SPACE_SWITCHED -> LastingFacts.read(message.getAddressSpaceSwitched());
      case NOTIFIER_REGISTERED -> LastingFacts.read(message.getNotifierRegistered());
      case PAGE_RESPONSE_LISTENER_REGISTERED ->
          LastingFacts.read(message.getPageResponseListenerRegistered());
      case PASID_ENTRY_CACHED -> LastingFacts.read(message.getPasidEntryCached());
      case PASID_ENTRY_DROPPED -> LastingFacts.read(message.getPasidEntryDropped());
      case SHADOW_MAPPED -> LastingFacts.read(message.getShadowMapped());
      case SHADOW_UNMAPPED -> LastingFacts.read(message.getShadowUnmapped());
      case FUNCTION_ATTACHED -> LastingFacts.read(message.getFunctionAttached());
      case FUNCTION_DETACHED -> LastingFacts.read(message.getFunctionDetached());
      case WAIT_PENDED -> LastingFacts.read(message.getWaitPended());
      case WAIT_ENDED -> LastingFacts.read(message.getWaitEnded());
      case INVALIDATION_SENT -> LastingFacts.read(message.getInvalidationSent());
      case INVALIDATION_ENDED -> LastingFacts.read(message.getInvalidationEnded());
      case IOTLB_FILLED -> SoftFacts.read(message.getIotlbFilled());
      case IOTLB_INVALIDATED -> SoftFacts.read(message.getIotlbInvalidated());
      case CONTEXT_FILLED -> SoftFacts.read(message.getContextFilled());
      case CONTEXTS_INVALIDATED -> SoftFacts.read(message.getContextsInvalidated());
      case CONTEXT_CACHE_EMPTIED -> new Fact.ContextCacheEmptied();
      case FAULT_DETECTED -> Outcomes.read(message.getFaultDetected());
      case FAULT_RECORDED -> Outcomes.read(message.getFaultRecorded());
      case INTERRUPT_SENT -> Outcomes.read(message.getInterruptSent());
      case NOTIFIED -> Outcomes.read(message.getNotified());
      case PAGE_GROUP_RESPONDED -> Outcomes.read(message.getPageGroupResponded());
      case INTERRUPT_ENTRIES_INVALIDATED -> Outcomes.read(message.getInterruptEntriesInvalidated());
      case QUEUE_ERROR_RAISED -> Outcomes.read(message.getQueueErrorRaised());
      case WALK_CUT -> Outcomes.read(message.getWalkCut());
      case ADDRESS_SPACE_SELECTED -> Traces.read(message.getAddressSpaceSelected());
      case PASID_CACHE_EMPTIED -> new Fact.PasidCacheEmptied();
      case PASID_CACHE_SYNCED -> Traces.read(message.getPasidCacheSynced());
      case PASID_ENTRY_SYNCED -> Traces.read(message.getPasidEntrySynced());
      case TRANSLATED -> Traces.read(message.getTranslated());
      case REMAPPED -> Traces.read(message.getRemapped());
      case WINDOW_REFUSED -> Traces.read(message.getWindowRefused());
      default -> DeviceFacts.read(message);
    };
  }
}
