import type { CustomFetch } from 'openid-client';
import { type SafeHttp, SendFailed } from '../../integrations/index.js';

const TIMEOUT_MS = 8_000;
/** What the protocol reads; cookies of the provider are none of our business. */
const HEADERS = ['content-type', 'www-authenticate', 'cache-control', 'age'];

/** How identity providers are reached: their addresses come from tenants and from documents that others wrote. */
export const providerFetch =
  (http: SafeHttp): CustomFetch =>
  async (url, { method, headers, body }) => {
    const answer = await http.send({
      url,
      method: method === 'POST' ? 'POST' : 'GET',
      headers,
      ...(body !== undefined && body !== null && { body: String(body) }),
      timeoutMs: TIMEOUT_MS,
    });
    if (answer.truncated) throw new SendFailed('connection');
    const kept = HEADERS.flatMap((name) => {
      const value = answer.headers[name];
      return value === undefined ? [] : [[name, value] as [string, string]];
    });
    const empty = answer.status === 204 || answer.status === 304;
    return new Response(empty ? null : new Uint8Array(answer.body), { status: answer.status, headers: kept });
  };
