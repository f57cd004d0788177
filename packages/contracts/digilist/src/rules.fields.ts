import { type FieldOptions, OneOf, Texts, Whole } from '@kit/contracts';

/** Who may book: anybody, only for an organization, or only for oneself. */
export const BOOKERS = ['anyone', 'organizations', 'persons'] as const;
export type Bookers = (typeof BOOKERS)[number];

/** Beyond every human being's: no limit. */
export const NO_MAX_AGE = 150;

const Step = (o: FieldOptions = {}) =>
  Whole({ min: 5, max: 1440, description: 'Start and end lie on this grid from local midnight', example: 30, ...o });
const Duration = (o: FieldOptions = {}) => Whole({ min: 5, max: 576_000, example: 60, ...o });
const Lead = (o: FieldOptions = {}) =>
  Whole({ min: 0, max: 525_600, description: 'Notice before the start, in minutes', example: 60, ...o });
const LeadDays = (o: FieldOptions = {}) =>
  Whole({
    min: 0,
    max: 60,
    description:
      'Notice in working days: the earliest start is 16:00 on the working day that many after today. The later of both notices holds',
    example: 1,
    ...o,
  });
const Horizon = (o: FieldOptions = {}) =>
  Whole({ min: 1, max: 1100, description: 'Until the end of the local day that many after today', example: 90, ...o });
const Until = (o: FieldOptions = {}) =>
  Whole({
    min: 0,
    max: 525_600,
    description: 'For bookers, of a confirmed booking; staff always may',
    example: 1440,
    ...o,
  });
const Age = (o: FieldOptions = {}) =>
  Whole({ min: 0, max: NO_MAX_AGE, description: 'In years, of the booker, on the day of use', example: 18, ...o });
const Who = (o: FieldOptions = {}) =>
  OneOf(BOOKERS, { description: 'Whether it is booked for an organization, for oneself, or either', ...o });

const Only =
  (description: string, example: string[]) =>
  (o: FieldOptions = {}) =>
    Texts({ max: 50, length: 100, description: `${description}; none: any`, example, ...o });
const Roles = Only('Keys of roles, one of which the booker must have', ['end_user']);
const Kinds = Only('Kinds of organizations it may be booked for', ['association']);
const Groups = Only('Pricing groups it may be booked at', ['sports_club']);

/** What bookings of a listing must keep. */
export class BookingRuleFields {
  @Step()
  stepMinutes: number;

  @Duration()
  minDurationMinutes: number;

  @Duration({ example: 240 })
  maxDurationMinutes: number;

  @Lead()
  leadMinutes: number;

  @LeadDays()
  leadWorkingDays: number;

  @Horizon()
  horizonDays: number;

  @Until()
  changeUntilMinutes: number;

  @Until()
  cancelUntilMinutes: number;

  @Age({ example: 0 })
  minAge: number;

  @Age({ example: NO_MAX_AGE })
  maxAge: number;

  @Who()
  bookers: Bookers;

  @Roles()
  roleKeys: string[];

  @Kinds()
  organizationKinds: string[];

  @Groups()
  pricingGroups: string[];
}

const optional = { optional: true } as const;

/** Some of the same; what is left out comes from the template, or else from the default. */
export class BookingRuleOverrides {
  @Step(optional)
  stepMinutes?: number;

  @Duration(optional)
  minDurationMinutes?: number;

  @Duration({ ...optional, example: 240 })
  maxDurationMinutes?: number;

  @Lead(optional)
  leadMinutes?: number;

  @LeadDays(optional)
  leadWorkingDays?: number;

  @Horizon(optional)
  horizonDays?: number;

  @Until(optional)
  changeUntilMinutes?: number;

  @Until(optional)
  cancelUntilMinutes?: number;

  @Age({ ...optional, example: 0 })
  minAge?: number;

  @Age({ ...optional, example: NO_MAX_AGE })
  maxAge?: number;

  @Who(optional)
  bookers?: Bookers;

  @Roles(optional)
  roleKeys?: string[];

  @Kinds(optional)
  organizationKinds?: string[];

  @Groups(optional)
  pricingGroups?: string[];
}

/** What holds where neither the listing nor its template says anything. */
export const DEFAULT_BOOKING_RULES: Readonly<BookingRuleFields> = {
  stepMinutes: 30,
  minDurationMinutes: 30,
  maxDurationMinutes: 1440,
  leadMinutes: 0,
  leadWorkingDays: 0,
  horizonDays: 365,
  changeUntilMinutes: 0,
  cancelUntilMinutes: 0,
  minAge: 0,
  maxAge: NO_MAX_AGE,
  bookers: 'anyone',
  roleKeys: [],
  organizationKinds: [],
  pricingGroups: [],
};

export type BookingRuleField = keyof BookingRuleFields;
export const BOOKING_RULE_FIELDS = Object.keys(DEFAULT_BOOKING_RULES) as readonly BookingRuleField[];
