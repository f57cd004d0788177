import { NOT_FOUND, Refusal } from '@kit/contracts';
import { newTraceparent, RpcClient } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { type ReadableIntegration, readIntegration } from '@platform/contracts';
import { v7 as uuidv7 } from 'uuid';

export type { ReadableIntegration };

const TIMEOUT_MS = 3_000;
/** What a municipality changes in an integration holds here after this long. */
const KEPT_MS = 60_000;
const KEPT = 1_000;

interface Kept {
  readonly until: number;
  readonly reading: Promise<ReadableIntegration | null>;
}

/** Connections to other systems with their secrets, as PLATFORM keeps them. Here they are in memory only. */
@Injectable()
export class Integrations {
  private readonly kept = new Map<string, Kept>();

  constructor(private readonly rpc: RpcClient) {}

  /**
   * null: the tenant has no such connection.
   * @throws Refusal SERVICE_UNAVAILABLE, DEADLINE_EXCEEDED while PLATFORM is away
   */
  read(tenantId: string, id: string): Promise<ReadableIntegration | null> {
    const name = `${tenantId} ${id}`;
    const known = this.kept.get(name);
    if (known && known.until > Date.now()) return known.reading;
    const reading = this.ask(tenantId, id);
    this.keep(name, reading);
    return reading;
  }

  /** As it is at this moment, for whoever has just changed it. */
  readNow(tenantId: string, id: string): Promise<ReadableIntegration | null> {
    this.kept.delete(`${tenantId} ${id}`);
    return this.read(tenantId, id);
  }

  /** Also what is not there is kept for a while; that PLATFORM was away is not. */
  private keep(name: string, reading: Promise<ReadableIntegration | null>): void {
    if (this.kept.size >= KEPT) this.kept.clear();
    const kept = { until: Date.now() + KEPT_MS, reading };
    this.kept.set(name, kept);
    reading.catch(() => {
      if (this.kept.get(name) === kept) this.kept.delete(name);
    });
  }

  private async ask(tenantId: string, id: string): Promise<ReadableIntegration | null> {
    const caller = {
      requestId: `read-integration-${uuidv7()}`,
      traceparent: newTraceparent(),
      deadline: Date.now() + TIMEOUT_MS,
    };
    try {
      return await this.rpc.call(caller, readIntegration, { tenantId, id });
    } catch (error) {
      if (error instanceof Refusal && error.code === NOT_FOUND.code) return null;
      throw error;
    }
  }
}
