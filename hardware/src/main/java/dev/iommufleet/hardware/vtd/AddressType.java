package dev.iommufleet.hardware.vtd;

/** The address type of a request on the bus. */
public enum AddressType {
  UNTRANSLATED,
  /** The function holds a translation from ATS. */
  TRANSLATED,
  /** An ATS translation request. */
  TRANSLATION_REQUEST
}
