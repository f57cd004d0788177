import type { Client } from '@digilist/client';
import { type Operation, pathParameters } from '@kit/contracts';
import { type Answer, http } from './http.js';

/** Of an upload: the body and what it says it is. */
const OF_A_FILE: ReadonlySet<string> = new Set(['content', 'contentType']);

export type HttpOperation = Operation & { http: NonNullable<Operation['http']> };

export const overHttp = (operations: readonly unknown[]): HttpOperation[] =>
  (operations as readonly Operation[]).filter((operation): operation is HttpOperation => operation.http !== null);

/** Sends an operation as its route says, for any caller and with any ids. */
export function send(
  gateway: string,
  operation: HttpOperation,
  request: object,
  caller: { client?: Client; tenant?: string } = {},
): Promise<Answer> {
  const { method, base, path, cookies, fields, query: inQuery, raw, upload } = operation.http;
  const names = pathParameters(path);
  const values = Object.entries(request);
  const address = names.reduce(
    (url, name) => url.replace(`{${name}}`, encodeURIComponent(String(new Map(values).get(name)))),
    `${base}${path}`,
  );
  const carried = (name: string) => name in cookies || name in fields;
  const rest = Object.fromEntries(values.filter(([name]) => !names.includes(name) && !carried(name)));
  const cookie = values.filter(([name]) => name in cookies).map(([name, value]) => `__Host-${cookies[name]}=${value}`);
  const reads = method === 'GET' || method === 'DELETE';
  const only = (wanted: (name: string) => boolean) =>
    Object.fromEntries(Object.entries(rest).filter(([name]) => wanted(name)));
  const query = new URLSearchParams(
    only((name) => reads || inQuery.includes(name) || (upload !== null && !OF_A_FILE.has(name))) as Record<
      string,
      string
    >,
  ).toString();
  const sent = raw
    ? { raw: String(rest[raw]) }
    : upload
      ? { raw: String(rest.content) }
      : { body: only((name) => !inQuery.includes(name)) };
  return http(gateway, method, query ? `${address}?${query}` : address, {
    ...caller,
    ...(!reads && sent),
    // Some version: who may not see the row must not learn whether it is the current one.
    headers: {
      ...(upload && { 'content-type': String(rest.contentType) }),
      ...(operation.version === 'required' && { 'if-match': '"1"' }),
      ...(cookie.length > 0 && { cookie: cookie.join('; ') }),
      ...Object.fromEntries(values.filter(([name]) => name in fields).map(([name, value]) => [fields[name], value])),
    },
  });
}
