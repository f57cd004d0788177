import { connectAs, replay } from '@kit/subscriber';
import { operatorAccount } from './accounts.js';
import { DURABLE } from './index.js';

const from = process.argv[2] ?? '';
try {
  if (from !== 'all' && Number.isNaN(Date.parse(from))) {
    throw new Error(
      'From when? "node dist/replay.js all" or an instant, e.g. "node dist/replay.js 2026-12-01T08:00:00Z".',
    );
  }
  const operator = await connectAs(operatorAccount());
  await replay(operator, { context: 'digilist', durable: DURABLE, from: from === 'all' ? 'all' : new Date(from) });
  await operator.close();
  console.log(`${DURABLE} now reads on from ${from === 'all' ? 'the first event that is kept' : from}`);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
