import { type CleanImage, DamagedFile, type Size, seen } from './image.js';
import { orientationBlock, orientationOf, UPRIGHT } from './orientation.js';

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const APP0 = 0xe0;
const APP1 = 0xe1;
const COMMENT = 0xfe;
/** What decoding needs of the application segments: the file's own header, the colour profile, and how colours are coded. */
const KEPT_APPLICATIONS: ReadonlyMap<number, string> = new Map([
  [APP0, 'JFIF\0'],
  [0xe2, 'ICC_PROFILE\0'],
  [0xee, 'Adobe'],
]);
const JFIF_BYTES = 14;

export const isJpeg = (bytes: Buffer): boolean => bytes.length > 3 && bytes.readUIntBE(0, 3) === 0xffd8ff;

/**
 * A JPEG without metadata: where it was taken, when, with what, by whom (Exif, XMP, IPTC, comments, makers' own segments),
 * previews of the uncropped picture, and whatever follows the end of the image.
 *
 * @throws DamagedFile, and whatever reading past the end throws
 */
export function cleanJpeg(bytes: Buffer): CleanImage {
  const header: Buffer[] = [marker(SOI)];
  const rest: Buffer[] = [];
  let size: Size | null = null;
  let up = UPRIGHT;
  let at = 2;
  for (;;) {
    if (bytes.readUInt8(at) !== 0xff) throw new DamagedFile(`there is no marker at ${at}`);
    while (bytes.readUInt8(at) === 0xff) at++;
    const code = bytes.readUInt8(at++);
    if (code === EOI) break;
    const end = at + bytes.readUInt16BE(at);
    const content = bytes.subarray(at + 2, end);
    if (end > bytes.length || end < at + 2) throw new DamagedFile(`the segment at ${at} has no end`);
    if (isFrame(code)) size = { height: content.readUInt16BE(1), width: content.readUInt16BE(3) };
    if (code === APP1 && content.toString('latin1', 0, 4) === 'Exif') up = orientationOf(content);
    const segment = [marker(code), bytes.subarray(at, end)];
    if (keeps(code, content)) (code === APP0 ? header : rest).push(...segment);
    at = end;
    if (code === SOS) {
      at = endOfScan(bytes, end);
      rest.push(bytes.subarray(end, at));
    }
  }
  if (up !== UPRIGHT) header.push(orientationSegment(up));
  return seen('image/jpeg', [...header, ...rest, marker(EOI)], size, up);
}

const marker = (code: number): Buffer => Buffer.from([0xff, code]);

/** SOF0 to SOF15, among which stand three codes of something else. */
const isFrame = (code: number): boolean =>
  code >= 0xc0 && code <= 0xcf && code !== 0xc4 && code !== 0xc8 && code !== 0xcc;

function keeps(code: number, content: Buffer): boolean {
  if (code === COMMENT) return false;
  if (code < APP0 || code > 0xef) return true;
  const name = KEPT_APPLICATIONS.get(code);
  if (name === undefined || content.toString('latin1', 0, name.length) !== name) return false;
  // A longer header brings a preview.
  return code !== APP0 || content.length === JFIF_BYTES;
}

/** Coded pixels have no length: they go on to the next marker that is neither a stuffed 0xFF nor a restart. */
function endOfScan(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const code = bytes.readUInt8(at + 1);
    if (code !== 0x00 && code !== 0xff && (code < 0xd0 || code > 0xd7)) return at;
  }
  throw new DamagedFile('the image has no end');
}

function orientationSegment(up: number): Buffer {
  const content = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), orientationBlock(up)]);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(content.length + 2);
  return Buffer.concat([marker(APP1), length, content]);
}
