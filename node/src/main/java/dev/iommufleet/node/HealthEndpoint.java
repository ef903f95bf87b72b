package dev.iommufleet.node;

import akka.http.javadsl.HttpsConnectionContext;
import akka.http.javadsl.ServerBinding;
import akka.http.javadsl.ServerBuilder;
import akka.http.javadsl.model.ContentType;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.StatusCodes;
import dev.iommufleet.node.metrics.NodeMetrics;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;

/**
 * {@code /health}: the process lives; {@code /ready}: it takes requests; {@code /metrics}: what it
 * counts, as OpenMetrics.
 */
final class HealthEndpoint {
  private static final ContentType METRICS = ContentTypes.parse(NodeMetrics.CONTENT_TYPE);

  private HealthEndpoint() {}

  /** {@code tls} empty: nothing is encrypted. */
  static CompletionStage<ServerBinding> bind(
      ServerBuilder server,
      Optional<HttpsConnectionContext> tls,
      BooleanSupplier ready,
      NodeMetrics metrics) {
    return tls.map(server::enableHttps)
        .orElse(server)
        .bindSync(request -> answer(request, ready, metrics));
  }

  private static HttpResponse answer(
      HttpRequest request, BooleanSupplier ready, NodeMetrics metrics) {
    return switch (request.getUri().path()) {
      case "/health" -> say(200, "alive\n");
      case "/ready" -> ready.getAsBoolean() ? say(200, "ready\n") : say(503, "not ready\n");
      case "/metrics" -> HttpResponse.create().withEntity(METRICS, metrics.scrape());
      default -> say(404, "there are /health, /ready and /metrics here\n");
    };
  }

  private static HttpResponse say(int status, String text) {
    return HttpResponse.create().withStatus(StatusCodes.get(status)).withEntity(text);
  }
}
