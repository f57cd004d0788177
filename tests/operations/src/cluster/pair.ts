import {
  type PostgresServer,
  type PostgresStandby,
  requireStandby,
  startPostgres,
  startStandby,
  testSettings,
} from '@kit/local-servers';
import type { TestPostgres } from '@kit/testing';
import { Address } from './address.js';

/** A primary and its standby behind one address: what is acknowledged is on both. */
export class Pair implements TestPostgres {
  readonly own = true;
  private standbys = 1;

  private constructor(
    readonly address: Address,
    private primary: PostgresServer,
    private standby: PostgresStandby,
    private readonly settings: Record<string, string>,
  ) {}

  /** Not durable, a commit is still on both servers before it is acknowledged, in memory that outlives a process. */
  static async start({ durable }: { durable: boolean }): Promise<Pair> {
    const settings = durable ? {} : { ...testSettings, synchronous_commit: 'on' };
    const [address, primary] = await Promise.all([Address.start(), startPostgres({ settings })]);
    try {
      const standby = await startStandby(primary.url, { name: 'standby_1', settings });
      address.leadTo(primary.url);
      return new Pair(address, primary, standby, settings);
    } catch (error) {
      await primary.stop();
      await address.stop();
      throw error;
    }
  }

  get url(): string {
    return this.address.through(this.primary.url);
  }

  /** From now on nothing is acknowledged that the standby has not. */
  async synchronise(): Promise<void> {
    await requireStandby(this.primary.url, [this.standby.name]);
  }

  async kill(): Promise<void> {
    await this.primary.kill('SIGKILL');
  }

  restart(): Promise<void> {
    return this.primary.restart();
  }

  /** What an operator does, or an operator's program: nobody reaches the old primary any more before there is a new one. */
  async failOver(): Promise<void> {
    this.address.leadTo(null);
    await this.standby.promote();
    this.address.leadTo(this.standby.url);
    await this.primary.stop();
    this.primary = this.standby;
  }

  /** The place of the standby is filled again: by a new copy, never by what the old primary left. */
  async rebuild(): Promise<void> {
    this.standby = await startStandby(this.primary.url, {
      name: `standby_${++this.standbys}`,
      settings: this.settings,
    });
    await this.synchronise();
  }

  async stop(): Promise<void> {
    await this.address.stop();
    if (this.standby !== this.primary) await this.standby.stop();
    await this.primary.stop();
  }
}
