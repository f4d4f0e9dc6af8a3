package dev.drover.deploy.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** The rows of the OLTP report, in their order. */
@SuppressWarnings("InlineFormatString") // the layouts stand together
final class Workloads {
  private static final String SUM = "SELECT count(*), sum(value) FROM " + BenchTables.SCANNED;
  private static final String GROUP =
      "SELECT kind, count(*), sum(value) FROM %s GROUP BY kind".formatted(BenchTables.SCANNED);

  private final Pgbench pgbench;
  private final BenchTables tables;
  private final BenchOptions options;
  private final Path directory;

  /** Scripts are written to the directory. */
  Workloads(Pgbench pgbench, BenchOptions options, Path directory) {
    this.pgbench = pgbench;
    this.tables = new BenchTables(pgbench, options);
    this.options = options;
    this.directory = directory;
  }

  /** Those that were asked for, by name or by the part before the dash. */
  List<Workload> selected() {
    List<Workload> all = all();
    List<Workload> selected = all.stream().filter(this::isSelected).toList();
    if (selected.isEmpty()) {
      throw new BenchException(
          "no such row: %s (there are %s)"
              .formatted(options.only(), all.stream().map(Workload::name).toList()));
    }
    return selected;
  }

  TableSet pgbenchTables() {
    return tables.ofPgbench();
  }

  private boolean isSelected(Workload workload) {
    return options.only().isEmpty()
        || options.only().stream()
            .anyMatch(
                only -> workload.name().equals(only) || workload.name().startsWith(only + "-"));
  }

  private List<Workload> all() {
    List<Workload> all = new ArrayList<>();
    all.addAll(bothModes("select", List.of("-S"), tables.ofPgbench()));
    all.addAll(bothModes("update", List.of("-N"), tables.ofPgbench()));
    all.addAll(bothModes("tpcb", List.of("-b", "tpcb-like"), tables.ofPgbench()));
    all.addAll(bothModes("insert", List.of("-f", insertScript()), tables.inserted()));
    all.add(new CopyWorkload("copy", tables.copied(), onceMade()));
    all.add(new ScanWorkload("scan-sum", tables.scanned(), SUM));
    all.add(new ScanWorkload("scan-group", tables.scanned(), GROUP));
    all.add(new PgbenchWorkload("connect", pgbench, List.of("-S", "-C"), tables.ofPgbench()));
    return all;
  }

  private List<Workload> bothModes(String name, List<String> arguments, TableSet needed) {
    List<String> prepared = new ArrayList<>(arguments);
    prepared.addAll(List.of("-M", "prepared"));
    return List.of(
        new PgbenchWorkload(name + "-simple", pgbench, arguments, needed),
        new PgbenchWorkload(name + "-prepared", pgbench, prepared, needed));
  }

  /** Not before the row is measured, and then kept. */
  private Supplier<byte[]> onceMade() {
    List<byte[]> made = new ArrayList<>(1);
    return () -> {
      if (made.isEmpty()) {
        made.add(BenchTables.rows(0, options.copyRows()));
      }
      return made.getFirst();
    };
  }

  private String insertScript() {
    Path script = directory.resolve("insert.sql");
    String text =
        """
        \\set id random(1, 1000000000000)
        INSERT INTO %s (id, filler) VALUES (:id, 'twenty bytes of text');
        """
            .formatted(BenchTables.INSERTED);
    try {
      Files.writeString(script, text, US_ASCII);
    } catch (IOException e) {
      throw new BenchException("cannot write " + script, e);
    }
    return script.toString();
  }
}
