import { type DynamicModule, Module } from '@nestjs/common';
import { MediaController } from './media.controller.js';
import { MediaQueries } from './media.queries.js';
import { MediaService } from './media.service.js';
import { MediaSweep } from './media-sweep.worker.js';
import { MediaStorage } from './storage/media-storage.js';
import { type MediaSettings, storageOf } from './storage/storage-config.js';
import { TenantFiles } from './tenant-files.js';
import { UploadsService } from './uploads.service.js';

@Module({})
export class MediaModule {}

export const mediaModule = (settings: MediaSettings): DynamicModule => ({
  module: MediaModule,
  controllers: [MediaController],
  providers: [
    { provide: MediaStorage, useValue: storageOf(settings) },
    MediaQueries,
    MediaService,
    MediaSweep,
    TenantFiles,
    UploadsService,
  ],
});
