import { type Redirect, Refusal } from '@kit/contracts';
import { originIn, type RequestContext, type Statement, type Tx, UnitOfWork } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import type { BackchannelLogout, FederatedLogout, FrontchannelLogout } from '@platform/contracts';
import { CONFIG, type PlatformConfig } from '../../../config.js';
import { isSecret, sha256 } from '../../../opaque-token.js';
import { type EndedSession, sessionsEnded } from '../end-sessions.js';
import { Directory } from './directory.js';
import { withParameter } from './domain/return-to.js';
import { END_SESSIONS_OF_BROWSER, END_SESSIONS_OF_PROVIDER_SESSION, END_SESSIONS_OF_SUBJECT } from './logout.sql.js';
import { OpenId } from './openid.js';
import { afterLogoutOf, type OpenProvider } from './providers.mapper.js';

/** Single logout: from here to the provider, and from the provider to here. */
@Injectable()
export class Logout {
  constructor(
    private readonly work: UnitOfWork,
    private readonly directory: Directory,
    private readonly openId: OpenId,
    @Inject(CONFIG) private readonly config: PlatformConfig,
  ) {}

  /** Goes on to the provider also when the session here is over already: there it may not be. */
  async own(ctx: RequestContext, { provider: name, browser }: FederatedLogout): Promise<Redirect> {
    const place = await this.directory.placeOf(ctx, name);
    const provider = await this.work.runAs(originIn(place.tenantId, ctx), async (tx) => {
      const found = await this.directory.open(tx, name);
      if (isSecret(browser)) {
        const values = [tx.tenantId, sha256(browser), tx.now, found.id];
        await sessionsEnded(tx, await tx.query<EndedSession>(END_SESSIONS_OF_BROWSER, values), 'logout');
      }
      return found;
    });
    const app = afterLogoutOf(this.config, place.slug);
    const cookie = { name: 'oidc', value: '', maxAge: 0 };
    try {
      return { location: (await this.openId.endSessionUrl(provider, app)) ?? app, cookie };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { location: withParameter(app, 'error', error.code), cookie };
    }
  }

  /** A page of the provider asks for it from within a frame, where no cookie of ours is sent: the session is in `sid`. */
  async frontchannel(ctx: RequestContext, { provider: name, iss, sid }: FrontchannelLogout): Promise<void> {
    const { tenantId } = await this.directory.placeOf(ctx, name);
    await this.work.runAs(originIn(tenantId, ctx), async (tx) => {
      const provider = await this.directory.open(tx, name);
      if (iss === provider.issuer) await end(tx, END_SESSIONS_OF_PROVIDER_SESSION, provider, sid);
    });
  }

  async backchannel(ctx: RequestContext, { provider: name, logout_token: token }: BackchannelLogout): Promise<void> {
    const { tenantId } = await this.directory.placeOf(ctx, name);
    const origin = originIn(tenantId, ctx);
    const provider = await this.work.runAs(origin, (tx) => this.directory.open(tx, name));
    const { session, subject } = await this.openId.loggedOut(provider, token, ctx.now);
    await this.work.runAs(origin, async (tx) => {
      if (session !== null) await end(tx, END_SESSIONS_OF_PROVIDER_SESSION, provider, session);
      else if (subject !== null) await end(tx, END_SESSIONS_OF_SUBJECT, provider, subject);
    });
  }
}

async function end(tx: Tx, statement: Statement, { key }: OpenProvider, whose: string): Promise<void> {
  const ended = await tx.query<EndedSession>(statement, [tx.tenantId, key, tx.now, whose]);
  await sessionsEnded(tx, ended, 'provider_logout');
}
