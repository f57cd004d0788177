import type { AppName, RunningApp, RunningSystem } from '@kit/testing';
import { Balancer } from '@tests/chaos';

/** One process per app, replaced as a deployment does: the next one is ready before the one before is told to stop. */
export class Replaceable {
  private readonly running = new Map<AppName, RunningApp>();
  /** What each app has been given so far, on top of what it began with. */
  private readonly given = new Map<AppName, NodeJS.ProcessEnv>();

  private constructor(
    private readonly system: RunningSystem,
    readonly balancer: Balancer,
  ) {}

  static async of(system: RunningSystem): Promise<Replaceable> {
    const balancer = await Balancer.start();
    const replaceable = new Replaceable(system, balancer);
    for (const app of ['platform', 'digilist', 'gateway'] as const) replaceable.running.set(app, system.apps[app]);
    await balancer.add(system.apps.gateway.healthUrl);
    return replaceable;
  }

  /** With other secrets from now on. */
  async replace(app: AppName, env: NodeJS.ProcessEnv): Promise<void> {
    const leaving = this.running.get(app) as RunningApp;
    const given = { ...this.given.get(app), ...env };
    const coming = await this.system.launch(app, { env: given });
    if (app === 'gateway') await this.balancer.add(coming.healthUrl);
    this.running.set(app, coming);
    this.given.set(app, given);
    await leaving.stop();
    if (app === 'gateway') this.balancer.remove(leaving.healthUrl);
  }
}
