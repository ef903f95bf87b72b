package dev.iommufleet.actors;

/** We erred while a request ran; its callers know. The entity starts again from its journal. */
final class ModelFailure extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  ModelFailure(String where, RuntimeException cause) {
    super(where, cause);
  }
}
