package dev.iommufleet.hardware.vtd.spec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.iommufleet.hardware.vtd.Access;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("invalidation descriptors")
class DescriptorTest {
  static final DescriptorRules WIDE = new DescriptorRules(true, true, false, true, 18, true);
  static final DescriptorRules NARROW = new DescriptorRules(false, false, false, true, 18, true);
  static final DescriptorRules TOLERANT = new DescriptorRules(true, true, true, false, 18, false);

  /** Printed as the record prints itself, so that a wrong field shows by name. */
  @ParameterizedTest(name = "{0} {1} is {2}")
  @DisplayName("words and fields agree, both ways")
  @CsvSource(
      delimiter = '|',
      textBlock =
"""
0000000000000011 | 0                | ContextCache[granularity=GLOBAL, domainId=0, sourceId=0, functionMask=0]
0000001000050031 | 0                | ContextCache[granularity=DEVICE, domainId=5, sourceId=16, functionMask=0]
0003001000050031 | 0                | ContextCache[granularity=DEVICE, domainId=5, sourceId=16, functionMask=3]
0000000000050021 | 0                | ContextCache[granularity=DOMAIN, domainId=5, sourceId=0, functionMask=0]
00000000000000d2 | 0                | Iotlb[granularity=GLOBAL, drainWrites=true, drainReads=true, domainId=0, address=0, addressMask=0, hint=false]
0000000000000092 | 0                | Iotlb[granularity=GLOBAL, drainWrites=false, drainReads=true, domainId=0, address=0, addressMask=0, hint=false]
0000000000000052 | 0                | Iotlb[granularity=GLOBAL, drainWrites=true, drainReads=false, domainId=0, address=0, addressMask=0, hint=false]
00000000000500e2 | 0                | Iotlb[granularity=DOMAIN, drainWrites=true, drainReads=true, domainId=5, address=0, addressMask=0, hint=false]
00000000000500f2 | 0000000012340043 | Iotlb[granularity=PAGE, drainWrites=true, drainReads=true, domainId=5, address=305397760, addressMask=3, hint=true]
0000012300050026 | 0                | PasidIotlb[granularity=PASID, domainId=5, pasid=291, address=0, addressMask=0, hint=false]
0000012300050036 | 0000000012340043 | PasidIotlb[granularity=PAGE, domainId=5, pasid=291, address=305397760, addressMask=3, hint=true]
0000000000050007 | 0                | PasidCache[granularity=DOMAIN, domainId=5, pasid=0]
0000012300050017 | 0                | PasidCache[granularity=PASID, domainId=5, pasid=291]
0000000000000037 | 0                | PasidCache[granularity=GLOBAL, domainId=0, pasid=0]
00000010001f0003 | 7ffffffffffff001 | DeviceTlb[sourceId=16, maxOutstanding=31, address=9223372036854771712, sized=true]
00000010001f0003 | 00000000400ff001 | DeviceTlb[sourceId=16, maxOutstanding=31, address=1074786304, sized=true]
00000123001001f8 | 7ffffffffffff800 | PasidDeviceTlb[sourceId=16, maxOutstanding=31, pasid=291, allPasids=false, address=9223372036854771712, sized=true]
00000123001001f8 | 00000000400ff800 | PasidDeviceTlb[sourceId=16, maxOutstanding=31, pasid=291, allPasids=false, address=1074786304, sized=true]
00000000001001f8 | 7ffffffffffff801 | PasidDeviceTlb[sourceId=16, maxOutstanding=31, pasid=0, allPasids=true, address=9223372036854771712, sized=true]
0000000000000004 | 0                | InterruptEntryCache[global=true, index=0, indexMask=0]
0000000500000014 | 0                | InterruptEntryCache[global=false, index=5, indexMask=0]
00000005f8000014 | 0                | InterruptEntryCache[global=false, index=5, indexMask=31]
0000000200000025 | 0000000000002004 | Wait[interrupt=false, statusWrite=true, fence=false, drainPageRequests=false, statusData=2, statusAddress=8196]
00000002000000a5 | 0000000000002004 | Wait[interrupt=false, statusWrite=true, fence=false, drainPageRequests=true, statusData=2, statusAddress=8196]
0000000200000045 | 0                | Wait[interrupt=false, statusWrite=false, fence=true, drainPageRequests=false, statusData=2, statusAddress=0]
ffffffff00000015 | 0                | Wait[interrupt=true, statusWrite=false, fence=false, drainPageRequests=false, statusData=-1, statusAddress=0]
0000012300100019 | 0000000000000038 | PageGroupResponse[sourceId=16, pasid=291, code=0, groupIndex=7]
0000012300101019 | 0000000000000038 | PageGroupResponse[sourceId=16, pasid=291, code=1, groupIndex=7]
""")
  void wordsAndFieldsAgree(String low, String high, String fields) {
    long q0 = Long.parseUnsignedLong(low, 16);
    long q1 = Long.parseUnsignedLong(high, 16);

    var decoded = Descriptor.decode(q0, q1, 0, 0, WIDE);

    assertEquals("Ok[descriptor=" + fields + "]", decoded.toString());
    assertArrayEquals(new long[] {q0, q1, 0, 0}, ((Decoded.Ok) decoded).descriptor().encode());
  }

  @ParameterizedTest(name = "{0} {1}: {2}, {4}")
  @DisplayName("a wide queue rejects what breaks a rule")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          0000000000000000 | 0                | 3 | type 0
          000000000000000a | 0                | 3 | the old page-stream response
          0000000000000201 | 0                | 3 | type bits 11:9
          0000000000000c05 | 0                | 3 | type bits 11:9
          0000000000000001 | 0                | 4 | context cache, granularity 0
          0000000000000002 | 0                | 4 | IOTLB, granularity 0
          0000000000000011 | 1                | 4 | context cache, high word
          00000000000500f2 | 0000000012340013 | 4 | IOTLB page, address mask 19
          0000012300050036 | 0000000012340013 | 4 | PASID IOTLB page, address mask 19
          0000012300050006 | 0                | 4 | PASID IOTLB, granularity 0
          0000012300050016 | 0                | 4 | PASID IOTLB, granularity 1
          0000000000000027 | 0                | 4 | PASID cache, granularity 2
          0000000000000005 | 0                | 4 | wait without interrupt, status, fence
          0000000000000085 | 0                | 4 | wait with the drain bit alone
          0000000200000025 | 0000000000002001 | 4 | wait, status address bit 0
          0000012300100009 | 0000000000000038 | 4 | response without PASID
          0000001000001003 | 0                | 4 | device TLB, PFSID low
          0010001000000003 | 0                | 4 | device TLB, PFSID high
          0000012300101008 | 0                | 4 | PASID device TLB, PFSID low
          0010012300100008 | 0                | 4 | PASID device TLB, PFSID high
          """)
  void wideQueueRejects(String low, String high, int info, String why) {
    long q0 = Long.parseUnsignedLong(low, 16);
    long q1 = Long.parseUnsignedLong(high, 16);

    var decoded = Descriptor.decode(q0, q1, 0, 0, WIDE);

    assertEquals(new Decoded.Rejected(info), decoded, why);
    assertEquals(info, Descriptor.check(q0, q1, 0, 0, WIDE));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @DisplayName("a narrow queue knows types 1 to 5, and 9 in the reference")
  @CsvSource({
    "0000000000000011, 0",
    "00000000000000d2, 0",
    "00000010001f0003, 0",
    "0000000000000004, 0",
    "0000000200000025, 0",
    "0000012300050026, 5",
    "0000000000000037, 5",
    "00000123001001f8, 5",
    "0000012300100019, 0",
    "00000002000000a5, 4",
  })
  void narrowQueue(String low, int info) {
    assertEquals(info, Descriptor.check(Long.parseUnsignedLong(low, 16), 0, 0, 0, NARROW));
  }

  @Test
  @DisplayName("by the architecture a page-group response needs a wide queue")
  void responseNeedsWideQueue() {
    var rules = new DescriptorRules(false, true, true, false, 18, false);

    assertEquals(5, Descriptor.check(0x0000_0123_0010_0019L, 0x38, 0, 0, rules));
  }

  @Test
  @DisplayName("a page-group response without PASID passes where the rules allow it")
  void responseWithoutPasid() {
    var decoded = Descriptor.decode(0x0000_0000_0010_1009L, 0x38, 0, 0, TOLERANT);

    var response = new Descriptor.PageGroupResponse(0x10, Access.NO_PASID, 1, 7);
    assertEquals(new Decoded.Ok(response), decoded);
    assertArrayEquals(new long[] {0x0010_1009L, 0x38, 0, 0}, response.encode());
  }

  @Test
  @DisplayName("a tolerant unit takes an oversized PASID-based page mask as the whole PASID")
  void oversizedPasidMask() {
    var decoded = Descriptor.decode(0x0000_0123_0005_0036L, 0x8000_0013L, 0, 0, TOLERANT);

    assertEquals(
        new Decoded.Ok(
            new Descriptor.PasidIotlb(
                Descriptor.PasidIotlb.Granularity.PASID, 5, 0x123, 0x8000_0000L, 19, false)),
        decoded);
  }

  @Test
  @DisplayName("the limit on the address mask is not checked where no page is selected")
  void maskOfNoPage() {
    assertEquals(0, Descriptor.check(0x0000_0000_0005_00E2L, 0x3F, 0, 0, WIDE));
    assertEquals(0, Descriptor.check(0x0000_0123_0005_0026L, 0x3F, 0, 0, WIDE));
    assertEquals(0, Descriptor.check(0x0000_0000_0005_00F2L, 18, 0, 0, WIDE));
    assertEquals(0, Descriptor.check(0x0000_0123_0005_0036L, 18, 0, 0, WIDE));
  }

  @ParameterizedTest(name = "{0}, sized {1}: {3} bytes from {2}")
  @DisplayName("the size of a device-TLB range is in the trailing ones of its address")
  @CsvSource({
    "0000000000001000, false, 0000000000001000, 0000000000001000",
    "ffffffffffffffff, false, fffffffffffff000, 0000000000001000",
    "0000000000000000, true,  0000000000000000, 0000000000002000",
    "0000000012346000, true,  0000000012346000, 0000000000002000",
    "0000000012345000, true,  0000000012344000, 0000000000004000",
    "00000000400ff000, true,  0000000040000000, 0000000000200000",
    "1fffffffffffffff, true,  0000000000000000, 4000000000000000",
    "3ffffffffffff000, true,  0000000000000000, 8000000000000000",
    "bffffffffffff000, true,  8000000000000000, 8000000000000000",
    "7ffffffffffff000, true,  0000000000000000, 0000000000000000",
    "fffffffffffff000, true,  0000000000000000, 0000000000000000",
  })
  void deviceTlbRange(String address, boolean sized, String start, String size) {
    long at = Long.parseUnsignedLong(address, 16);

    assertEquals(Long.parseUnsignedLong(start, 16), Descriptor.rangeStart(at, sized));
    assertEquals(Long.parseUnsignedLong(size, 16), Descriptor.rangeSize(at, sized));
  }

  @Test
  @DisplayName("a field wider than its bits is not encoded")
  void tooWide() {
    var wide = new Descriptor.PageGroupResponse(0x10, 3, 16, 7);
    var crooked = new Descriptor.DeviceTlb(0x10, 0, 0x1001, false);

    var tooWide = assertThrows(IllegalArgumentException.class, wide::encode);
    var misaligned = assertThrows(IllegalArgumentException.class, crooked::encode);

    assertEquals("code is 16; 0 to 15 is possible", tooWide.getMessage());
    assertEquals("address 0x1001 is not 4096-byte aligned", misaligned.getMessage());
  }
}
