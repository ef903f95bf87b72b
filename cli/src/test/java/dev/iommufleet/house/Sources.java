package dev.iommufleet.house;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/** The Java sources of all rooms, read the way the compiler reads them. */
final class Sources {
  /** A method or constructor: where it starts (1-based line) and how many lines it has. */
  record Method(String name, int line, int lines) {}

  /**
   * One file.
   *
   * @param path relative to the root
   * @param textBlocks the 1-based lines that belong to a literal of several lines
   */
  record Source(Path path, List<String> lines, List<Method> methods, BitSet textBlocks) {
    boolean isIn(String folder) {
      return path.startsWith(folder);
    }
  }

  private Sources() {}

  /** The folder of the root pom: tests run in the folder of their room. */
  static Path root() {
    Path here = Path.of("").toAbsolutePath();
    return Files.exists(here.resolve("bin/iommu-fleet")) ? here : here.getParent();
  }

  static List<Source> all() throws IOException {
    try (Stream<Path> files = Files.walk(root(), 30)) {
      return parse(files.filter(Sources::isOurs).sorted().toList());
    }
  }

  private static boolean isOurs(Path file) {
    Path path = root().relativize(file);
    return path.getNameCount() > 2
        && path.getName(1).toString().equals("src")
        && path.toString().endsWith(".java");
  }

  private static List<Source> parse(List<Path> files) throws IOException {
    var compiler = ToolProvider.getSystemJavaCompiler();
    try (var manager = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
      var units = manager.getJavaFileObjectsFromPaths(files);
      var task = (JavacTask) compiler.getTask(null, manager, null, null, null, units);
      var positions = Trees.instance(task).getSourcePositions();
      var sources = new ArrayList<Source>();
      for (CompilationUnitTree unit : task.parse()) {
        sources.add(read(unit, positions));
      }
      return sources;
    }
  }

  private static Source read(CompilationUnitTree unit, SourcePositions positions) {
    var methods = new ArrayList<Method>();
    var textBlocks = new BitSet();
    LineMap map = unit.getLineMap();
    new TreeScanner<Void, Void>() {
      @Override
      public Void visitMethod(MethodTree method, Void nothing) {
        int first = line(positions.getStartPosition(unit, method));
        int last = line(positions.getEndPosition(unit, method));
        if (first > 0) { // The compiler's own constructors have no place.
          methods.add(new Method(method.getName().toString(), first, last - first + 1));
        }
        return super.visitMethod(method, nothing);
      }

      @Override
      public Void visitLiteral(LiteralTree literal, Void nothing) {
        int first = line(positions.getStartPosition(unit, literal));
        int last = line(positions.getEndPosition(unit, literal));
        if (last > first) {
          textBlocks.set(first, last + 1);
        }
        return super.visitLiteral(literal, nothing);
      }

      private int line(long position) {
        return position < 0 ? 0 : (int) map.getLineNumber(position);
      }
    }.scan(unit, null);
    Path file = Path.of(unit.getSourceFile().toUri());
    return new Source(root().relativize(file), lines(file), methods, textBlocks);
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
