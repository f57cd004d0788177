import type { Nats } from '@kit/service/edge';
import { Controller, Get, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Open } from '../edge/operation-of.js';

/** PLATFORM says here that some flag has changed; no more is told. */
export const FLAGS_CHANGED = 'platform.flags.changed';
const BEAT_MS = 15_000;
const REFETCH = JSON.stringify({ type: 'refetchEvaluation' });

/** Pages that want to hear when feature flags change (server-sent events of OFREP). What changed they ask for themselves. */
export class FlagEvents {
  private readonly listeners = new Set<FastifyReply['raw']>();
  private timer: NodeJS.Timeout | null = null;
  private heard = true;

  constructor(
    private readonly nats: Nats,
    private readonly capacity = 10_000,
  ) {}

  start(): void {
    this.nats.connection.subscribe(FLAGS_CHANGED, { callback: () => this.tell(`data: ${REFETCH}\n\n`) });
    this.timer = setInterval(() => this.beat(), BEAT_MS);
    this.timer.unref();
  }

  /** Ends every stream; the pages come back to whoever serves then. */
  stop(): void {
    if (this.timer) clearInterval(this.timer);
    for (const listener of this.listeners) listener.end();
    this.listeners.clear();
  }

  /** False when there is no room. */
  add(listener: FastifyReply['raw']): boolean {
    if (this.listeners.size >= this.capacity) return false;
    this.listeners.add(listener);
    listener.once('close', () => this.listeners.delete(listener));
    return true;
  }

  /** Keeps proxies from closing what looks idle. What was missed while NATS was away is made up for. */
  private beat(): void {
    const missed = this.nats.connected && !this.heard;
    this.heard = this.nats.connected;
    this.tell(missed ? `data: ${REFETCH}\n\n` : ': beat\n\n');
  }

  private tell(text: string): void {
    for (const listener of this.listeners) listener.write(text);
  }
}

@Controller()
export class FlagEventsController {
  constructor(private readonly events: FlagEvents) {}

  @Get('/ofrep/v1/events')
  @Open()
  listen(@Req() _request: FastifyRequest, @Res() reply: FastifyReply): void {
    const { raw } = reply;
    if (!this.events.add(raw)) {
      reply.code(503).header('retry-after', '30').send();
      return;
    }
    reply.hijack();
    raw.writeHead(200, {
      ...(reply.getHeaders() as Record<string, string>),
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
    });
    raw.write('retry: 3000\n\n');
  }
}
