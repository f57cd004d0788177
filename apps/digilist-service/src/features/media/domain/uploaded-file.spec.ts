import type { MediaKind } from '@digilist/contracts';
import { describe, expect, it } from '@jest/globals';
import { Refusal } from '@kit/contracts';
import fc from 'fast-check';
import jpeg from 'jpeg-js';
import { CANARIES, PLAIN_WEBP, pdf, photograph, plainJpeg, png, toldWebp } from '../../../testing/images.js';
import { orientationBlock, orientationOf } from './orientation.js';
import { uploadedFile } from './uploaded-file.js';

const codeOf = (kind: MediaKind, bytes: Buffer): string => {
  try {
    uploadedFile(kind, bytes);
    return 'taken';
  } catch (error) {
    return error instanceof Refusal ? error.code : String(error);
  }
};
const told = (bytes: Buffer) => CANARIES.filter((canary) => bytes.includes(canary));

describe('a photograph', () => {
  it('loses where it was taken, by whom and with what, its previews, and what follows its end', () => {
    const before = photograph();
    expect(told(before)).toEqual(CANARIES);
    const { bytes } = uploadedFile('image', before);
    expect(told(bytes)).toEqual([]);
    for (const name of ['Photoshop', 'ns.adobe.com', 'MPF']) expect(bytes.includes(name)).toBe(false);
  });

  it('keeps every pixel and its colours', () => {
    const before = photograph();
    const { bytes } = uploadedFile('image', before);
    expect(jpeg.decode(bytes).data.equals(jpeg.decode(before).data)).toBe(true);
    expect(bytes.includes('ICC_PROFILE')).toBe(true);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'that lies as orientation %d says still does, and is measured as it is seen',
    (orientation) => {
      const file = uploadedFile('image', photograph({ orientation, width: 40, height: 30 }));
      const exif = file.bytes.indexOf('Exif\0\0', 0, 'latin1');
      expect(exif < 0 ? 1 : orientationOf(file.bytes.subarray(exif))).toBe(orientation);
      expect([file.width, file.height]).toEqual(orientation >= 5 ? [30, 40] : [40, 30]);
    },
  );

  it('without anything to hide stays as it is', () => {
    const plain = plainJpeg();
    expect(uploadedFile('image', plain).bytes.equals(plain)).toBe(true);
  });

  it('with metadata that cannot be read is no worse for it', () => {
    const plain = plainJpeg();
    const torn = Buffer.concat([plain.subarray(0, 2), Buffer.from('ffe1000aexifExif', 'latin1').subarray(0, 0)]);
    const exif = Buffer.from([0xff, 0xe1, 0, 12, 0x45, 0x78, 0x69, 0x66, 0, 0, 0x49, 0x49, 0x2a, 0]);
    expect(codeOf('image', Buffer.concat([torn, exif, plain.subarray(2)]))).toBe('taken');
  });
});

describe('a PNG', () => {
  it('loses texts, times and Exif, keeps how it looks, and is measured', () => {
    const { bytes, width, height } = uploadedFile('image', png());
    expect(told(bytes)).toEqual([]);
    expect([width, height]).toEqual([5, 4]);
    expect(bytes.equals(png({ told: false }))).toBe(true);
  });

  it('that lies on its side is measured as it is seen', () => {
    const { bytes, width, height } = uploadedFile('image', png({ orientation: 6 }));
    expect([width, height]).toEqual([4, 5]);
    expect(orientationOf(bytes.subarray(bytes.indexOf('eXIf', 0, 'latin1') + 4))).toBe(6);
  });

  it('with a torn chunk is damaged', () => {
    const bytes = png({ told: false });
    bytes.writeUInt8(bytes.readUInt8(20) ^ 1, 20);
    expect(codeOf('image', bytes)).toBe('MEDIA_DAMAGED');
  });
});

describe('a WebP', () => {
  it('loses Exif and XMP and says so in its header', () => {
    const { bytes, width, height } = uploadedFile('image', toldWebp({ orientation: 1, width: 300, height: 200 }));
    expect(told(bytes)).toEqual([]);
    expect([width, height]).toEqual([300, 200]);
    expect(bytes.readUInt8(20) & 0x0c).toBe(0);
    expect(bytes.readUInt32LE(4) + 8).toBe(bytes.length);
  });

  it('that lies on its side still does', () => {
    const { bytes, width } = uploadedFile('image', toldWebp({ width: 300, height: 200 }));
    expect(width).toBe(200);
    expect(orientationOf(bytes.subarray(bytes.indexOf('EXIF', 0, 'latin1') + 8))).toBe(8);
  });

  it('in its plain form stays as it is', () => {
    expect(uploadedFile('image', PLAIN_WEBP)).toMatchObject({ type: 'image/webp', width: 1, height: 1 });
    expect(uploadedFile('image', PLAIN_WEBP).bytes.equals(PLAIN_WEBP)).toBe(true);
  });
});

describe('what is taken as what', () => {
  it.each<[MediaKind, string, Buffer, string]>([
    ['image', 'a JPEG', plainJpeg(), 'taken'],
    ['image', 'a PDF', pdf(), 'MEDIA_TYPE_NOT_ALLOWED'],
    ['floor_plan', 'a PDF', pdf(), 'taken'],
    ['floor_plan', 'a PNG', png(), 'taken'],
    ['document', 'a PDF', pdf(), 'taken'],
    ['document', 'a PNG', png(), 'MEDIA_TYPE_NOT_ALLOWED'],
    ['image', 'a page', Buffer.from('<html><script>alert(1)</script>'), 'MEDIA_TYPE_NOT_ALLOWED'],
    ['image', 'an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'MEDIA_TYPE_NOT_ALLOWED'],
    ['image', 'a GIF', Buffer.from('GIF89a'), 'MEDIA_TYPE_NOT_ALLOWED'],
    ['document', 'a page behind the first letters of a PDF', Buffer.from('%PDF-<html>'), 'MEDIA_DAMAGED'],
    ['image', 'an image of more pixels than anybody can show', png({ width: 30_000, height: 4000 }), 'MEDIA_TOO_LARGE'],
    ['image', 'an image without a size', png({ width: 0, height: 4, told: false }), 'MEDIA_DAMAGED'],
    [
      'floor_plan',
      'a drawing that is larger than images may be',
      Buffer.concat([plainJpeg(), Buffer.alloc(10_485_760)]),
      'MEDIA_TOO_LARGE',
    ],
  ])('%s: %s', (kind, _, bytes, code) => expect(codeOf(kind, bytes)).toBe(code));

  it.each([
    ['JPEG', photograph()],
    ['PNG', png()],
    ['WebP', toldWebp()],
  ])('a %s that is cut off anywhere is damaged or no image, and never anything worse', (_, bytes) => {
    for (let end = 0; end < bytes.length - CANARIES.join('|').length; end += 7) {
      expect(['MEDIA_DAMAGED', 'MEDIA_TYPE_NOT_ALLOWED']).toContain(codeOf('image', bytes.subarray(0, end)));
    }
  });

  it('any bytes behind a true beginning are judged without an error of ours', () => {
    const beginnings = [plainJpeg(), png(), toldWebp()].flatMap((bytes) =>
      [2, 4, 12, 30, 60].map((n) => bytes.subarray(0, n)),
    );
    const known = ['taken', 'MEDIA_DAMAGED', 'MEDIA_TYPE_NOT_ALLOWED', 'MEDIA_TOO_LARGE'];
    fc.assert(
      fc.property(fc.constantFrom(...beginnings), fc.uint8Array({ maxLength: 300 }), (beginning, rest) => {
        expect(known).toContain(codeOf('image', Buffer.concat([beginning, rest])));
      }),
      { numRuns: 2000, seed: 7 },
    );
  });

  it('an orientation that is written is read again, and one that is out of range is upright', () => {
    expect(orientationOf(orientationBlock(3))).toBe(3);
    expect(orientationOf(orientationBlock(9))).toBe(1);
    expect(orientationOf(Buffer.alloc(0))).toBe(1);
  });
});
