package dev.iommufleet.simulation.mutation;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** Loads machines and simulation anew, one class of them without one rule. */
final class MutantLoader extends ClassLoader {
  private static final String[] OWN = {"dev.iommufleet.hardware.", "dev.iommufleet.simulation."};

  private final String mutated;
  private final String guard;

  /**
   * @param mutated name of a class
   * @param guard name of the rule that is taken out of it
   */
  MutantLoader(String mutated, String guard) {
    super(MutantLoader.class.getClassLoader());
    this.mutated = mutated;
    this.guard = guard;
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
      bytes = Mutator.without(bytes, guard);
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
