package dev.iommufleet.load.guest;

import dev.iommufleet.hardware.vtd.Access;
import dev.iommufleet.hardware.vtd.AddressType;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.hardware.vtd.Reply;
import dev.iommufleet.hardware.vtd.spec.Descriptor;
import dev.iommufleet.protocol.load.v1.Binding;
import dev.iommufleet.protocol.load.v1.Claim;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * One address space as one function sees it: its tables, its domain, and what it owes to the caches
 * when it changes. With PASID 0 it is the function's DMA domain.
 */
final class Space {
  private final Kernel kernel;
  final int source;
  final int pasid;
  final int domain;
  final PageTables tables;
  private final long number;

  /** Unmapped, not flushed yet: these addresses may not be given out. */
  private final BitSet deferred = new BitSet();

  private final List<long[]> deferredTables = new ArrayList<>();

  Space(Kernel kernel, int source, int pasid, int domain, Batch batch) {
    this.kernel = kernel;
    this.source = source;
    this.pasid = pasid;
    this.domain = domain;
    number = kernel.takeSpace();
    tables = new PageTables(kernel.frames, kernel.shape.firstStage(), number, batch);
  }

  private boolean ats() {
    return kernel.usesAts(source);
  }

  /** First of {@code count} free pages in a row below the top; -1: there are none. */
  int free(int count) {
    int end = PageTables.PAGES;
    for (int page = end - 1; page >= 0; page--) {
      if (tables.isMapped(page) || deferred.get(page)) {
        end = page;
      } else if (end - page == count) {
        return page;
      }
    }
    return -1;
  }

  void map(Batch batch, int page, int count) {
    tables.map(batch, page, count);
    if (kernel.shape.cachingMode() && !kernel.shape.firstStage()) {
      kernel.ring.submit(batch, Flushes.pages(domain, PageTables.iova(page), count, true));
    }
  }

  /** The pages are unmapped and no cache knows them when the batch is done. */
  void unmapStrictly(Batch batch, int page, int count) {
    var taken = tables.unmap(batch, page, count);
    kernel.ring.submit(batch, pages(PageTables.iova(page), count, taken.length == 0), false);
    batch.claimBehind(Claim.newBuilder().setRetired(tables.mapping(page, count)));
    for (long table : taken) {
      kernel.frames.giveBack(table);
    }
  }

  private List<Descriptor> pages(long iova, int count, boolean leafOnly) {
    var all = new ArrayList<Descriptor>();
    all.add(
        kernel.shape.firstStage()
            ? Flushes.pages(domain, pasid, iova, count, leafOnly)
            : Flushes.pages(domain, iova, count, leafOnly));
    if (ats()) {
      all.add(Flushes.deviceTlb(source, pasid, iova, count));
    }
    return all;
  }

  /** The pages are unmapped; caches are told later, of all such pages at once. */
  void unmapLazily(Batch batch, int page, int count) {
    deferredTables.add(tables.unmap(batch, page, count));
    deferred.set(page, page + count);
  }

  int deferredPages() {
    return deferred.cardinality();
  }

  /** A page that was unmapped and not flushed; -1: there is none. */
  int anyDeferred() {
    return deferred.nextSetBit(0);
  }

  /** What was put off. */
  void flush(Batch batch) {
    kernel.ring.submit(batch, everything(), false);
    for (int page = deferred.nextSetBit(0); page >= 0; page = deferred.nextSetBit(page)) {
      int end = deferred.nextClearBit(page);
      batch.claimBehind(Claim.newBuilder().setRetired(tables.mapping(page, end - page)));
      page = end;
    }
    for (long[] tables : deferredTables) {
      for (long table : tables) {
        kernel.frames.giveBack(table);
      }
    }
    deferredTables.clear();
    deferred.clear();
  }

  private List<Descriptor> everything() {
    var all = new ArrayList<Descriptor>();
    all.add(iotlb());
    if (ats()) {
      all.add(Flushes.deviceTlb(source, pasid));
    }
    return all;
  }

  /** The function uses it from the next operation on. */
  void bound(Batch batch) {
    batch.claim(Claim.newBuilder().setBound(binding()));
  }

  /** The next operation takes it away. */
  void unbound(Batch batch) {
    batch.claim(Claim.newBuilder().setUnbound(binding()));
  }

  /** No cache knows it any more. */
  void released(Batch batch) {
    batch.claimBehind(Claim.newBuilder().setReleased(binding()));
  }

  private Binding binding() {
    var binding = Binding.newBuilder().setSourceId(source).setSpace(number);
    if (pasid != 0) {
      binding.setPasid(pasid);
    }
    return binding.build();
  }

  /** All translations of this space in the IOMMU. */
  Descriptor iotlb() {
    return kernel.shape.firstStage()
        ? Flushes.pasidIotlb(domain, pasid)
        : Flushes.iotlbDomain(domain);
  }

  // ---- what devices do ---------------------------------------------------------------------

  private int requestPasid() {
    return pasid == 0 ? Access.NO_PASID : pasid;
  }

  /** A function writes there; it must reach the data that is mapped now. */
  void access(Batch batch, int page) {
    long iova = PageTables.iova(page);
    long wanted = tables.address(page);
    var request =
        new Operation.Translate(
            source, requestPasid(), iova, Access.READ | Access.WRITE, AddressType.UNTRANSLATED);
    batch.add(
        request,
        reply ->
            reply instanceof Reply.Translation it && it.ok() && it.address() == wanted
                ? null
                : new Finding(
                    Finding.STALE,
                    "page %#x of %s is mapped to %#x and was translated as %s"
                        .formatted(iova, this, wanted, reply)));
  }

  /** A function asks by ATS, which records no fault; the page is not to be had any more. */
  void probeUnmapped(Batch batch, int page) {
    batch.add(
        translationRequest(page),
        reply ->
            reply instanceof Reply.AtsTranslations it && rights(it) == Access.NONE
                ? null
                : new Finding(
                    Finding.STALE,
                    "page %#x of %s is unmapped and flushed, and was translated as %s"
                        .formatted(PageTables.iova(page), this, reply)));
  }

  /** A function asks by ATS for a page that is mapped. */
  void probeMapped(Batch batch, int page) {
    long wanted = tables.address(page);
    batch.add(
        translationRequest(page),
        reply ->
            reply instanceof Reply.AtsTranslations it
                    && rights(it) == (Access.READ | Access.WRITE)
                    && it.entries().getFirst().address() == wanted
                ? null
                : new Finding(
                    Finding.STALE,
                    "page %#x of %s is mapped to %#x and was translated as %s"
                        .formatted(PageTables.iova(page), this, wanted, reply)));
  }

  private Operation translationRequest(int page) {
    return new Operation.AtsTranslate(
        source, requestPasid(), false, false, PageTables.iova(page), 0x1000, false, 1);
  }

  private static int rights(Reply.AtsTranslations answer) {
    return answer.entries().isEmpty() ? Access.NONE : answer.entries().getFirst().permissions();
  }

  @Override
  public String toString() {
    return "function %#x, PASID %d, domain %d".formatted(source, pasid, domain);
  }
}
