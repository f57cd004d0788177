import { endsTooEarly } from './ends-too-early.js';

/** Which way is up is all that is kept of what the camera wrote down: without it the picture would lie on its side. */
export type Orientation = number;

export const UPRIGHT: Orientation = 1;

const ORIENTATION_TAG = 0x0112;
const SHORT = 3;
const EXIF_HEADER = 'Exif\0\0';

/** Of an Exif block, with its header or without. One that cannot be read says nothing, which is no fault of the image. */
export function orientationOf(block: Buffer): Orientation {
  const tiff = block.toString('latin1', 0, 6) === EXIF_HEADER ? block.subarray(6) : block;
  try {
    return read(tiff);
  } catch (error) {
    if (endsTooEarly(error)) return UPRIGHT;
    throw error;
  }
}

function read(tiff: Buffer): Orientation {
  const little = tiff.toString('latin1', 0, 2) === 'II';
  const short = (at: number) => (little ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const directory = little ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4);
  const entries = short(directory);
  for (let at = directory + 2; at < directory + 2 + entries * 12; at += 12) {
    if (short(at) !== ORIENTATION_TAG) continue;
    const value = short(at + 8);
    return value >= 1 && value <= 8 ? value : UPRIGHT;
  }
  return UPRIGHT;
}

/** An Exif block (TIFF, without header) that says which way is up, and nothing else. */
export function orientationBlock(orientation: Orientation): Buffer {
  const tiff = Buffer.alloc(26);
  tiff.write('MM\0*', 0, 'latin1');
  tiff.writeUInt32BE(8, 4);
  tiff.writeUInt16BE(1, 8);
  tiff.writeUInt16BE(ORIENTATION_TAG, 10);
  tiff.writeUInt16BE(SHORT, 12);
  tiff.writeUInt32BE(1, 14);
  tiff.writeUInt16BE(orientation, 18);
  return tiff;
}

/** Lies on its side: what is stored as its height is seen as its width. */
export const isSideways = (orientation: Orientation): boolean => orientation >= 5;
