import { ApiProblem, type Client } from '@digilist/client';

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  // Whatever the edge answered: the point of calling it by hand.
  body: Record<string, unknown>;
}

export interface Call {
  client?: Client;
  token?: string;
  tenant?: string;
  body?: unknown;
  raw?: string;
  headers?: Record<string, string>;
}

/** A request as a hand writes it, past everything that the typed client makes impossible. */
export async function http(gateway: string, method: string, path: string, call: Call = {}): Promise<Answer> {
  const token = call.token ?? call.client?.tokens?.accessToken;
  const body = call.raw ?? (call.body === undefined ? undefined : JSON.stringify(call.body));
  const response = await fetch(`${gateway}${path}`, {
    method,
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(call.tenant && { 'x-tenant': call.tenant }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...call.headers,
    },
    ...(body !== undefined && { body }),
    // Where it sends the browser is the answer.
    redirect: 'manual',
  });
  const text = await response.text();
  let parsed: Record<string, unknown> = {};
  try {
    parsed = JSON.parse(text) as Record<string, unknown>;
  } catch {
    // Not JSON: the text says what it is.
  }
  return { status: response.status, headers: response.headers, text, body: parsed };
}

/** The refusal that this must end in; a success is an error. */
export async function refusal(work: Promise<unknown>): Promise<ApiProblem> {
  try {
    await work;
  } catch (error) {
    if (error instanceof ApiProblem) return error;
    throw error;
  }
  throw new Error('this should have been refused, but it went through');
}

export const outcome = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'ok',
    (error: unknown) => {
      if (error instanceof ApiProblem) return error.code;
      throw error;
    },
  );

/** How often each outcome occurred. */
export function tally(outcomes: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const one of outcomes) counts[one] = (counts[one] ?? 0) + 1;
  return counts;
}
