import type { AppName, RunningApp, RunningSystem } from '@kit/testing';
import type { Balancer } from './balancer.js';
import { standBack, takePart } from './priority.js';

/** Every app is one process of two in turn. */
const ORDER: readonly AppName[] = ['gateway', 'digilist', 'platform'];

export interface Restarts {
  done: number;
  /** From the signal to the end of the process, the longest of them per app, in milliseconds. */
  readonly longestStop: Map<AppName, number>;
}

/**
 * Two processes of every app. `step` starts a third, and when it is ready ends the oldest (SIGTERM, wait for its end), as
 * the manifests have it (`maxSurge: 1`, `maxUnavailable: 0`). Until it is ready it stands back for those that serve.
 */
export class Fleet {
  readonly restarts: Restarts = { done: 0, longestStop: new Map() };

  private constructor(
    private readonly system: RunningSystem,
    private readonly balancer: Balancer,
    private readonly running: Map<AppName, RunningApp[]>,
    /** Builds that take turns: this one, and another release's. */
    private readonly builds: readonly (string | undefined)[],
  ) {}

  static async start(system: RunningSystem, balancer: Balancer, otherBuild?: string): Promise<Fleet> {
    const running = new Map<AppName, RunningApp[]>();
    for (const app of ORDER) running.set(app, [system.apps[app], await system.launch(app)]);
    for (const { healthUrl } of running.get('gateway') ?? []) await balancer.add(healthUrl);
    return new Fleet(system, balancer, running, otherBuild ? [otherBuild, undefined] : [undefined]);
  }

  async step(): Promise<void> {
    const n = this.restarts.done;
    const app = ORDER[n % ORDER.length] as AppName;
    const both = this.running.get(app) as RunningApp[];
    // Both processes of each app in one build, then both in the next.
    const build = this.builds[Math.floor(n / (2 * ORDER.length)) % this.builds.length];
    const coming = await this.system.launch(app, { root: build, started: standBack });
    takePart(coming.pid);
    if (app === 'gateway') await this.balancer.add(coming.healthUrl);
    both.push(coming);
    const leaving = both.shift() as RunningApp;
    const began = performance.now();
    await leaving.stop();
    const took = Math.round(performance.now() - began);
    this.restarts.longestStop.set(app, Math.max(took, this.restarts.longestStop.get(app) ?? 0));
    if (app === 'gateway') this.balancer.remove(leaving.healthUrl);
    this.restarts.done++;
  }
}
