package dev.iommufleet.hardware.vtd;

/** Bits of a request's wants and of a translation's permissions. */
public final class Access {
  public static final int NONE = 0;
  public static final int READ = 1;
  public static final int WRITE = 2;
  public static final int EXECUTE = 4;
  public static final int PRIVILEGED = 8;

  /** In place of a PASID: the request carries none. PASID 0 is a PASID. */
  public static final int NO_PASID = -1;

  private Access() {}
}
