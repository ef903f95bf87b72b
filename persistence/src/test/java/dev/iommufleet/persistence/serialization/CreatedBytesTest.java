package dev.iommufleet.persistence.serialization;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.persistence.mapping.MalformedException;
import dev.iommufleet.protocol.api.v1.IommuConfig;
import dev.iommufleet.protocol.api.v1.Profile;
import dev.iommufleet.protocol.journal.v1.Cause;
import dev.iommufleet.protocol.journal.v1.Created;
import dev.iommufleet.protocol.journal.v1.Deleted;
import dev.iommufleet.protocol.journal.v1.Entry;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.Deflater;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("the entry that creates an IOMMU")
class CreatedBytesTest {
  /** From a journal; the dictionary must stay what it was when this was written. */
  private static final String WRITTEN =
      "e360146235d033d43390549ef35f678fd22b090546ad25dc460bb9b9982a0c856671738c16dda345f768d13d5a"
          + "748f16dd83ace80e7c328963b6d601b39b00";

  private final FleetSerializer serializer = new FleetSerializer();

  private static Entry created(IommuConfig config) {
    var created = Created.newBuilder().setIommuId("vm-1").setConfig(config);
    return Entry.newBuilder().setSchema(1).setCause(Cause.newBuilder().setCreated(created)).build();
  }

  @Test
  @DisplayName("is read as it was written once, for ever")
  void golden() {
    var entry = (Entry) serializer.fromBinary(HexFormat.of().parseHex(WRITTEN), "C1");

    var created = entry.getCause().getCreated();
    assertEquals("x1", created.getIommuId());
    assertEquals(Profile.PROFILE_ARCHITECTURE, created.getConfig().getProfile());
    assertEquals(50, created.getConfig().getQuirksCount());
    assertEquals("ABSENT_FUNCTION_COMPLETES", created.getConfig().getQuirks(0).getName());
    assertEquals(10_000, created.getConfig().getTimeouts().getDeviceTlbMillis());
    assertEquals(0xd936_c02a_9b08_92e4L, entry.getStateHash());
  }

  @Test
  @DisplayName("is read from journals that hold it as any other entry")
  void asBefore() {
    var entry = created(IommuConfig.getDefaultInstance());

    assertEquals(entry, serializer.fromBinary(entry.toByteArray(), "E1"));
  }

  @Test
  @DisplayName("comes back from its bytes; other entries are not deflated")
  void roundTrip() {
    var entry = created(IommuConfig.newBuilder().setProfileValue(2).build());
    var deleted =
        Entry.newBuilder()
            .setCause(Cause.newBuilder().setDeleted(Deleted.getDefaultInstance()))
            .build();

    assertEquals("C1", serializer.manifest(entry));
    assertEquals(entry, serializer.fromBinary(serializer.toBinary(entry), "C1"));
    assertEquals("E1", serializer.manifest(deleted));
    assertEquals(deleted.toByteString().size(), serializer.toBinary(deleted).length);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "00", "e360146235d033d433", "ffffffff"})
  @DisplayName("is refused where its bytes are damaged")
  void damaged(String bytes) {
    assertThrows(
        MalformedException.class,
        () -> serializer.fromBinary(HexFormat.of().parseHex(bytes), "C1"));
  }

  @Test
  @DisplayName("is refused where its bytes would fill the memory")
  void bomb() {
    var deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
    deflater.setInput(new byte[10 << 20]);
    deflater.finish();
    var bomb = new byte[1 << 20];
    int length = deflater.deflate(bomb);
    deflater.end();

    var refused =
        assertThrows(
            MalformedException.class,
            () -> serializer.fromBinary(Arrays.copyOf(bomb, length), "C1"));

    assertTrue(refused.getMessage().contains("beyond 65536 bytes"), refused::getMessage);
  }
}
