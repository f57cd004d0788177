import { healthSubject, type Nats } from '@kit/service/edge';
import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Open } from '../edge/operation-of.js';
import type { Regions } from '../edge/regions.js';
import { EdgeMetrics } from './edge-metrics.js';

const PING_TIMEOUT_MS = 1_000;

/**
 * Whether requests can be served now: the services answer over NATS, and the process is not stopping. Of a service in
 * several regions one has to answer: the tenants of the others must not suffer where one region is away.
 */
export class Readiness {
  private stopping = false;

  constructor(
    private readonly nats: Nats,
    private readonly contexts: readonly string[],
    private readonly regions: Regions,
  ) {}

  drain(): void {
    this.stopping = true;
  }

  /** The process serves its last requests. */
  get draining(): boolean {
    return this.stopping;
  }

  /**
   * What a load balancer asks of one gateway among several: that this process is connected and not stopping. Whether the
   * services answer is the same for all gateways; asked for that, all of them would be taken away at once.
   */
  connected(): boolean {
    return !this.stopping && this.nats.connected;
  }

  async check(): Promise<{ ready: boolean; checks: Record<string, boolean> }> {
    const services = await Promise.all(this.contexts.map((context) => this.inRegions(context)));
    const checks = { nats: this.nats.connected, ...Object.assign({}, ...services) };
    const served = services.every((regions) => Object.values(regions).some(Boolean));
    return { ready: !this.stopping && this.nats.connected && served, checks };
  }

  private async inRegions(context: string): Promise<Record<string, boolean>> {
    const elsewhere = this.regions.isRegional(context) ? this.regions.others : [];
    const answers = [null, ...elsewhere].map(async (region): Promise<[string, boolean]> => {
      const subject = this.regions.subject(region, context, healthSubject(context));
      return [region === null ? context : `${context}@${region}`, await this.answers(subject)];
    });
    return Object.fromEntries(await Promise.all(answers));
  }

  private async answers(subject: string): Promise<boolean> {
    if (!this.nats.connected) return false;
    return this.nats.connection.request(subject, '', { timeout: PING_TIMEOUT_MS }).then(
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

  @Get('/health/connected')
  @Open()
  async connected(@Res() reply: FastifyReply): Promise<void> {
    const connected = this.readiness.connected();
    reply.code(connected ? 200 : 503).send({ status: connected ? 'ok' : 'unavailable' });
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
