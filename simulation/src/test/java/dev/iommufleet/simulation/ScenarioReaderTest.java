package dev.iommufleet.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("scenario files")
class ScenarioReaderTest {
  private static final String HEAD = "device d1 emulated 00:02.0\n";
  private static final String THREAD = "thread vcpu:\n  qi pc-g -> 1\n";

  @ParameterizedTest(name = "{0}")
  @MethodSource("dev.iommufleet.simulation.Exploration#names")
  @DisplayName("those that come with the program are read")
  void shipped(String name) {
    assertEquals(name, Exploration.of(name).name());
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '!',
      textBlock =
          """
          map 512 201                   ! PAGE is 512; 0 to 511, decimal, are possible
          map 0x10 zzz                  ! PAGE is 0x10; 0 to 511, decimal
          map 1 zzz                     ! FRAME is zzz; 0 to fffffff, hexadecimal without 0x
          map 1                         ! FRAME is missing; the form is map PAGE FRAME [space=N]
          map 1 201 space=3             ! space= is 3; 0 to 2
          map 1 201 spcae=1             ! spcae=1 has no meaning here; the form is map PAGE
          map 1 201 space=1 space=2     ! space=2 has no meaning here
          unmap -1                      ! PAGE is -1
          entry d1 4 did=5 space=0      ! PASID is 4; 0 to 3
          entry d1 1 did=5              ! space= is missing
          entry d1 1 absent pt          ! pt has no meaning here
          entry d3 1 absent             ! no device is named d3; there are [d1]
          context d1 gone               ! gone; possible are present, absent, shares
          te maybe                      ! maybe; possible are on, off
          srtp now                      ! now has no meaning here
          await 0                       ! N is 0; 1 to 1023
          await 1 or-eror               ! or-eror has no meaning here
          qi pcc did=5 -> 1             ! "pcc" is no descriptor
          qi pc-g -> x                  ! N is x; 1 to 1023
          serve code=99                 ! code= is 99; 0 to 15
          pqh xyz                       ! HEX is xyz; 0 to 7ffff
          expire d9                     ! no device is named d9
          walk                          ! no step is named walk; there are map, unmap, entry
          d1                            ! what the device does is missing
          d1 jump                       ! no step is named jump; there are enable, attach
          d1 attach twice               ! twice has no meaning here
          d1 dma 1                      ! pasid= is missing; the form is d1 dma PAGE pasid=N
          d1 dma 1 pasid=4              ! pasid= is 4; 0 to 3
          d1 dma 1 pasid=1 ats sva      ! ats has no meaning here
          d1 page 600 pasid=1           ! PAGE is 600
          d1 fail foo                   ! foo; possible are allocate, free, attach
          d1 completions sometimes      ! sometimes; possible are never, late, duplicated, wrong-tag
          d1 link sideways              ! sideways; possible are up, down
          thread vcpu:                  ! there is a thread vcpu already
          thread dma                    ! the form is thread NAME:
          """)
  @DisplayName("a step that means nothing is refused with its line and what is possible")
  void steps(String step, String why) {
    String message = refusal(HEAD + THREAD + "  " + step + "\n");

    assertTrue(message.startsWith("mine line 4: '" + step + "': "), message);
    assertTrue(message.contains(why), message);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '!',
      textBlock =
          """
          policy wild                   ! wild; possible are strict, emulator, device-replay
          policy                        ! one of strict, emulator
          device d1 emulated 00:03.0    ! there is a device d1 already
          device map emulated 00:03.0   ! map is the name of a step
          device d2 emulated 00:20.0    ! 00:00.0 to ff:1f.7 are possible
          device d2 emulated 00:03.8    ! 00:00.0 to ff:1f.7 are possible
          device d2 magic 00:03.0       ! magic; possible are passthrough, emulated
          device d2 emulated            ! BB:DD.F is missing
          device d2 emulated 0:3.0 out=1 ! out=1 has no meaning here
          crashes 4                     ! N is 4; 0 to 3
          crashes 1 guests              ! guests has no meaning here
          losses many                   ! N is many; 0 to 3
          fencing off                   ! off has no meaning here
          states 0                      ! N is 0; 1 to
          title                         ! TEXT is missing
          colour red                    ! no word of the head is colour; there are title
          """)
  @DisplayName("so is a head")
  void heads(String line, String why) {
    String message = refusal(HEAD + line + "\n" + THREAD);

    assertTrue(message.startsWith("mine line 2: '" + line + "': "), message);
    assertTrue(message.contains(why), message);
  }

  @Test
  @DisplayName("a thread needs steps, wherever it stands")
  void noSteps() {
    String why = "mine line 2: thread idle has no steps; one a line is needed";

    assertEquals(why, refusal(HEAD + "thread idle:\n" + THREAD));
    assertEquals(why, refusal(HEAD + "thread idle:\n"));
  }

  private static String refusal(String text) {
    return assertThrows(ScenarioException.class, () -> Exploration.read("mine", text)).getMessage();
  }
}
