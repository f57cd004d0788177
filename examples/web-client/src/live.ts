import type { Client } from '@digilist/client';

export interface Heard {
  /** How far this is: given back when connecting again, nothing is missed and nothing comes twice. */
  readonly id: string;
  /** `message` for domain events, else `ready`, `reset` or `end`. */
  readonly event: string;
  readonly data: unknown;
}

export interface Live {
  readonly baseUrl: string;
  readonly types: readonly string[];
  readonly signal: AbortSignal;
}

const PAUSE_MS = 500;

/**
 * Server-sent events as EventSource reads them, over fetch: so that a token can be sent, and outside of browsers. Goes on
 * by itself, with new tokens when the old ones have expired. A page with cookies uses EventSource.
 */
export async function* listen(client: Client, { baseUrl, types, signal }: Live): AsyncGenerator<Heard> {
  const url = new URL('/api/v1/events', baseUrl);
  for (const type of types) url.searchParams.append('types', type);
  let last = '';
  while (!signal.aborted) {
    try {
      const headers = {
        authorization: `Bearer ${client.tokens?.accessToken}`,
        ...(last !== '' && { 'last-event-id': last }),
      };
      const response = await fetch(url, { headers, signal });
      // Any call renews the tokens that it finds expired.
      if (response.status === 401) await client.platform.getMe();
      else if (!response.ok || !response.body) throw new Error(`events: ${response.status} ${await response.text()}`);
      else
        for await (const heard of eventsOf(response.body)) {
          if (heard.id !== '') last = heard.id;
          yield heard;
        }
    } catch (error) {
      if (signal.aborted) return;
      // A connection that broke is made again; what was refused is not.
      if (!(error instanceof TypeError)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

/** Lines `id:`, `event:` and `data:`, an empty one ends an event. */
async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Heard> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const piece of body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(piece, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = new Map(
        block.split('\n').map((line) => {
          const at = line.indexOf(':');
          return [line.slice(0, at), line.slice(at + 1).trim()];
        }),
      );
      const data = fields.get('data');
      if (data !== undefined)
        yield { id: fields.get('id') ?? '', event: fields.get('event') ?? 'message', data: JSON.parse(data) };
    }
  }
}
