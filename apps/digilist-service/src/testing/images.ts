import { crc32, deflateSync } from 'node:zlib';
import jpeg from 'jpeg-js';
import { orientationBlock } from '../features/media/domain/orientation.js';

/** What nobody but the photographer should know. */
export const CANARIES = ['GPS 60.39 N 5.32 E', 'Kari Nordmann', 'Pixel 12 Pro', 'hjemme-hos-kari'];
const SECRET = Buffer.from(CANARIES.join('|'), 'latin1');

/** Pixels of every colour, so that a torn scan would show. */
function pixels(width: number, height: number): Buffer {
  const data = Buffer.alloc(width * height * 4);
  for (let at = 0; at < data.length; at++) data[at] = at % 4 === 3 ? 255 : (at * 7919) % 256;
  return data;
}

const segment = (code: number, ...content: Buffer[]): Buffer => {
  const all = Buffer.concat(content);
  const head = Buffer.from([0xff, code, 0, 0]);
  head.writeUInt16BE(all.length + 2, 2);
  return Buffer.concat([head, all]);
};
const latin = (text: string) => Buffer.from(text, 'latin1');

export const plainJpeg = (width = 40, height = 30): Buffer =>
  jpeg.encode({ width, height, data: pixels(width, height) }, 90).data;

/** As a telephone writes it: lying on its side, with all it knows. */
export function photograph({ orientation = 6, width = 40, height = 30 } = {}): Buffer {
  const plain = plainJpeg(width, height);
  const exif = segment(0xe1, latin('Exif\0\0'), orientationBlock(orientation), SECRET);
  const xmp = segment(0xe1, latin('http://ns.adobe.com/xap/1.0/\0'), SECRET);
  const iptc = segment(0xed, latin('Photoshop 3.0\0'), SECRET);
  const preview = segment(0xe2, latin('MPF\0'), SECRET);
  const profile = segment(0xe2, latin('ICC_PROFILE\0'), Buffer.from([1, 1]), latin('colours'));
  const comment = segment(0xfe, SECRET);
  return Buffer.concat([plain.subarray(0, 2), exif, xmp, iptc, preview, profile, comment, plain.subarray(2), SECRET]);
}

const chunk = (type: string, content: Buffer): Buffer => {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(content.length);
  head.write(type, 4, 'latin1');
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(Buffer.concat([head.subarray(4), content])));
  return Buffer.concat([head, content, sum]);
};

export function png({ width = 5, height = 4, told = true, orientation = 1 } = {}): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, 0], 8);
  const rows = Buffer.concat(Array.from({ length: height }, () => Buffer.alloc(width + 1)));
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    ...(told
      ? [
          chunk('eXIf', Buffer.concat([orientationBlock(orientation), SECRET])),
          chunk('tEXt', SECRET),
          chunk('zTXt', SECRET),
          chunk('iTXt', SECRET),
          chunk('tIME', Buffer.alloc(7)),
        ]
      : []),
    chunk('gAMA', Buffer.alloc(4, 1)),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
    ...(told ? [SECRET] : []),
  ]);
}

/** One pixel, as an encoder wrote it. */
export const PLAIN_WEBP = Buffer.from('UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA', 'base64');

const riff = (type: string, content: Buffer): Buffer => {
  const head = Buffer.alloc(8);
  head.write(type, 0, 'latin1');
  head.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, content, Buffer.alloc(content.length % 2)]);
};

/** The same, extended and with metadata. */
export function toldWebp({ width = 1, height = 1, orientation = 8 } = {}): Buffer {
  const extended = Buffer.alloc(10);
  extended.writeUInt8(0x08 | 0x04, 0);
  extended.writeUIntLE(width - 1, 4, 3);
  extended.writeUIntLE(height - 1, 7, 3);
  const body = Buffer.concat([
    latin('WEBP'),
    riff('VP8X', extended),
    PLAIN_WEBP.subarray(12),
    riff('EXIF', Buffer.concat([orientationBlock(orientation), SECRET])),
    riff('XMP ', SECRET),
  ]);
  return Buffer.concat([riff('RIFF', body), SECRET]);
}

export const pdf = (bytes = 2000): Buffer =>
  Buffer.concat([latin('%PDF-1.7\n'), Buffer.alloc(Math.max(0, bytes - 16), 0x20), latin('\n%%EOF\n')]);
