package dev.iommufleet.simulation.locks;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A story in few lines. What a thread does in one go is one line; left out of it are locks that are
 * given back in it, walks that end in it, and steps that change nothing.
 */
final class Gist {
  private final Program program;
  private final Machine machine;
  private final List<String> lines = new ArrayList<>();
  private final List<Op> run = new ArrayList<>();

  Gist(Program program, Machine start) {
    this.program = program;
    this.machine = start.fork();
  }

  /** {@code before}: lines that stand first. */
  List<String> tell(List<String> before, List<Integer> schedule) {
    lines.addAll(before);
    for (int i = 0; i < schedule.size(); i++) {
      int thread = schedule.get(i);
      add(machine.next(thread));
      machine.run(thread);
      if (i + 1 == schedule.size() || schedule.get(i + 1) != thread) {
        end(program.threads().get(thread).name());
      }
    }
    return List.copyOf(lines);
  }

  private void add(Op op) {
    Op.Kind opened =
        switch (op.kind()) {
          case GIVE -> Op.Kind.TAKE;
          case LEAVE -> op.effect() == null ? Op.Kind.WALK : null;
          default -> null;
        };
    for (int i = run.size() - 1; opened != null && i >= 0; i--) {
      if (run.get(i).kind() == opened && run.get(i).target() == op.target()) {
        run.remove(i);
        return;
      }
    }
    if (op.kind() != Op.Kind.ACT || op.effect() != null) {
      run.add(op);
    }
  }

  private void end(String thread) {
    if (!run.isEmpty()) {
      lines.add(thread + ": " + run.stream().map(Op::text).collect(Collectors.joining("; ")));
      run.clear();
    }
  }
}
