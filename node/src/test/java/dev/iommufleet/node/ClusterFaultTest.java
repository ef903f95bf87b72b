package dev.iommufleet.node;

import static dev.iommufleet.node.Ops.FEDATA;
import static dev.iommufleet.node.Ops.read;
import static dev.iommufleet.node.Ops.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.client.FleetClient;
import dev.iommufleet.client.FleetException;
import dev.iommufleet.client.RefusedException;
import dev.iommufleet.client.RetryPolicy;
import dev.iommufleet.client.UnreachableException;
import dev.iommufleet.protocol.api.v1.IommuSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Three nodes of which one")
class ClusterFaultTest {
  private static final int IOMMUS = 30;
  private static final long PAUSE_MILLIS = 30_000;
  private static final RetryPolicy PATIENT =
      RetryPolicy.DEFAULT.withGiveUpAfter(Duration.ofSeconds(60));

  private static List<String> populate(FleetClient client) {
    var ids = new ArrayList<String>();
    for (int i = 0; i < IOMMUS; i++) {
      ids.add("i" + i);
      client.create("i" + i, IommuSpec.getDefaultInstance());
      client.session("i" + i).execute(List.of(write(FEDATA, 4, 1)));
    }
    return ids;
  }

  /** IOMMUs by the node that they live on. */
  private static Map<String, List<String>> homes(FleetClient client, List<String> ids) {
    var homes = new HashMap<String, List<String>>();
    for (var id : ids) {
      homes.computeIfAbsent(client.get(id).getNode(), _ -> new ArrayList<>()).add(id);
    }
    return homes;
  }

  @Test
  @DisplayName("is killed: what it ran goes on elsewhere, with all that was answered")
  void killed() throws Exception {
    try (var cluster = new ChildCluster(3).startAll();
        var client = FleetClient.connect(cluster.target(0), PATIENT)) {
      var ids = populate(client);
      var lost = homes(client, ids).get(cluster.target(2));

      cluster.node(2).kill();
      long begun = System.nanoTime();
      for (var id : ids) {
        var answer = client.session(id).execute(List.of(read(FEDATA, 4), write(FEDATA, 4, 2)));
        assertEquals(1, answer.getReplies(0).getRegisterValue().getValue(), id);
      }
      long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun);

      System.out.printf(
          "%d IOMMUs of a killed node serve again after %d s%n", lost.size(), seconds);
      assertTrue(seconds < 25, "took " + seconds + " s");
      var after = homes(client, ids);
      assertEquals(Set.of(cluster.target(0), cluster.target(1)), after.keySet());
    }
  }

  @Test
  @DisplayName("is stopped for 30 s: it never answers from what it knew, and comes back by itself")
  void paused() throws Exception {
    try (var cluster = new ChildCluster(3).startAll();
        var client = FleetClient.connect(cluster.target(0), PATIENT);
        var stale = FleetClient.connect(cluster.target(2), RetryPolicy.NONE);
        var asking = Executors.newFixedThreadPool(32)) {
      var ids = populate(client);
      var its = homes(client, ids).get(cluster.target(2));
      its.forEach(stale::get);

      cluster.node(2).pause();
      long begun = System.nanoTime();
      for (var id : its) {
        client.session(id).execute(List.of(write(FEDATA, 4, 2)));
      }
      var answers = new ArrayList<CompletableFuture<Long>>();
      for (var id : its) {
        answers.add(CompletableFuture.supplyAsync(() -> valueAt(stale, id), asking));
        answers.add(CompletableFuture.supplyAsync(() -> writeAt(stale, id), asking));
      }
      long left = PAUSE_MILLIS - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
      TimeUnit.MILLISECONDS.sleep(Math.max(0, left));
      cluster.node(2).goOn();

      for (var answer : answers) {
        long value = answer.join();
        assertTrue(value == 2 || value == 3 || value < 0, "a stale answer: " + value);
      }
      cluster.node(2).awaitReadyAgain();
      assertTrue(cluster.node(2).isAlive(), "in the same process");
      for (var id : its) {
        var written = stale.session(id).execute(List.of(write(FEDATA, 4, 4)));
        assertEquals(written.getSequenceNumber(), client.get(id).getSequenceNumber(), id);
      }
    }
  }

  /** What the node says; negative: it refuses, or gives no answer. */
  private static long valueAt(FleetClient client, String id) {
    try {
      var answer = client.session(id).execute(List.of(read(FEDATA, 4)));
      return answer.getReplies(0).getRegisterValue().getValue();
    } catch (FleetException e) {
      return refusedForNow(e);
    }
  }

  private static long writeAt(FleetClient client, String id) {
    try {
      var answer = client.session(id).execute(List.of(read(FEDATA, 4), write(FEDATA, 4, 3)));
      return answer.getReplies(0).getRegisterValue().getValue();
    } catch (FleetException e) {
      return refusedForNow(e);
    }
  }

  private static long refusedForNow(FleetException failure) {
    switch (failure) {
      case UnreachableException _ -> {}
      case RefusedException refused ->
          assertTrue(
              Set.of("OWNERSHIP_UNCERTAIN", "NODE_NOT_READY", "NO_ANSWER").contains(refused.code()),
              refused.code());
      default -> throw failure;
    }
    return -1;
  }

  @Test
  @DisplayName("is told to end, each in turn and under load: it hands over, and nothing is lost")
  void rolling() throws Exception {
    try (var cluster = new ChildCluster(3).startAll();
        var client = FleetClient.connect(cluster.target(0), PATIENT)) {
      var ids = populate(client);
      for (int index : List.of(1, 2)) {
        var load = new ChildLoad(client, ids);
        load.start();

        assertEquals(0, cluster.node(index).terminate());
        cluster.launch(index).awaitReady();

        var result = load.stop();
        System.out.printf("node %d ended and came back under load: %s%n", index, result);
        assertTrue(result.longestMillis() < 5_000, result.toString());
      }
      var ended = homes(client, ids);
      assertTrue(ended.size() >= 2, "IOMMUs live on " + ended.keySet());
    }
  }
}
