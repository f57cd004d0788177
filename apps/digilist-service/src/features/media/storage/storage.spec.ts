import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Secret } from '@kit/service';
import { S3Server } from '../../../testing/s3-server.js';
import { FolderStorage } from './folder-storage.js';
import { FileMissing, type MediaStorage } from './media-storage.js';
import { bucketAddress, S3Storage } from './s3-storage.js';
import { loadMediaSettings, storageOf } from './storage-config.js';

const CREDENTIALS = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCY',
  region: 'eu-north-1',
};
const environment = (endpoint: string, more: Record<string, string> = {}) => ({
  DIGILIST_MEDIA_STORAGE: 's3',
  DIGILIST_MEDIA_S3_ENDPOINT: endpoint,
  DIGILIST_MEDIA_S3_REGION: CREDENTIALS.region,
  DIGILIST_MEDIA_S3_BUCKET: 'bilder',
  DIGILIST_MEDIA_S3_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
  DIGILIST_MEDIA_S3_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
  ...more,
});

let folder: string;
let store: S3Server;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'media-'));
  store = await S3Server.start('bilder', CREDENTIALS);
});
afterAll(async () => {
  await store.stop();
  await rm(folder, { recursive: true });
});

describe.each<[string, () => MediaStorage]>([
  ['a folder', () => storageOf(loadMediaSettings({ DIGILIST_MEDIA_FOLDER: folder }))],
  ['a bucket of a stand-in that checks signatures', () => storageOf(loadMediaSettings(environment(store.endpoint)))],
])('%s', (_, open) => {
  let storage: MediaStorage;
  beforeEach(() => {
    storage = open();
  });

  it('gives back what it was given, whole and in parts', async () => {
    const bytes = randomBytes(1_000_000);
    await storage.put('tenant/one', bytes);
    expect((await storage.read('tenant/one', 0, bytes.length)).equals(bytes)).toBe(true);
    expect(await storage.read('tenant/one', 999_990, 10)).toEqual(bytes.subarray(999_990));
    expect(await storage.read('tenant/one', 123, 1)).toEqual(bytes.subarray(123, 124));
  });

  it('says that there is no such file', async () => {
    await expect(storage.read('tenant/none', 0, 1)).rejects.toThrow(FileMissing);
  });

  it('removes a file, and one that is gone already', async () => {
    await storage.put('tenant/two', Buffer.from('x'));
    await storage.remove('tenant/two');
    await storage.remove('tenant/two');
    await expect(storage.read('tenant/two', 0, 1)).rejects.toThrow(FileMissing);
  });
});

describe('a folder', () => {
  it('that cannot be written to leaves nothing behind and says so', async () => {
    await writeFile(path.join(folder, 'in-the-way'), '');
    await expect(new FolderStorage(folder).put('in-the-way/file', Buffer.from('x'))).rejects.toThrow();
    await new FolderStorage(folder).put('clean/file', Buffer.from('x'));
    expect(await readdir(path.join(folder, 'clean'))).toEqual(['file']);
  });
});

describe('a bucket', () => {
  const settings = () => ({
    endpoint: store.endpoint,
    region: CREDENTIALS.region,
    bucket: 'bilder',
    accessKeyId: new Secret(CREDENTIALS.accessKeyId),
    secretAccessKey: new Secret(CREDENTIALS.secretAccessKey),
    pathStyle: true,
  });

  it('refuses who signs with another secret, which is told', async () => {
    const stranger = new S3Storage({ ...settings(), secretAccessKey: new Secret('another') });
    await expect(stranger.put('tenant/three', Buffer.from('x'))).rejects.toThrow('answered 403 to PUT');
    expect(store.files.has('tenant/three')).toBe(false);
    expect(store.refused.at(-1)).toBe('signature');
  });

  it('that is busy for a moment is asked again', async () => {
    store.failing = 2;
    await new S3Storage(settings()).put('tenant/four', Buffer.from('x'));
    expect(store.files.get('tenant/four')).toEqual(Buffer.from('x'));
  });

  it.each([
    [true, 'https://s3.eu-north-1.amazonaws.com/bilder'],
    [false, 'https://bilder.s3.eu-north-1.amazonaws.com'],
  ])('is named by the path (%s) or by the host', (pathStyle, address) => {
    const endpoint = 'https://s3.eu-north-1.amazonaws.com';
    expect(bucketAddress({ ...settings(), endpoint, pathStyle })).toBe(address);
  });
});

describe('the settings', () => {
  it('name everything that a bucket misses, at once', () => {
    expect(() => loadMediaSettings({ DIGILIST_MEDIA_STORAGE: 's3' })).toThrow(
      /DIGILIST_MEDIA_S3_ENDPOINT[\s\S]*DIGILIST_MEDIA_S3_BUCKET[\s\S]*DIGILIST_MEDIA_S3_ACCESS_KEY_ID[\s\S]*DIGILIST_MEDIA_S3_SECRET_ACCESS_KEY/,
    );
  });

  it('are a folder beside the process unless told', () => {
    expect(loadMediaSettings({})).toEqual({ storage: 'folder', folder: '.local/media' });
  });

  it('never show the secrets', () => {
    expect(JSON.stringify(loadMediaSettings(environment('http://x')))).not.toContain(CREDENTIALS.secretAccessKey);
  });
});
