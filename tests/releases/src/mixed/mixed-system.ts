import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { root } from '@kit/local-servers';
import { type AppName, type RunningApp, type RunningSystem, startSystem } from '@kit/testing';

export type Age = 'old' | 'new';
export type Mix = Record<AppName, readonly Age[]>;

const APPS = ['platform', 'digilist', 'gateway'] as const;
/** Whether they understand each other is asked, not how fast a process is that has just been started. */
const PATIENT = {
  GATEWAY_DEADLINE_MS: '20000',
  GATEWAY_DRAIN_MS: '0',
  ...Object.fromEntries(['ADDRESS', 'USER', 'TENANT', 'CREDENTIALS'].map((name) => [`GATEWAY_LIMIT_${name}`, '0'])),
};

/** One system on the new schema, whose apps are of this checkout, of the last release, or both at once. */
export class MixedSystem {
  private readonly known = new Map<string, RunningApp>();

  private constructor(
    readonly system: RunningSystem,
    private readonly oldRoot: string,
  ) {
    for (const app of APPS) this.known.set(`new ${app}`, system.apps[app]);
  }

  /** Begins with this checkout alone, and the demo's municipalities in it. */
  static async start(oldRoot: string): Promise<MixedSystem> {
    const system = await startSystem({ appEnv: { gateway: PATIENT } });
    try {
      await seed(system);
      return new MixedSystem(system, oldRoot);
    } catch (error) {
      await system.stop();
      throw error;
    }
  }

  /** Runs exactly these. What is wanted is started before the rest is stopped: there is always somebody who answers. */
  async become(mix: Mix): Promise<void> {
    for (const app of APPS) for (const age of mix[app]) await this.started(age, app);
    for (const [name, app] of this.known) {
      const wanted = APPS.some((one) => mix[one].some((age) => name === `${age} ${one}`));
      if (!wanted) await app.stop();
    }
  }

  app(age: Age, app: AppName): RunningApp {
    const found = this.known.get(`${age} ${app}`);
    if (!found?.isRunning()) throw new Error(`the ${age} ${app} does not run`);
    return found;
  }

  stop(): Promise<void> {
    return this.system.stop();
  }

  private async started(age: Age, app: AppName): Promise<void> {
    const known = this.known.get(`${age} ${app}`);
    if (!known) this.known.set(`${age} ${app}`, await this.system.launch(app, { root: this.oldRoot }));
    else if (!known.isRunning()) await known.restart();
  }
}

/** As `npm start` seeds: its own process, over HTTP. */
async function seed({ gatewayUrl, superAdmin }: RunningSystem): Promise<void> {
  const env = {
    ...process.env,
    GATEWAY_URL: gatewayUrl,
    PLATFORM_SUPER_ADMIN_EMAIL: superAdmin.email,
    PLATFORM_SUPER_ADMIN_PASSWORD: superAdmin.password,
  };
  await promisify(execFile)(process.execPath, [path.join(root, 'examples/demo/dist/seed.js')], { env });
}
