import {
  anonymous,
  Chunk,
  Flag,
  Id,
  ListOf,
  Nested,
  NOT_FOUND,
  OneOf,
  permission,
  Text,
  UploadPiece,
  Whole,
} from '@kit/contracts';
import { operation } from './context.js';
import { LISTINGS_ARE_PUBLIC } from './listing-types.js';
import { LISTING_INVALID_STATE } from './listings.errors.js';
import {
  MEDIA_ALT_REQUIRED,
  MEDIA_DAMAGED,
  MEDIA_HAS_CONTENT,
  MEDIA_LINK_INVALID,
  MEDIA_NOT_AN_IMAGE,
  MEDIA_TOO_LARGE,
  MEDIA_TOO_MANY,
  MEDIA_TYPE_NOT_ALLOWED,
  MEDIA_UPLOAD_INCOMPLETE,
} from './media.errors.js';

export const MEDIA_KINDS = ['image', 'document', 'floor_plan', 'video'] as const;
export type MediaKind = (typeof MEDIA_KINDS)[number];

export const MEDIA_STATUSES = ['awaiting_content', 'ready'] as const;
export type MediaStatus = (typeof MEDIA_STATUSES)[number];

export const MEDIA_TYPES = ['image/jpeg', 'image/png', 'image/webp', 'application/pdf'] as const;
export type MediaType = (typeof MEDIA_TYPES)[number];

export const MAX_IMAGE_BYTES = 10 * 1024 * 1024;
export const MAX_DOCUMENT_BYTES = 25 * 1024 * 1024;
export const MAX_MEDIA_PER_LISTING = 200;

/** What somebody hears who cannot see the image; in every language, since nobody is to go without. */
export class AlternativeText {
  @Text({ max: 500, example: 'Hallen sett fra tribunen, med tre baner' })
  nb: string;

  @Text({ max: 500, example: 'Hallen sett frå tribunen, med tre baner' })
  nn: string;

  @Text({ max: 500, example: 'The hall seen from the stand, with three courts' })
  en: string;
}

/** Words beside an image or a file; Bokmål stands in for what is missing. */
export class Caption {
  @Text({ max: 500, example: 'Hovedsalen' })
  nb: string;

  @Text({ max: 500, optional: true })
  nn?: string;

  @Text({ max: 500, optional: true })
  en?: string;
}

/** The image that stands for a listing in lists. */
export class PrimaryImage {
  @Id()
  mediaId: string;

  @Text({ description: 'Path of its content', example: '/api/v1/media/01980a3e-7c10-7b3e-9f57-0a4b5c6d7e8f/content' })
  path: string;

  @Nested(() => AlternativeText)
  alt: AlternativeText;

  @Whole({ min: 1, description: 'Pixels' })
  width: number;

  @Whole({ min: 1, description: 'Pixels' })
  height: number;
}

export class CreateMedia {
  @Id({ description: 'The listing' })
  id: string;

  @OneOf(MEDIA_KINDS, { example: 'image' })
  kind: MediaKind;

  @Nested(() => AlternativeText, { optional: true, description: 'Needed for an image and a floor plan' })
  alt?: AlternativeText;

  @Nested(() => Caption, { optional: true })
  caption?: Caption;

  @Text({ max: 2000, optional: true, description: 'Of a video: where it is' })
  link?: string;

  @Whole({ min: 0, max: 10_000, optional: true, description: 'Order; after all others unless told' })
  position?: number;
}

export class UpdateMedia {
  @Id()
  id: string;

  @Nested(() => AlternativeText, { optional: true })
  alt?: AlternativeText;

  @Nested(() => Caption, { optional: true, nullable: true })
  caption?: Caption | null;

  @Whole({ min: 0, max: 10_000, optional: true })
  position?: number;

  @Flag({ optional: true, description: 'Make it the image that stands for the listing' })
  primary?: boolean;
}

export class MediaId {
  @Id()
  id: string;
}

export class UploadMediaContent extends UploadPiece {
  @Id()
  id: string;
}

export class GetMediaContent {
  @Id()
  id: string;

  @Text({ max: 20, optional: true })
  cursor?: string;
}

export class ListMedia {
  @Id({ description: 'The listing' })
  id: string;
}

export class Media {
  @Id()
  id: string;

  @Id()
  listingId: string;

  @OneOf(MEDIA_KINDS)
  kind: MediaKind;

  @OneOf(MEDIA_STATUSES, { description: 'Until its content has come only who manages the listing sees it' })
  status: MediaStatus;

  @Nested(() => AlternativeText, { nullable: true })
  alt: AlternativeText | null;

  @Nested(() => Caption, { nullable: true })
  caption: Caption | null;

  @Text({ max: 2000, nullable: true, description: 'Of a video' })
  link: string | null;

  @Text({ nullable: true, description: 'Path of the content; null until it has come', example: null })
  path: string | null;

  @OneOf(MEDIA_TYPES, { nullable: true, description: 'What the content is' })
  contentType: MediaType | null;

  @Whole({ nullable: true, description: 'Bytes' })
  size: number | null;

  @Text({ nullable: true, description: 'Of the content as it is served, in hexadecimal', example: null })
  sha256: string | null;

  @Whole({ nullable: true, description: 'Pixels' })
  width: number | null;

  @Whole({ nullable: true, description: 'Pixels' })
  height: number | null;

  @Whole({ min: 0 })
  position: number;

  @Flag({ description: 'Stands for the listing in lists' })
  primary: boolean;

  @Whole({ min: 1 })
  version: number;
}

export class MediaList {
  @ListOf(() => Media, { max: MAX_MEDIA_PER_LISTING, description: 'By position' })
  data: Media[];
}

export const createMedia = operation({
  id: 'createMedia',
  subject: 'media.create.v1',
  summary: 'Add an image, a document, a floor plan or a video to a listing; the file follows',
  http: { method: 'POST', path: '/listings/{id}/media', status: 201 },
  request: CreateMedia,
  response: Media,
  access: permission('digilist.media.create'),
  module: 'digilist.listings',
  errors: [NOT_FOUND, LISTING_INVALID_STATE, MEDIA_ALT_REQUIRED, MEDIA_LINK_INVALID, MEDIA_TOO_MANY],
  idempotent: true,
  version: 'answers',
});

export const uploadMediaContent = operation({
  id: 'uploadMediaContent',
  subject: 'media-content.upload.v1',
  summary: 'Upload the file: images without what the camera wrote down about where and by whom',
  http: { method: 'POST', path: '/media/{id}/content', upload: MEDIA_TYPES },
  request: UploadMediaContent,
  response: Media,
  access: permission('digilist.media.create'),
  module: 'digilist.listings',
  errors: [
    NOT_FOUND,
    LISTING_INVALID_STATE,
    MEDIA_DAMAGED,
    MEDIA_HAS_CONTENT,
    MEDIA_TOO_LARGE,
    MEDIA_TYPE_NOT_ALLOWED,
    MEDIA_UPLOAD_INCOMPLETE,
  ],
  version: 'answers',
});

export const listMedia = operation({
  id: 'listMedia',
  subject: 'media.list.v1',
  summary: 'Images, documents, floor plans and videos of a listing',
  http: { method: 'GET', path: '/listings/{id}/media' },
  request: ListMedia,
  response: MediaList,
  access: anonymous(LISTINGS_ARE_PUBLIC),
  module: 'digilist.listings',
  errors: [NOT_FOUND],
});

/** A listing may be archived, or its image deleted: whoever kept it shows it a day longer at most. */
const A_DAY = 86_400;

export const getMediaContent = operation({
  id: 'getMediaContent',
  subject: 'media-content.get.v1',
  summary: 'The file',
  http: { method: 'GET', path: '/media/{id}/content', answers: 'chunks', maxAge: A_DAY },
  request: GetMediaContent,
  response: Chunk,
  access: anonymous(LISTINGS_ARE_PUBLIC),
  module: 'digilist.listings',
  errors: [NOT_FOUND],
});

export const updateMedia = operation({
  id: 'updateMedia',
  subject: 'media.update.v1',
  summary: 'Change the words, the order, or which image stands for the listing',
  http: { method: 'PATCH', path: '/media/{id}' },
  request: UpdateMedia,
  response: Media,
  access: permission('digilist.media.update'),
  module: 'digilist.listings',
  errors: [NOT_FOUND, LISTING_INVALID_STATE, MEDIA_ALT_REQUIRED, MEDIA_NOT_AN_IMAGE],
  version: 'required',
});

export const deleteMedia = operation({
  id: 'deleteMedia',
  subject: 'media.delete.v1',
  summary: 'Delete it and its file',
  http: { method: 'DELETE', path: '/media/{id}', status: 204 },
  request: MediaId,
  response: null,
  access: permission('digilist.media.delete'),
  module: 'digilist.listings',
  errors: [NOT_FOUND, LISTING_INVALID_STATE],
});

export const mediaOperations = [
  createMedia,
  uploadMediaContent,
  listMedia,
  getMediaContent,
  updateMedia,
  deleteMedia,
] as const;
