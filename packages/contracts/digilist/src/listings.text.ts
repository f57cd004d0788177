import { Text } from '@kit/contracts';

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
