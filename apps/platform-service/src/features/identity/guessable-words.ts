import { statement, type Tx } from '@kit/service';

const WORDS = statement(
  'guessable-words',
  `SELECT slug AS word FROM platform.tenants WHERE tenant_id = $1
   UNION SELECT name FROM platform.tenants WHERE tenant_id = $1
   UNION SELECT key FROM platform.products
   UNION SELECT name FROM platform.products`,
);

/** Names that whoever guesses a password of this user tries first. */
export async function guessableWords(
  tx: Tx,
  { email, name }: { readonly email: string; readonly name: string | null },
): Promise<string[]> {
  const rows = await tx.query<{ word: string }>(WORDS, [tx.tenantId]);
  const [local = '', domain = ''] = email.split('@');
  return [...rows.map(({ word }) => word), local, domain, ...(name === null ? [] : [name])];
}
