import { CreateKitTables1764000000000 } from './1764000000000-create-kit-tables.js';
import { CreateReferenceCopies1764000001000 } from './1764000001000-create-reference-copies.js';
import { CreateListings1764000002000 } from './1764000002000-create-listings.js';
import { CreateTenantDefaults1764000002500 } from './1764000002500-create-tenant-defaults.js';
import { CreateBookings1764000003000 } from './1764000003000-create-bookings.js';
import { CreateTakeTime1764000003500 } from './1764000003500-create-take-time.js';
import { CreateApprovalsAndNotifications1764000004000 } from './1764000004000-create-approvals-and-notifications.js';
import { LetLookupFindOwners1764000005000 } from './1764000005000-let-lookup-find-owners.js';
import { LetRelaySweepKeys1764000006000 } from './1764000006000-let-relay-sweep-keys.js';
import { PlanTakeTimeOnce1764000007000 } from './1764000007000-plan-take-time-once.js';
import { CopyEndedSessions1764000008000 } from './1764000008000-copy-ended-sessions.js';
import { CreateTenantPurges1764000009000 } from './1764000009000-create-tenant-purges.js';
import { LetGrantsBeginLater1764000009000 } from './1764000009000-let-grants-begin-later.js';
import { ReturnUnusedBlocks1764000010000 } from './1764000010000-return-unused-blocks.js';
import { CreatePersonalData1764100000001 } from './1764100000001-create-personal-data.js';
import { ReadTheCalendarFaster1764200000000 } from './1764200000000-read-the-calendar-faster.js';
import { TakeManyTimes1764200000001 } from './1764200000001-take-many-times.js';
import { PlaceEveryModel1764200000002 } from './1764200000002-place-every-model.js';
import { LetBookingsChange1764200000003 } from './1764200000003-let-bookings-change.js';
import { CreateSeries1764200000004 } from './1764200000004-create-series.js';
import { WidenBookingRules1764200000005 } from './1764200000005-widen-booking-rules.js';
import { CreateMedia1764200000006 } from './1764200000006-create-media.js';
import { LetZonesChange1764200000007 } from './1764200000007-let-zones-change.js';
import { SearchListings1764200000008 } from './1764200000008-search-listings.js';
import { CreateCalendarFeeds1764200000009 } from './1764200000009-create-calendar-feeds.js';
import { ReadBusyTime1764200000011 } from './1764200000011-read-busy-time.js';
import { KeepTogetherWhatBelongsTogether1764200000012 } from './1764200000012-keep-together-what-belongs-together.js';
import { ReferToListings1764200000013 } from './1764200000013-refer-to-listings.js';
import { LetHoldsExpire1764200000014 } from './1764200000014-let-holds-expire.js';
import { WidenApprovals1764300000001 } from './1764300000001-widen-approvals.js';
import { WidenPricing1764300000002 } from './1764300000002-widen-pricing.js';
import { CreatePayments1764300000003 } from './1764300000003-create-payments.js';
import { CreatePaymentProviders1764300000004 } from './1764300000004-create-payment-providers.js';
import { CreateInvoices1764300000005 } from './1764300000005-create-invoices.js';
import { WidenNotifications1764300000006 } from './1764300000006-widen-notifications.js';
import { CreateReports1764300000007 } from './1764300000007-create-reports.js';
import { CreateJobs1764300000008 } from './1764300000008-create-jobs.js';
import { LetSeriesUseCodes1764300000012 } from './1764300000012-let-series-use-codes.js';
import { TraceOutbox1764400000100 } from './1764400000100-trace-outbox.js';
import { RebuildBeside1764400000500 } from './1764400000500-rebuild-beside.js';

/** In the order they run. Listed by hand: a glob resolves differently in dist and under the tests. */
export const migrations = [
  CreateKitTables1764000000000,
  CreateReferenceCopies1764000001000,
  CreateListings1764000002000,
  CreateTenantDefaults1764000002500,
  CreateBookings1764000003000,
  CreateTakeTime1764000003500,
  CreateApprovalsAndNotifications1764000004000,
  LetLookupFindOwners1764000005000,
  LetRelaySweepKeys1764000006000,
  PlanTakeTimeOnce1764000007000,
  CopyEndedSessions1764000008000,
  LetGrantsBeginLater1764000009000,
  CreateTenantPurges1764000009000,
  ReturnUnusedBlocks1764000010000,
  CreatePersonalData1764100000001,
  ReadTheCalendarFaster1764200000000,
  TakeManyTimes1764200000001,
  PlaceEveryModel1764200000002,
  LetBookingsChange1764200000003,
  CreateSeries1764200000004,
  WidenBookingRules1764200000005,
  CreateMedia1764200000006,
  LetZonesChange1764200000007,
  SearchListings1764200000008,
  CreateCalendarFeeds1764200000009,
  ReadBusyTime1764200000011,
  KeepTogetherWhatBelongsTogether1764200000012,
  ReferToListings1764200000013,
  LetHoldsExpire1764200000014,
  WidenApprovals1764300000001,
  WidenPricing1764300000002,
  CreatePayments1764300000003,
  CreatePaymentProviders1764300000004,
  CreateInvoices1764300000005,
  WidenNotifications1764300000006,
  CreateReports1764300000007,
  CreateJobs1764300000008,
  LetSeriesUseCodes1764300000012,
  TraceOutbox1764400000100,
  RebuildBeside1764400000500,
];
