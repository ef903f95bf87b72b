package dev.iommufleet.simulation.mutation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.hardware.Guard;
import dev.iommufleet.simulation.ScenarioException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("A guard of the protocol")
class MutationTest {
  private static final int MOST_EVENTS = 20;

  static List<String> guards() {
    return Mutation.all().stream().map(Mutation::guard).toList();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("guards")
  @DisplayName("is missed when it is taken out")
  void missed(String guard) {
    var mutation = Mutation.of(guard);

    var outcome = mutation.explore();

    System.out.printf(
        "%s without: %s in %s after %d, %d events: %s%n",
        guard,
        outcome.verdict(),
        mutation.scenario(),
        outcome.tried(),
        outcome.story().size(),
        outcome.what());
    assertTrue(outcome.found(), "nobody misses " + guard + " in " + mutation.scenario());
    assertTrue(
        outcome.what().matches("(?s)(I\\d+|owed|late|deadlock): .*"), "no invariant: " + outcome);
    assertTrue(
        outcome.story().size() <= MOST_EVENTS,
        outcome.story().size() + " events:\n" + String.join("\n", outcome.story()));
  }

  @Test
  @DisplayName("stands in the table, and nothing else does")
  void table() throws Exception {
    var marked = new TreeSet<String>();
    for (Path root : List.of(root(Guard.class), root(Mutation.class))) {
      try (Stream<Path> files = Files.walk(root)) {
        files
            .filter(file -> file.toString().endsWith(".class"))
            .forEach(file -> marked.addAll(Mutator.guards(read(file)).keySet()));
      }
    }

    assertEquals(marked, new TreeSet<>(guards()));
  }

  /** Where the class files of a room are: a folder, or a jar. */
  private static Path root(Class<?> of) throws URISyntaxException, IOException {
    Path place = Path.of(of.getProtectionDomain().getCodeSource().getLocation().toURI());
    return Files.isDirectory(place) ? place : FileSystems.newFileSystem(place).getPath("/");
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  @DisplayName("that nobody knows is refused")
  void unknown() {
    assertThrows(ScenarioException.class, () -> Mutation.of("luck"));
    assertThrows(
        IllegalArgumentException.class,
        () -> Mutator.without(MutantLoader.bytes("dev.iommufleet.hardware.StateHash"), "luck"));
  }
}
