import {
  BODY_TOO_LARGE,
  type FieldError,
  HTTP_STATUS,
  INTERNAL_ERROR,
  type Locale,
  type LocalText,
  MALFORMED_REQUEST,
  Refusal,
  type RefusalBody,
  refusalBody,
  SERVICE_UNAVAILABLE,
} from '@kit/contracts';
import {
  EdgeRefusal,
  HEADERS_TOO_LARGE,
  REQUEST_TIMEOUT,
  ROUTE_NOT_FOUND,
  UNSUPPORTED_MEDIA_TYPE,
} from './edge-codes.js';

/** RFC 9457. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance: string;
  code: string;
  traceId: string;
  errors?: FieldError[];
  details?: Record<string, unknown>;
}

export interface ProblemReply {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly problem: Problem;
}

export interface ProblemOrigin {
  readonly path: string;
  readonly traceId: string;
  readonly locale: Locale;
}

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** Where the meaning of a code can be read. */
export const problemType = (code: string): string => `/problems/${code}`;

export interface Reason {
  code: string;
  status: number;
  text: LocalText;
  detail?: string | undefined;
  errors?: FieldError[] | undefined;
  details?: Record<string, unknown> | undefined;
  headers: Record<string, string>;
}

/** The one place that turns a refusal, whoever gave it, into what the client reads. */
export function problemReply(reason: Reason, { path, traceId, locale }: ProblemOrigin): ProblemReply {
  const title = reason.text[locale];
  return {
    status: reason.status,
    headers: { ...reason.headers, 'content-language': locale, vary: 'accept-language' },
    problem: {
      type: problemType(reason.code),
      title,
      status: reason.status,
      detail: reason.detail ?? title,
      instance: path,
      code: reason.code,
      traceId,
      ...(reason.errors && { errors: reason.errors }),
      ...(reason.details && { details: reason.details }),
    },
  };
}

/** Seconds after which a service that did not answer is worth another try. */
const RETRY_AFTER_SECONDS = 1;

/** A refusal as a service gave it over RPC. */
export function reasonOfBody(body: RefusalBody): Reason {
  const status = HTTP_STATUS[body.kind] ?? 500;
  const headers: Record<string, string> = {};
  if (status === 401)
    headers['www-authenticate'] = body.code === 'AUTH_REQUIRED' ? 'Bearer' : 'Bearer error="invalid_token"';
  const retryAfter = body.retryAfter ?? (status === 503 ? RETRY_AFTER_SECONDS : undefined);
  if (retryAfter !== undefined) headers['retry-after'] = String(Math.max(1, Math.ceil(retryAfter)));
  return {
    code: body.code,
    status,
    text: body.title,
    detail: body.detail,
    errors: body.errors,
    details: body.details,
    headers,
  };
}

/** Whatever was thrown on this side of NATS. Only what is listed here is told to the client; the rest is our fault. */
export function reasonOf(error: unknown): Reason {
  if (error instanceof Refusal) return reasonOfBody(refusalBody(error));
  if (error instanceof EdgeRefusal) {
    const { code, status, text } = error.reason;
    return { code, status, text, detail: error.details.detail, headers: error.details.headers ?? {} };
  }
  switch (statusOf(error)) {
    case 400:
      return reasonOfBody(refusalBody(new Refusal(MALFORMED_REQUEST)));
    case 404:
    case 414:
      return { ...ROUTE_NOT_FOUND, headers: {} };
    case 408:
      return { ...REQUEST_TIMEOUT, headers: { connection: 'close' } };
    case 413:
      return reasonOfBody(refusalBody(new Refusal(BODY_TOO_LARGE)));
    case 415:
      return { ...UNSUPPORTED_MEDIA_TYPE, headers: { accept: 'application/json' } };
    case 431:
      return { ...HEADERS_TOO_LARGE, headers: { connection: 'close' } };
    case 503:
      return reasonOfBody(refusalBody(new Refusal(SERVICE_UNAVAILABLE)));
    default:
      return reasonOfBody(refusalBody(new Refusal(INTERNAL_ERROR)));
  }
}

/** Fastify's and Nest's own errors carry a status; anything else is unexpected. */
function statusOf(error: unknown): number {
  if (typeof error !== 'object' || error === null) return 500;
  if ('getStatus' in error && typeof error.getStatus === 'function') return Number(error.getStatus());
  return 'statusCode' in error ? Number(error.statusCode) : 500;
}
