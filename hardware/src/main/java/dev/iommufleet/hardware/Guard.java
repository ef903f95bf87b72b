package dev.iommufleet.hardware;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks the one place where a rule of the protocol between an IOMMU and its devices is decided.
 * Each can be taken out of the class file alone, and exploring shows what it keeps from happening:
 * a rule that nobody misses is no rule.
 */
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface Guard {
  /** Its name, unlike all others. */
  String value();

  /**
   * What the method comes to without the rule: {@code true}, {@code false}, {@code 0}, {@code
   * empty} (array) or {@code nothing} (the effect is left out).
   */
  String without();
}
