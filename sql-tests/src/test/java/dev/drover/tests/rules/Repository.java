package dev.drover.tests.rules;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The checked-out sources, found by walking up from the folder in which the tests run. */
record Repository(Path root) {
  private static final Set<String> NOT_SOURCES = Set.of("target", "node_modules");

  Repository {
    requireNonNull(root);
  }

  static Repository find() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(folder.resolve("sql-tests"))) {
      folder = folder.getParent();
      if (folder == null) {
        throw new IllegalStateException("no folder above the tests holds sql-tests");
      }
    }
    return new Repository(folder);
  }

  /** The folders below the root that are Maven modules, sorted. */
  List<Path> modules() {
    return children(root).stream()
        .filter(folder -> Files.isRegularFile(folder.resolve("pom.xml")))
        .toList();
  }

  List<Path> javaFiles() {
    return files(file -> file.toString().endsWith(".java"));
  }

  /** Every file that is neither hidden, nor below a hidden folder, nor built. */
  List<Path> files(Predicate<Path> wanted) {
    try (Stream<Path> all = walk(root)) {
      return all.filter(wanted).sorted().toList();
    }
  }

  List<Path> children(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The path as a reader of a failure wants to see it. */
  String show(Path file) {
    return root.relativize(file).toString();
  }

  static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(file.toString(), e);
    }
  }

  private Stream<Path> walk(Path folder) {
    return children(folder).stream()
        .filter(Repository::isSource)
        .flatMap(child -> Files.isDirectory(child) ? walk(child) : Stream.of(child));
  }

  private static boolean isSource(Path path) {
    String name = path.getFileName().toString();
    return !name.startsWith(".") && !NOT_SOURCES.contains(name) && !Files.isSymbolicLink(path);
  }
}
