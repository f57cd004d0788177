import { Flag, Id, Nested, OneOf, Text, Whole } from './fields.js';

/** A cookie for one purpose: HttpOnly, Secure and SameSite=Lax, sent back to this host only. */
export class BrowserCookie {
  @Text({ min: 1, max: 60, description: 'Without the __Host- prefix, which the edge puts before it' })
  name: string;

  @Text({ max: 1000 })
  value: string;

  @Whole({ min: 0, description: 'Seconds; 0 removes the cookie' })
  maxAge: number;
}

/** Where the browser goes next; the edge answers 303. */
export class Redirect {
  @Text({ max: 4000 })
  location: string;

  @Nested(() => BrowserCookie, { optional: true })
  cookie?: BrowserCookie;
}

/** A page that a person sees: forms and styles of its own, no script and nothing from elsewhere. */
export class HtmlPage {
  @Text({ max: 100_000 })
  html: string;
}

/** A piece of a download. The request class of such an operation has an optional `cursor`. */
export class Chunk {
  @Text({ max: 600_000 })
  content: string;

  @OneOf(['utf8', 'base64'])
  encoding: 'utf8' | 'base64';

  @Text({ max: 100, example: 'application/jsonl' })
  contentType: string;

  @Text({ max: 200, example: 'audit-log.jsonl' })
  fileName: string;

  @Text({ max: 500, nullable: true, description: 'Cursor of the next piece; null at the end' })
  next: string | null;

  @Flag({ optional: true, description: 'In the first piece: shown by the browser rather than saved' })
  inline?: boolean;

  @Text({ max: 100, optional: true, description: 'In the first piece: ETag of the whole; whoever has it is told 304' })
  etag?: string;

  @Flag({ optional: true, description: 'In the first piece: anybody may keep it for as long as the route says' })
  shared?: boolean;
}

/** Bytes of an upload in one piece, before base64. */
export const UPLOAD_PIECE_BYTES = 524_288;

/** A piece of an upload: what the edge makes of the body, and what no client sends. */
export class UploadPiece {
  @Id({ description: 'One per attempt: two at once are not mixed' })
  uploadId: string;

  @Whole({ min: 0, description: 'Bytes that came before' })
  offset: number;

  @Text({ max: 700_000, description: 'Base64' })
  content: string;

  @Flag({ description: 'The upload is whole' })
  last: boolean;
}
