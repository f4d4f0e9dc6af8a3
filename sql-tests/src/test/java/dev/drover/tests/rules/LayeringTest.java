package dev.drover.tests.rules;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.drover.agent.recovery.SweepClock;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The drawing of the modules in the architecture page as code; changing it is a decision. */
class LayeringTest {
  private static final String[] MUST_BE_SIMULATED = {
    "dev.drover.gtm.core..",
    "dev.drover.gtm.seat..",
    "dev.drover.agent.recovery..",
    "dev.drover.planner.."
  };

  /** The rooms that a statement passes; each may know only those before it. */
  private static final List<String> ROOMS_OF_THE_PLANNER =
      List.of(
          "context",
          "analysis",
          "placement",
          "text",
          "target",
          "gather",
          "pull",
          "moves",
          "change",
          "route");

  /** The rooms in which plans run, in the same way. */
  private static final List<String> ROOMS_OF_THE_COORDINATOR =
      List.of(
          "exec",
          "output",
          "nodes",
          "fragments",
          "transfer",
          "insert",
          "change",
          "explain",
          "ddl",
          "dispatch",
          "session");

  private static JavaClasses classes;

  @BeforeAll
  static void importTheProductClasses() {
    classes =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.drover");
    assertThat(classes.contain("dev.drover.pgwire.SqlError")).isTrue();
  }

  @Test
  void modulesDependOnlyAsDrawn() {
    layeredArchitecture()
        .consideringOnlyDependenciesInAnyPackage("dev.drover..")
        .withOptionalLayers(true)
        .layer("pgwire")
        .definedBy("dev.drover.pgwire..")
        .layer("planner")
        .definedBy("dev.drover.planner..")
        .layer("gtm")
        .definedBy("dev.drover.gtm..")
        .layer("agent")
        .definedBy("dev.drover.agent..")
        .layer("redistribute")
        .definedBy("dev.drover.redistribute..")
        .layer("coordinator")
        .definedBy("dev.drover.coordinator..")
        .layer("deploy")
        .definedBy("dev.drover.deploy..")
        .whereLayer("pgwire")
        .mayNotAccessAnyLayer()
        .whereLayer("planner")
        .mayOnlyAccessLayers("pgwire")
        .whereLayer("gtm")
        .mayOnlyAccessLayers("pgwire")
        .whereLayer("agent")
        .mayOnlyAccessLayers("pgwire", "gtm")
        .whereLayer("redistribute")
        .mayOnlyAccessLayers("pgwire", "planner", "gtm", "agent")
        .whereLayer("coordinator")
        .mayOnlyAccessLayers("pgwire", "planner", "gtm", "redistribute")
        .whereLayer("deploy")
        .mayNotBeAccessedByAnyLayer()
        .ensureAllClassesAreContainedInArchitectureIgnoring("dev.drover.tests..")
        .check(classes);
  }

  @Test
  void packagesFormNoCycles() {
    slices().matching("dev.drover.(**)").should().beFreeOfCycles().check(classes);
  }

  @Test
  void roomsOfThePlannerKnowOnlyThoseBeforeThem() {
    checkRooms("dev.drover.planner.", ROOMS_OF_THE_PLANNER);
  }

  @Test
  void roomsOfTheCoordinatorKnowOnlyThoseBeforeThem() {
    checkRooms("dev.drover.coordinator.", ROOMS_OF_THE_COORDINATOR);
  }

  private static void checkRooms(String parent, List<String> rooms) {
    for (int i = 0; i + 1 < rooms.size(); i++) {
      String[] later =
          rooms.subList(i + 1, rooms.size()).stream().map(parent::concat).toArray(String[]::new);
      noClasses()
          .that()
          .resideInAPackage(parent + rooms.get(i))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(later)
          .check(classes);
    }
  }

  @Test
  void whatASimulationDrivesTakesTimeAndChanceFromOutside() {
    noClasses()
        .that(resideInAnyPackage(MUST_BE_SIMULATED).and(not(assignableTo(SweepClock.class))))
        .should()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(Thread.class, "sleep", long.class)
        .orShould()
        .callMethod(Math.class, "random")
        .orShould()
        .callMethod(Instant.class, "now")
        .orShould()
        .callMethod(Clock.class, "systemUTC")
        .orShould()
        .callConstructor(Random.class)
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(ThreadLocalRandom.class)
        .allowEmptyShould(true)
        .check(classes);
  }

  @Test
  void thePlannerDoesNoInputOrOutput() {
    noClasses()
        .that()
        .resideInAPackage("dev.drover.planner..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "java.net..", "java.nio.file..", "java.nio.channels..", "java.sql..", "io.netty..")
        .check(classes);
  }

  @Test
  void calciteIsSeenInOnePackageOnly() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.drover.planner.calcite..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.apache.calcite..")
        .check(classes);
  }

  @Test
  void loggingGoesThroughSlf4j() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.drover.deploy..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("ch.qos.logback..", "java.util.logging..")
        .check(classes);
  }
}
