package dev.iommufleet.cli.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.iommufleet.hardware.link.Command;
import dev.iommufleet.hardware.vtd.Access;
import dev.iommufleet.hardware.vtd.Fact;
import dev.iommufleet.hardware.vtd.Latch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Facts as text")
class RecordViewTest {

  @Test
  @DisplayName("source ids, PASIDs and addresses are written as the field writes them")
  void fieldValues() {
    assertEquals(
        "pasid-entry-dropped source-id=00:02.0 pasid=3",
        RecordView.text(new Fact.PasidEntryDropped(0x10, 3)));
    assertEquals(
        "latch-changed latch=queue-base value=0x1000",
        RecordView.text(new Fact.LatchChanged(Latch.QUEUE_BASE, 0x1000)));
    assertEquals(
        "memory-written write-kind=wait-status address=0x2000 bytes=01000000 failed=false",
        RecordView.text(
            new Fact.MemoryWritten(
                Fact.WriteKind.WAIT_STATUS, 0x2000, new byte[] {1, 0, 0, 0}, false)));
  }

  @Test
  @DisplayName("no PASID is left out; it is not PASID 0")
  void noPasid() {
    var none = RecordView.fields(new Fact.PasidEntryDropped(0x10, Access.NO_PASID));
    var zero = RecordView.fields(new Fact.PasidEntryDropped(0x10, 0));

    assertFalse(none.containsKey("pasid"));
    assertEquals(0, zero.get("pasid"));
  }

  @Test
  @DisplayName("a command says what it is; ids count")
  void commands() {
    assertEquals(
        "command-posted source-id=00:02.0 id=12 previous=9 command={unbind pasid=3"
            + " to-default=false}",
        RecordView.text(new Fact.CommandPosted(0x10, 12, 9, new Command.Unbind(3, false))));
    assertEquals(
        "command-posted source-id=00:02.0 id=13 previous=12 command={detach}",
        RecordView.text(new Fact.CommandPosted(0x10, 13, 12, new Command.Detach())));
    assertEquals(
        "command-failed source-id=00:02.0 id=12 errno=-22 stays=true",
        RecordView.text(new Fact.CommandFailed(0x10, 12, -22, true)));
  }

  @Test
  @DisplayName("register changes go by the registers' names")
  void registers() {
    assertEquals(
        "registers-changed registers={FSTS=0x00000002 IQT+4=0x00000001 0x54=0x00000000}",
        RecordView.text(
            new Fact.RegistersChanged(new int[] {0x34, 0x8C, 0x54}, new int[] {2, 1, 0})));
  }

  @Test
  @DisplayName("a fault says its reason in words")
  void faults() {
    var details = new Fact.FaultDetails(false, 5, 0x10, 0x1000, true, false, 0, false, true, 0);

    var text = RecordView.text(new Fact.FaultDetected(Fact.FaultOutcome.REPORTED, details));

    assertEquals(
        "fault-detected outcome=reported details={interrupt=false reason=(0x05 WRITE_DENIED: the"
            + " second stage does not permit the write) source-id=00:02.0 address=0x1000 write=true"
            + " pasid-present=false pasid=0 fpd=false qualified=true index=0}",
        text);
  }
}
