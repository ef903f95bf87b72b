package dev.iommufleet.cli.text;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/** The words behind a verb: values in order, and {@code name=value}. Each is taken once. */
final class Arguments {
  final ArrayDeque<String> inOrder = new ArrayDeque<>();
  final Map<String, String> named = new HashMap<>();

  /** The first word is the verb. */
  static Arguments of(String[] words) {
    var arguments = new Arguments();
    for (int i = 1; i < words.length; i++) {
      int equals = words[i].indexOf('=');
      if (equals < 0) {
        arguments.inOrder.add(words[i]);
      } else {
        var name = words[i].substring(0, equals);
        if (arguments.named.put(name, words[i].substring(equals + 1)) != null) {
          throw new IllegalArgumentException(name + "= is given twice");
        }
      }
    }
    return arguments;
  }

  /** The value of this name, or else the next without a name; null: there is none. */
  String take(String name) {
    var value = named.remove(name);
    return value != null ? value : inOrder.poll();
  }

  /** Null: there is none. */
  String takeNamed(String name) {
    return named.remove(name);
  }

  /** The bare word, or {@code name=true}. */
  boolean flag(String name) {
    var value = named.remove(name);
    if (value == null) {
      return inOrder.remove(name);
    }
    return switch (value) {
      case "true", "1" -> true;
      case "false", "0" -> false;
      default ->
          throw new IllegalArgumentException(
              "%s is '%s'; true and false go".formatted(name, value));
    };
  }

  void nothingLeft(String verb, String form) {
    var left =
        inOrder.isEmpty() ? named.keySet().stream().findFirst() : inOrder.stream().findFirst();
    left.ifPresent(
        word -> {
          throw new IllegalArgumentException(
              "'%s' is not part of %s; form: %s".formatted(word, verb, form));
        });
  }
}
