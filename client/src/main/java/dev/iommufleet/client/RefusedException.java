package dev.iommufleet.client;

import dev.iommufleet.protocol.api.v1.Refusal;

/**
 * The node answered that it will not do it; nothing was executed unless the code says otherwise.
 */
public final class RefusedException extends FleetException {
  private static final long serialVersionUID = 1;

  private final transient Refusal refusal;
  private final String code;

  RefusedException(Refusal refusal, Throwable cause) {
    super(refusal.getMessage(), cause);
    this.refusal = refusal;
    this.code = refusal.getCode();
  }

  /** The name of a {@code RefusalCode} without its prefix, as in {@code IOMMU_NOT_FOUND}. */
  public String code() {
    return code;
  }

  /** The whole refusal, with its metadata; null after Java serialization. */
  public Refusal refusal() {
    return refusal;
  }
}
