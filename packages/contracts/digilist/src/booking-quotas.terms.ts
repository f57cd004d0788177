import { Id, LocalDate, Nested, OneOf, Whole } from '@kit/contracts';
import { LocalizedName } from './listings.text.js';

/** Whose bookings are counted: what somebody books for themselves, or what is booked for an organization. */
export const QUOTA_SUBJECTS = ['person', 'organization'] as const;
export type QuotaSubject = (typeof QUOTA_SUBJECTS)[number];

export const QUOTA_MEASURES = ['bookings', 'minutes'] as const;
export type QuotaMeasure = (typeof QUOTA_MEASURES)[number];

/** `active`: all that have not ended yet, whenever they are. Weeks begin on Monday. */
export const QUOTA_PERIODS = ['day', 'week', 'month', 'year', 'season', 'active'] as const;
export type QuotaPeriod = (typeof QUOTA_PERIODS)[number];

/** What a quota allows. A booking counts in the period in which it starts, by the listing's own calendar. */
export class QuotaFields {
  @Nested(() => LocalizedName, { description: 'Shown to who has used it up' })
  name: LocalizedName;

  @OneOf(QUOTA_SUBJECTS)
  per: QuotaSubject;

  @OneOf(QUOTA_MEASURES)
  measure: QuotaMeasure;

  @Whole({ min: 1, max: 1_000_000, example: 3 })
  most: number;

  @OneOf(QUOTA_PERIODS)
  period: QuotaPeriod;
}

export class QuotaTerms extends QuotaFields {
  @Id()
  id: string;

  @LocalDate({ nullable: true, description: 'First day of a season' })
  firstDate: string | null;

  @LocalDate({ nullable: true, description: 'Last day of a season, included' })
  lastDate: string | null;
}
