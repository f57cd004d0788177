import type { PaymentProviderKey } from '@digilist/contracts';
import type { Money } from '@kit/contracts';
import type { Tx } from '@kit/service';
import type { PaymentReference } from '../providers/index.js';
import {
  type Checkout,
  type CheckoutWanted,
  type PaymentProvider,
  type ProviderPayment,
  ProviderRefused,
  ProviderUnknown,
  type VerifiedWebhook,
} from '../providers/payment-provider.js';
import { INSERT_DEVELOPMENT_ACCOUNT } from '../providers/payment-providers.sql.js';

/** What the provider really has: never wrong, whatever it answers. */
interface Truth {
  readonly amount: number;
  readonly currency: string;
  authorized: number;
  captured: number;
  refunded: number;
  closed: 'cancelled' | 'expired' | 'failed' | null;
}

/** What goes wrong with a call: nothing reaches the provider, or it does and the answer is lost, or it says no. */
export type Fault = 'lost_before' | 'lost_after' | 'refuse' | null;
export type CallName = 'checkout' | 'read' | 'capture' | 'cancel' | 'refund';

/** A provider in this process that keeps the truth and can be told to answer as badly as real ones do. */
export class ScriptedProvider implements PaymentProvider {
  readonly key = 'development';
  readonly truths = new Map<string, Truth>();
  /** Every time money moved, by key: one of these twice would be a double charge. */
  readonly moved: { kind: 'capture' | 'refund'; reference: string; key: string; amount: number }[] = [];
  readonly calls: { name: CallName; reference: string; key: string }[] = [];
  /** Asked before each call. */
  fault: (name: CallName, reference: string) => Fault = () => null;
  /** Awaited before each call answers: lets a spec do something meanwhile. */
  meanwhile: (name: CallName, reference: string) => Promise<void> = async () => undefined;
  /** The provider takes what is paid at once. */
  capturesAtOnce = false;
  private readonly done = new Map<string, string>();
  private events = 0;

  truth(reference: string): Truth {
    const truth = this.truths.get(reference);
    if (!truth) throw new Error(`the provider has never heard of ${reference}`);
    return truth;
  }

  /** The payer pays. False when the checkout is closed. */
  pay(reference: string, amount?: number): boolean {
    const truth = this.truth(reference);
    if (truth.closed !== null || truth.authorized > 0) return false;
    truth.authorized = amount ?? truth.amount;
    if (this.capturesAtOnce) truth.captured = truth.authorized;
    return true;
  }

  end(reference: string, as: 'cancelled' | 'expired' | 'failed'): void {
    this.truth(reference).closed = as;
  }

  webhook(reference: string, as: 'ours' | 'theirs' = 'ours'): VerifiedWebhook {
    this.events += 1;
    return {
      eventId: `event-${this.events}-${reference}`,
      type: 'payment.changed',
      reference: as === 'ours' ? { ours: reference } : { theirs: `theirs-${reference}` },
    };
  }

  checkout({ reference, amount }: CheckoutWanted): Promise<Checkout> {
    return this.call('checkout', reference, reference, () => {
      if (!this.truths.has(reference))
        this.truths.set(reference, { ...amount, authorized: 0, captured: 0, refunded: 0, closed: null });
      return { providerReference: `theirs-${reference}`, redirectUrl: `https://pay.example/${reference}` };
    });
  }

  read({ reference }: PaymentReference): Promise<ProviderPayment | null> {
    return this.call('read', reference, '', () => {
      const truth = this.truths.get(reference);
      if (!truth) return null;
      const { authorized, captured, refunded, currency, closed } = truth;
      const status = closed ?? (captured > 0 ? 'captured' : authorized > 0 ? 'authorized' : 'open');
      return { status, authorized: closed === null ? authorized : 0, captured, refunded, currency };
    });
  }

  capture({ reference }: PaymentReference, { amount }: Money, key: string): Promise<void> {
    return this.once('capture', reference, key, amount, (truth) => {
      if (truth.closed !== null || truth.authorized - truth.captured < amount)
        throw new ProviderRefused('not_authorized', 'there is not so much to take');
      truth.captured += amount;
    });
  }

  cancel({ reference }: PaymentReference, key: string): Promise<void> {
    return this.once('cancel', reference, key, 0, (truth) => {
      if (truth.captured > 0) throw new ProviderRefused('captured', 'it was taken already');
      truth.closed ??= 'cancelled';
    });
  }

  refund({ reference }: PaymentReference, { amount }: Money, key: string): Promise<void> {
    return this.once('refund', reference, key, amount, (truth) => {
      if (truth.captured - truth.refunded < amount)
        throw new ProviderRefused('too_much', 'there is not so much to give back');
      truth.refunded += amount;
    });
  }

  verify(): VerifiedWebhook {
    throw new Error('specs hand over what is verified');
  }

  private once(
    name: 'capture' | 'cancel' | 'refund',
    reference: string,
    key: string,
    amount: number,
    act: (truth: Truth) => void,
  ): Promise<void> {
    return this.call(name, reference, key, () => {
      const what = `${name} ${reference} ${amount}`;
      const known = this.done.get(key);
      if (known === what) return;
      if (known !== undefined) throw new ProviderRefused('key_reused', 'this key was used for something else');
      act(this.truth(reference));
      this.done.set(key, what);
      if (name !== 'cancel') this.moved.push({ kind: name, reference, key, amount });
    });
  }

  private async call<T>(name: CallName, reference: string, key: string, act: () => T): Promise<T> {
    this.calls.push({ name, reference, key });
    const fault = this.fault(name, reference);
    await this.meanwhile(name, reference);
    if (fault === 'lost_before') throw new ProviderUnknown('the connection was reset');
    if (fault === 'refuse') throw new ProviderRefused('declined', 'as a spec wanted it');
    const answer = act();
    if (fault === 'lost_after') throw new ProviderUnknown('it timed out');
    return answer;
  }
}

/** The tenant's only account, whatever it is asked for. */
export const scriptedProviders = (provider: ScriptedProvider, id: string) => ({
  choose: async (tx: Tx) => {
    await tx.query(INSERT_DEVELOPMENT_ACCOUNT, [tx.tenantId, id, 'none', tx.now, tx.actorId]);
    return { id, provider: 'development' as PaymentProviderKey, currency: 'NOK' };
  },
  of: async () => provider,
});
