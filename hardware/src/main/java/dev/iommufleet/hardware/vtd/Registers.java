package dev.iommufleet.hardware.vtd;

import dev.iommufleet.hardware.StateHash;
import java.util.Arrays;

/**
 * The register file: 140 words of 32 bits and what software may change of them. Remembers which
 * words an operation changed, so that one fact can tell the net effect. [REG-1.1]
 */
final class Registers {
  static final int BYTES = 0x230;

  static final int CAP = 0x08;
  static final int ECAP = 0x10;
  static final int GCMD = 0x18;
  static final int GSTS = 0x1C;
  static final int RTADDR = 0x20;
  static final int CCMD = 0x28;
  static final int FSTS = 0x34;
  static final int FECTL = 0x38;
  static final int FEDATA = 0x3C;
  static final int FEADDR = 0x40;
  static final int FEUADDR = 0x44;
  static final int IQH = 0x80;
  static final int IQT = 0x88;
  static final int IQA = 0x90;
  static final int ICS = 0x9C;
  static final int IECTL = 0xA0;
  static final int IEDATA = 0xA4;
  static final int IEADDR = 0xA8;
  static final int IEUADDR = 0xAC;
  static final int IQER = 0xB0;
  static final int IRTA = 0xB8;
  static final int PQH = 0xC0;
  static final int PQT = 0xC8;
  static final int PQA = 0xD0;
  static final int PRS = 0xDC;
  static final int PECTL = 0xE0;
  static final int PEDATA = 0xE4;
  static final int PEADDR = 0xE8;
  static final int PEUADDR = 0xEC;
  static final int IVA = 0xF0;
  static final int IOTLB = 0xF8;
  static final int FRCD = 0x220;

  private static final long TAG = 1;
  private static final int WORDS = BYTES / 4;

  private final RegisterMasks masks;
  private final int[] words;
  private final long[] dirty = new long[(WORDS + 63) / 64];
  private int[] before = new int[8];
  private byte[] dirtyWords = new byte[8];
  private int dirtyCount;
  private long hash;

  /** The same values; the other must not be in the middle of an operation. */
  Registers(Registers other) {
    masks = other.masks;
    words = other.words.clone();
    hash = other.hash;
  }

  Registers(RegisterMasks masks) {
    this.masks = masks;
    this.words = new int[WORDS];
    for (int word = 0; word < WORDS; word++) {
      store(word, masks.reset(word));
    }
  }

  long hash() {
    return hash;
  }

  RegisterMasks masks() {
    return masks;
  }

  // ---- the unit's own view: no masks ----

  int get(int offset) {
    return words[offset >> 2];
  }

  long getQuad(int offset) {
    return (words[offset >> 2] & 0xFFFF_FFFFL) | (long) words[(offset >> 2) + 1] << 32;
  }

  void set(int offset, int value) {
    int word = offset >> 2;
    if (words[word] != value) {
      remember(word);
      store(word, value);
    }
  }

  void setQuad(int offset, long value) {
    set(offset, (int) value);
    set(offset + 4, (int) (value >>> 32));
  }

  /** Clears, then sets. */
  void update(int offset, int clear, int set) {
    set(offset, get(offset) & ~clear | set);
  }

  // ---- software's view ----

  int read(int offset) {
    int word = offset >> 2;
    return words[word] & ~masks.writeOnly(word);
  }

  long readQuad(int offset) {
    return (read(offset) & 0xFFFF_FFFFL) | (long) read(offset + 4) << 32;
  }

  void write(int offset, int value) {
    int word = offset >> 2;
    int writable = masks.writable(word);
    int kept = words[word] & ~writable | value & writable;
    set(offset, kept & ~(masks.clearedByOne(word) & value));
  }

  void writeQuad(int offset, long value) {
    write(offset, (int) value);
    write(offset + 4, (int) (value >>> 32));
  }

  void reset() {
    for (int word = 0; word < WORDS; word++) {
      set(word << 2, masks.reset(word));
    }
  }

  /** Reports the net change since the last call, if there is one. */
  void flush(FactSink sink) {
    if (dirtyCount == 0) {
      return;
    }
    Arrays.fill(dirty, 0);
    int changed = 0;
    for (int i = 0; i < dirtyCount; i++) {
      changed += words[dirtyWords[i] & 0xFF] != before[i] ? 1 : 0;
    }
    if (changed > 0) {
      sink.accept(change(changed));
    }
    dirtyCount = 0;
  }

  private Fact change(int changed) {
    int[] offsets = new int[changed];
    for (int i = 0, at = 0; i < dirtyCount; i++) {
      int word = dirtyWords[i] & 0xFF;
      if (words[word] != before[i]) {
        offsets[at++] = word << 2;
      }
    }
    Arrays.sort(offsets);
    int[] values = new int[changed];
    for (int i = 0; i < changed; i++) {
      values[i] = words[offsets[i] >> 2];
    }
    return new Fact.RegistersChanged(offsets, values);
  }

  /** Restores words that a fact names. */
  void restore(Fact.RegistersChanged fact) {
    for (int i = 0; i < fact.offsets().length; i++) {
      store(fact.offsets()[i] >> 2, fact.values()[i]);
    }
  }

  /** All words that differ from the reset value, as one fact; null: none does. */
  Fact.RegistersChanged describe() {
    int[] offsets = new int[WORDS];
    int count = 0;
    for (int word = 0; word < WORDS; word++) {
      if (words[word] != masks.reset(word)) {
        offsets[count++] = word << 2;
      }
    }
    if (count == 0) {
      return null;
    }
    int[] values = new int[count];
    for (int i = 0; i < count; i++) {
      values[i] = words[offsets[i] >> 2];
    }
    return new Fact.RegistersChanged(Arrays.copyOf(offsets, count), values);
  }

  private void remember(int word) {
    long bit = 1L << word;
    if ((dirty[word >> 6] & bit) != 0) {
      return;
    }
    dirty[word >> 6] |= bit;
    if (dirtyCount == before.length) {
      before = Arrays.copyOf(before, dirtyCount * 2);
      dirtyWords = Arrays.copyOf(dirtyWords, dirtyCount * 2);
    }
    dirtyWords[dirtyCount] = (byte) word;
    before[dirtyCount++] = words[word];
  }

  private void store(int word, int value) {
    hash += StateHash.mix(TAG, word, value) - StateHash.mix(TAG, word, words[word]);
    words[word] = value;
  }
}
