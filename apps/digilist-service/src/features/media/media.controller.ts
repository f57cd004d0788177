import {
  type CreateMedia,
  createMedia,
  deleteMedia,
  type GetMediaContent,
  getMediaContent,
  type ListMedia,
  listMedia,
  type MediaId,
  type UpdateMedia,
  type UploadMediaContent,
  updateMedia,
  uploadMediaContent,
} from '@digilist/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import { MediaQueries } from './media.queries.js';
import { MediaService } from './media.service.js';
import { UploadsService } from './uploads.service.js';

@Controller()
export class MediaController {
  constructor(
    private readonly media: MediaService,
    private readonly uploads: UploadsService,
    private readonly queries: MediaQueries,
  ) {}

  @Handles(createMedia)
  create(ctx: RequestContext, request: CreateMedia) {
    return this.media.create(ctx, request);
  }

  @Handles(uploadMediaContent)
  upload(ctx: RequestContext, request: UploadMediaContent) {
    return this.uploads.upload(ctx, request);
  }

  @Handles(listMedia)
  list(ctx: RequestContext, request: ListMedia) {
    return this.queries.list(ctx, request);
  }

  @Handles(getMediaContent)
  content(ctx: RequestContext, request: GetMediaContent) {
    return this.queries.content(ctx, request);
  }

  @Handles(updateMedia)
  update(ctx: RequestContext, request: UpdateMedia) {
    return this.media.update(ctx, request);
  }

  @Handles(deleteMedia)
  delete(ctx: RequestContext, request: MediaId) {
    return this.media.delete(ctx, request);
  }
}
