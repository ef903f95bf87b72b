package dev.iommufleet.node;

import com.typesafe.config.Config;
import dev.iommufleet.config.BadSettingException;
import dev.iommufleet.node.security.TlsException;
import dev.iommufleet.persistence.store.DataDirectoryException;
import dev.iommufleet.persistence.store.DatabaseException;
import java.io.PrintStream;
import java.util.concurrent.atomic.AtomicBoolean;

/** Runs a node until the process is told to end. */
public final class NodeMain {
  /** Bad usage or bad input. */
  public static final int BAD_INPUT = 2;

  /** The database does not answer. */
  public static final int UNREACHABLE = 3;

  /** The data directory, the database or a port is not to be had. */
  public static final int REFUSED = 4;

  private NodeMain() {}

  /**
   * Prints one line on {@code out} once the node serves. SIGTERM and SIGINT drain it and end the
   * process with code 0; so does a cluster's user who tells it to leave.
   *
   * @param config as {@code Profiles.load} gives it
   * @return an exit code
   */
  public static int run(Config config, PrintStream out, PrintStream err) {
    try (var node = Node.start(config)) {
      var ended = new AtomicBoolean();
      // A process that ends by a signal has a code of its own; the drain decides otherwise.
      var drain = new Thread(() -> drain(node, ended), "drain");
      Runtime.getRuntime().addShutdownHook(drain);
      if (node.awaitServing()) {
        out.printf(
            "ready grpc=%s:%d http=%s:%d data=%s%n",
            node.host(), node.grpcPort(), node.host(), node.httpPort(), node.data());
        out.flush();
      }
      var end = node.awaitEnd();
      ended.set(true);
      return code(end, err);
    } catch (BadSettingException e) {
      err.println(e.getMessage());
      return BAD_INPUT;
    } catch (DatabaseException e) {
      err.println(e.getMessage());
      return switch (e.code()) {
        case BAD_ADDRESS -> BAD_INPUT;
        case UNREACHABLE -> UNREACHABLE;
        case NOT_ALLOWED, UNFIT, MISSING, FOREIGN, NEWER_SCHEMA -> REFUSED;
      };
    } catch (DataDirectoryException | NodeStartException | TlsException e) {
      err.println(e.getMessage());
      return REFUSED;
    }
  }

  private static void drain(Node node, AtomicBoolean ended) {
    if (!ended.get()) {
      node.close();
      Runtime.getRuntime().halt(0);
    }
  }

  private static int code(Node.End end, PrintStream err) {
    return switch (end) {
      case LEFT -> 0;
      case OTHER_SEEDS -> {
        err.println(
            "the cluster that was found has other seeds; start every node with the same --seed"
                + " list");
        yield REFUSED;
      }
      case FAILED -> {
        err.println("the node cannot go on; its log says why");
        yield REFUSED;
      }
    };
  }
}
