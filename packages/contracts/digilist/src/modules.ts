/** Modules of the licence. An operation names one; PLATFORM's entitlements say which tenant has it. */
export const MODULES = {
  'digilist.booking': 'Booking',
  'digilist.listings': 'Listings',
  'digilist.approvals': 'Approvals',
  'digilist.payments': 'Payments',
  'digilist.calendar': 'Calendar',
  'digilist.notifications': 'Notifications',
  'digilist.analytics': 'Analytics',
  'digilist.integrations': 'Integrations',
} as const;

export type ModuleKey = keyof typeof MODULES;

/** Modules that go on counting by themselves when PLATFORM cannot be asked for more; all others wait for it. */
export const OPEN_ON_OUTAGE: readonly ModuleKey[] = ['digilist.listings'];

/** What the licence counts. `month`: used up per calendar month; `total`: how many may exist at once. `seats`: PLATFORM counts them. */
export const METERS = {
  'digilist.bookings': { name: 'Bookings', module: 'digilist.booking', period: 'month' },
  'digilist.listings': { name: 'Listings', module: 'digilist.listings', period: 'total' },
  'digilist.seats': { name: 'Seats', module: 'digilist.booking', period: 'total', seats: true },
} as const satisfies Record<
  string,
  { name: string; module: ModuleKey; period: 'total' | 'day' | 'month' | 'year'; seats?: boolean }
>;

export type MeterKey = keyof typeof METERS;
