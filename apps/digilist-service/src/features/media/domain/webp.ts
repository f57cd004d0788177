import { type CleanImage, DamagedFile, type Size, seen } from './image.js';
import { orientationBlock, orientationOf, UPRIGHT } from './orientation.js';

const KEPT: ReadonlySet<string> = new Set(['VP8X', 'VP8 ', 'VP8L', 'ALPH', 'ANIM', 'ANMF', 'ICCP']);
const HAS_EXIF = 0x08;
const HAS_XMP = 0x04;

export const isWebp = (bytes: Buffer): boolean =>
  bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP';

/**
 * A WebP without Exif, XMP, chunks of others, and whatever follows its end.
 *
 * @throws DamagedFile, and whatever reading past the end throws
 */
export function cleanWebp(bytes: Buffer): CleanImage {
  const whole = 8 + bytes.readUInt32LE(4);
  if (whole > bytes.length) throw new DamagedFile('the image has no end');
  const chunks: Buffer[] = [];
  let extended: Buffer | null = null;
  let size: Size | null = null;
  let up = UPRIGHT;
  for (let at = 12; at < whole; ) {
    const type = bytes.toString('latin1', at, at + 4);
    const length = bytes.readUInt32LE(at + 4);
    const content = bytes.subarray(at + 8, at + 8 + length);
    if (content.length < length) throw new DamagedFile(`the chunk at ${at} has no end`);
    if (type === 'EXIF') up = orientationOf(content);
    if (KEPT.has(type)) {
      size ??= sizeOf(type, content);
      const kept = chunkOf(type, content);
      if (type === 'VP8X') extended = kept;
      chunks.push(kept);
    }
    at += 8 + length + (length % 2);
  }
  if (extended) extended.writeUInt8(flagsOf(extended.readUInt8(8), up), 8);
  // Only the extended format has a place for it.
  const upright = extended === null ? UPRIGHT : up;
  if (upright !== UPRIGHT) chunks.push(chunkOf('EXIF', orientationBlock(upright)));
  const header = Buffer.from('RIFF\0\0\0\0WEBP', 'latin1');
  header.writeUInt32LE(4 + chunks.reduce((sum, { length }) => sum + length, 0), 4);
  return seen('image/webp', [header, ...chunks], size, upright);
}

const flagsOf = (flags: number, up: number): number =>
  (flags & ~(HAS_EXIF | HAS_XMP)) | (up === UPRIGHT ? 0 : HAS_EXIF);

function chunkOf(type: string, content: Buffer): Buffer {
  const chunk = Buffer.alloc(8 + content.length + (content.length % 2));
  chunk.write(type, 0, 'latin1');
  chunk.writeUInt32LE(content.length, 4);
  content.copy(chunk, 8);
  return chunk;
}

function sizeOf(type: string, content: Buffer): Size | null {
  switch (type) {
    case 'VP8X':
      return { width: content.readUIntLE(4, 3) + 1, height: content.readUIntLE(7, 3) + 1 };
    case 'VP8 ':
      return { width: content.readUInt16LE(6) & 0x3fff, height: content.readUInt16LE(8) & 0x3fff };
    case 'VP8L': {
      const bits = content.readUInt32LE(1);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    default:
      return null;
  }
}
