package dev.iommufleet.persistence.journal;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import akka.persistence.typed.PersistenceId;
import akka.persistence.typed.SnapshotAdapter;
import akka.persistence.typed.javadsl.CommandHandler;
import akka.persistence.typed.javadsl.EventHandler;
import akka.persistence.typed.javadsl.EventSourcedBehavior;
import com.typesafe.config.ConfigFactory;
import dev.iommufleet.persistence.store.DataDirectory;
import dev.iommufleet.protocol.journal.v1.Entry;
import dev.iommufleet.protocol.journal.v1.Snapshot;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** The journal plugin on a data directory, with an actor that persists what it is told. */
final class EmbeddedJournal implements AutoCloseable {
  private static final String CONFIG =
      """
      akka {
        loglevel = "ERROR"
        actor.allow-java-serialization = off
        persistence.journal.plugin = "jdbc-journal"
        persistence.snapshot-store.plugin = "jdbc-snapshot-store"
      }
      jdbc-journal {
        use-shared-db = "journal"
        dao = "dev.iommufleet.persistence.store.SqliteJournalDao"
        # Fewer than the tests write: they are read back in several batches.
        replayBatchSize = 3
      }
      jdbc-snapshot-store {
        use-shared-db = "snapshots"
        dao = "dev.iommufleet.persistence.store.SqliteSnapshotDao"
      }
      akka-persistence-jdbc.shared-databases {
        journal = ${one} { db.url = "jdbc:sqlite:DIR/journal.db?journal_mode=WAL&synchronous=FULL" }
        snapshots = ${one} { db.url = "jdbc:sqlite:DIR/snapshots.db?journal_mode=WAL" }
      }
      one {
        profile = "slick.jdbc.SQLiteProfile$"
        db { driver = "org.sqlite.JDBC", numThreads = 1, maxConnections = 1, minConnections = 1 }
      }
      """;

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final DataDirectory directory;
  final ActorTestKit kit;

  sealed interface Command {}

  record Persist(Entry entry, ActorRef<Long> replyTo) implements Command {}

  record Recovered(ActorRef<Held> replyTo) implements Command {}

  /** What the actor was given back. */
  record Held(Snapshot snapshot, List<Entry> entries) {
    Held with(Entry entry) {
      var more = new ArrayList<>(entries);
      more.add(entry);
      return new Held(snapshot, List.copyOf(more));
    }
  }

  EmbeddedJournal(Path path) {
    directory = DataDirectory.open(path);
    kit =
        ActorTestKit.create(
            ConfigFactory.parseString(CONFIG.replace("DIR", directory.path().toString()))
                .withFallback(ConfigFactory.load())
                .resolve());
  }

  /** Writes those that are not written yet, each acknowledged before the next. */
  void write(EntryMaker maker, int written) {
    var actor = kit.spawn(new Writer(EntityIds.persistenceId(maker.iommuId), maker::snapshot));
    var probe = kit.createTestProbe(Long.class);
    for (var entry : maker.entries.subList(written, maker.entries.size())) {
      actor.tell(new Persist(entry, probe.getRef()));
      probe.receiveMessage(PATIENCE);
    }
    kit.stop(actor);
  }

  Held read(EntryMaker maker) {
    var actor = kit.spawn(new Writer(EntityIds.persistenceId(maker.iommuId), maker::snapshot));
    var probe = kit.createTestProbe(Held.class);
    actor.tell(new Recovered(probe.getRef()));
    return probe.receiveMessage(PATIENCE);
  }

  @Override
  public void close() {
    kit.shutdownTestKit();
    directory.close();
  }

  /** Answers when an entry is written; takes a snapshot with the last one, a deletion. */
  private static final class Writer extends EventSourcedBehavior<Command, Entry, Object> {
    private final Supplier<Snapshot> snapshot;

    Writer(String persistenceId, Supplier<Snapshot> snapshot) {
      super(PersistenceId.ofUniqueId(persistenceId));
      this.snapshot = snapshot;
    }

    @Override
    public Object emptyState() {
      return new Held(Snapshot.getDefaultInstance(), List.of());
    }

    @Override
    public CommandHandler<Command, Entry, Object> commandHandler() {
      return (state, command) ->
          switch (command) {
            case Persist(var entry, var replyTo) ->
                // Side effects run once the snapshot, if one is due, has been written.
                Effect().persist(entry).thenReply(replyTo, (Object _) -> 1L);
            case Recovered(var replyTo) -> Effect().reply(replyTo, (Held) state);
          };
    }

    @Override
    public EventHandler<Object, Entry> eventHandler() {
      return (state, entry) -> ((Held) state).with(entry);
    }

    @Override
    public boolean shouldSnapshot(Object state, Entry entry, long sequenceNumber) {
      return entry.getCause().hasDeleted();
    }

    @Override
    public SnapshotAdapter<Object> snapshotAdapter() {
      return new SnapshotAdapter<>() {
        @Override
        public Object toJournal(Object state) {
          return snapshot.get();
        }

        @Override
        public Object fromJournal(Object from) {
          return new Held((Snapshot) from, List.of());
        }
      };
    }
  }
}
