package dev.iommufleet.persistence.store;

import static dev.iommufleet.persistence.store.DataDirectoryException.Code.INACCESSIBLE;
import static dev.iommufleet.persistence.store.DataDirectoryException.Code.LOCKED;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;

/**
 * The directory of an embedded journal, held by one process: {@code journal.db} has all that was
 * acknowledged, {@code snapshots.db} may be lost, {@code lock} says who holds it. The lock ends
 * with the process, however it ends.
 */
public final class DataDirectory implements Store {
  private static final String LOCK = "lock";

  private final Path path;
  private final FileChannel lock;

  private DataDirectory(Path path, FileChannel lock) {
    this.path = path;
    this.lock = lock;
  }

  /**
   * Creates what is absent, takes the lock, checks what is there.
   *
   * @throws DataDirectoryException with what to do
   */
  public static DataDirectory open(Path directory) {
    var path = directory.toAbsolutePath().normalize();
    var lock = lock(path);
    try {
      for (var schema : Schema.values()) {
        new SchemaCheck(path, schema).createOrCheck();
      }
      return new DataDirectory(path, lock);
    } catch (RuntimeException e) {
      release(lock);
      throw e;
    }
  }

  /** Absolute. */
  public Path path() {
    return path;
  }

  @Override
  public String description() {
    return path.toString();
  }

  @Override
  public Map<String, Object> settings() {
    return Map.of("iommu-fleet.node.data-directory", path.toString());
  }

  @Override
  public Connection connectReadOnly() throws SQLException {
    return new SchemaCheck(path, Schema.JOURNAL).connect(true);
  }

  /** Gives the directory up; everything that uses its files has been closed before. */
  @Override
  public void close() {
    release(lock);
  }

  private static FileChannel lock(Path path) {
    FileChannel channel;
    try {
      Files.createDirectories(path);
      channel =
          FileChannel.open(
              path.resolve(LOCK),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new DataDirectoryException(
          INACCESSIBLE,
          path,
          "it cannot be created or written (%s); make it writable or name another with --data"
              .formatted(e),
          e);
    }
    try {
      if (channel.tryLock() == null) {
        throw locked(path, channel);
      }
      sign(channel);
      return channel;
    } catch (OverlappingFileLockException e) {
      release(channel);
      throw new DataDirectoryException(LOCKED, path, "this process has it open already", e);
    } catch (IOException e) {
      release(channel);
      throw new DataDirectoryException(
          INACCESSIBLE, path, "its lock file cannot be used (%s)".formatted(e), e);
    }
  }

  private static DataDirectoryException locked(Path path, FileChannel channel) throws IOException {
    var holder = ByteBuffer.allocate(20);
    channel.read(holder, 0);
    channel.close();
    return new DataDirectoryException(
        LOCKED,
        path,
        "process %s has it open; stop that node, or name another directory with --data"
            .formatted(new String(holder.array(), 0, holder.position(), US_ASCII).trim()));
  }

  private static void sign(FileChannel channel) throws IOException {
    channel.truncate(0);
    channel.write(ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(US_ASCII)), 0);
  }

  private static void release(FileChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      throw new IllegalStateException("the lock file cannot be closed", e);
    }
  }
}
