package dev.iommufleet.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/** One block of settings; every reader says the whole name when it refuses. */
record Block(String path, Config config) {

  static Block of(Config root, String path) {
    try {
      return new Block(path, root.getConfig(path));
    } catch (ConfigException e) {
      throw new BadSettingException(path + " is not a block of settings: " + e.getMessage(), e);
    }
  }

  /** Refuses names that nobody reads: a misspelt limit must not be a silent default. */
  Block knowing(Set<String> names) {
    for (var name : new TreeSet<>(config.root().keySet())) {
      if (!names.contains(name)) {
        throw new BadSettingException(
            path + "." + name + " is unknown; known are " + new TreeSet<>(names));
      }
    }
    return this;
  }

  int between(String name, int least, int most) {
    long value = read(name, () -> config.getLong(name));
    if (value < least || value > most) {
      throw new BadSettingException(
          "%s.%s is %d; %d to %d are possible".formatted(path, name, value, least, most));
    }
    return (int) value;
  }

  boolean flag(String name) {
    return read(name, () -> config.getBoolean(name));
  }

  String text(String name) {
    String value = read(name, () -> config.getString(name));
    if (value.isBlank()) {
      throw new BadSettingException(path + "." + name + " is empty");
    }
    return value;
  }

  /** A text that may be empty. */
  Optional<String> textOrNone(String name) {
    String value = read(name, () -> config.getString(name));
    return value.isBlank() ? Optional.empty() : Optional.of(value);
  }

  /** The same where nothing is said by an empty text. */
  String textOrEmpty(String name) {
    return read(name, () -> config.getString(name)).strip();
  }

  List<String> texts(String name) {
    return read(name, () -> config.getStringList(name));
  }

  BadSettingException refused(String name, String what) {
    return new BadSettingException(path + "." + name + " " + what);
  }

  private <T> T read(String name, Supplier<T> reader) {
    try {
      return reader.get();
    } catch (ConfigException e) {
      throw new BadSettingException(path + "." + name + ": " + e.getMessage(), e);
    }
  }
}
