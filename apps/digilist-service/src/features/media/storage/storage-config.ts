import { type ConfigOf, flag, loadConfig, oneOf, secret, text } from '@kit/service';
import { FolderStorage } from './folder-storage.js';
import type { MediaStorage } from './media-storage.js';
import { S3Storage } from './s3-storage.js';

const choice = { storage: oneOf('DIGILIST_MEDIA_STORAGE', ['folder', 's3'], 'folder') } as const;

const folderFields = { folder: text('DIGILIST_MEDIA_FOLDER', '.local/media') } as const;

const s3Fields = {
  endpoint: text('DIGILIST_MEDIA_S3_ENDPOINT'),
  region: text('DIGILIST_MEDIA_S3_REGION', 'us-east-1'),
  bucket: text('DIGILIST_MEDIA_S3_BUCKET'),
  accessKeyId: secret('DIGILIST_MEDIA_S3_ACCESS_KEY_ID'),
  secretAccessKey: secret('DIGILIST_MEDIA_S3_SECRET_ACCESS_KEY'),
  pathStyle: flag('DIGILIST_MEDIA_S3_PATH_STYLE', true),
} as const;

export type MediaSettings =
  | ({ readonly storage: 'folder' } & ConfigOf<typeof folderFields>)
  | ({ readonly storage: 's3' } & ConfigOf<typeof s3Fields>);

/** @throws ConfigError with what the chosen storage misses */
export function loadMediaSettings(environment?: NodeJS.ProcessEnv): MediaSettings {
  const { storage } = loadConfig(choice, environment);
  return storage === 's3'
    ? { storage, ...loadConfig(s3Fields, environment) }
    : { storage, ...loadConfig(folderFields, environment) };
}

export const storageOf = (settings: MediaSettings): MediaStorage =>
  settings.storage === 's3' ? new S3Storage(settings) : new FolderStorage(settings.folder);
