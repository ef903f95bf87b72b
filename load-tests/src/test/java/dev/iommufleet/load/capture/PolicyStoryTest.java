package dev.iommufleet.load.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The guest that forgets the PASID cache")
class PolicyStoryTest {

  @Test
  @DisplayName("is bound when the policy says so: strict, emulator, device-replay, global-replay")
  void policies() throws IOException {
    var bound = PolicyStory.tell().stream().map(PolicyStory.Line::bound).toList();

    assertEquals(List.of(List.of(0, 0, 0, 0), List.of(0, 0, 1, 1), List.of(0, 1, 1, 1)), bound);
  }
}
