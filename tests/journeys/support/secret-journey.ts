import { randomBytes } from 'node:crypto';
import { type RunningSystem, readMail, startSystem } from '@kit/testing';
import { REACHES_RECEIVER, type Receiver, startProvider, startReceiver, type TestProvider } from '@kit/testing/outside';
import type { Answer, Call } from './http.js';
import { PlantedSecrets } from './secrets.js';

export const API = '/api/v1';
/** What the made-up billing provider signs with. */
export const BILLING_SECRET = `whsec_${randomBytes(24).toString('base64')}`;

/** A system of its own that writes all the logs it can, one tenant, and everything that is confided to them. */
export class SecretJourney {
  readonly slug = `t${randomBytes(5).toString('hex')}`;
  readonly secrets: PlantedSecrets;
  /** Access tokens of the super administrator and of the tenant's administrator. */
  root = '';
  admin = '';
  /** Password of somebody without second factors. */
  livs = '';

  private constructor(
    readonly system: RunningSystem,
    readonly provider: TestProvider,
    readonly receiver: Receiver,
  ) {
    this.secrets = new PlantedSecrets(system);
  }

  static async start(): Promise<SecretJourney> {
    const limits = ['ADDRESS', 'USER', 'TENANT', 'CREDENTIALS'].map((name) => [`GATEWAY_LIMIT_${name}`, '0']);
    const system = await startSystem({
      products: ['lending'],
      env: { LOG_LEVEL: 'trace' },
      appEnv: {
        gateway: Object.fromEntries(limits),
        platform: { ...REACHES_RECEIVER, PLATFORM_BILLING_WEBHOOK_SECRETS: `payer:${BILLING_SECRET}` },
      },
    });
    const provider = await startProvider({ acrValues: ['idporten-loa-substantial', 'idporten-loa-high'] });
    return new SecretJourney(system, provider, await startReceiver());
  }

  call(status: number, method: string, route: string, more: Call = {}): Promise<Answer> {
    return this.secrets.call(status, method, `${API}${route}`, { tenant: this.slug, ...more });
  }

  /** Tokens of a sign-in, which only its own answer may show. */
  tokensOf(name: string, answer: Answer): { accessToken: string; refreshToken: string } {
    const { accessToken, refreshToken } = answer.body as { accessToken: string; refreshToken: string };
    this.secrets.plant(`access token of ${name}`, accessToken, answer);
    if (refreshToken) this.secrets.plant(`refresh token of ${name}`, refreshToken, answer);
    return { accessToken, refreshToken };
  }

  async signIn(name: string, email: string, password: string): Promise<string> {
    const answer = await this.call(200, 'POST', '/auth/login', { body: { email, password } });
    return this.tokensOf(name, answer).accessToken;
  }

  /** The token of the link in the latest mail to somebody. */
  async linkTo(name: string, email: string, subject: RegExp): Promise<string> {
    const mails = await readMail(this.system.mail, { to: email, subject });
    const token = /#token=([^\s"<&]+)/.exec(mails.at(-1)?.text ?? '')?.[1];
    if (!token) throw new Error(`no link in ${JSON.stringify(mails.at(-1))}`);
    return this.secrets.plant(name, decodeURIComponent(token));
  }

  async stop(): Promise<void> {
    await this.system.stop();
    await this.provider.stop();
    await this.receiver.stop();
  }
}
