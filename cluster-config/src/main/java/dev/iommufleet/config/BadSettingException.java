package dev.iommufleet.config;

/** A setting is missing, unknown or out of range. The message says which, and what is allowed. */
public final class BadSettingException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  BadSettingException(String message) {
    super(message);
  }

  BadSettingException(String message, Throwable cause) {
    super(message, cause);
  }
}
