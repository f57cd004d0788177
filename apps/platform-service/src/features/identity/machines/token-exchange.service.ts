import { FORBIDDEN, Refusal } from '@kit/contracts';
import { type RequestContext, UnitOfWork, userOf } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import {
  type ExchangeApiKey,
  IMPERSONATION_NOT_ALLOWED,
  IMPERSONATION_TARGET_INVALID,
  type Impersonate,
  type IssuedToken,
  impersonationBegan,
} from '@platform/contracts';
import { CONFIG, type PlatformConfig } from '../../../config.js';
import { GrantsService } from '../../access/index.js';
import { readSetting } from '../../settings/index.js';
import { requireFreshAuthentication } from '../factors/freshness.js';
import { SignIn } from '../sign-in.js';
import { SigningKeys } from '../signing-keys.js';
import { acceptKey } from './accept-key.js';
import { FIND_TARGET } from './machines.sql.js';

/** However long tokens live otherwise: nobody is somebody else for longer. */
const IMPERSONATION_SECONDS = 15 * 60;

interface Target extends Record<string, unknown> {
  id: string;
  kind: 'person' | 'service';
  status: string;
  slug: string;
}

/** Tokens for something else than a sign-in: for a key, or for the right to act on another's behalf (RFC 8693). */
@Injectable()
export class TokenExchangeService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly grants: GrantsService,
    private readonly keys: SigningKeys,
    private readonly signIn: SignIn,
    @Inject(CONFIG) private readonly config: PlatformConfig,
  ) {}

  async ofKey(ctx: RequestContext, { apiKey }: ExchangeApiKey): Promise<IssuedToken> {
    const { userId, tenantId, tenantSlug, sessionId } = await acceptKey(this.work, ctx, apiKey);
    const claims = { sub: userId, tid: tenantId, ten: tenantSlug, sid: sessionId };
    return this.issued(await this.keys.sign(claims, ctx.now));
  }

  async onBehalf(ctx: RequestContext, { id, reason }: Impersonate): Promise<IssuedToken> {
    const { userId: actorId, impersonatorId } = userOf(ctx);
    const begun = await this.work.run(ctx, async (tx) => {
      if (!tx.reach.tenant || impersonatorId) throw new Refusal(FORBIDDEN);
      if (!(await readSetting(tx, 'platform.impersonation-allowed'))) throw new Refusal(IMPERSONATION_NOT_ALLOWED);
      await requireFreshAuthentication(tx, ctx);
      const target = await tx.one<Target>(FIND_TARGET, [tx.tenantId, id]);
      if (target.id === actorId || target.kind !== 'person' || target.status !== 'active')
        throw new Refusal(IMPERSONATION_TARGET_INVALID);
      await this.grants.requireNoMoreThan(tx, actorId, id);
      const limits = { idleSeconds: IMPERSONATION_SECONDS, absoluteSeconds: IMPERSONATION_SECONDS };
      const session = await this.signIn.begin(tx, ctx, {
        userId: id,
        slug: target.slug,
        methods: ['imp'],
        impersonatorId: actorId,
        limits,
      });
      if (!session || !('id' in session)) throw new Refusal(IMPERSONATION_TARGET_INVALID);
      tx.emit(impersonationBegan, { id: session.id, version: 1, data: { userId: id, actorId } });
      tx.audit({
        action: 'platform.user.impersonate',
        entity: { type: 'user', id },
        reason,
        changes: { sessionId: session.id },
      });
      return session;
    });
    // The refresh token stays untold: when the time is over, it has to be asked for again.
    const { accessToken } = await this.signIn.tokens(begun, ctx.now);
    return this.issued(accessToken);
  }

  private issued(accessToken: string): IssuedToken {
    return {
      accessToken,
      issuedTokenType: 'urn:ietf:params:oauth:token-type:access_token',
      tokenType: 'Bearer',
      expiresIn: this.config.accessTokenSeconds,
    };
  }
}
