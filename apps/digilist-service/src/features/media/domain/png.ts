import { crc32 } from 'node:zlib';
import { type CleanImage, DamagedFile, type Size, seen } from './image.js';
import { orientationBlock, orientationOf, UPRIGHT } from './orientation.js';

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
/** What of the chunks that may be missing says how the image looks; the others say where it comes from. */
const KEPT: ReadonlySet<string> = new Set([
  'tRNS',
  'gAMA',
  'cHRM',
  'sRGB',
  'iCCP',
  'cICP',
  'sBIT',
  'bKGD',
  'pHYs',
  'acTL',
  'fcTL',
  'fdAT',
]);

export const isPng = (bytes: Buffer): boolean => bytes.subarray(0, 8).equals(SIGNATURE);

/**
 * A PNG without texts, times, Exif, and whatever follows its end.
 *
 * @throws DamagedFile, and whatever reading past the end throws
 */
export function cleanPng(bytes: Buffer): CleanImage {
  const header: Buffer[] = [SIGNATURE];
  const rest: Buffer[] = [];
  let size: Size | null = null;
  let up = UPRIGHT;
  for (let at = 8; ; ) {
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString('latin1', at + 4, at + 8);
    const content = bytes.subarray(at + 8, at + 8 + length);
    const end = at + 12 + length;
    if (bytes.readUInt32BE(end - 4) !== crc32(bytes.subarray(at + 4, end - 4)))
      throw new DamagedFile(`${type} is torn`);
    const chunk = bytes.subarray(at, end);
    if (type === 'IHDR') {
      size = { width: content.readUInt32BE(0), height: content.readUInt32BE(4) };
      header.push(chunk);
    } else if (type === 'eXIf') up = orientationOf(content);
    else if (isCritical(type) || KEPT.has(type)) rest.push(chunk);
    if (type === 'IEND') break;
    at = end;
  }
  if (up !== UPRIGHT) header.push(chunkOf('eXIf', orientationBlock(up)));
  return seen('image/png', [...header, ...rest], size, up);
}

/** Without which the image cannot be decoded: their names begin with a capital. */
const isCritical = (type: string): boolean => /^[A-Z]/.test(type);

function chunkOf(type: string, content: Buffer): Buffer {
  const chunk = Buffer.alloc(12 + content.length);
  chunk.writeUInt32BE(content.length);
  chunk.write(type, 4, 'latin1');
  content.copy(chunk, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + content.length)), 8 + content.length);
  return chunk;
}
