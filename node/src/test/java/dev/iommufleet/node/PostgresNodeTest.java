package dev.iommufleet.node;

import static dev.iommufleet.node.Ops.FEDATA;
import static dev.iommufleet.node.Ops.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.persistence.journal.JournalReader;
import dev.iommufleet.persistence.journal.JournalVerifier;
import dev.iommufleet.persistence.store.DatabaseAddress;
import dev.iommufleet.protocol.api.v1.IommuSpec;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A node with its journal in PostgreSQL")
class PostgresNodeTest {

  @Test
  @DisplayName("recovers what it answered, lists who lives, and says where its journal is")
  void recovers() {
    var url = TestDatabase.create();
    long hash;
    try (var fleet = TestNode.start(url, Map.of("iommu-fleet.snapshots.every-entries", 10))) {
      assertTrue(fleet.node().data().startsWith(url + "?schema="), fleet.node().data());
      for (var id : List.of("b", "a", "c")) {
        fleet.client().create(id, IommuSpec.getDefaultInstance());
      }
      fleet.client().delete("c");
      for (int i = 1; i <= 25; i++) {
        fleet.client().session("a").execute(List.of(write(FEDATA, 4, i)));
      }
      hash = fleet.client().get("a").getStateHash();
    }

    try (var fleet = TestNode.start(url, Map.of())) {
      assertEquals(hash, fleet.client().get("a").getStateHash());
      assertEquals(26, fleet.client().get("a").getSequenceNumber());
      assertEquals(List.of("a", "b"), fleet.client().list(10, "").getIommuIdsList());
    }
    try (var journal = JournalReader.open(DatabaseAddress.parse(url))) {
      assertEquals(26, JournalVerifier.verify(journal, "iommu|a").verified());
      assertEquals(List.of("iommu|a", "iommu|b", "iommu|c"), journal.persistenceIds("", 10));
    }
  }
}
