import type { DecideDevelopmentCheckout, DevelopmentCheckoutToken } from '@digilist/contracts';
import { type HtmlPage, NOT_FOUND, type Redirect, Refusal } from '@kit/contracts';
import { jobOrigin, type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import type { CheckoutWanted } from '../payment-provider.js';
import { ProviderRefused, ProviderUnknown } from '../payment-provider.js';
import { PAYMENT_SETTINGS, type PaymentSettings } from '../payment-settings.js';
import { checkoutPage } from './checkout-page.js';
import {
  CHANGES,
  DECIDE_PAYMENT,
  type DevelopmentPayment,
  FIND_CALL,
  FIND_PAYMENT,
  OPEN_PAYMENT,
  SHOW_PAYMENT,
} from './development-payments.sql.js';
import { DevelopmentWebhooks } from './webhook.worker.js';

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const TOKEN = new RegExp(`^(${UUID})\\.(${UUID})$`);

/** What stands for the outside world where nobody has an account at a provider. It moves no money. */
@Injectable()
export class DevelopmentPayments {
  constructor(
    private readonly work: UnitOfWork,
    private readonly webhooks: DevelopmentWebhooks,
    @Inject(PAYMENT_SETTINGS) private readonly settings: PaymentSettings,
  ) {}

  // ---- what a payer does

  show(ctx: RequestContext, { token }: DevelopmentCheckoutToken): Promise<HtmlPage> {
    return this.ofToken(token, ctx.now, async (tx, id) => {
      const payment = await tx.one<DevelopmentPayment>(SHOW_PAYMENT, [tx.tenantId, tx.now, id]);
      return { html: checkoutPage(payment) };
    });
  }

  /** What is decided already, or too late, stays as it is; the payer goes back all the same. */
  decide(ctx: RequestContext, { token, choice }: DecideDevelopmentCheckout): Promise<Redirect> {
    return this.ofToken(token, ctx.now, async (tx, id) => {
      const payment = await tx.one<DevelopmentPayment>(SHOW_PAYMENT, [tx.tenantId, tx.now, id]);
      const status = choice === 'pay' ? 'authorized' : 'cancelled';
      await tx.query(DECIDE_PAYMENT, [tx.tenantId, tx.now, tx.actorId, id, status]);
      this.tellAfter(tx);
      return { location: payment.returnUrl };
    });
  }

  // ---- what the provider is asked

  async open(tenantId: string, accountId: string, wanted: CheckoutWanted): Promise<{ id: string; url: string }> {
    const { reference, amount, description, returnUrl, locale, expiresAt } = wanted;
    const payment = await this.in(tenantId, async (tx) => {
      const what = [reference, amount.amount, amount.currency, description, returnUrl, locale, expiresAt];
      await tx.query(OPEN_PAYMENT, [tenantId, tx.now, tx.actorId, accountId, ...what]);
      return tx.one<DevelopmentPayment>(FIND_PAYMENT, [tenantId, tx.now, reference]);
    });
    if (payment.amount !== amount.amount || payment.currency !== amount.currency)
      throw new ProviderUnknown('there is another payment under this reference');
    const url = `${this.settings.publicUrl}/api/v1/development-payments/${tenantId}.${payment.id}`;
    return { id: payment.id, url };
  }

  find(tenantId: string, reference: string): Promise<DevelopmentPayment | null> {
    return this.in(tenantId, async (tx) => {
      const [payment] = await tx.query<DevelopmentPayment>(FIND_PAYMENT, [tenantId, tx.now, reference]);
      return payment ?? null;
    });
  }

  change(tenantId: string, what: keyof typeof CHANGES, reference: string, amount: number, key: string): Promise<void> {
    return this.in(tenantId, async (tx) => {
      const asked = `${what} ${amount}`;
      const values = [tenantId, tx.now, tx.actorId, reference, key, asked, amount];
      const [done] = await tx.query(CHANGES[what], values);
      if (done) return this.tellAfter(tx);
      const [known] = await tx.query<{ asked: string | null; status: string }>(FIND_CALL, [tenantId, reference, key]);
      if (!known) throw new ProviderRefused('unknown_payment', 'there is no such payment');
      if (known.asked === asked || (what === 'cancel' && known.status === 'cancelled')) return;
      if (known.asked !== null) throw new ProviderUnknown('this key was used for something else');
      throw new ProviderRefused('not_possible', `${what} is not possible with this payment as it is`);
    });
  }

  private tellAfter(tx: Tx): void {
    tx.afterCommit(() => this.webhooks.wake());
  }

  private in<T>(tenantId: string, work: (tx: Tx) => Promise<T>, now = new Date()): Promise<T> {
    return this.work.runAs(jobOrigin(tenantId, 'development-payment', undefined, now), work);
  }

  private ofToken<T>(token: string, now: Date, work: (tx: Tx, id: string) => Promise<T>): Promise<T> {
    const [, tenantId, id] = TOKEN.exec(token) ?? [];
    if (!this.settings.development || !tenantId || !id) throw new Refusal(NOT_FOUND);
    return this.in(tenantId, (tx) => work(tx, id), now);
  }
}
