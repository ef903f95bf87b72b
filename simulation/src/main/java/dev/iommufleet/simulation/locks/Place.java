package dev.iommufleet.simulation.locks;

import java.util.Locale;

/** A stretch of an emulator's code that a discipline says the locks of. */
enum Place {
  MMIO("a register access of a virtual CPU, with all that it sets off"),
  MAIN_LOOP("plug, unplug, bottom halves"),
  DEVICE("whatever reads or changes the state of a device"),
  CALLER("a device's call for a page request, seen from the device"),
  CALLEE("the same, seen from the IOMMU"),
  NEW_OBJECT("making the address-space object of a function and PASID"),
  REGION_SWITCH("switching a function to pass-through"),
  TRANSLATION("a translation, with its walk of the guest's tables"),
  IOTLB("changing IOTLB, context cache, PASID cache"),
  HOST_TABLE("changing the table of host devices"),
  HOST_FLUSH("walking that table to flush what the hosts cache"),
  BINDINGS("changing what is bound at a host"),
  QUEUE("slots, tail and status of the page-request queue");

  private final String text;

  Place(String text) {
    this.text = text;
  }

  /** For people. */
  String text() {
    return text;
  }

  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static Place of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT).replace('-', '_'));
  }
}
