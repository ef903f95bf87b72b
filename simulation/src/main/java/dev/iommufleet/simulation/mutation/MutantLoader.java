package dev.iommufleet.simulation.mutation;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Loads machines and simulation anew, one class of them changed. */
final class MutantLoader extends ClassLoader {
  private static final String[] OWN = {"dev.iommufleet.hardware.", "dev.iommufleet.simulation."};

  private final String mutated;
  private final UnaryOperator<byte[]> change;

  /**
   * @param mutated name of a class
   * @param change of its class file
   */
  MutantLoader(String mutated, UnaryOperator<byte[]> change) {
    super(MutantLoader.class.getClassLoader());
    this.mutated = mutated;
    this.change = change;
  }

  /**
   * What the trial finds among the changed classes.
   *
   * @param kind {@link Trial} or {@link FleetTrial}
   */
  @SuppressWarnings("unchecked") // the type of the trials
  List<String> run(Class<?> kind, String argument) {
    try {
      var constructor = loadClass(kind.getName()).getDeclaredConstructor();
      constructor.setAccessible(true);
      return ((Function<String, List<String>>) constructor.newInstance()).apply(argument);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("a trial with a changed " + mutated, e);
    }
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!isOwn(name)) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      return loaded != null ? loaded : define(name);
    }
  }

  private static boolean isOwn(String name) {
    for (String own : OWN) {
      if (name.startsWith(own)) {
        return true;
      }
    }
    return false;
  }

  private Class<?> define(String name) throws ClassNotFoundException {
    byte[] bytes = bytes(name);
    if (name.equals(mutated)) {
      bytes = change.apply(bytes);
    }
    return defineClass(name, bytes, 0, bytes.length);
  }

  /** The class file of a class of ours. */
  static byte[] bytes(String name) throws ClassNotFoundException {
    String file = name.replace('.', '/') + ".class";
    try (InputStream stream = MutantLoader.class.getClassLoader().getResourceAsStream(file)) {
      if (stream == null) {
        throw new ClassNotFoundException(name);
      }
      return stream.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
