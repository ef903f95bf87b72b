package dev.iommufleet.node;

import akka.actor.typed.ActorSystem;
import akka.http.javadsl.Http;
import akka.http.javadsl.ServerBinding;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.StatusCodes;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;

/** {@code /health}: the process lives; {@code /ready}: it takes requests. */
final class HealthEndpoint {
  private HealthEndpoint() {}

  static CompletionStage<ServerBinding> bind(
      ActorSystem<?> system, String host, int port, BooleanSupplier ready) {
    return Http.get(system).newServerAt(host, port).bindSync(request -> answer(request, ready));
  }

  private static HttpResponse answer(HttpRequest request, BooleanSupplier ready) {
    return switch (request.getUri().path()) {
      case "/health" -> say(200, "alive\n");
      case "/ready" -> ready.getAsBoolean() ? say(200, "ready\n") : say(503, "not ready\n");
      default -> say(404, "there are /health and /ready here\n");
    };
  }

  private static HttpResponse say(int status, String text) {
    return HttpResponse.create().withStatus(StatusCodes.get(status)).withEntity(text);
  }
}
