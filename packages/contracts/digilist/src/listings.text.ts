import { type FieldOptions, Text } from '@kit/contracts';
import { Matches } from 'class-validator';

/** Postal codes and municipality numbers: digits that may begin with 0, so no number. */
export const FourDigits =
  (options: FieldOptions): PropertyDecorator =>
  (target, key) => {
    Text({ min: 4, max: 4, ...options })(target, key);
    Matches(/^\d{4}$/, { message: '$property must be four digits' })(target, key as string);
  };

/** A name of something, in the languages it is offered in; Bokmål stands in for what is missing. */
export class LocalizedName {
  @Text({ min: 1, max: 120, example: 'Fjordhallen' })
  nb: string;

  @Text({ min: 1, max: 120, optional: true, example: 'Fjordhallen' })
  nn?: string;

  @Text({ min: 1, max: 120, optional: true, example: 'Fjord Hall' })
  en?: string;
}

/** A longer text, in the languages it is offered in. */
export class LocalizedText {
  @Text({ max: 10_000, example: 'Idrettshall med tre baner.' })
  nb: string;

  @Text({ max: 10_000, optional: true })
  nn?: string;

  @Text({ max: 10_000, optional: true })
  en?: string;
}

/** A sentence or two, in the languages it is offered in. */
export class LocalizedSummary {
  @Text({ min: 1, max: 300, example: 'Idrettshall med tre baner og tribune.' })
  nb: string;

  @Text({ min: 1, max: 300, optional: true })
  nn?: string;

  @Text({ min: 1, max: 300, optional: true })
  en?: string;
}
