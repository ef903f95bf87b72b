package dev.iommufleet.persistence.serialization;

import dev.iommufleet.persistence.mapping.MalformedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * Entries that create an IOMMU, in fewer bytes. Each names every quirk, as the one before does:
 * what they have in common is a dictionary of raw DEFLATE, which never changes.
 */
final class CreatedBytes {
  /** Far more than any configuration needs; hostile bytes inflate to no more. */
  private static final int MOST_BYTES = 64 << 10;

  private static final byte[] DICTIONARY = dictionary();

  private CreatedBytes() {}

  private static byte[] dictionary() {
    try (var resource = CreatedBytes.class.getResourceAsStream("created-1.dictionary")) {
      return resource.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte[] deflate(byte[] entry) {
    var deflater = new Deflater(Deflater.BEST_SPEED, true);
    try {
      deflater.setDictionary(DICTIONARY);
      deflater.setInput(entry);
      deflater.finish();
      var bytes = new byte[entry.length + 64]; // What cannot be made smaller grows by a header.
      int length = deflater.deflate(bytes);
      if (!deflater.finished()) {
        throw new IllegalStateException(
            "%d bytes are more than %d deflated".formatted(entry.length, bytes.length));
      }
      return Arrays.copyOf(bytes, length);
    } finally {
      deflater.end();
    }
  }

  /**
   * @throws MalformedException these bytes are nothing deflated, or too much
   */
  static byte[] inflate(byte[] deflated) {
    var inflater = new Inflater(true);
    try {
      inflater.setDictionary(DICTIONARY);
      inflater.setInput(deflated);
      var bytes = new byte[MOST_BYTES];
      int length = inflater.inflate(bytes);
      if (!inflater.finished()) {
        throw damaged(deflated, "they have no end, or one beyond " + MOST_BYTES + " bytes", null);
      }
      return Arrays.copyOf(bytes, length);
    } catch (DataFormatException e) {
      throw damaged(deflated, e.getMessage(), e);
    } finally {
      inflater.end();
    }
  }

  private static MalformedException damaged(byte[] bytes, String why, Throwable cause) {
    return new MalformedException(
        MalformedException.Code.UNPARSABLE,
        bytes.length + " bytes are no entry that creates an IOMMU: " + why,
        cause);
  }
}
