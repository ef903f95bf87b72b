package dev.iommufleet.persistence.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;

/**
 * Where a node's entries and snapshots are: opened, checked and made where absent before anything
 * else starts, closed when everything that uses it has ended.
 */
public interface Store extends AutoCloseable {

  /** For people and for the node's first line; without secrets. */
  String description();

  /** Settings by full name, which tell the journal plugin where to write. They hold secrets. */
  Map<String, Object> settings();

  /** A connection for questions beside the plugin's own; it changes nothing. */
  Connection connectReadOnly() throws SQLException;

  @Override
  void close();
}
