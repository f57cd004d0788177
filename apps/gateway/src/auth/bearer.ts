import type { FastifyRequest } from 'fastify';
import { accessCookieOf } from './session-cookies.js';

const BEARER = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i;
const COMPACT = /^[\w-]+\.[\w-]+\.[\w-]+$/;
const MAX_LENGTH = 4_096;

/** The token of an Authorization field; null when it is no bearer token in compact form. */
export function bearerOf(authorization: string | undefined): string | null {
  if (authorization === undefined || authorization.length > MAX_LENGTH) return null;
  return BEARER.exec(authorization)?.[1] ?? null;
}

export interface Presented {
  /** null: something was presented that is no token. */
  readonly token: string | null;
  readonly by: 'header' | 'cookie';
}

/** What the caller presents as proof of who they are; null when nothing. The header counts where both are there. */
export function presentedBy(request: FastifyRequest): Presented | null {
  const { authorization } = request.headers;
  if (authorization !== undefined) return { token: bearerOf(authorization), by: 'header' };
  const cookie = accessCookieOf(request);
  if (cookie === undefined || cookie === '') return null;
  return { token: cookie.length <= MAX_LENGTH && COMPACT.test(cookie) ? cookie : null, by: 'cookie' };
}
