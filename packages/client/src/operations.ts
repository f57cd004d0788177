import type { Chunk, Operation, RequestOf, ResponseOf, UploadPiece } from '@kit/contracts';

/** Operations among the exports of a contracts package, by the name they are exported under. */
export type OperationsIn<Contracts> = {
  [Name in keyof Contracts as Contracts[Name] extends Operation<object, unknown> ? Name : never]: Contracts[Name];
};

/** What a download brought, whole. */
export interface Download {
  contentType: string;
  fileName: string;
  content: Uint8Array;
}

export interface CallOptions {
  /** A new one per effect, the same when you try again. */
  idempotencyKey?: string;
  /** An ETag, or an answer of this client that carried one. */
  ifMatch?: string | object;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** Calls one operation; a request without a needed property may be left out. */
export type Method<Request, Response> =
  Partial<Request> extends Request
    ? (request?: Request, options?: CallOptions) => Promise<Response>
    : (request: Request, options?: CallOptions) => Promise<Response>;

/** One method per operation. */
export type ClientOf<Contracts> = {
  readonly [Name in keyof OperationsIn<Contracts>]: Method<
    Asked<RequestOf<OperationsIn<Contracts>[Name]>>,
    AnswerOf<ResponseOf<OperationsIn<Contracts>[Name]>>
  >;
};

/** A file to upload, in place of the pieces that the gateway makes of it. */
export interface Upload {
  content: Uint8Array;
  contentType: string;
}

type Asked<Request> = Request extends UploadPiece ? Omit<Request, keyof UploadPiece> & Upload : Request;

/** Pieces of a download arrive as one. */
type AnswerOf<Response> = Response extends Chunk ? Download : Response;

/** Whether an export of a contracts package is an operation that HTTP clients can call. */
export function isHttpOperation(value: unknown): value is Operation & { http: NonNullable<Operation['http']> } {
  return typeof value === 'object' && value !== null && 'subject' in value && 'http' in value && value.http !== null;
}
