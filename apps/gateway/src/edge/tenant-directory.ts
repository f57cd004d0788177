import { randomUUID } from 'node:crypto';
import { type EventEnvelope, Refusal } from '@kit/contracts';
import { type Logger, type Nats, newTraceparent, type RpcClient } from '@kit/service/edge';
import { type LocateTenant, locateTenant, tenantProvisioned } from '@platform/contracts';

const TIMEOUT_MS = 1_000;
/** An answer is asked for again after this long, by the way: nobody waits for it. */
const FRESH_MS = 60_000;
/** Names that nobody has are asked for all the time, and may be given any moment. */
const UNKNOWN_MS = 5_000;
/** While PLATFORM is away it is asked no more often than this about what was known. */
const RETRY_MS = 5_000;
const CAPACITY = 50_000;

interface Entry {
  /** null: there is no such tenant. */
  readonly tenantId: string | null;
  readonly region: string | null;
  askAgainAt: number;
  /** It may well have changed: whoever asks waits for the new answer. */
  doubtful: boolean;
}

const keyOf = ({ by, key }: LocateTenant): string => `${by} ${key}`;

/** In which region each tenant is, as PLATFORM says; what it has said stands while it is away. */
export class TenantDirectory {
  private readonly entries = new Map<string, Entry>();
  private readonly asking = new Map<string, Promise<Entry>>();
  private changes = 0;

  constructor(
    private readonly nats: Nats,
    private readonly rpc: RpcClient,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.nats.connection.subscribe(TENANT_CHANGED, {
      callback: (error, message) => {
        if (!error) this.changed(message.json<EventEnvelope>());
      },
    });
  }

  /** null: there is no such tenant. @throws Refusal when PLATFORM cannot say and never has */
  async regionOf(asked: LocateTenant): Promise<string | null> {
    const known = this.entries.get(keyOf(asked));
    if (!known) return (await this.ask(asked)).region;
    if (Date.now() < known.askAgainAt) return known.region;
    const asking = this.ask(asked).catch((error) => {
      this.logger.warn({ err: error }, 'where a tenant is could not be asked again; what was known stands');
      known.askAgainAt = Date.now() + RETRY_MS;
      return known;
    });
    return known.doubtful ? (await asking).region : known.region;
  }

  private ask(asked: LocateTenant): Promise<Entry> {
    const key = keyOf(asked);
    const under = this.asking.get(key);
    if (under) return under;
    const asking = this.fetch(asked)
      .then((entry) => this.remember(key, entry))
      .finally(() => this.asking.delete(key));
    this.asking.set(key, asking);
    return asking;
  }

  private async fetch(asked: LocateTenant): Promise<Entry> {
    // The answer holds as of when it was asked for.
    const { changes } = this;
    const at = Date.now();
    const caller = { requestId: randomUUID(), traceparent: newTraceparent(), deadline: at + TIMEOUT_MS };
    const found = await this.rpc.call(caller, locateTenant, asked).catch((error) => {
      if (error instanceof Refusal && error.kind === 'not_found') return { tenantId: null, region: null };
      throw error;
    });
    const doubtful = found.tenantId === null || changes !== this.changes;
    const keptMs = changes !== this.changes ? 0 : doubtful ? UNKNOWN_MS : FRESH_MS;
    return { ...found, askAgainAt: at + keptMs, doubtful };
  }

  private remember(key: string, entry: Entry): Entry {
    this.entries.delete(key);
    if (this.entries.size >= CAPACITY) {
      const oldest = this.entries.keys().next().value;
      if (oldest !== undefined) this.entries.delete(oldest);
    }
    this.entries.set(key, entry);
    return entry;
  }

  /** Its slug may be another tenant's from now on, and what nobody had may be its own. */
  private changed({ subject }: EventEnvelope): void {
    this.changes++;
    for (const entry of this.entries.values()) {
      if (entry.tenantId !== null && entry.tenantId !== subject) continue;
      entry.askAgainAt = 0;
      entry.doubtful = true;
    }
  }
}

const TENANT_CHANGED = `${tenantProvisioned.context}.live.*.${tenantProvisioned.aggregate}.>`;
