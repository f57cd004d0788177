import { CreateIdentity1763800000001 } from './1763800000001-create-identity.js';
import { CreateTenancy1763800000002 } from './1763800000002-create-tenancy.js';
import { CreateAccess1763800000003 } from './1763800000003-create-access.js';
import { CreateLicensing1763800000004 } from './1763800000004-create-licensing.js';
import { CreateCompliance1763800000005 } from './1763800000005-create-compliance.js';
import { CreateIntegrations1763800000006 } from './1763800000006-create-integrations.js';
import { LetLookupFindOwners1763800000007 } from './1763800000007-let-lookup-find-owners.js';
import { LetRelaySweepKeys1763800000008 } from './1763800000008-let-relay-sweep-keys.js';
import { AddMailsAndDataKeys1763900000001 } from './1763900000001-add-mails-and-data-keys.js';
import { CompleteAccounts1763900000002 } from './1763900000002-complete-accounts.js';
import { CreateFactors1763900000003 } from './1763900000003-create-factors.js';
import { CreateFederation1763900000004 } from './1763900000004-create-federation.js';
import { CreateMachines1763900000005 } from './1763900000005-create-machines.js';
import { CompleteTenancy1763900000006 } from './1763900000006-complete-tenancy.js';
import { CompleteAccess1763900000007 } from './1763900000007-complete-access.js';
import { CompleteLicensing1763900000008 } from './1763900000008-complete-licensing.js';
import { CompleteAudit1763900000009 } from './1763900000009-complete-audit.js';
import { CompletePrivacy1763900000010 } from './1763900000010-complete-privacy.js';
import { CompleteIntegrations1763900000011 } from './1763900000011-complete-integrations.js';
import { CompleteSystem1763900000012 } from './1763900000012-complete-system.js';
import { CompleteProducts1763900000013 } from './1763900000013-complete-products.js';
import { LetTenantsBePurged1763900000014 } from './1763900000014-let-tenants-be-purged.js';
import { CreateScim1763900000015 } from './1763900000015-create-scim.js';
import { TraceAuditRecords1763900000016 } from './1763900000016-trace-audit-records.js';
import { AddBirthDates1764200000001 } from './1764200000001-add-birth-dates.js';
import { CreateJobs1764300000001 } from './1764300000001-create-jobs.js';
import { TraceOutbox1764400000100 } from './1764400000100-trace-outbox.js';
import { MakeMonthsOfATime1764400000500 } from './1764400000500-make-months-of-a-time.js';

export const migrations = [
  CreateIdentity1763800000001,
  CreateTenancy1763800000002,
  CreateAccess1763800000003,
  CreateLicensing1763800000004,
  CreateCompliance1763800000005,
  CreateIntegrations1763800000006,
  LetLookupFindOwners1763800000007,
  LetRelaySweepKeys1763800000008,
  AddMailsAndDataKeys1763900000001,
  CompleteAccounts1763900000002,
  CreateFactors1763900000003,
  CreateFederation1763900000004,
  CreateMachines1763900000005,
  CompleteTenancy1763900000006,
  CompleteAccess1763900000007,
  CompleteLicensing1763900000008,
  CompleteAudit1763900000009,
  CompletePrivacy1763900000010,
  CompleteIntegrations1763900000011,
  CompleteSystem1763900000012,
  CompleteProducts1763900000013,
  LetTenantsBePurged1763900000014,
  CreateScim1763900000015,
  TraceAuditRecords1763900000016,
  AddBirthDates1764200000001,
  CreateJobs1764300000001,
  TraceOutbox1764400000100,
  MakeMonthsOfATime1764400000500,
];
