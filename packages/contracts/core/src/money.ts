import { OneOf, Whole } from './fields.js';

/** Money in minor units: 120000 NOK is 1 200 kroner. */
export class Money {
  @Whole({ min: Number.MIN_SAFE_INTEGER, description: 'Minor units (øre)', example: 120000 })
  amount: number;

  @OneOf(['NOK', 'EUR', 'SEK', 'DKK'], { description: 'ISO 4217', example: 'NOK' })
  currency: string;
}

export const money = (amount: number, currency = 'NOK'): Money => ({ amount, currency });
