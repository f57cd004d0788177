import { createHash } from 'node:crypto';

const HEADER_BYTES = 12;

/** Positions of a word in a filter of `bits` bits: two halves of one digest, mixed (Kirsch and Mitzenmacher). */
function* positions(word: string, bits: number, hashes: number): Generator<number> {
  const digest = createHash('sha256').update(word).digest();
  const first = digest.readUIntBE(0, 6);
  const step = digest.readUIntBE(6, 6) % bits;
  for (let at = 0; at < hashes; at++) yield ((first % bits) + at * step) % bits;
}

/** Says "certainly not in the list" or "almost certainly in it", in far less space than the list. */
export class BloomFilter {
  private constructor(
    private readonly bits: number,
    private readonly hashes: number,
    private readonly bytes: Buffer,
    readonly size: number,
  ) {}

  static of(words: readonly string[], bitsPerWord: number): BloomFilter {
    const bits = Math.ceil((words.length * bitsPerWord) / 8) * 8;
    const hashes = Math.round(bitsPerWord * Math.LN2);
    const bytes = Buffer.alloc(bits / 8);
    for (const word of words) {
      for (const at of positions(word, bits, hashes)) bytes[at >> 3] = (bytes[at >> 3] as number) | (1 << (at & 7));
    }
    return new BloomFilter(bits, hashes, bytes, words.length);
  }

  /** @throws when the file is cut short or none of ours */
  static parse(file: Buffer): BloomFilter {
    const [bits, hashes, size] = [0, 4, 8].map((at) => file.readUInt32BE(at)) as [number, number, number];
    const bytes = file.subarray(HEADER_BYTES);
    if (bytes.length * 8 !== bits) throw new Error('this is not a whole Bloom filter');
    return new BloomFilter(bits, hashes, bytes, size);
  }

  serialize(): Buffer {
    const header = Buffer.alloc(HEADER_BYTES);
    header.writeUInt32BE(this.bits, 0);
    header.writeUInt32BE(this.hashes, 4);
    header.writeUInt32BE(this.size, 8);
    return Buffer.concat([header, this.bytes]);
  }

  mayHave(word: string): boolean {
    for (const at of positions(word, this.bits, this.hashes)) {
      if (((this.bytes[at >> 3] as number) & (1 << (at & 7))) === 0) return false;
    }
    return true;
  }
}
