package dev.iommufleet.load.bench;

import dev.iommufleet.load.remote.WireCodec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** What benchmarks need of the rooms that this one may not import: nodes, as processes. */
public interface Nodes {

  /**
   * Starts a node with the flags of this JVM and an embedded journal, and waits until it serves.
   *
   * @param data a directory of its own, new or of a node that was stopped
   * @param settings HOCON lines that go before the defaults
   */
  Node start(Path data, List<String> settings) throws IOException;

  /** The same with its journal in a database, which the settings name. */
  Node startInDatabase(Path data, List<String> settings) throws IOException;

  /**
   * Starts nodes of one cluster with a database of their own, and waits until they serve.
   *
   * @param directory of its own
   */
  Cluster cluster(Path directory, int nodes) throws IOException;

  /** How operations and configurations are said in the API. */
  WireCodec codec();

  /** The journal's file, complete once the node was stopped. */
  Path journal(Path data);

  /** Mean bytes of the last {@code count} entries, of a node that was stopped. */
  double entryBytes(Path data, int count) throws IOException;

  /** Running nodes. */
  interface Cluster extends AutoCloseable {

    /** HOST:PORT of the API of each. */
    List<String> targets();

    /** Ends a node in an orderly way, and waits for that. {@code node}: index of its target. */
    void leave(int node);

    /** Ends a node at once. */
    void kill(int node);

    /** Starts a node again that has ended, and waits until it serves. */
    void start(int node);

    @Override
    void close();
  }

  /** A running node. */
  interface Node extends AutoCloseable {

    /** HOST:PORT of its API. */
    String target();

    /** Process id. */
    long pid();

    /** Ends it in an orderly way, and waits for that. */
    @Override
    void close();
  }
}
