package dev.iommufleet.persistence.mapping;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import dev.iommufleet.hardware.vtd.IommuConfig.FlushFailure;
import dev.iommufleet.hardware.vtd.IommuConfig.Options;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.persistence.journal.EntryFormat;
import dev.iommufleet.persistence.serialization.FleetSerializer;
import dev.iommufleet.protocol.api.v1.Command;
import dev.iommufleet.protocol.api.v1.Dma;
import dev.iommufleet.protocol.api.v1.Fact;
import dev.iommufleet.protocol.api.v1.HostInfo;
import dev.iommufleet.protocol.api.v1.HostProvider;
import dev.iommufleet.protocol.api.v1.InvalidationPolicy;
import dev.iommufleet.protocol.api.v1.IommuConfig;
import dev.iommufleet.protocol.api.v1.IommuSpec;
import dev.iommufleet.protocol.api.v1.JournalLevel;
import dev.iommufleet.protocol.api.v1.LatchChanged;
import dev.iommufleet.protocol.api.v1.Limits;
import dev.iommufleet.protocol.api.v1.OperationFacts;
import dev.iommufleet.protocol.api.v1.PayloadWritten;
import dev.iommufleet.protocol.api.v1.Profile;
import dev.iommufleet.protocol.api.v1.QuirkSetting;
import dev.iommufleet.protocol.api.v1.RegistersChanged;
import dev.iommufleet.protocol.api.v1.Translate;
import dev.iommufleet.protocol.api.v1.WriteMemory;
import dev.iommufleet.protocol.journal.v1.Entry;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

@DisplayName("Decoders refuse, by name,")
class HostileBytesTest {
  private static final int LATER_FIELD = 39;

  @Test
  @DisplayName("bytes that are no message")
  void garbage() {
    var bytes = new byte[] {0x0A, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x7F, 1};

    assertMalformed(
        MalformedException.Code.UNPARSABLE,
        "6 bytes are not a journal entry",
        () -> new FleetSerializer().fromBinary(bytes, "E1"));
  }

  @Test
  @DisplayName("a manifest of another version")
  void manifest() {
    assertMalformed(
        MalformedException.Code.UNKNOWN_KIND,
        "manifest 'E3' is unknown",
        () -> new FleetSerializer().fromBinary(new byte[0], "E3"));
  }

  @Test
  @DisplayName("a fact of a later version")
  void laterFact() {
    var later =
        Fact.newBuilder()
            .setUnknownFields(
                UnknownFieldSet.newBuilder()
                    .addField(
                        LATER_FIELD,
                        UnknownFieldSet.Field.newBuilder()
                            .addLengthDelimited(ByteString.EMPTY)
                            .build())
                    .build())
            .build();

    assertMalformed(
        MalformedException.Code.UNKNOWN_KIND, "a fact is of no kind", () -> Facts.read(later));
  }

  @Test
  @DisplayName("a latch of a later version")
  void laterValue() {
    var later =
        Fact.newBuilder().setLatchChanged(LatchChanged.newBuilder().setLatchValue(1_000)).build();

    assertMalformed(
        MalformedException.Code.UNKNOWN_VALUE, "latch has no value", () -> Facts.read(later));
  }

  @Test
  @DisplayName("an entry of a later schema, and one without a cause")
  void laterSchema() {
    assertMalformed(
        MalformedException.Code.NEWER_SCHEMA,
        "an entry has schema 2; this version knows 1 to 1",
        () -> EntryFormat.check(Entry.newBuilder().setSchema(2).build()));
    assertMalformed(
        MalformedException.Code.UNKNOWN_KIND,
        "an entry has no cause",
        () -> EntryFormat.check(Entry.newBuilder().setSchema(1).build()));
  }

  @Test
  @DisplayName("a PASID of 21 bits and a source id of 17; no PASID is not PASID 0")
  void wide() {
    assertOutOfRange(
        "PASID is 1048576; 0 to 1048575 are possible", Translate.newBuilder().setPasid(1 << 20));
    assertOutOfRange(
        "PASID is 4294967295; 0 to 1048575 are possible", Translate.newBuilder().setPasid(-1));
    assertOutOfRange(
        "source id is 65536; 0 to 65535 are possible", Translate.newBuilder().setSourceId(1 << 16));
    assertEquals(-1, pasid(Translate.newBuilder()));
    assertEquals(0, pasid(Translate.newBuilder().setPasid(0)));
  }

  @Test
  @DisplayName("a host whose PASIDs have more than 20 bits, and a command of a later version")
  void link() {
    var wide = HostInfo.newBuilder().setProvider(HostProvider.HOST_PROVIDER_IOMMUFD);

    assertEquals(20, Links.read(wide.setPasidWidth(20).build()).pasidWidth());
    assertMalformed(
        MalformedException.Code.OUT_OF_RANGE,
        "PASID width is 21; 0 to 20 are possible",
        () -> Links.read(wide.setPasidWidth(21).build()));
    assertMalformed(
        MalformedException.Code.UNKNOWN_KIND,
        "a command is of no kind",
        () -> Links.read(Command.getDefaultInstance()));
  }

  @Test
  @DisplayName("a DMA whose length contradicts its data")
  void dmaLength() {
    var message =
        dev.iommufleet.protocol.api.v1.Operation.newBuilder()
            .setDma(Dma.newBuilder().setLength(5).setData(ByteString.copyFromUtf8("four")))
            .build();

    assertMalformed(
        MalformedException.Code.OUT_OF_RANGE,
        "a DMA write of 4 bytes has length 5",
        () -> Operations.read(message));
  }

  @Test
  @DisplayName("register offsets without values")
  void offsetsWithoutValues() {
    var message =
        Fact.newBuilder().setRegistersChanged(RegistersChanged.newBuilder().addOffsets(4)).build();

    assertMalformed(
        MalformedException.Code.OUT_OF_RANGE,
        "1 register offsets have 0 values",
        () -> Facts.read(message));
  }

  @Test
  @DisplayName("references to data that an operation does not have")
  void references() {
    var store =
        dev.iommufleet.protocol.api.v1.Operation.newBuilder()
            .setWriteMemory(WriteMemory.newBuilder().setData(ByteString.copyFromUtf8("data")))
            .build();

    assertReference("bytes 2 to 5 of operation 0, which has 4", store, 0, 2, 3);
    assertReference("bytes 4294967295 to 8589934590", store, 0, -1, -1);
    assertReference("belongs to operation 1 of 1", store, 1, 0, 1);
  }

  @Test
  @DisplayName("quirks that do not exist, and profiles that are none")
  void config() {
    assertMalformed(
        MalformedException.Code.UNKNOWN_QUIRK,
        "a quirk 'NO_SUCH' does not exist",
        () -> Configs.resolve(IommuSpec.newBuilder().putQuirkOverrides("NO_SUCH", true).build()));
    assertMalformed(
        MalformedException.Code.UNKNOWN_VALUE,
        "profile has no value",
        () ->
            Configs.read(
                IommuConfig.newBuilder()
                    .addQuirks(QuirkSetting.newBuilder().setName("RETIRED"))
                    .build()));
    assertMalformed(
        MalformedException.Code.UNKNOWN_VALUE,
        "profile has no value",
        () -> Configs.resolve(IommuSpec.newBuilder().setProfileValue(77).build()));
    assertEquals(
        dev.iommufleet.hardware.vtd.Profile.QEMU_11_1,
        Configs.resolve(IommuSpec.newBuilder().setProfile(Profile.PROFILE_QEMU_11_1).build())
            .profile());
  }

  @Test
  @DisplayName("nothing: options that were not written are the profile's own")
  void olderConfig() {
    var options = Configs.read(older(Profile.PROFILE_ARCHITECTURE)).options();
    var emulator = Configs.read(older(Profile.PROFILE_QEMU_11_1)).options();

    assertEquals(new Options(false, FlushFailure.ITE), options);
    assertEquals(new Options(false, FlushFailure.SUCCESS), emulator);
  }

  @Test
  @DisplayName("nothing: what an older version wrote is what the same specification asks for now")
  void olderAgrees() {
    var asked =
        Configs.write(
            Configs.resolve(IommuSpec.getDefaultInstance()), JournalLevel.JOURNAL_LEVEL_FACTS);
    var older = asked.toBuilder().clearOptions().removeQuirks(0).build();

    assertTrue(Configs.agree(asked, asked));
    assertTrue(Configs.agree(older, asked));
    assertFalse(Configs.agree(older.toBuilder().setLimits(Limits.newBuilder()).build(), asked));
    assertFalse(Configs.agree(asked, older));
  }

  private static IommuConfig older(Profile profile) {
    return IommuConfig.newBuilder()
        .setProfile(profile)
        .setPolicy(InvalidationPolicy.INVALIDATION_POLICY_EMULATOR)
        .build();
  }

  private static void assertReference(
      String message,
      dev.iommufleet.protocol.api.v1.Operation store,
      int operation,
      int offset,
      int... length) {
    var group =
        OperationFacts.newBuilder()
            .setOperation(operation)
            .addFacts(
                Fact.newBuilder()
                    .setPayloadWritten(
                        PayloadWritten.newBuilder().setOffset(offset).setLength(length[0])))
            .build();

    assertMalformed(
        MalformedException.Code.OUT_OF_RANGE,
        message,
        () -> EntryFacts.read(List.of(store), List.of(group), (_, _) -> {}));
  }

  private static int pasid(Translate.Builder translate) {
    var message =
        dev.iommufleet.protocol.api.v1.Operation.newBuilder().setTranslate(translate).build();
    return ((Operation.Translate) Operations.read(message)).pasid();
  }

  private static void assertOutOfRange(String message, Translate.Builder translate) {
    assertMalformed(MalformedException.Code.OUT_OF_RANGE, message, () -> pasid(translate));
  }

  private static void assertMalformed(
      MalformedException.Code code, String message, Executable decoder) {
    var malformed = assertThrows(MalformedException.class, decoder);

    assertTrue(malformed.getMessage().contains(message), malformed.getMessage());
    assertEquals(code, malformed.code());
  }
}
