package dev.iommufleet.hardware.vtd;

import dev.iommufleet.hardware.StateHash;

/** What a device was told of one PASID. */
final class Binding {
  private static final long TAG_BINDING = 13;
  private static final long TAG_STATE = 14;
  private static final long TAG_TOLD = 21;
  private static final long TAG_REQUESTS = 22;

  final int pasid;

  /** The command that put it in the list; later ones stand before earlier ones. */
  final long order;

  /** The last command that set the entry. */
  long told;

  /** 64 bytes as 8 words: what the device was told last, whether or not it could do it. */
  long[] entry;

  /** The device was told that the guest takes page requests. */
  boolean pageRequests;

  /** The device could not do what it was told last. */
  boolean failed;

  /** The command that takes it away and is not answered yet; 0: it stays. */
  long leaving;

  Binding(int pasid, long order, long[] entry) {
    this.pasid = pasid;
    this.order = order;
    this.told = order;
    this.entry = entry;
  }

  static Binding kept(Fact.BindingKept fact) {
    var binding = new Binding(fact.pasid(), fact.order(), fact.entry());
    binding.told = fact.told();
    binding.failed = fact.failed();
    binding.pageRequests = fact.pageRequests();
    return binding;
  }

  long term(int sourceId) {
    long key = (long) sourceId << 20 | pasid;
    long words = 0;
    for (int word = 0; word < entry.length; word++) {
      words += StateHash.mix(TAG_BINDING, key << 3 | word, entry[word]);
    }
    return words
        + (pageRequests ? StateHash.mix(TAG_REQUESTS, key, 1) : 0)
        + StateHash.mix(TAG_STATE, key, order)
        + StateHash.mix(TAG_TOLD, key, told)
        + StateHash.mix(TAG_STATE, ~key, leaving << 1 | (failed ? 1 : 0));
  }
}
