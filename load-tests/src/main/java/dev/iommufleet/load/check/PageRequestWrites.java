package dev.iommufleet.load.check;

import dev.iommufleet.load.check.Submissions.Group;
import dev.iommufleet.protocol.api.v1.Fact;
import dev.iommufleet.protocol.api.v1.WriteKind;
import java.nio.ByteOrder;

/** Reads the page-request descriptors that an IOMMU wrote. */
final class PageRequestWrites {
  private static final int PASID_PRESENT = 1 << 8;
  private static final int LAST = 4;
  private static final int ACCESS = 3;

  private PageRequestWrites() {}

  static boolean is(Fact fact) {
    return fact.hasMemoryWritten()
        && fact.getMemoryWritten().getKind() == WriteKind.WRITE_KIND_PAGE_REQUEST;
  }

  /** The group that this request closes; null: it closes none, or is a stop marker. */
  static Group closes(Fact fact) {
    var data =
        fact.getMemoryWritten().getData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    long low = data.getLong(0);
    long high = data.getLong(8);
    if ((high & LAST) == 0 || (high & ACCESS) == 0) {
      return null;
    }
    boolean pasid = (low & PASID_PRESENT) != 0;
    return new Group(
        (int) (low >>> 16) & 0xFFFF,
        pasid ? (int) (low >>> 32) & 0xFFFFF : -1,
        (int) (high >>> 3) & 0x1FF);
  }
}
