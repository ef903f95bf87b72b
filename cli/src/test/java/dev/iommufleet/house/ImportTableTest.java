package dev.iommufleet.house;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("gate")
@DisplayName("Who may import whom")
class ImportTableTest {
  private static final String[] PROTOBUF = {"com.google.protobuf..", "dev.iommufleet.protocol.."};
  private static final String[] GRPC = {
    "io.grpc..", "com.google.rpc..", "com.google.common..", "javax.annotation.."
  };

  /**
   * The table of docs/architecture.md: a room, and what it may import beside itself and the JDK.
   */
  enum Room {
    PROTOCOL("protocol", PROTOBUF, GRPC),
    PERSISTENCE(
        "persistence",
        PROTOBUF,
        of("dev.iommufleet.hardware..", "org.slf4j..", "org.sqlite..", "slick..", "scala.."),
        of("akka", "akka.actor..", "akka.serialization..", "akka.persistence..", "akka.stream.."),
        of("akka.annotation..", "akka.japi..", "akka.util..", "akka.event..", "akka.dispatch.."),
        of("akka.pattern..", "com.typesafe.config..")),
    ACTORS(
        "actors",
        PROTOBUF,
        of("dev.iommufleet.hardware..", "dev.iommufleet.persistence..", "akka..", "scala.."),
        of("org.slf4j..", "com.typesafe.config..")),
    CONFIG("config", of("com.typesafe.config..")),
    NODE(
        "node",
        PROTOBUF,
        GRPC,
        of("dev.iommufleet.hardware..", "dev.iommufleet.persistence..", "dev.iommufleet.actors.."),
        of("dev.iommufleet.config..", "akka..", "scala..", "com.typesafe.config.."),
        of("org.slf4j..", "ch.qos.logback..", "io.prometheus..", "org.bouncycastle..")),
    CLIENT("client", PROTOBUF, GRPC),
    SIMULATION("simulation", of("dev.iommufleet.hardware..")),
    LOAD(
        "load",
        PROTOBUF,
        GRPC,
        of("dev.iommufleet.hardware..", "dev.iommufleet.client.."),
        of("com.fasterxml.jackson..", "com.networknt.schema..", "org.HdrHistogram.."),
        of("org.openjdk.jmh.."),
        of("io.zonky.."));

    final String name;
    final String[] imports;

    Room(String name, String[]... imports) {
      this.name = "dev.iommufleet." + name + "..";
      this.imports =
          Stream.concat(
                  Stream.of(this.name, "java..", "javax.."),
                  Arrays.stream(imports).flatMap(Arrays::stream))
              .toArray(String[]::new);
    }

    private static String[] of(String... packages) {
      return packages;
    }
  }

  private static JavaClasses ours;

  @BeforeAll
  static void readClasses() {
    ours =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.iommufleet");
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("a room imports what the table lists and nothing else")
  void roomKeepsToTheTable(Room room) {
    classes()
        .that()
        .resideInAPackage(room.name)
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(room.imports)
        .allowEmptyShould(true)
        .check(ours);
  }

  @Test
  @DisplayName("hardware depends on language and collections only: no clock, I/O, thread or log")
  void hardwareIsPure() {
    classes()
        .that()
        .resideInAPackage("dev.iommufleet.hardware..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "dev.iommufleet.hardware..",
            "java.lang",
            "java.lang.annotation",
            "java.lang.foreign",
            "java.lang.invoke",
            "java.lang.runtime",
            "java.nio",
            "java.nio.charset",
            "java.util",
            "java.util.function",
            "java.util.regex",
            "java.util.stream")
        .check(ours);
  }

  @Test
  @DisplayName("hardware neither rolls dice nor looks at the clock, the process or other threads")
  void hardwareIsDeterministic() {
    noClasses()
        .that()
        .resideInAPackage("dev.iommufleet.hardware..")
        .should()
        .dependOnClassesThat()
        .haveNameMatching(
            "java\\.lang\\.(Thread.*|Runtime|Process.*|InheritableThreadLocal|ScopedValue)"
                + "|java\\.util\\.(Random|SplittableRandom|UUID|Date|Calendar|Timer.*|Scanner)")
        .orShould()
        .callMethod(Math.class, "random")
        .orShould()
        .accessTargetWhere(belongsToTheProcess())
        .check(ours);
  }

  /**
   * Clock, environment, properties, identity hashes, standard streams: all of System but a copy.
   */
  private static DescribedPredicate<JavaAccess<?>> belongsToTheProcess() {
    return DescribedPredicate.describe(
        "the target is in System and is not arraycopy",
        access ->
            access.getTargetOwner().isEquivalentTo(System.class)
                && !access.getTarget().getName().equals("arraycopy"));
  }
}
