package dev.iommufleet.cli.text;

import dev.iommufleet.hardware.vtd.spec.SourceId;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Values of options. */
public final class Converters {
  private static final int PASID_BITS = 20;

  private Converters() {}

  /** 64 bits, decimal or {@code 0x…}. */
  public static final class Word implements ITypeConverter<Long> {
    @Override
    public Long convert(String text) {
      return number(text, 64);
    }
  }

  /** A count or length up to 31 bits. */
  public static final class Count implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String text) {
      return (int) number(text, 31);
    }
  }

  /** A PASID, 20 bits. */
  public static final class Pasid implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String text) {
      return (int) number(text, PASID_BITS);
    }
  }

  /** {@code 00:02.0} or {@code 0x10}. */
  public static final class Source implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String text) {
      return SourceId.parse(text)
          .orElseThrow(
              () ->
                  new TypeConversionException(
                      "'%s' is no source id; %s".formatted(text, SourceId.FORMS)));
    }
  }

  private static long number(String text, int bits) {
    try {
      return Numbers.parse(text, bits);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
