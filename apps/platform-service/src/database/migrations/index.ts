import { CreateIdentity1763800000001 } from './1763800000001-create-identity.js';
import { CreateTenancy1763800000002 } from './1763800000002-create-tenancy.js';
import { CreateAccess1763800000003 } from './1763800000003-create-access.js';
import { CreateLicensing1763800000004 } from './1763800000004-create-licensing.js';
import { CreateCompliance1763800000005 } from './1763800000005-create-compliance.js';
import { CreateIntegrations1763800000006 } from './1763800000006-create-integrations.js';
import { LetLookupFindOwners1763800000007 } from './1763800000007-let-lookup-find-owners.js';
import { LetRelaySweepKeys1763800000008 } from './1763800000008-let-relay-sweep-keys.js';

export const migrations = [
  CreateIdentity1763800000001,
  CreateTenancy1763800000002,
  CreateAccess1763800000003,
  CreateLicensing1763800000004,
  CreateCompliance1763800000005,
  CreateIntegrations1763800000006,
  LetLookupFindOwners1763800000007,
  LetRelaySweepKeys1763800000008,
];
