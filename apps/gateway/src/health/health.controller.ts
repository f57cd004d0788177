import { healthSubject, type Nats } from '@kit/service/edge';
import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Open } from '../edge/operation-of.js';
import { EdgeMetrics } from './edge-metrics.js';

const PING_TIMEOUT_MS = 1_000;

/** Whether requests can be served now: both services answer over NATS, and the process is not stopping. */
export class Readiness {
  private stopping = false;

  constructor(
    private readonly nats: Nats,
    private readonly contexts: readonly string[],
  ) {}

  drain(): void {
    this.stopping = true;
  }

  async check(): Promise<{ ready: boolean; checks: Record<string, boolean> }> {
    const answers = await Promise.all(
      this.contexts.map(async (context) => [context, await this.answers(context)] as const),
    );
    const checks = { nats: this.nats.connected, ...Object.fromEntries(answers) };
    return { ready: !this.stopping && Object.values(checks).every(Boolean), checks };
  }

  private async answers(context: string): Promise<boolean> {
    if (!this.nats.connected) return false;
    return this.nats.connection.request(healthSubject(context), '', { timeout: PING_TIMEOUT_MS }).then(
      () => true,
      () => false,
    );
  }
}

@Controller()
export class HealthController {
  constructor(
    private readonly readiness: Readiness,
    private readonly metrics: EdgeMetrics,
  ) {}

  @Get('/health/live')
  @Open()
  live() {
    return { status: 'ok' };
  }

  @Get('/health/ready')
  @Open()
  async ready(@Res() reply: FastifyReply): Promise<void> {
    const { ready, checks } = await this.readiness.check();
    reply.code(ready ? 200 : 503).send({ status: ready ? 'ok' : 'unavailable', checks });
  }

  @Get('/metrics')
  @Open()
  async scrape(@Res() reply: FastifyReply): Promise<void> {
    reply.header('content-type', this.metrics.registry.contentType).send(await this.metrics.registry.metrics());
  }
}
