package dev.iommufleet.cli.lab;

import java.util.concurrent.CompletableFuture;

/** One node of a lab: the same place in the cluster through all its processes. */
final class LabNode implements AutoCloseable {
  private final NodeProcess.Launch launch;
  private final String target;
  private NodeProcess process;
  private boolean closed;

  /** {@code target}: HOST:PORT of its API, which stays the same. */
  LabNode(NodeProcess.Launch launch, String target) {
    this.launch = launch;
    this.target = target;
  }

  String target() {
    return target;
  }

  /** Returns at once; what it returns completes when the node serves, or fails. */
  synchronized CompletableFuture<Void> begin() {
    if (closed) {
      return CompletableFuture.completedFuture(null);
    }
    if (process != null && process.alive()) {
      throw new IllegalStateException("the node at " + target + " runs already");
    }
    if (process != null) {
      process.close();
    }
    process = NodeProcess.begin(launch);
    var begun = process;
    return CompletableFuture.runAsync(begun::awaitReady);
  }

  private synchronized NodeProcess running() {
    return process;
  }

  long pid() {
    return running().pid();
  }

  boolean alive() {
    var it = running();
    return it != null && it.alive();
  }

  void kill() {
    running().kill();
  }

  /** SIGTERM; returns its exit code. */
  int stop() {
    return running().stop();
  }

  void pause() {
    running().pause();
  }

  void resume() {
    running().resume();
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (process != null) {
      process.close();
    }
  }
}
