package dev.iommufleet.actors;

import dev.iommufleet.protocol.api.v1.Refusal;
import dev.iommufleet.protocol.api.v1.RefusalCode;

/** The caller erred; nothing was executed. Carries the refusal to the one place that answers. */
public final class RefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Refusal refusal;

  public RefusedException(Refusal refusal) {
    super(refusal.getCode() + ": " + refusal.getMessage(), null, false, false);
    this.refusal = refusal;
  }

  public RefusedException(RefusalCode code, String message) {
    this(Refusals.of(code, message));
  }

  public Refusal refusal() {
    return refusal;
  }
}
