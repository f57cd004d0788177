import {
  MAX_DOCUMENT_BYTES,
  MAX_IMAGE_BYTES,
  MEDIA_DAMAGED,
  MEDIA_TOO_LARGE,
  MEDIA_TYPE_NOT_ALLOWED,
  type MediaKind,
  type MediaType,
} from '@digilist/contracts';
import { type ErrorCode, Refusal } from '@kit/contracts';
import { endsTooEarly } from './ends-too-early.js';
import { type CleanImage, DamagedFile } from './image.js';
import { cleanJpeg, isJpeg } from './jpeg.js';
import { cleanPng, isPng } from './png.js';
import { cleanWebp, isWebp } from './webp.js';

/** What is stored and served. */
export interface UploadedFile {
  readonly type: MediaType;
  readonly bytes: Buffer;
  readonly width: number | null;
  readonly height: number | null;
}

const IMAGES: readonly MediaType[] = ['image/jpeg', 'image/png', 'image/webp'];
const ALLOWED: Readonly<Record<MediaKind, readonly MediaType[]>> = {
  image: IMAGES,
  floor_plan: [...IMAGES, 'application/pdf'],
  document: ['application/pdf'],
  video: [],
};

/** A small file may unfold into an image that no browser can show. */
const MAX_PIXELS = 100_000_000;

const CLEANERS: readonly [(bytes: Buffer) => boolean, (bytes: Buffer) => CleanImage][] = [
  [isJpeg, cleanJpeg],
  [isPng, cleanPng],
  [isWebp, cleanWebp],
];

/** Most bytes that may come before it is known what they are. */
export const maxBytesOf = (kind: MediaKind): number =>
  ALLOWED[kind].includes('application/pdf') ? MAX_DOCUMENT_BYTES : MAX_IMAGE_BYTES;

/**
 * What came, judged by its bytes and by nothing that was said about it, and without what it says about people and places.
 *
 * @throws Refusal MEDIA_TYPE_NOT_ALLOWED, MEDIA_TOO_LARGE, MEDIA_DAMAGED
 */
export function uploadedFile(kind: MediaKind, bytes: Buffer): UploadedFile {
  const file = isPdf(bytes) ? pdf(bytes) : image(bytes);
  if (!ALLOWED[kind].includes(file.type))
    throw refused(MEDIA_TYPE_NOT_ALLOWED, { found: file.type, allowed: ALLOWED[kind] });
  if (file.type !== 'application/pdf' && bytes.length > MAX_IMAGE_BYTES) throw tooLarge(MAX_IMAGE_BYTES);
  return file;
}

export const tooLarge = (maxBytes: number): Refusal => refused(MEDIA_TOO_LARGE, { maxBytes });

const refused = (code: ErrorCode, details: Record<string, unknown>): Refusal => new Refusal(code, { details });

const isPdf = (bytes: Buffer): boolean => bytes.toString('latin1', 0, 5) === '%PDF-';

function pdf(bytes: Buffer): UploadedFile {
  // Readers look for the end of the file here, too.
  if (bytes.lastIndexOf('%%EOF') < Math.max(0, bytes.length - 1024)) throw new Refusal(MEDIA_DAMAGED);
  return { type: 'application/pdf', bytes, width: null, height: null };
}

function image(bytes: Buffer): UploadedFile {
  const clean = CLEANERS.find(([is]) => is(bytes))?.[1];
  if (!clean) throw new Refusal(MEDIA_TYPE_NOT_ALLOWED, { details: { allowed: [...IMAGES, 'application/pdf'] } });
  const made = whole(() => clean(bytes));
  if (made.width * made.height > MAX_PIXELS) throw refused(MEDIA_TOO_LARGE, { maxPixels: MAX_PIXELS });
  return made;
}

/** Reading past the end is how a file that was cut off shows. */
function whole(read: () => CleanImage): CleanImage {
  try {
    return read();
  } catch (error) {
    if (error instanceof DamagedFile || endsTooEarly(error)) throw new Refusal(MEDIA_DAMAGED);
    throw error;
  }
}
