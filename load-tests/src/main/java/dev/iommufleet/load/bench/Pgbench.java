package dev.iommufleet.load.bench;

import dev.iommufleet.load.lab.LabDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** What a database takes when nothing but pgbench writes to it: rows like entries. */
record Pgbench(LabDatabase database, String name, Path directory) {
  static final int CONNECTIONS = 10;
  static final int ROWS = 100;

  private static final Pattern RATE = Pattern.compile("(?s).*tps = ([0-9.]+) .*");

  /** Whether this machine has the program. */
  static boolean isHere() {
    for (var folder : Optional.ofNullable(System.getenv("PATH")).orElse("").split(":")) {
      if (Files.isExecutable(Path.of(folder, "pgbench"))) {
        return true;
      }
    }
    return false;
  }

  /**
   * Rows a second, {@link #ROWS} in each commit over {@link #CONNECTIONS} connections.
   *
   * @param bytes of each row's payload
   * @param together all rows of a commit in one statement; else one statement each
   */
  double rowsPerSecond(int bytes, boolean together, int seconds)
      throws IOException, InterruptedException {
    database.execute(name, "drop table if exists pgbench_journal");
    database.execute(
        name, "create table pgbench_journal (like iommu_fleet.event_journal including all)");
    var script = Files.writeString(directory.resolve("rows.sql"), script(bytes, together));
    var command =
        List.of(
            "pgbench",
            "-n",
            "-M",
            "prepared",
            "-h",
            "127.0.0.1",
            "-p",
            Integer.toString(database.port()),
            "-U",
            "postgres",
            "-c",
            Integer.toString(CONNECTIONS),
            "-j",
            "2",
            "-D",
            "n=0",
            "-T",
            Integer.toString(seconds),
            "-f",
            script.toString(),
            name);
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    var rate = RATE.matcher(said);
    if (process.waitFor() != 0 || !rate.matches()) {
      throw new IOException("pgbench said: " + said);
    }
    return Double.parseDouble(rate.group(1)) * ROWS;
  }

  /** Each commit appends a row to each of the connection's hundred journals. */
  private static String script(int bytes, boolean together) {
    var head =
        "insert into pgbench_journal (persistence_id, sequence_number, deleted, writer,"
            + " write_timestamp, adapter_manifest, event_payload, event_ser_id,"
            + " event_ser_manifest) values ";
    var script = new StringBuilder("\\set n :n + 1\nbegin;\n");
    for (int row = 0; row < ROWS; row++) {
      var values =
          ("('iommu|busy-' || (:client_id * %d + %d), :n, false,"
                  + " '41c8eb6e-7d2a-499d-a3b3-12e4cd83f581', 1795288097183, '', '\\x%s', 71001,"
                  + " 'E1')")
              .formatted(ROWS, row, "5a".repeat(bytes));
      var end = together && row < ROWS - 1 ? ",\n" : ";\n";
      script.append(together && row > 0 ? "" : head).append(values).append(end);
    }
    return script.append("commit;\n").toString();
  }
}
