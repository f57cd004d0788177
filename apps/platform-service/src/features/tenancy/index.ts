export { importTenant } from './lifecycle/import.js';
export {
  type MembershipRow,
  type OrganizationRow,
  type TenantRow,
  toMembershipState,
  toOrganizationState,
  toTenantState,
} from './tenancy.mapper.js';
export { TenancyModule } from './tenancy.module.js';
export { ADD_TO_TREE, BELOW, INSERT_ORGANIZATION, LOCK_ORGANIZATION, UPDATE_ORGANIZATION } from './tenancy.sql.js';
export { StatePublisher } from './tenants.service.js';
