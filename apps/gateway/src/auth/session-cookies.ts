import { hash, timingSafeEqual } from 'node:crypto';
import type { BrowserCookie, ErrorKind, Operation } from '@kit/contracts';
import { parseCookie, stringifySetCookie } from 'cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { single } from '../edge/exchange.js';
import { CSRF_REFUSED, EdgeRefusal } from '../problems/edge-codes.js';

const ACCESS = 'access';
const REFRESH = 'refresh';
const CSRF = 'csrf';
/** Longer than any session: the tokens inside say themselves when they end. */
const MAX_AGE_SECONDS = 60 * 86_400;
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresIn: number;
}

/** Value of one of our cookies. Browsers take the `__Host-` prefix only from this host, over TLS (or on localhost). */
export const cookieOf = (request: FastifyRequest, name: string): string | undefined => {
  const header = request.headers.cookie;
  return header === undefined ? undefined : parseCookie(header)[`__Host-${name}`];
};

export const accessCookieOf = (request: FastifyRequest): string | undefined => cookieOf(request, ACCESS);

export function setCookie(reply: FastifyReply, { name, value, maxAge }: BrowserCookie, httpOnly = true): void {
  const cookie = { name: `__Host-${name}`, value, maxAge, httpOnly, secure: true, sameSite: 'lax', path: '/' } as const;
  const before = reply.getHeader('set-cookie');
  const all = before === undefined ? [] : Array.isArray(before) ? before : [String(before)];
  void reply.removeHeader('set-cookie').header('set-cookie', [...all, stringifySetCookie(cookie)]);
}

/** The caller is a browser that wants its tokens where no script can read them. A page of another origin cannot say so. */
export const wantsCookies = (request: FastifyRequest): boolean => single(request.headers['x-session']) === 'cookie';

/** Puts the tokens into cookies and answers what the page may know: when to renew, and what to send with each change. */
export function keepTokens(reply: FastifyReply, answer: Buffer): object {
  const { accessToken, refreshToken, expiresIn } = JSON.parse(answer.toString()) as Tokens;
  const csrfToken = csrfTokenOf(accessToken);
  setCookie(reply, { name: ACCESS, value: accessToken, maxAge: MAX_AGE_SECONDS });
  setCookie(reply, { name: REFRESH, value: refreshToken, maxAge: MAX_AGE_SECONDS });
  setCookie(reply, { name: CSRF, value: csrfToken, maxAge: MAX_AGE_SECONDS }, false);
  return { csrfToken, expiresIn, tokenType: 'Cookie' };
}

export function dropTokens(reply: FastifyReply): void {
  for (const name of [ACCESS, REFRESH]) setCookie(reply, { name, value: '', maxAge: 0 });
  setCookie(reply, { name: CSRF, value: '', maxAge: 0 }, false);
}

/** A refusal that says that the tokens in the cookies are worth nothing any more. */
export const endsCookies = (operation: Operation, kind: ErrorKind): boolean =>
  operation.http?.session === 'renews' && kind === 'unauthenticated';

export const refreshCookieOf = (request: FastifyRequest): string | undefined => cookieOf(request, REFRESH);

/**
 * Refuses what another site made the browser send. A change needs the token that only a page of ours can read, and an
 * origin that is ours; both, because either alone has been got around before.
 * @throws EdgeRefusal CSRF_REFUSED
 */
export function requireOwnPage(request: FastifyRequest, accessToken: string, origins: readonly string[]): void {
  if (SAFE_METHODS.has(request.method)) return;
  requireOwnOrigin(request, origins);
  const sent = Buffer.from(single(request.headers['x-csrf-token']) ?? '');
  const expected = Buffer.from(csrfTokenOf(accessToken));
  if (sent.length !== expected.length || !timingSafeEqual(sent, expected)) throw new EdgeRefusal(CSRF_REFUSED);
}

/** @throws EdgeRefusal CSRF_REFUSED */
export function requireOwnOrigin(request: FastifyRequest, origins: readonly string[]): void {
  const site = single(request.headers['sec-fetch-site']);
  const origin = single(request.headers.origin);
  const ours = origin === undefined || origin === `${request.protocol}://${request.host}` || origins.includes(origin);
  const crossSite = site === 'cross-site' && (origin === undefined || !origins.includes(origin));
  if (!ours || crossSite) throw new EdgeRefusal(CSRF_REFUSED);
}

/** Follows from the access token, so it needs no store and no key, and is worth nothing beside another session's cookies. */
const csrfTokenOf = (accessToken: string): string => hash('sha256', `csrf/${accessToken}`, 'base64url');
