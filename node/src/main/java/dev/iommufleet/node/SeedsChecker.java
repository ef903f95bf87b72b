package dev.iommufleet.node;

import akka.cluster.ConfigValidation;
import akka.cluster.JoinConfigCompatChecker;
import com.typesafe.config.Config;
import dev.iommufleet.config.ClusterConfig;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Refuses nodes that have other seeds: half of one list may be a majority of another, and there
 * would be two clusters. Named in the profile of several nodes.
 */
public final class SeedsChecker extends JoinConfigCompatChecker {

  @Override
  public Seq<String> requiredKeys() {
    return CollectionConverters.asScala(java.util.List.of(ClusterConfig.AGREED_SEEDS)).toList();
  }

  @Override
  public ConfigValidation check(Config toCheck, Config actual) {
    return JoinConfigCompatChecker.fullMatch(requiredKeys(), toCheck, actual);
  }
}
