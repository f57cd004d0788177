import { randomBytes } from 'node:crypto';
import {
  type ExportedPage,
  jobOrigin,
  LOGGER,
  type Logger,
  newTraceparent,
  type Person,
  type Queryable,
  QueueWorker,
  RpcClient,
  SYSTEM_DATABASE,
  UnitOfWork,
} from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import {
  type ClosePersonalData,
  closePersonalData,
  type DataSubjectRequestKind,
  type RetainedData,
  reportPersonalData,
} from '@platform/contracts';
import type { DataSource } from 'typeorm';
import { ANSWERED, CLAIM_REQUESTS, REGISTER_KEPT } from './personal-data.sql.js';
import { personalData } from './registry.js';

const BATCH = 5;
const CLAIM_SECONDS = 120;
const TIMEOUT_MS = 10_000;
/** Of a part, well below what a message may hold. */
const PART_BYTES = 300_000;

interface Claimed {
  tenantId: string;
  id: string;
  userId: string;
  kind: DataSubjectRequestKind;
  status: string;
  version: number;
  email: string;
  serviceUserId: string;
}

type Outcome = Omit<ClosePersonalData, 'tenantId' | 'requestId'>;

/** Does what people ask PLATFORM for with what DIGILIST holds about them, and says so. */
@Injectable()
export class PersonalDataWorker extends QueueWorker<Claimed> {
  constructor(
    @Inject(SYSTEM_DATABASE) private readonly system: DataSource,
    private readonly unit: UnitOfWork,
    private readonly rpc: RpcClient,
    @Inject(LOGGER) log: Logger,
  ) {
    super('personal data', log);
  }

  protected override claim(): Promise<Claimed[]> {
    return this.system.query(CLAIM_REQUESTS, [BATCH, CLAIM_SECONDS]);
  }

  protected override async work(request: Claimed): Promise<void> {
    const { tenantId, id, version, kind, status } = request;
    const outcome = await this.act(request);
    // An erasure done again after a backup was restored has been answered long ago.
    if (status === 'in_progress') {
      await this.rpc.call(this.caller(), closePersonalData, { tenantId, requestId: id, ...outcome });
    }
    await this.unit.runAs(jobOrigin(tenantId, 'personal-data', request.serviceUserId), async (tx) => {
      tx.audit({
        action: `digilist.personal-data.${kind === 'erasure' ? 'erase' : kind === 'access' || kind === 'portability' ? 'export' : 'answer'}`,
        entity: { type: 'data_subject_request', id },
        changes: { kind, outcome: outcome.outcome, parts: outcome.parts, erased: outcome.erased ?? {} },
      });
    });
    await this.system.query(ANSWERED, [tenantId, id, version, kind === 'erasure']);
  }

  private act(request: Claimed): Promise<Outcome> | Outcome {
    switch (request.kind) {
      case 'access':
      case 'portability':
        return this.report(request);
      case 'erasure':
        return this.erase(request);
      // In force since the copy says so; the names DIGILIST shows are PLATFORM's, and come with the next state.
      case 'restriction':
      case 'rectification':
        return { outcome: 'completed', parts: 0 };
      // Nothing here rests on a legitimate interest or serves marketing.
      default:
        return { outcome: 'nothing', parts: 0 };
    }
  }

  private async report(request: Claimed): Promise<Outcome> {
    const { tenantId, id, serviceUserId } = request;
    const pages = await this.unit.runAs(jobOrigin(tenantId, 'personal-data', serviceUserId), async (tx) => {
      const all: ExportedPage[] = [];
      for await (const page of personalData.export(tx, personOf(request), async () => null)) all.push(page);
      return all;
    });
    let part = 0;
    for (const { category, table, records } of pages) {
      for (const some of inParts(records.map((record) => ({ table, ...record })))) {
        part += 1;
        const content = { records: some };
        await this.rpc.call(this.caller(), reportPersonalData, { tenantId, requestId: id, part, category, content });
      }
    }
    return { outcome: part > 0 ? 'completed' : 'nothing', parts: part };
  }

  /** As the system role: what only grows for the service is replaced here. */
  private erase(request: Claimed): Promise<Outcome> {
    const { tenantId, id, userId, serviceUserId } = request;
    return this.system.transaction(async (manager) => {
      const queryable: Queryable = { query: ({ text }, values) => manager.query(text, values as unknown[]) };
      const kept = await personalData.kept(queryable, personOf(request));
      for (const row of kept) {
        const values = [row.table, row.id, row.category, row.legalGround, row.until, serviceUserId];
        await queryable.query(REGISTER_KEPT, [tenantId, id, userId, ...values]);
      }
      const erased = await personalData.erase(queryable, personOf(request), passingName());
      return { outcome: 'completed', parts: 0, erased, retained: retainedOf(kept) };
    });
  }

  private caller() {
    return {
      requestId: `personal-data-${Date.now()}`,
      traceparent: newTraceparent(),
      deadline: Date.now() + TIMEOUT_MS,
    };
  }
}

const personOf = ({ tenantId, userId, email }: Claimed): Person => ({ tenantId, userId, email: email || userId });

/** For the moment until PLATFORM's state brings its own. */
const passingName = (): string => `erased-${randomBytes(16).toString('hex')}`;

function retainedOf(kept: readonly { category: string; legalGround: string; until: Date }[]): RetainedData[] {
  const byCategory = new Map<string, RetainedData>();
  for (const { category, legalGround, until } of kept) {
    const known = byCategory.get(category);
    if (!known || known.until < until.toISOString())
      byCategory.set(category, { category, legalGround, until: until.toISOString() });
  }
  return [...byCategory.values()];
}

function* inParts(records: readonly object[]): Generator<object[]> {
  let part: object[] = [];
  let bytes = 0;
  for (const record of records) {
    const size = Buffer.byteLength(JSON.stringify(record));
    if (part.length > 0 && bytes + size > PART_BYTES) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(record);
    bytes += size;
  }
  if (part.length > 0) yield part;
}
