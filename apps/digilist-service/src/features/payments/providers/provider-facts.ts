import { paymentProviderChanged, paymentProviderConnected } from '@digilist/contracts';
import type { Tx } from '@kit/service';
import type { AccountRow } from './payment-providers.sql.js';

const factOf = ({ id, version, provider, status }: AccountRow) => ({
  id,
  version,
  data: { providerId: id, provider, status },
});
const entityOf = ({ id }: AccountRow) => ({ type: 'payment_provider', id });

export function tellConnected(tx: Tx, row: AccountRow): void {
  const { provider, integrationId, currency } = row;
  tx.emit(paymentProviderConnected, factOf(row));
  const changes = { provider, integrationId, currency };
  tx.audit({ action: 'digilist.payment-provider.create', entity: entityOf(row), changes });
}

export function tellChanged(tx: Tx, row: AccountRow): void {
  const { status, position } = row;
  tx.emit(paymentProviderChanged, factOf(row));
  tx.audit({ action: 'digilist.payment-provider.update', entity: entityOf(row), changes: { status, position } });
}
