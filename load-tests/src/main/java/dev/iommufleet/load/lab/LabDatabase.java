package dev.iommufleet.load.lab;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A PostgreSQL server of one's own on a free port of this machine, out of an archive that comes
 * with this program: nothing is installed. Can be stopped, killed, paused and started again, on the
 * same port and with the same data. Whoever asks from this machine is let in.
 */
public final class LabDatabase implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(60);
  private static final long END_SECONDS = 30;
  private static final long POLL_NANOS = 10_000_000;
  private static final String SUPERUSER = "postgres";

  private final Path data;
  private final Map<String, String> settings;
  private final int port = FreePorts.one();

  /** Null: stopped. */
  private EmbeddedPostgres server;

  /** What a server is asked to care for. */
  public enum Durability {
    /** As in operation: what was committed survives. */
    FULL,
    /** Faster, for tests that cut no power: committed data may wait in the machine's cache. */
    RELAXED
  }

  private LabDatabase(Path data, Map<String, String> settings) {
    this.data = data;
    this.settings = settings;
  }

  /**
   * Answers when it returns.
   *
   * @param directory where its files go; made when absent
   * @throws LabException there are no programs for this machine, or the server does not start
   */
  public static LabDatabase start(Path directory, Durability durability) {
    return start(directory, durability, Map.of());
  }

  /** The same with settings of postgresql.conf. */
  public static LabDatabase start(
      Path directory, Durability durability, Map<String, String> settings) {
    var all = new TreeMap<>(settings);
    all.put("fsync", durability == Durability.FULL ? "on" : "off");
    all.putIfAbsent("synchronous_commit", "on");
    all.putIfAbsent("unix_socket_directories", "");
    var database = new LabDatabase(directory.toAbsolutePath().resolve("postgres"), all);
    database.start();
    return database;
  }

  public int port() {
    return port;
  }

  /** Of one of its databases, as nodes and tools take it. */
  public String url(String database) {
    return "postgresql://%s@127.0.0.1:%d/%s".formatted(SUPERUSER, port, database);
  }

  /** A new database, empty; the name has no characters that need quotes. */
  public void createDatabase(String name) {
    execute("postgres", "create database " + name);
  }

  /** Statements as superuser. */
  public void execute(String database, String sql) {
    try (var connection = connect(database);
        var statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new LabException(
          "the lab's database refused '%s': %s".formatted(sql, e.getMessage()), e);
    }
  }

  public Connection connect(String database) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:%d/%s?user=%s".formatted(port, database, SUPERUSER));
  }

  /** After a stop or a kill; answers when it returns. */
  public synchronized void start() {
    if (server != null) {
      throw new IllegalStateException("the lab's database on port " + port + " runs already");
    }
    try {
      Files.createDirectories(data.getParent());
      var builder =
          EmbeddedPostgres.builder()
              .setDataDirectory(data)
              .setCleanDataDirectory(false)
              .setPort(port)
              .setPGStartupWait(START)
              .setLocaleConfig("locale", "C")
              .setOutputRedirector(ProcessBuilder.Redirect.DISCARD)
              .setErrorRedirector(ProcessBuilder.Redirect.DISCARD);
      settings.forEach(builder::setServerConfig);
      server = builder.start();
    } catch (IOException | RuntimeException | ExceptionInInitializerError e) {
      throw new LabException(
          ("no PostgreSQL server can be started on this machine (%s %s): %s; archives for Linux on"
                  + " amd64 and arm64 are at hand; else name a server of yours")
              .formatted(System.getProperty("os.name"), System.getProperty("os.arch"), e),
          e);
    }
  }

  /** Ends it in an orderly way; sessions are cut. */
  public synchronized void stop() {
    if (server == null) {
      return;
    }
    var processes = Files.exists(pidFile()) ? processes() : List.<ProcessHandle>of();
    signal("CONT", processes); // A paused one does not hear anything else.
    try {
      server.close();
    } catch (IOException e) {
      throw new LabException("the lab's database does not end: " + e.getMessage(), e);
    } finally {
      server = null;
    }
    signal("KILL", processes.stream().filter(LabDatabase::runs).toList());
    awaitEnd(processes);
  }

  public void restart() {
    stop();
    start();
  }

  /** SIGKILL to all its processes. */
  public synchronized void kill() {
    var processes = processes();
    signal("KILL", processes);
    awaitEnd(processes);
    try {
      Files.deleteIfExists(pidFile()); // Nobody may have reaped the process that it names.
      server.close();
    } catch (IOException e) {
      throw new LabException("the lab's database was killed badly: " + e.getMessage(), e);
    } finally {
      server = null;
    }
  }

  /** SIGSTOP to all its processes: connections stay open and nothing answers. */
  public void pause() {
    signal("STOP", processes());
  }

  /** After a pause. */
  public void resume() {
    signal("CONT", processes());
  }

  /** Its files stay where they are. */
  @Override
  public void close() {
    stop();
  }

  private Path pidFile() {
    return data.resolve("postmaster.pid");
  }

  /** The server first. */
  private List<ProcessHandle> processes() {
    try {
      long pid = Long.parseLong(Files.readAllLines(pidFile()).getFirst().strip());
      var processes = new ArrayList<ProcessHandle>();
      ProcessHandle.of(pid)
          .ifPresent(
              it -> {
                processes.add(it);
                it.descendants().forEach(processes::add);
              });
      return processes;
    } catch (IOException e) {
      throw new LabException("the lab's database does not run: " + e.getMessage(), e);
    }
  }

  private static void signal(String name, List<ProcessHandle> processes) {
    if (processes.isEmpty()) {
      return;
    }
    var command = new ArrayList<>(List.of("kill", "-" + name));
    processes.forEach(it -> command.add(Long.toString(it.pid())));
    try {
      // Some may have ended meanwhile.
      new ProcessBuilder(command)
          .redirectError(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor(END_SECONDS, TimeUnit.SECONDS);
    } catch (IOException e) {
      throw new LabException("processes cannot be sent SIG" + name + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void awaitEnd(List<ProcessHandle> processes) {
    long deadline = System.nanoTime() + Duration.ofSeconds(END_SECONDS).toNanos();
    for (var process : processes) {
      while (runs(process)) {
        if (System.nanoTime() - deadline > 0) {
          throw new LabException(
              "process %d of the lab does not end".formatted(process.pid()), null);
        }
        LockSupport.parkNanos(POLL_NANOS);
      }
    }
  }

  /** One that ended and that nobody has reaped does not. */
  private static boolean runs(ProcessHandle process) {
    try {
      var stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
      return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
    } catch (IOException e) {
      return false;
    }
  }
}
