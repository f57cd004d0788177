import type { MediaType } from '@digilist/contracts';
import { isSideways, type Orientation } from './orientation.js';

/** An image without anything but the image. */
export interface CleanImage {
  readonly type: MediaType;
  readonly bytes: Buffer;
  /** As it is seen. */
  readonly width: number;
  readonly height: number;
}

/** The bytes are not what their first ones say. */
export class DamagedFile extends Error {}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export function seen(type: MediaType, parts: readonly Buffer[], size: Size | null, up: Orientation): CleanImage {
  if (size === null || size.width === 0 || size.height === 0) throw new DamagedFile('the image has no size');
  const { width, height } = isSideways(up) ? { width: size.height, height: size.width } : size;
  return { type, bytes: Buffer.concat(parts), width, height };
}
