import { Readable } from 'node:stream';
import type { Chunk, HtmlPage, HttpRoute, Redirect } from '@kit/contracts';
import type { RawAnswer } from '@kit/service/edge';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { setCookie } from '../auth/session-cookies.js';
import { SCIM_TYPE } from '../problems/scim.js';

/** 303, so that whatever the method was, the browser goes on with a GET. */
export function redirect(answer: RawAnswer, reply: FastifyReply): void {
  const { location, cookie } = JSON.parse(answer.text()) as Redirect;
  if (cookie) setCookie(reply, cookie);
  reply.code(303).header('location', location).send();
}

/** Styles may stand in the page itself. Where its forms may lead is not limited: they are answered with a redirect. */
const PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";

export function sendPage(answer: RawAnswer, reply: FastifyReply): void {
  const { html } = JSON.parse(answer.text()) as HtmlPage;
  reply.header('content-type', 'text/html; charset=utf-8').header('content-security-policy', PAGE_POLICY).send(html);
}

/**
 * A download in as many pieces as it takes, never more than one in memory. What goes wrong after the first piece can
 * no longer be said in the status: the connection breaks, and the client sees that the file is not whole.
 */
export function sendDownload(
  first: RawAnswer,
  more: (cursor: string) => Promise<RawAnswer>,
  request: FastifyRequest,
  reply: FastifyReply,
  maxAge: number | null,
): void {
  const { contentType, fileName, inline, etag, shared } = JSON.parse(first.text()) as Chunk;
  if (etag !== undefined) reply.header('etag', etag).header('cache-control', 'private, no-cache');
  if (shared && maxAge !== null) reply.header('cache-control', `public, max-age=${maxAge}, immutable`);
  if (etag !== undefined && request.headers['if-none-match'] === etag) {
    reply.code(304).send();
    return;
  }
  const disposition = inline ? 'inline' : 'attachment';
  reply
    .header('content-type', contentType)
    .header('content-disposition', `${disposition}; filename="${fileName.replace(/[^\w.-]/g, '_')}"`)
    .send(Readable.from(piecesOf(first, more), { objectMode: false }));
}

async function* piecesOf(first: RawAnswer, more: (cursor: string) => Promise<RawAnswer>): AsyncGenerator<Buffer> {
  let answer = first;
  for (;;) {
    if (!answer.ok) throw new Error(`the download broke off: ${answer.text()}`);
    const { content, encoding, next } = JSON.parse(answer.text()) as Chunk;
    if (content !== '') yield Buffer.from(content, encoding);
    if (next === null) return;
    answer = await more(next);
  }
}

interface ScimMeta {
  readonly location?: string;
  readonly version?: string;
}

/** RFC 7644 3.14: the version of a resource is its ETag. A list has none. */
export function sendScim(answer: RawAnswer, status: number, request: FastifyRequest, reply: FastifyReply): void {
  const text = answer.text();
  const { version, location } = (JSON.parse(text) as { meta?: ScimMeta }).meta ?? {};
  if (location !== undefined) reply.header(status === 201 ? 'location' : 'content-location', location);
  if (version !== undefined) {
    reply.header('etag', version).header('cache-control', 'private, no-cache');
    if (request.method === 'GET' && request.headers['if-none-match'] === version) {
      reply.code(304).send();
      return;
    }
  }
  reply.code(status).header('content-type', SCIM_TYPE).send(text);
}

export const withCursor = (body: string, cursor: string): string => JSON.stringify({ ...JSON.parse(body), cursor });

/** RFC 9745 and RFC 8594: the route works, but not for ever. */
export function announceEnd({ since, until, successor }: NonNullable<HttpRoute['retired']>, reply: FastifyReply): void {
  reply
    .header('deprecation', `@${Math.floor(Date.parse(since) / 1000)}`)
    .header('sunset', new Date(until).toUTCString())
    .header('link', `<${successor}>; rel="successor-version"`);
}
