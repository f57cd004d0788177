import { createHash } from 'node:crypto';
import { Refusal } from '@kit/contracts';
import { type RequestContext, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import {
  type EvaluateFlag,
  type EvaluateFlags,
  type EvaluateProductFlags,
  FLAG_NOT_FOUND,
  type FlagEvaluation,
  type FlagEvaluations,
  INVALID_CONTEXT,
} from '@platform/contracts';
import { canonicalJson } from '../../../canonical-json.js';
import { evaluate, type FlagContext, type FlagSet, type StoredFlag } from './domain/evaluate.js';
import { FlagStore } from './flag-store.js';

const EVALUATE = 'platform.feature-flag.evaluate';
const EVENTS = '/ofrep/v1/events';

interface Viewer {
  readonly context: FlagContext;
  /** Sees flags that are not exposed to clients as well. */
  readonly everything: boolean;
}

/** Answers what flags are, to whoever may know. */
@Injectable()
export class EvaluationService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly store: FlagStore,
  ) {}

  async one(ctx: RequestContext, { key, context = {} }: EvaluateFlag): Promise<FlagEvaluation> {
    const viewer = await this.viewerOf(ctx, context);
    const set = await this.store.current();
    const flag = set.flags.get(key);
    // One that may not be seen answers like one that is not there.
    if (!flag || !(viewer.everything || flag.clientExposed)) throw new Refusal(FLAG_NOT_FOUND);
    return this.decide(set, flag, viewer.context);
  }

  async all(ctx: RequestContext, { context = {} }: EvaluateFlags): Promise<FlagEvaluations> {
    const viewer = await this.viewerOf(ctx, context);
    const set = await this.store.current();
    const seen = [...set.flags.values()].filter(({ clientExposed }) => viewer.everything || clientExposed);
    // Of the context too: the same flags are something else to somebody else.
    ctx.etag = etagOf(set, viewer);
    return this.answer(set, seen, viewer.context);
  }

  /** Flags of the calling product and of PLATFORM itself; another product's are none of its business. */
  async ofProduct(ctx: RequestContext, { tenantId, context }: EvaluateProductFlags): Promise<FlagEvaluations> {
    if (ctx.principal.kind !== 'product') throw new Refusal(INVALID_CONTEXT);
    const prefixes = [`${ctx.principal.key}.`, 'platform.'];
    const set = await this.store.current();
    const seen = [...set.flags.values()].filter(({ key }) => prefixes.some((prefix) => key.startsWith(prefix)));
    return this.answer(set, seen, { ...checked(context), tenantId });
  }

  private answer(set: FlagSet, flags: readonly StoredFlag[], context: FlagContext): FlagEvaluations {
    return {
      flags: flags.map((flag) => this.decide(set, flag, context)),
      eventStreams: [{ type: 'sse', endpoint: { requestUri: EVENTS } }],
      metadata: { version: set.version },
    };
  }

  private decide(set: FlagSet, flag: StoredFlag, context: FlagContext): FlagEvaluation {
    this.store.noteUse(flag.key);
    const { variant, value, reason, rule } = evaluate(set, flag, context);
    const metadata = { flagVersion: flag.version, ...(rule !== undefined && { rule }) };
    return { key: flag.key, reason, variant, value, metadata };
  }

  /** What the caller says of themselves, but for what we know better. */
  private viewerOf(ctx: RequestContext, given: Record<string, unknown>): Promise<Viewer> {
    return this.work.run(ctx, async (tx) => {
      const { principal } = ctx;
      const user = principal.kind === 'user' ? principal : null;
      const reach = user ? await tx.reachOf(EVALUATE) : null;
      return {
        context: {
          ...checked(given),
          tenantId: tx.tenantId,
          tenant: user?.tenantSlug ?? ctx.tenantHint,
          ...(user && { userId: user.userId }),
          signedIn: user !== null,
        },
        everything: reach?.tenant ?? false,
      };
    });
  }
}

/** @throws Refusal INVALID_CONTEXT */
function checked(context: Record<string, unknown>): FlagContext {
  const { targetingKey } = context;
  const key = targetingKey === undefined || targetingKey === null || typeof targetingKey === 'string';
  if (key && Object.keys(context).length <= 200) return context;
  const detail = key ? 'the context has more than 200 attributes' : 'targetingKey must be text';
  throw new Refusal(INVALID_CONTEXT, { detail });
}

const etagOf = (set: FlagSet, { context, everything }: Viewer): string =>
  `"${createHash('sha256')
    .update(canonicalJson({ version: set.version, everything, context }))
    .digest('base64url')}"`;
