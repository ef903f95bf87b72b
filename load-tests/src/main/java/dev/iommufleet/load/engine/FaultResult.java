package dev.iommufleet.load.engine;

import dev.iommufleet.load.scenario.Scenario.Fault;
import java.time.Duration;

/**
 * What became of a fault.
 *
 * @param atSeconds since the load began
 * @param healedSeconds since the load began; negative: it was not undone
 * @param withoutService from the fault until every guest was served again; null: they never were
 */
public record FaultResult(
    Fault fault, double atSeconds, double healedSeconds, Duration withoutService) {}
