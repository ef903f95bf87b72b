package dev.iommufleet.simulation.mutation;

import dev.iommufleet.simulation.Exploration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Runs among mutated classes; only types of the platform go in and come out. The argument names a
 * scenario; the result is the verdict, what is broken, the number of states and the story.
 */
final class Trial implements Function<String, List<String>> {
  @Override
  public List<String> apply(String scenario) {
    var result = Exploration.of(scenario).explore(1);
    var said = new ArrayList<String>();
    said.add(result.verdict());
    said.add(result.what());
    said.add(Long.toString(result.states()));
    said.addAll(result.story());
    return said;
  }
}
