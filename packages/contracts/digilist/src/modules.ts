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

/** What the licence counts. `month`: used up per calendar month; `total`: how many may exist at once. */
export const METERS = {
  'digilist.bookings': { name: 'Bookings', module: 'digilist.booking', period: 'month' },
  'digilist.listings': { name: 'Listings', module: 'digilist.listings', period: 'total' },
  'digilist.seats': { name: 'Seats', module: 'digilist.booking', period: 'total' },
} as const satisfies Record<string, { name: string; module: ModuleKey; period: 'total' | 'day' | 'month' | 'year' }>;

export type MeterKey = keyof typeof METERS;
