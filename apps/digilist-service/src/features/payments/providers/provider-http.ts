import { type Delivery, ProviderRefused, ProviderUnknown, WebhookRefused } from './payment-provider.js';

const TIMEOUT_MS = 10_000;
const MAX_ANSWER_BYTES = 256 * 1024;

export interface ProviderRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface ProviderAnswer {
  readonly status: number;
  /** null: no JSON. */
  readonly body: unknown;
}

/**
 * The one way to a provider. Whatever goes wrong between sending and reading says nothing about what happened there, so
 * it is `ProviderUnknown` — also a connection that was refused: whoever asks the provider later learns the same for sure.
 * No message repeats what was sent or answered: there are secrets in it.
 */
export async function askProvider(request: ProviderRequest, timeoutMs = TIMEOUT_MS): Promise<ProviderAnswer> {
  const { url, ...rest } = request;
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, { ...rest, redirect: 'manual', signal });
    const body = jsonOf(await textOf(response));
    if (response.ok && body === null) throw new ProviderUnknown('the answer cannot be read');
    return { status: response.status, body };
  } catch (error) {
    if (error instanceof ProviderUnknown) throw error;
    throw new ProviderUnknown(signal.aborted ? 'no answer in time' : 'the connection failed');
  }
}

/** Too slow, too early, too often, or somebody else is at it: a moment later the answer may be another. */
const UNDECIDED = new Set([408, 409, 425, 429]);

/**
 * What an answer that is no success means. A refusal is believed when it reads as the provider documents it; anything
 * else (a proxy's page, a busy server, a key that is in use) tells nothing.
 */
export function failureOf(
  status: number,
  documented: { reason: string; detail: string } | null,
): ProviderRefused | ProviderUnknown {
  const refused = status >= 400 && status < 500 && !UNDECIDED.has(status);
  return refused && documented
    ? new ProviderRefused(documented.reason, documented.detail)
    : new ProviderUnknown(`the provider answered ${status}`);
}

/** A property of an answer, whatever the answer is. */
export const at = (value: unknown, ...path: (string | number)[]): unknown =>
  path.reduce<unknown>(
    (found, key) => (typeof found === 'object' && found !== null ? (found as Record<string, unknown>)[key] : undefined),
    value,
  );

/** What a webhook holds. @throws WebhookRefused */
export function eventIn({ payload }: Delivery): unknown {
  const event = jsonOf(payload);
  if (typeof event !== 'object' || event === null) throw new WebhookRefused('no event');
  return event;
}

/** @throws ProviderUnknown when the provider left out what it promises: then nothing it says is taken for granted */
export function textAt(value: unknown, ...path: (string | number)[]): string {
  const found = at(value, ...path);
  if (typeof found === 'string' && found !== '') return found;
  throw new ProviderUnknown(`the provider answered without ${path.join('.')}`);
}

/** A sum in minor units. @throws ProviderUnknown */
export function sumAt(value: unknown, ...path: (string | number)[]): number {
  const found = at(value, ...path);
  if (Number.isSafeInteger(found) && (found as number) >= 0) return found as number;
  throw new ProviderUnknown(`the provider answered without ${path.join('.')}`);
}

async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) throw new ProviderUnknown('the answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
