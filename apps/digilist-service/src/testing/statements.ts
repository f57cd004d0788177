import { Tx } from '@kit/service';

/** Written a moment after the answer, for many at once: part of nobody's request. */
const AFTERWARDS = ['write-refused-demand'];

/** Names of the statements that `work` ran in this process, beside beginning, committing and writing the outbox. */
export async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
  const { query } = Tx.prototype;
  const names: string[] = [];
  Tx.prototype.query = function (this: Tx, ...asked: Parameters<typeof query>) {
    if (!AFTERWARDS.includes(asked[0].name)) names.push(asked[0].name);
    return query.apply(this, asked);
  } as typeof query;
  try {
    await work();
  } finally {
    Tx.prototype.query = query;
  }
  return names;
}
