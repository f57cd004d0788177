// A process with one periodic job, for specs that kill or pause it: `node job-process.mjs <url> <name> <every ms> <takes ms>`.
import { createDataSource, createLogger, Jobs, Metrics, PeriodicJob } from '@kit/service';

const [url, name, everyMs, takesMs] = process.argv.slice(2);
const system = await createDataSource({ context: 'platform', url, poolSize: 3 }).initialize();
const log = createLogger('job-process', 'warn');

class Witnessed extends PeriodicJob {
  constructor() {
    super(name, Number(everyMs), system, log);
  }

  async run() {
    await system.query('INSERT INTO platform.witness (job, process) VALUES ($1, $2)', [name, process.pid]);
    process.send?.('at it');
    await new Promise((resolve) => setTimeout(resolve, Number(takesMs)));
    await system.query('UPDATE platform.witness SET ended_at = now() WHERE job = $1 AND process = $2', [
      name,
      process.pid,
    ]);
  }
}

const pace = { pollMs: 200, seenEveryMs: 500, deadAfterMs: 1_500 };
const jobs = new Jobs('platform', () => [new Witnessed()], system, log, new Metrics('job-process'), pace);
await jobs.start();
process.send?.('ready');
process.on('SIGTERM', async () => {
  await jobs.stop();
  await system.destroy();
  process.disconnect?.();
});
