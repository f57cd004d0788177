/** What a refusal means to the caller. The kind alone decides the HTTP status. */
export const HTTP_STATUS = {
  invalid: 400,
  unauthenticated: 401,
  payment_required: 402,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  stale: 412,
  too_large: 413,
  rule: 422,
  precondition_required: 428,
  limited: 429,
  internal: 500,
  unavailable: 503,
} as const;

export type ErrorKind = keyof typeof HTTP_STATUS;

export interface LocalText {
  readonly nb: string;
  readonly nn: string;
  readonly en: string;
}

export type Locale = keyof LocalText;

/** One public error code: its name never changes, its text may. */
export interface ErrorCode {
  readonly code: string;
  readonly kind: ErrorKind;
  readonly text: LocalText;
}

export function errorCode(code: string, kind: ErrorKind, text: LocalText): ErrorCode {
  if (!/^[A-Z][A-Z0-9_]*$/.test(code)) throw new Error(`error code ${code} must be UPPER_SNAKE`);
  return Object.freeze({ code, kind, text });
}

/** One field of a request that was refused; `path` is dotted, `code` is the violated constraint. */
export interface FieldError {
  path: string;
  code: string;
  message: string;
}

export interface RefusalDetails {
  /** What happened this time and what to do next; the code's own text when absent. */
  detail?: string;
  /** Fields or rules that were violated, all of them at once. */
  errors?: FieldError[];
  /** Machine-readable context, e.g. the free alternatives of a taken slot. */
  details?: Record<string, unknown>;
  /** Seconds after which trying again makes sense; becomes `Retry-After`. */
  retryAfter?: number;
}

/** The one way to say no. Thrown by use cases, carried over RPC, rendered as problem+json at the edge. */
export class Refusal extends Error {
  readonly code: string;
  readonly kind: ErrorKind;
  readonly detail: string | undefined;
  readonly errors: FieldError[] | undefined;
  readonly details: Record<string, unknown> | undefined;
  readonly retryAfter: number | undefined;

  constructor(
    readonly reason: ErrorCode,
    { detail, errors, details, retryAfter }: RefusalDetails = {},
  ) {
    super(detail ?? `${reason.code}: ${reason.text.en}`);
    this.name = 'Refusal';
    this.code = reason.code;
    this.kind = reason.kind;
    this.detail = detail;
    this.errors = errors;
    this.details = details;
    this.retryAfter = retryAfter;
  }
}

/** A refusal as it travels over RPC and is stored for idempotent replays. */
export interface RefusalBody {
  code: string;
  kind: ErrorKind;
  title: LocalText;
  detail?: string;
  errors?: FieldError[];
  details?: Record<string, unknown>;
  retryAfter?: number;
}

export function refusalBody(refusal: Refusal): RefusalBody {
  const { code, kind, detail, errors, details, retryAfter } = refusal;
  return {
    code,
    kind,
    title: refusal.reason.text,
    ...(detail !== undefined && { detail }),
    ...(errors !== undefined && { errors }),
    ...(details !== undefined && { details }),
    ...(retryAfter !== undefined && { retryAfter }),
  };
}
